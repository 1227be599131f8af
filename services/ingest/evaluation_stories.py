"""How well copies are told from other articles, on edits that are simulated and so are known.

Of every text: half of its tail cut, 15% of its words replaced, both at once, and a copy under another
headline with a byline and dateline of its own. Against them stand hard negatives: another text that
carries all of the first one's quotations, a digest of three articles' beginnings, and the first text with
other figures, as a form filled in again.
"""

import gzip
import json
import random
import re
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path, PurePath

from schemas.article import Article
from services.ingest.deciding import Given, decide, remember
from services.ingest.documents import read_document
from services.ingest.item import Document, Item, Options
from services.ingest.stories import Words
from services.ports.article_ledger import ArticleLedger

STORIES_DEFINITIONS = (
    "a pair: two articles of the sample, each from another outlet",
    "precision: of the pairs with one story id, those made from one text",
    "recall: of the pairs made from one text, those with one story id",
    "recall of an edit: of the copies made by it, those with the story id of the text they were made from",
    "milliseconds: a whole decision (identity, story, staging in SQL), median, in this process",
)

FEWEST_WORDS = 120
"""Words of a text that is worth cutting in half."""

UNTOLD = 0.2
"""Containment of two texts that nobody has labelled, from which they are not both in the sample."""

REWRITTEN = 0.15
UNLIKE = 0.6
"""Share of words replaced that makes another text of one: hardly a run of three is left."""

_FIGURE = re.compile(r"\d")  # who rewrites a text keeps its figures
_QUOTATION = re.compile(r"“[^”\n]{20,}”|\"[^\"\n]{20,}\"")
_DAY = datetime(2024, 5, 6, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Labelled:
    """An article of the sample: `text_of` numbers what it was made from, `edit` says how."""

    text_of: int
    edit: str
    title: str
    text: str


@dataclass
class StoryFigures:
    """Counts of pairs and copies; milliseconds of each decision."""

    articles: int = 0
    right: int = 0
    claimed: int = 0
    true: int = 0
    found: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)


def evaluate_stories(
    texts: Sequence[tuple[str, str]], ledger: ArticleLedger, crowd: int = 0, seed: int = 1
) -> StoryFigures:
    """Feed the sample that is made of `texts` (title and text) to `ledger`, shuffled, and count.

    `crowd` other articles are put into the ledger first.
    """
    fill(ledger, [text for _, text in texts], crowd, seed)
    rows = list(sample(texts, seed))
    random.Random(seed).shuffle(rows)  # noqa: S311 - no secret
    figures, stories = StoryFigures(len(rows)), []
    for number, row in enumerate(rows):
        item = Item(f"outlet {number}", "1", row.text, row.title, published_at=_DAY)
        started = time.perf_counter()
        stories.append(_story(item, ledger))
        figures.milliseconds.append(1_000 * (time.perf_counter() - started))
    _count_pairs(rows, stories, figures)
    _count_edits(rows, stories, figures)
    return figures


def _story(item: Item, ledger: ArticleLedger) -> str | None:
    with ledger.taking() as taking:
        given = Given.of(item)
        decision = decide(given, taking)
        remember(decision, given, taking, _DAY)
    return decision.outcome.article.story_id


def _count_pairs(rows: list[Labelled], stories: list[str | None], figures: StoryFigures) -> None:
    for one, other in combinations(range(len(rows)), 2):
        same_text = rows[one].text_of == rows[other].text_of
        same_story = stories[one] == stories[other]
        figures.true += same_text
        figures.claimed += same_story
        figures.right += same_text and same_story
        if same_story and not same_text:
            figures.wrong.append((rows[one].edit, rows[other].edit))


def _count_edits(rows: list[Labelled], stories: list[str | None], figures: StoryFigures) -> None:
    originals = {
        row.text_of: story
        for row, story in zip(rows, stories, strict=True)
        if row.edit == "original"
    }
    for row, story in zip(rows, stories, strict=True):
        if row.text_of in originals and row.edit != "original":
            figures.made[row.edit] += 1
            figures.found[row.edit] += story == originals[row.text_of]


# The sample


