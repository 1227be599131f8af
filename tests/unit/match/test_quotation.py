"""A quotation beside statements: what counts as word for word, and what is told of each difference."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.evidence import Evidence, EvidenceKind
from schemas.quotation import ContextKind, DiffKind, QuoteCheck, QuoteStatus
from services.match.quotation import check, is_checkable
from services.match.quotation_align import Spoken
from services.match.quotation_marks import parts, take_apart
from services.match.quotation_words import read

TEXT = (
    "Good evening. We will mend the sea wall before winter, and it'll cost 40 million crowns. It is not true that "
    "the council has sold the beach. If the tide is high on Friday, the road to Sandholm will be closed. Some people "
    "say that the wall protects nobody but the rich.\n\nOur neighbours in Sandholm waited nine years for this. "
    "Nobody should wait nine years for a wall. We do not know how high the sea will rise by the end of the century, "
    "but we know that it rises. The engineers looked at three plans and they chose the cheapest one that works. "
    "That is why the labour office has already hired sixty people from the town."
)


def item(text: str = TEXT, **fields: Any) -> Spoken:
    given = {"id": "wall", "kind": EvidenceKind.OFFICIAL_STATEMENT, "speaker": "Ada Holm"}
    return Spoken(Evidence(claim="The wall", text=text, **(given | fields)), text)


def found(quotation: str, *statements: Spoken, speaker: str | None = "Ada Holm") -> QuoteCheck:
    made = check(quotation, speaker, statements or [item()], searched=7)
    assert made is not None
    return made


@pytest.mark.parametrize(
    "quotation",
    [
        "We will mend the sea wall before winter",
        "“we’ll mend the sea\u00a0wall — before winter”",
        "It will cost forty million crowns",
        "[T]he engineers looked at three plans and … chose the cheapest one that works.",
        "Nobody should wait nine years for [the wall].",
        "the labor office has already hired 60 people from the town",
        "Uh, nobody should, um, wait nine years for a wall",
        'We will mend the sea wall," she said, "before winter',
        "Nobody should wait nine years for a wall [sic].",
        "Our neigh\u00adbours in Sandholm waited nine years for this.",
    ],
)
def test_typography_spelling_speech_and_marked_edits_leave_it_word_for_word(quotation: str) -> None:
    made = found(quotation)
    assert made.status is QuoteStatus.VERBATIM, made.why


@pytest.mark.parametrize(
    ("quotation", "kind", "alters"),
    [
        ("We will mend the sea wall after winter", DiffKind.CHANGED, "direction"),
        ("Nobody should wait ninety years for a wall.", DiffKind.CHANGED, "number"),
        ("We may mend the sea wall before winter", DiffKind.CHANGED, "certainty"),
        ("We do know how high the sea will rise", DiffKind.LEFT_OUT, "negation"),
        ("We will never mend the sea wall before winter", DiffKind.ADDED, "negation"),
        ("We do … know how high the sea will rise", DiffKind.LEFT_OUT, "negation"),
        (
            "The engineers looked at three plans and they chose the one that works.",
            "left_out",
            None,
        ),
    ],
)
def test_an_edit_is_shown_with_what_it_does(
    quotation: str, kind: DiffKind, alters: str | None
) -> None:
    made = found(quotation)
    assert made.status is QuoteStatus.EDITED, made.why
    (part,) = [part for part in made.diff if part.kind is not DiffKind.SAME]
    assert (part.kind, part.alters) == (kind, alters)


def test_a_marked_edit_is_told_apart_from_a_silent_one() -> None:
    made = found("[The officials] looked at three plans and they chose the best one that works.")
    changed = [part for part in made.diff if part.kind is not DiffKind.SAME]
    assert [(part.quoted, part.said, part.declared) for part in changed] == [
        ("officials", "engineers", True),
        ("best", "cheapest", False),
    ]


def test_parts_from_far_apart_are_stitched_and_their_distance_and_order_told() -> None:
    made = found("The engineers looked at three plans … it'll cost 40 million crowns.")
    assert made.status is QuoteStatus.STITCHED
    assert made.reversed
    assert [TEXT[slice(*one.said)] for one in made.segments] == [
        "The engineers looked at three plans",
        "it'll cost 40 million crowns",
    ]
    assert made.segments[1].distance == len(
        read(TEXT[TEXT.index("It is not true") : TEXT.index("The engineers")])
    )
    near = found("We will mend the sea wall before winter … It is not true that the council")
    assert near.status is not QuoteStatus.STITCHED


@pytest.mark.parametrize(
    ("quotation", "kind", "words"),
    [
        ("the council has sold the beach", ContextKind.NEGATED, "not true that"),
        ("the road to Sandholm will be closed", ContextKind.CONDITIONAL, "If the tide is high"),
        ("the wall protects nobody but the rich", ContextKind.ATTRIBUTED, "Some people say that"),
        (
            "We do not know how high the sea will rise by the end of the century",
            ContextKind.QUALIFIED,
            "but we know that it rises",
        ),
    ],
)
def test_what_was_cut_and_changes_it_is_shown(
    quotation: str, kind: ContextKind, words: str
) -> None:
    made = found(quotation)
    assert made.status is QuoteStatus.OUT_OF_CONTEXT, made.why
    (note,) = [note for note in made.notes if not note.weak]
    assert note.kind is kind
    assert words in note.words
    assert TEXT[slice(*note.span)] == note.words


def test_the_sentences_around_are_shown_and_offsets_point_into_the_text() -> None:
    made = found("Nobody should wait nine years for a wall")
    assert made.said == "Nobody should wait nine years for a wall"
    assert made.before.endswith("waited nine years for this. ")
    assert made.after.startswith(". We do not know")
    assert TEXT[slice(*made.segments[0].said)] == made.said


def test_offsets_count_from_the_start_of_the_items_text() -> None:
    start = TEXT.index("Our neighbours")
    part = Spoken(item().source, TEXT[start:], start)
    made = found("Nobody should wait nine years for a wall", part)
    assert TEXT[slice(*made.segments[0].said)] == "Nobody should wait nine years for a wall"


def test_somebody_elses_words_are_named_as_such() -> None:
    made = found("Nobody should wait nine years for a wall", speaker="Bert Lund")
    assert made.status is QuoteStatus.MISATTRIBUTED
    assert "Said by Ada Holm and not by Bert Lund" in made.why
    for nobody in (None, "the mayor", "Mayor Holm", "Ada Holm, the mayor"):
        made = found("Nobody should wait nine years for a wall", speaker=nobody)
        assert made.status is QuoteStatus.VERBATIM


def test_the_speakers_own_statement_comes_before_anothers() -> None:
    other = item(id="other", speaker="Bert Lund")
    made = found("Nobody should wait nine years for a wall", other, item())
    assert made.source is not None
    assert (made.status, made.source.id) == (QuoteStatus.VERBATIM, "wall")


def test_other_words_of_the_same_are_a_paraphrase_only_with_the_same_numbers_and_polarity() -> None:
    said = "The labour office hired already sixty of the people in town"
    assert found(said).status in (QuoteStatus.PARAPHRASED, QuoteStatus.EDITED)
    quoted = "Three plans were looked at by the engineers, and the cheapest working plan was chosen"
    assert found(quoted).status is QuoteStatus.PARAPHRASED
    assert found(quoted.replace("Three", "Eight")).status is QuoteStatus.NOT_FOUND


def test_what_nobody_said_is_not_found_and_it_says_among_how_many() -> None:
    made = found("The sea has no mercy, and neither do I.")
    assert made.status is QuoteStatus.NOT_FOUND
    assert made.why == (
        "Not found among 7 passages of official statements and reports that were searched."
    )
    assert made.source is None


def test_a_few_words_are_anybodys() -> None:
    assert not is_checkable("no way out")
    assert check("no way out", None, [item()], searched=1) is None


def test_reporting_words_between_two_quotations_are_left_out() -> None:
    text = 'We will win," he said, "and soon'
    assert [text[slice(*part)] for part in parts(text)] == ["We will win,", "and soon"]
    mixed = "the plan was “a disgrace” that “nobody asked for"
    assert [word.key for word in take_apart(mixed)] == ["a", "disgrace", "nobody", "asked", "for"]


def test_a_report_that_introduces_its_speaker_is_no_attribution_to_others() -> None:
    text = 'The minister said: "We will mend the sea wall before winter." Others doubt it.'
    report = item(text, kind=EvidenceKind.REPORT)
    assert found("We will mend the sea wall before winter", report).status is QuoteStatus.VERBATIM


words = st.text(alphabet="abcde “”\"'[](){}…. ,;%$1’-\n\u2060", max_size=120)


@given(words, words)
def test_any_text_is_checked_and_every_span_lies_in_its_text(quotation: str, text: str) -> None:
    made = check(quotation, "Ada Holm", [item(text)], searched=1)
    if made is None or made.source is None:
        return
    for segment in made.segments:
        assert 0 <= segment.quoted[0] < segment.quoted[1] <= len(quotation)
        assert 0 <= segment.said[0] < segment.said[1] <= len(text)
    assert all(0 <= note.span[0] <= note.span[1] <= len(text) for note in made.notes)


@given(st.integers(0, 80), st.integers(5, 30))
def test_any_run_of_the_text_is_never_edited(start: int, length: int) -> None:
    spoken = item()
    chosen = spoken.words[start : start + length]
    if len(chosen) < 5:
        return
    made = found(TEXT[chosen[0].start : chosen[-1].end], spoken)
    assert made.status in (QuoteStatus.VERBATIM, QuoteStatus.OUT_OF_CONTEXT)


NOTICE = (
    "The state left the pact on 31 January 2020 at midnight Brussels time. The chair told members last week: “You "
    "will get your money when the rivers run backwards.” We have — believe me, there is no other way — sold the old ferry. "
    "I don't believe that the pier is safe. We can and must mend the pier. It cost 84 million crowns."
)


@pytest.mark.parametrize(
    ("quotation", "speaker", "status"),
    [
        # A record of the same fact is nobody's quotation, edited or said in other words.
        ("The state left the pact on 31 January 2020, in Brussels", None, QuoteStatus.NOT_FOUND),
        ("The state left the pact on 31 January 2020", None, QuoteStatus.VERBATIM),
        # What stands in quotation marks there is.
        (
            "You will never get your money when the rivers run backwards",
            None,
            QuoteStatus.EDITED,
        ),
        ("The state left the pact on 31 January, in Brussels", "Ada Holm", QuoteStatus.EDITED),
    ],
)
def test_only_what_somebody_says_can_be_misquoted(
    quotation: str, speaker: str | None, status: QuoteStatus
) -> None:
    made = found(quotation, item(NOTICE, speaker=speaker), speaker="Ada Holm")
    assert made.status is status, made.why


def test_words_in_common_with_somebody_else_are_not_theirs_unless_they_said_them() -> None:
    told = "The chair told members on 11 March 2020 that the league had found that the flu could be called an epidemic."
    made = found(
        "called the flu an epidemic on 11 March 2020",
        item(told, speaker="Ola Reyl"),
        speaker="Ada Holm",
    )
    assert made.status is QuoteStatus.NOT_FOUND, made.why


def test_words_that_the_speaker_quotes_are_not_the_speakers() -> None:
    made = found("You will get your money when the rivers run backwards", item(NOTICE))
    assert made.status is QuoteStatus.OUT_OF_CONTEXT
    assert [note.words for note in made.notes] == ["The chair told members last week"]


@pytest.mark.parametrize(
    ("quotation", "left_out", "alters"),
    [
        ("We have … sold the old ferry", "believe me, there is no other way", None),
        ("I believe that the pier is safe", "don't", "negation"),
        ("We must mend the pier", "can and", "certainty"),
        ("Our neighbours in Sandholm waited nine years for this. We do not know how", "", None),
    ],
)
def test_what_was_left_out_is_told_where_it_stood(
    quotation: str, left_out: str, alters: str | None
) -> None:
    text = NOTICE if left_out else TEXT
    made = found(quotation, item(text))
    (gap,) = [part for part in made.diff if part.kind is DiffKind.LEFT_OUT]
    assert (gap.said == left_out or not left_out, gap.alters) == (True, alters), made.why


def test_short_scales_of_figures_are_words() -> None:
    assert found("It cost 84m crowns", item(NOTICE)).status is QuoteStatus.VERBATIM
    assert found("We can and must mend the pier. It cost 84bn crowns", item(NOTICE)).alters_meaning
