"""What match takes for a contradiction, and what it leaves at "related" or takes for agreement."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.evidence import Evidence, EvidenceKind
from schemas.match import Match, Relation
from services.evidence.ratings import rated
from services.language.analysis import Analyser
from services.match.aliases import akin, canonical, missing, unified
from services.match.clauses import Part, clauses
from services.match.dates import Day, agree, find_dates
from services.match.hedges import Bound, Change
from services.match.numbers import Number, find_numbers
from services.match.opposites import other_event, turned
from services.match.query import Sought
from services.match.ranking import find
from services.match.views import Views
from services.ports.evidence_store import Hit, Query

S, C, R, M = Relation.SUPPORTS, Relation.CONTRADICTS, Relation.RELATED, Relation.SAME_CLAIM
N, B, X = Relation.NARROWER, Relation.BROADER, Relation.CONFLICT


class Holding:
    """A store whose every answer is the same items, with a cosine of their rank."""

    def __init__(self, *items: Evidence) -> None:
        self.items = items

    def search(self, queries: Sequence[Query], top: int, **_: object) -> list[list[Hit]]:
        hits = [
            Hit(item, bm25=1.0, cosine=0.9 - 0.01 * rank, rank=1.0 / (1 + rank))
            for rank, item in enumerate(self.items[:top])
        ]
        return [hits for _ in queries]


def relate(analyser: Analyser, claim: str, evidence: str, **fields: Any) -> Match:
    item = Evidence(id="e", claim=evidence, **{"kind": EvidenceKind.REPORT, **fields})
    found, _ = find([Sought(claim)], store=Holding(item), analyser=analyser, top=1)  # type: ignore[arg-type]
    return found[0][0]


@pytest.mark.parametrize(
    ("claim", "evidence", "relation", "why"),
    [
        # Polarity is that of the clause that carries the matched content.
        (
            "The Norvale dam was finished in 1987, and nobody thought it was cheap",
            "The Norvale dam was finished in May 1987",
            S,
            "the dates agree",
        ),
        ("The Norvale dam was never finished", "The Norvale dam was finished", C, "denies"),
        (
            "The minister denied that the Norvale dam leaks",
            "The Norvale dam leaks",
            C,
            "one denies what the other says",
        ),
        # A number contradicts only when what is counted, where and when agree.
        (
            "The Norvale dam held 9 million litres in 2021",
            "The Norvale dam held 5 million litres in 2020",
            R,
            "the date differs: 2021 here, 2020 there",
        ),
        (
            "Rain at the Mount Hallow station averaged 421 millimetres in 2023",
            "The global average of rain was 419.3 millimetres in 2023",
            N,
            "covers more than the claim",
        ),
        (
            "Nurses in Norvale earn 2,400 crowns a week",
            "Teachers in Norvale earn 1,650 crowns a week",
            R,
            "about Nurses, that one about Teachers",
        ),
        (
            "Prices in Norvale rose to 9 per cent in 2022",
            "Prices in Norvale rose by 3 per cent in 2022",
            R,
            "both speak of",
        ),
        (
            "Prices in Norvale rose by 9 per cent",
            "Prices in Norvale rose by 3 per cent",
            C,
            "9 per",
        ),
        (
            "The strike in Norvale ended on 3 May 2020",
            "The strike in Norvale began on 1 May 2020",
            R,
            "this one tells of “ended”, that one of “began”",
        ),
        # Hedges and rounding.
        ("More than 50,000 people fled Norvale", "Some 53,000 people fled Norvale", S, "agree"),
        ("More than 50,000 people fled Norvale", "Some 12,000 people fled Norvale", C, "50,000"),
        ("About 251 million people saw it", "About 250 million people saw it", S, "numbers agree"),
        # Dates as precise as both say.
        ("The Norvale dam opened in 1987", "The Norvale dam opened on 3 May 1987", S, "dates"),
        (
            "The Norvale dam opened on 1 July 2020",
            "The Norvale dam opened on 30 June 2020",
            C,
            "the date differs: 1 July 2020 here, 30 June 2020 there",
        ),
        # What the evidence does not state is not supported by it.
        ("The Norvale dam is 90 metres high", "The Norvale dam is high", R, "is not stated there"),
        (
            "Britain left the treaty on 3 May 1999",
            "The United Kingdom left the treaty on 4 June 2003",
            C,
            "the date differs",
        ),
        ("Ada Lund opened the Norvale dam", "Piet Krol opened the Norvale dam", R, "only this one"),
        (
            "Sweden left the pact in 2019",
            "Voters in Sweden wanted to leave the pact in 2019",
            R,
            "an intention",
        ),
    ],
)
def test_a_contradiction_needs_grounds_and_the_reason_names_the_difference(
    analyser: Analyser, claim: str, evidence: str, relation: Relation, why: str
) -> None:
    found = relate(analyser, claim, evidence)
    assert found.relation is relation, found.why
    assert why in found.why


@pytest.mark.parametrize(
    ("claim", "rating", "relation"),
    [
        ("The Lakeby ferry sank in 1998", "false", C),
        ("The Lakeby ferry sank in 1998", "half-true", M),
        ("The Lakeby ferry sank in 1998", "mixture", M),
        ("The Lakeby ferry sank in 1998", None, M),
        ("The Lakeby ferry sank in 1998", "true", S),
        ("The Lakeby ferry did not sink in 1998", "false", S),
        ("The owner denied that the Lakeby ferry sank in 1998", "false", S),
        ("The Lakeby ferry sank in 2004, not in 1998", "false", S),
        ("The Lakeby ferry sank in 2004", "false", R),
        ("The Lakeby ferry sank", "false", R),
        ("The Lakeby ferry was painted green", "false", R),
        ("The Lakeby ferry never sank", "half-true", R),
    ],
)
@pytest.mark.parametrize("kind", [EvidenceKind.FACT_CHECK, EvidenceKind.VERDICT])
def test_a_rating_decides_only_about_the_same_statement(
    analyser: Analyser, claim: str, rating: str | None, relation: Relation, kind: EvidenceKind
) -> None:
    finding = rated(rating or "", "example.org").finding
    found = relate(analyser, claim, "The Lakeby ferry sank in 1998", finding=finding, kind=kind)
    assert found.relation is relation, found.why


def test_a_text_that_holds_the_value_here_takes_the_ground_away(analyser: Analyser) -> None:
    text = "A second shock of magnitude 7.5 followed nine hours later."
    claim, evidence = "The shock had a magnitude of 7.5", "The shock had a magnitude of 7.8"
    assert relate(analyser, claim, evidence).relation is C
    found = relate(analyser, claim, evidence, text=text)
    assert found.relation is R
    assert "though its text has the value here" in found.why


def test_only_what_cannot_be_among_the_best_is_left_unread(analyser: Analyser) -> None:
    items = [
        Evidence(id=f"e{n}", claim=f"The Norvale dam held {n} million litres in {1990 + n}")
        for n in range(1, 40)
    ]
    sought = [Sought("The Norvale dam held 31 million litres in 2021")]
    store: Any = Holding(*items)
    every, _ = find(sought, store=store, analyser=analyser, top=len(items))
    few, _ = find(sought, store=store, analyser=analyser, top=5)
    assert few[0] == every[0][:5]
    likely, _ = find(sought, store=store, analyser=analyser, top=5, least=0.95)
    assert likely[0] == [one for one in every[0] if one.probability >= 0.95][:5]


def test_an_item_is_read_once_and_again_when_it_changed(analyser: Analyser) -> None:
    class Counting:
        read = 0

        def terms(self, texts: Sequence[str]) -> list[list[str]]:
            Counting.read += 1
            return analyser.terms(texts)

    views = Views(Counting())  # type: ignore[arg-type]
    item = Evidence(id="e", claim="The dam holds 5 million litres")
    first = views.claims([item])
    read = Counting.read
    assert views.claims([item]) == first
    assert Counting.read == read
    edited = item.model_copy(update={"claim": "The dam holds 6 million litres"})
    assert views.claims([edited])[0].numbers[0].value == 6e6
    assert Counting.read > read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One thing happened", [("One thing happened", False)]),
        ("It opened, and nobody came", [("It opened", False), ("and nobody came", False)]),
        (
            "It opened in 1990, not in 1992",
            [("It opened in 1990", False), ("in 1992", True)],
        ),
        (
            "The bridge, not the tunnel, was closed",
            [("The bridge", False), ("the tunnel", True), ("was closed", False)],
        ),
        ("It grew rather than shrank", [("It grew", False), ("shrank", True)]),
        ("bread, milk and eggs", [("bread, milk and eggs", False)]),
        (
            "U.S. Senator John F. Lund met Dr. Krol",
            [("U.S. Senator John F. Lund met Dr. Krol", False)],
        ),
        ("It fell. Nobody came", [("It fell", False), ("Nobody came", False)]),
        ("It fell to 7.3 per cent", [("It fell to 7.3 per cent", False)]),
    ],
)
def test_clauses(text: str, expected: list[tuple[str, bool]]) -> None:
    assert clauses(text) == [Part(*one) for one in expected]


@given(st.text(max_size=300))
def test_any_text_has_clauses(text: str) -> None:
    assert clauses(text)


def test_a_long_text_has_few_clauses() -> None:
    assert len(clauses("it, and " * 100_000)) <= 30
    assert len(clauses("it," + " " * 1_000_000 + "and so on")) == 1


def number(text: str) -> Number:
    (found,) = find_numbers(text, [one.span for one in find_dates(text)])
    return found


@pytest.mark.parametrize(
    ("text", "bound", "change"),
    [
        ("more than 50 people", Bound.ABOVE, None),
        ("at least about 50 people", Bound.ABOVE, None),
        ("no fewer than 50 people", Bound.ABOVE, None),
        ("no more than 50 people", Bound.BELOW, None),
        ("fewer than 50 people", Bound.BELOW, None),
        ("about 50 people", Bound.NONE, None),
        ("it rose by 50 metres", Bound.NONE, Change.BY),
        ("it fell to nearly 50 metres", Bound.NONE, Change.TO),
        ("they walked to 50 houses", Bound.NONE, None),
    ],
)
def test_hedges(text: str, bound: Bound, change: Change | None) -> None:
    assert (number(text).bound, number(text).change) == (bound, change)


@pytest.mark.parametrize(
    ("one", "other", "same", "differs"),
    [
        ("more than 50,000 people", "53,000 people", True, False),
        ("more than 53,000 people", "30,000 people", False, True),
        ("more than 50,000 people", "90,000 people", False, False),
        ("fewer than 2,000 people", "1,650 people", True, False),
        ("fewer than 2,000 people", "2,600 people", False, True),
        ("tens of thousands of people", "40,000 people", True, False),
        ("tens of thousands of people", "1,200 people", False, True),
        ("between 40 and 50 people", "45 people", True, False),
        ("between 40 and 50 people", "80 people", False, True),
        ("0.8 million people", "800,000 people", True, False),
        ("ten thousand people", "10,000 people", True, False),
    ],
)
def test_what_a_hedged_figure_allows(one: str, other: str, same: bool, differs: bool) -> None:
    for mine, its in ((number(one), number(other)), (number(other), number(one))):
        assert mine.comparable(its)
        assert (mine.same(its), mine.differs(its)) == (same, differs)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("UNESCO reported in 2023", []),
        ("more than in 2019", []),
        ("compared with 2019", []),
        ("before 2019", []),
        ("it closed in 2019", [Day(2019)]),
        ("between 2010 and 2015", [Day(2010, last=2015)]),
        ("in 2011-2020", [Day(2011, last=2020)]),
    ],
)
def test_dates_that_are_not_those_of_the_fact_are_set_aside(text: str, told: list[Day]) -> None:
    assert [one.day for one in find_dates(text) if not one.aside] == told


def test_a_span_of_years_is_a_period_of_its_own() -> None:
    span = Day(2011, last=2020)
    assert agree([span], [Day(2011, last=2020)]) is True
    assert agree([span], [Day(2015)]) is False
    assert agree([span], [Day(2011), Day(2020)]) is True
    assert str(span) == "2011 to 2020"


def test_countries_and_their_people_are_one_name() -> None:
    assert unified("the United States and Great Britain") == "US and UK"
    assert unified("they became united states of mind") == "they became united states of mind"
    assert canonical("american") == canonical("u.s.") == canonical("usa") == "us"
    assert akin("norvale", "norvalian")
    assert not akin("holm", "hall")
    assert missing(frozenset({"norvale", "lakeby"}), frozenset({"norvalian"})) == {"lakeby"}


def test_opposites() -> None:
    rose, fell = frozenset({"price", "rise"}), frozenset({"price", "fall"})
    assert turned(rose, fell)
    assert not turned(rose, rose)
    assert other_event(frozenset({"join"}), frozenset({"leave"})) == ("join", "leave")
    assert other_event(frozenset({"join"}), frozenset({"join", "leave"})) is None