def sample(texts: Sequence[tuple[str, str]], seed: int) -> Iterator[Labelled]:
    """Copies and hard negatives of `texts`, labelled; the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    words = [word for _, text in texts for word in text.split() if not _FIGURE.search(word)]
    numbers = len(texts)
    for number, (title, text) in enumerate(texts):
        other = texts[(number + 1) % len(texts)][1]
        yield Labelled(number, "original", title, text)
        yield Labelled(number, "half the tail cut", title, _cut(text))
        yield Labelled(number, "15% rewritten", title, _rewritten(text, words, draw))
        yield Labelled(number, "cut and rewritten", title, _rewritten(_cut(text), words, draw))
        yield Labelled(number, "headline and byline", "Another headline", _dressed(text))
        if quoting := _quoting(text, _rewritten(other, words, draw, UNLIKE)):
            yield Labelled(numbers, "other words, the same quotations", title, quoting)
            numbers += 1
        if (form := _other_figures(text, draw)) != text:
            yield Labelled(numbers, "the same form, other figures", title, form)
            numbers += 1
    for number in range(0, len(texts) - 2, 3):
        yield Labelled(numbers, "digest", "News in brief", _digest(texts[number : number + 3]))
        numbers += 1


def _cut(text: str) -> str:
    words = [match.end() for match in re.finditer(r"\S+", text)]
    return text[: words[len(words) // 2 - 1]]


def _rewritten(text: str, words: list[str], draw: random.Random, share: float = REWRITTEN) -> str:
    def other(match: re.Match[str]) -> str:
        kept = draw.random() >= share or _FIGURE.search(match.group())
        return match.group() if kept else draw.choice(words)

    return re.sub(r"\S+", other, text)


def _dressed(text: str) -> str:
    return f"LAKEPORT, May 6 (AFP) - {text}\n\nRead more of our stories at the kiosk.\n\nAFP"


def _quoting(text: str, other: str) -> str | None:
    """Another reporter's text around the same quotations; none where those are most of the text anyway."""
    quotations = [match.group() for match in _QUOTATION.finditer(text)]
    quoted = sum(len(one.split()) for one in quotations)
    if not quotations or quoted > 0.35 * len(text.split()):
        return None
    told = [f"{one} it was said." for one in quotations]
    return "\n\n".join([*re.sub(r"[“”\"]", "", other).split("\n\n"), *told])


def _other_figures(text: str, draw: random.Random) -> str:
    """Every figure changed; a text with only a few is no form, and stays."""
    if len(re.findall(r"\d+", text)) < 8:
        return text
    return re.sub(r"\d+", lambda match: str(int(match.group()[:9]) + draw.randint(1, 97)), text)


def _digest(texts: Sequence[tuple[str, str]]) -> str:
    parts = (text.split() for _, text in texts)
    return "\n\n".join(" ".join(words[: min(60, len(words) // 6)]) for words in parts)


def fill(ledger: ArticleLedger, texts: Sequence[str], crowd: int, seed: int) -> None:
    """Put `crowd` articles of about 300 words into the ledger, of the words of `texts` in runs of two."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    words = [word for text in texts for word in text.split()]
    for start in range(0, crowd, 500):
        with ledger.taking() as taking:
            for number in range(start, min(start + 500, crowd)):
                runs = (draw.randrange(len(words) - 1) for _ in range(150))
                text = " ".join(" ".join(words[place : place + 2]) for place in runs)
                article = Article(
                    id=f"crowd-{number}",
                    source="crowd",
                    guid=str(number),
                    text=text,
                    story_id=f"crowd-{number}",
                )
                given = Given(Item("crowd", str(number), text), article)
                taking.stage(article, given.words.sketch, _DAY)
        ledger.confirm((f"crowd-{number}", 1) for number in range(start, min(start + 500, crowd)))


# Where texts come from


def read_texts(path: Path) -> list[tuple[str, str]]:
    """Titles and texts of articles in a folder of files, JSON lines (plain or gzip), or a zip of pages.

    Left out are texts that are too short to cut, and those that share a fifth of their runs of three words
    with an earlier one: whether these are copies nobody has told.
    """
    found: list[tuple[str, str]] = []
    known: list[Words] = []
    for title, text in _texts(path):
        words = Words.of(text)
        if len(text.split()) < FEWEST_WORDS or any(words.containment(o) > UNTOLD for o in known):
            continue
        found.append((title, text))
        known.append(words)
    return found


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    if path.is_dir():
        for file in sorted(path.iterdir()):
            yield from _items(file.name, file.read_bytes())
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if ".html" in name:
                    yield from _items(name, archive.read(name))
    else:
        for line in _lines(path):
            row = json.loads(line)
            yield str(row.get("title") or ""), str(row["text"])


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
        for line in stream:
            yield line.decode()


def _items(name: str, body: bytes) -> Iterator[tuple[str, str]]:
    if name.endswith(".gz"):
        name, body = PurePath(name).stem, gzip.decompress(body)
    for item in read_document(Document(name, body), Options()):
        if isinstance(item, Item):
            yield item.title, item.text
