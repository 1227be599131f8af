"""What later events repeat of an article."""

from schemas.article import (
    MOST_ALTERED,
    Article,
    ArticleRef,
    ArticleStatus,
    Notice,
    NoticeKind,
    WordChange,
)


def make_article(**fields: object) -> Article:
    return Article(**({"id": "a", "source": "s", "guid": "g", "text": "T"} | fields))  # type: ignore[arg-type]


def change(after: str, **marks: bool) -> WordChange:
    return WordChange(span=(0, 1), before="before", after=after, **marks)


def test_only_altered_quotations_and_numbers_are_repeated_and_few() -> None:
    changes = [change("plain"), *(change(f"n{n}", number=True) for n in range(9))]
    ref = ArticleRef.of(make_article(changes=changes, silent_edit=True))
    assert [one.after for one in ref.altered] == [f"n{n}" for n in range(MOST_ALTERED)]


def test_remarks_tell_notices_and_silent_edits() -> None:
    notice = Notice(kind=NoticeKind.WITHDRAWAL, text="It is gone.")
    article = make_article(
        status=ArticleStatus.WITHDRAWN,
        notices=[notice],
        changes=[change("after", quotation=True)],
        silent_edit=True,
    )
    assert ArticleRef.of(article).remarks == [
        "The source has withdrawn the article: “It is gone.”",
        "Edited without a notice: “before” became “after”.",
    ]
    assert ArticleRef.of(make_article(changes=[change("after", number=True)])).remarks == []
