"""Who may be a speaker: people, bodies and documents; things are nobody."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from services.extract.speakers_words import says_nothing

if TYPE_CHECKING:
    from services.extract.extraction import Extraction

Extract = Callable[..., "Extraction"]


@pytest.mark.parametrize(
    "text",
    [
        "The first panel says that the world is flat.",
        "The card says the museum opened in 1920.",
        "The story says that the duke died in May.",
        "The increase suggests that demand is strong.",
    ],
)
def test_a_thing_is_no_speaker(text: str, extracted: Extract) -> None:
    (report,) = extracted(text).attributions
    assert report.speaker is None
    assert report.source  # the words are kept
    assert report.confidence < 0.5


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("A new poll says that 40% of farmers are in debt.", "new poll"),
        ("The lawsuit says that the firm hid the leak.", "lawsuit"),
        ("Villagers said that the water was bad.", "Villagers"),
        ("The panel said that the rules were too weak.", "panel"),
    ],
)
def test_documents_and_people_are(text: str, speaker: str, extracted: Extract) -> None:
    (report,) = extracted(text).attributions
    assert report.speaker == speaker


def test_the_report_is_the_one_named_with_its_publisher(extracted: Extract) -> None:
    text = (
        "UNESCO's latest annual report says that reading scores fell. The ministry objected. "
        "The report also said that funding was short."
    )
    names = [report.speaker for report in extracted(text).attributions]
    assert names[0] == names[-1] == "UNESCO's latest annual report"


def test_what_only_tells_how_it_was_said_is_left_out(extracted: Extract) -> None:
    text = "Jane Smith said the city built the school on what she described as a modest budget."
    (report,) = extracted(text).attributions
    assert [text[slice(*span)] for span in report.content] == ["the city built the school"]


def test_the_speaker_s_own_what_she_described_stays(extracted: Extract) -> None:
    text = '"We built it on what he described as a modest budget," Jane Smith said.'
    (report,) = extracted(text).attributions
    assert "modest budget" in text[slice(*report.content[0])]


def test_a_remark_after_the_speaker_is_no_part_of_the_name(extracted: Extract) -> None:
    text = '"We built it," said Maria Ortega, who leads the council, on what she called a small budget.'
    (report,) = [one for one in extracted(text).attributions if one.quote.value == "direct"]
    assert report.speaker == "Maria Ortega"
    assert "budget" not in text[slice(*report.source[0])]


def test_he_who_is_blamed_for_it_did_it(extracted: Extract) -> None:
    text = "The panel held Brian Castle in contempt for refusing to answer its questions."
    speakers = {one.speaker for one in extracted(text).attributions}
    assert "panel" not in speakers


def test_a_percentage_keeps_its_sign(extracted: Extract) -> None:
    (claim,) = extracted("The agency said that deaths fell by 8%.").claims
    assert claim.text == "deaths fell by 8%"


def test_a_signature_ends_with_the_name(extracted: Extract) -> None:
    text = (
        "“The crossing is safer now than it was in 2010.”― Carla Benson.\n\n"
        "“I was not asked about it at all.” ― Peter Young\n\nThe council met in May."
    )
    names = [one.speaker for one in extracted(text).attributions]
    assert names == ["Carla Benson", "Peter Young"]


def test_a_panel_of_people_speaks_and_one_of_paint_does_not() -> None:
    assert not says_nothing("panel", "the")
    assert says_nothing("panel", "second")
    assert says_nothing("happiness")
    assert not says_nothing("government")
