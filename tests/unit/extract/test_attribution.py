"""Who is said to have said what: direct, indirect and mixed speech, nominal cues, labels, floating quotations."""

import pytest

from schemas.claim import Attribution
from tests.unit.extract.conftest import Extract


def told(extracted: Extract, text: str) -> list[tuple[str | None, str]]:
    return [(one.speaker, words(text, one)) for one in extracted(text).attributions]


def words(text: str, one: Attribution) -> str:
    return " … ".join(text[start:end] for start, end in one.content)


@pytest.mark.parametrize(
    ("text", "speaker", "content"),
    [
        (
            '"The dam is safe," engineer Nora Quist said on Monday.',
            "Nora Quist",
            '"The dam is safe,"',
        ),
        ('"The dam is safe," said Nora Quist.', "Nora Quist", '"The dam is safe,"'),
        ('Nora Quist said: "The dam is safe."', "Nora Quist", '"The dam is safe."'),
        ("Nora Quist said the dam was safe.", "Nora Quist", "the dam was safe"),
        ("The dam was safe, Nora Quist said.", "Nora Quist", "The dam was safe"),
        ("Nora Quist warned that the dam would break.", "Nora Quist", "that the dam would break"),
        ("According to the ministry, the dam is safe.", "ministry", "the dam is safe"),
        ("The dam is safe, according to the ministry.", "ministry", "The dam is safe"),
        (
            "A report by the ministry found that the dam leaks.",
            "report by the ministry",
            "that the dam leaks",
        ),
        ("Figures show that prices fell.", "Figures", "that prices fell"),
        ("The dam leaks, as reported by the Harbour Gazette.", "Harbour Gazette", "The dam leaks"),
        ("The minister accused Norland of lying.", "minister", "Norland of lying"),
        ("Critics dismissed the claim that the dam was safe.", "Critics", "that the dam was safe"),
    ],
)
def test_one_attribution(extracted: Extract, text: str, speaker: str, content: str) -> None:
    assert (speaker, content) in told(extracted, text)


def test_quotation_split_around_its_cue_is_one(extracted: Extract) -> None:
    text = '"The dam is safe," Nora Quist said. "It was checked in May."'
    assert told(extracted, text) == [
        ("Nora Quist", '"The dam is safe," … "It was checked in May."')
    ]


def test_quotation_over_paragraphs_is_one(extracted: Extract) -> None:
    text = 'Nora Quist said: "The dam is safe.\n\n"It was checked in May."'
    assert [len(one.content) for one in extracted(text).attributions] == [2]


def test_floating_quotation_has_the_speaker_before_it(extracted: Extract) -> None:
    text = 'Engineer Nora Quist told reporters the dam was safe.\n\n"We checked it twice in May."'
    assert ("Nora Quist", '"We checked it twice in May."') in told(extracted, text)


def test_cue_before_in_a_new_sentence(extracted: Extract) -> None:
    text = 'Nora Quist said the dam was safe. He added, "It was checked in May by two teams."'
    assert any('"It was checked' in content for _, content in told(extracted, text))


def test_scare_quotes_are_nobodys_speech(extracted: Extract) -> None:
    text = 'The so-called "smart dam" was opened in May.'
    assert extracted(text).attributions == []


def test_mixed_quotation_keeps_its_clause(extracted: Extract) -> None:
    text = 'Nora Quist said the dam was "as safe as houses" and would last.'
    (one,) = extracted(text).attributions
    assert one.quote.value == "mixed"
    assert words(text, one).startswith("the dam was")


def test_transcript_labels(extracted: Extract) -> None:
    text = (
        "The interview was broadcast on Monday.\n\nQUIST: The dam was checked twice in May.\n\n"
        "BERG: Nobody told the village about the leak.\n\nQUIST: The village was told on the same day."
    )
    assert [speaker for speaker, _ in told(extracted, text)] == ["QUIST", "BERG", "QUIST"]


def test_agentless_passive_has_no_speaker(extracted: Extract) -> None:
    found = extracted("The dam is expected to open in May.")
    assert all(one.speaker is None for one in found.attributions)


def test_confidence_is_lower_without_a_speaker(extracted: Extract) -> None:
    known = extracted('"The dam is safe," Nora Quist said.').attributions[0]
    unknown = extracted('"The dam is safe for now."').attributions[0]
    assert unknown.speaker is None
    assert unknown.confidence < known.confidence
