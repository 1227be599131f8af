"""Texts that are no smooth article: transcripts, live blogs, lists, boxes, capitals, bad scans."""

from tests.unit.extract.conftest import Extract
from tests.unit.extract.test_extract_properties import check


def said(extracted: Extract, text: str) -> list[tuple[str, str | None]]:
    found = extracted(text)
    check(text, found)
    return [(claim.text, claim.speaker) for claim in found.claims]


def test_transcript_in_capitals(extracted: Extract) -> None:
    text = (
        "HALLAM: We never closed the bridge in March.\n"
        "VOSS: The council closed it on 4 May.\n"
        "HALLAM: Nobody told us. Forty people saw it open."
    )
    assert said(extracted, text) == [
        ("We never closed the bridge in March", "HALLAM"),
        ("The council closed it on 4 May", "VOSS"),
        ("Nobody told us", "HALLAM"),
        ("Forty people saw it open", "HALLAM"),
    ]
    assert {claim.quote.value for claim in extracted(text).claims} == {"direct"}


def test_transcript_in_small_letters(extracted: Extract) -> None:
    text = (
        "Ada Hallam: We never closed the bridge in March.\n\n"
        "Jon Voss: The council closed it on 4 May.\n\n"
        "Ada Hallam: Forty people saw it open."
    )
    assert [speaker for _, speaker in said(extracted, text)] == [
        "Ada Hallam",
        "Jon Voss",
        "Ada Hallam",
    ]


def test_labels_of_things_make_no_transcript(extracted: Extract) -> None:
    text = (
        "Venue: The old town hall was sold.\n\nPrice: The tickets cost 4 euros.\n\nThe mayor left."
    )
    assert all(speaker is None for _, speaker in said(extracted, text)[1:])


def test_live_blog_stamps_are_no_part_of_a_claim(extracted: Extract) -> None:
    text = (
        "10:42 The mayor said the bridge was closed.\n\n"
        "10.15am: Police arrested two men at the port.\n\n"
        "[09:50] The trains are running again.\n\n"
        "14:05 GMT\nThe council said the road had reopened."
    )
    assert said(extracted, text) == [
        ("the bridge was closed", "mayor"),
        ("Police arrested two men at the port", None),
        ("The trains are running again", None),
        ("the road had reopened", "council"),
    ]


def test_one_time_of_day_makes_no_live_blog(extracted: Extract) -> None:
    text = "10:42 was the time at which the bridge fell."
    assert extracted(text).excluded == []


def test_dateline_counts_behind_a_stamp(extracted: Extract) -> None:
    text = "10:42\n\n11:03 The bridge fell on Monday.\n\n11:20 The road reopened."
    (mention,) = extracted(text, "2024-05-16T08:00:00+00:00").claims[0].dates
    assert mention.value == "2024-05-13"


def test_list_items_are_claims_of_their_own(extracted: Extract) -> None:
    text = (
        "The plan has three parts:\n"
        "- The council will pay 4m euros for the bridge.\n"
        "• The mayor said taxes would fall.\n"
        "1. The school will reopen in June."
    )
    assert said(extracted, text)[1:] == [
        ("The council will pay 4m euros for the bridge", None),
        ("taxes would fall", "mayor"),
        ("The school will reopen in June", None),
    ]


def test_boxed_quote_belongs_to_who_signs_it(extracted: Extract) -> None:
    text = (
        "The mayor said the bridge fell in March.\n\n"
        "“It fell because nobody looked.”\n— Ada Hallam, engineer\n\nThe road is open."
    )
    assert said(extracted, text)[1] == ("It fell because nobody looked.", "Ada Hallam")


def test_photo_caption_is_no_claim(extracted: Extract) -> None:
    text = "The bridge fell in March.\n\nPhoto: Workers clear the road after the storm."
    assert said(extracted, text) == [("The bridge fell in March", None)]


def test_headline_in_capitals(extracted: Extract) -> None:
    text = "MAYOR SAYS BRIDGE WILL REOPEN IN MAY\n\nThe bridge closed in March, the mayor said."
    assert said(extracted, text)[-1] == ("The bridge closed in March", "mayor")


def test_bad_scan_names_no_speaker(extracted: Extract) -> None:
    text = 'Tbe rnayor sa1d tbe bridge vvas closed , and tl1e c0uncil pa id . " It is 0ld , " he sald .'
    assert all(speaker is None for _, speaker in said(extracted, text))


def test_one_sentence_of_40_kb(extracted: Extract) -> None:
    text = "The mayor said that the bridge was shut" + ", that the road was open" * 1_700 + "."
    assert len(text) > 40_000
    found = extracted(text)
    check(text, found)
    assert len(found.claims) <= 3_400
    assert all(len(claim.context) <= 600 for claim in found.claims)


def test_2000_quotation_marks_between_words(extracted: Extract) -> None:
    text = '"no" said " yes ' * 667
    found = extracted(text)
    check(text, found)
    assert all(one.confidence <= 0.9 for one in found.attributions)


def test_claim_keeps_the_subject_before_it(extracted: Extract) -> None:
    text = "The source told him the council leader hadn’t paid any taxes for ten years."
    texts = [claim.text for claim in extracted(text).claims]
    assert not any(one.startswith("hadn’t") for one in texts)
