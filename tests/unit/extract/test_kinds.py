"""Kinds of claims and when a promise falls due."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from schemas.claim import DateMention, Kind, Quote
from services.extract.dates import Reference
from services.extract.due import due_date
from services.extract.kinds import classify

# Text, lemma of the cue, quote, kind.
CASES = [
    ("Police arrested the mayor of Elmford.", None, Quote.NONE, Kind.EVENT),
    ("The bridge was being repaired.", None, Quote.NONE, Kind.EVENT),
    ("Thousands of nurses are being dismissed.", None, Quote.NONE, Kind.QUANTITY),
    ("Support fell by 5 per cent.", "say", Quote.INDIRECT, Kind.QUANTITY),
    ("The tax entered into force on 4 May.", None, Quote.NONE, Kind.FACT),
    ("Elmford is the oldest town in the valley.", "say", Quote.DIRECT, Kind.FACT),
    ("The act forbids the sale of knives.", None, Quote.NONE, Kind.FACT),
    ("the council took bribes", "deny", Quote.INDIRECT, Kind.DENIAL),
    ("The mayor has denied any wrongdoing.", None, Quote.NONE, Kind.DENIAL),
    ("That is a lie.", "say", Quote.DIRECT, Kind.DENIAL),
    ("the firm hid the figures", "accuse", Quote.INDIRECT, Kind.ACCUSATION),
    ("They stole the money and lied about it.", "say", Quote.DIRECT, Kind.ACCUSATION),
    ("The minister was rebuked for hiding the figures.", None, Quote.NONE, Kind.ACCUSATION),
    ("the town would build a school", "promise", Quote.INDIRECT, Kind.PROMISE),
    ("We will build a school next year.", "say", Quote.DIRECT, Kind.PROMISE),
    ("he will raise the matter in parliament", "say", Quote.INDIRECT, Kind.PROMISE),
    ("the party would win", "predict", Quote.INDIRECT, Kind.PREDICTION),
    ("Rents will rise next year.", "say", Quote.DIRECT, Kind.PREDICTION),
    ("The council will meet on Monday.", None, Quote.NONE, Kind.INTENTION),
    ("We want to build a school.", "say", Quote.DIRECT, Kind.INTENTION),
    ("We are determined to stay.", "say", Quote.DIRECT, Kind.INTENTION),
    ("the council must publish the figures", "say", Quote.INDIRECT, Kind.DEMAND),
    ("Elmford called on its neighbours to open the road.", "call", Quote.INDIRECT, Kind.DEMAND),
    ("Publish the figures now.", "say", Quote.DIRECT, Kind.DEMAND),
    ("I think we deserve better.", "say", Quote.DIRECT, Kind.OPINION),
    ("The speech was wonderful.", None, Quote.NONE, Kind.OPINION),
    ("Nobody would be dismissed.", "say", Quote.INDIRECT, Kind.PREDICTION),
    ("We want to build a school.", "tell", Quote.DIRECT, Kind.INTENTION),
    ("The plan to build a school failed.", "tell", Quote.DIRECT, Kind.EVENT),
    ("Stay at home.", "tell", Quote.DIRECT, Kind.DEMAND),
    ("The mayor told residents to stay at home.", None, Quote.NONE, Kind.DEMAND),
    ("The earthquake killed a man.", "say", Quote.INDIRECT, Kind.EVENT),
    ("A man was killed by the earthquake.", "say", Quote.INDIRECT, Kind.EVENT),
    ("A man was killed.", "say", Quote.INDIRECT, Kind.EVENT),
    ("A man was killed by the police.", "say", Quote.INDIRECT, Kind.ACCUSATION),
    ("The army killed a man.", "say", Quote.INDIRECT, Kind.ACCUSATION),
]


@pytest.mark.parametrize(("text", "cue", "quote", "kind"), CASES, ids=[case[0] for case in CASES])
def test_kind(text: str, cue: str | None, quote: Quote, kind: Kind, nlp: Language) -> None:
    assert classify(nlp(text)[:], cue_lemma=cue, quote=quote) is kind


def test_only_the_span_counts(nlp: Language) -> None:
    doc = nlp("The mayor denied that the council took bribes.")
    assert classify(doc[4:8], cue_lemma=None, quote=Quote.NONE) is Kind.EVENT


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=80), cue=st.none() | st.text(max_size=8), quote=st.sampled_from(Quote))
def test_any_text_has_a_kind(text: str, cue: str | None, quote: Quote, nlp: Language) -> None:
    assert classify(nlp(text)[:], cue_lemma=cue, quote=quote) in Kind


TODAY = Reference(published=date(2024, 5, 16))


def _mention(value: str, text: str = "then", conflict: str | None = None) -> DateMention:
    return DateMention(span=(0, len(text)), text=text, value=value, conflict=conflict)


@pytest.mark.parametrize(
    ("kind", "dates", "due"),
    [
        (Kind.PROMISE, [_mention("2024-05-15"), _mention("2024-06-03")], "2024-06-03"),
        (Kind.PROMISE, [_mention("2024-05-20/2024-05-26")], "2024-05-26"),
        (Kind.PROMISE, [_mention("2025-02")], "2025-02-28"),
        (Kind.PROMISE, [_mention("2030")], "2030-12-31"),
        (Kind.PROMISE, [_mention("2024-05-16", "Thursday")], None),
        (Kind.PROMISE, [_mention("2024-05-16", "tonight")], "2024-05-16"),
        (Kind.PROMISE, [_mention("2024-06-03", conflict="a Monday, not a Friday")], None),
        (Kind.PROMISE, [], None),
        (Kind.PREDICTION, [_mention("2024-06-03")], None),
    ],
)
def test_due(kind: Kind, dates: list[DateMention], due: str | None) -> None:
    assert due_date(kind, dates, TODAY) == due


def test_without_a_reference_the_last_date_is_due() -> None:
    assert (
        due_date(Kind.PROMISE, [_mention("2019"), _mention("2021-03")], Reference()) == "2021-03-31"
    )
