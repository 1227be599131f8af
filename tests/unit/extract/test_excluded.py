"""What stands in an article without being its reporting is found, and prose is left alone."""

import pytest

from schemas.claim import ExcludedKind
from services.extract.excluded import find_excluded
from services.extract.paragraphs import find_paragraphs


def excluded(text: str) -> list[tuple[str, str]]:
    found = find_excluded(text, find_paragraphs(text))
    return [(one.kind.value, text[one.span[0] : one.span[1]]) for one in found]


@pytest.mark.parametrize(
    "dateline",
    [
        "Lisbon, June 4:",
        "LISBON, June 4 (Newswire) -",
        "LISBON (Newswire) —",
        "PORTO, Portugal (Newswire) -",
        "New Delhi, 4 June 2024 (ABC):",
        "OSLO —",
    ],
)
def test_datelines(dateline: str) -> None:
    text = f"{dateline} The bridge was closed on Tuesday after a storm."
    assert excluded(text) == [("dateline", dateline)]


@pytest.mark.parametrize(
    "opening",
    [
        "The bridge was closed: nobody knows why.",
        "Lisbon has closed its bridge - again.",
        "In June 4 ships sank: all were old.",
    ],
)
def test_prose_is_no_dateline(opening: str) -> None:
    assert excluded(opening) == []


def test_headline_set_into_the_prose() -> None:
    headline = "Harbour Mayor Pia Lund Says Ferry Subsidy Was Wrong to End."
    text = f"The ferry stopped running in May. {headline}\n\nPassengers were angry."
    assert excluded(text) == [("related_headline", headline)]


@pytest.mark.parametrize(
    "pointer",
    ["READ MORE: ferry stops for good", "Also read | The ferry's last day", "Watch: the last trip"],
)
def test_pointers(pointer: str) -> None:
    assert excluded(f"The ferry stopped.\n\n{pointer}\n\nIt rained.") == [
        ("related_headline", pointer)
    ]


@pytest.mark.parametrize(
    "notice",
    [
        "(This story has not been edited by our newsroom and is published from a syndicated feed.)",
        "(Except for the headline, this copy is unedited and comes from an agency feed)",
        "This article was generated from a wire feed without edits; staff have not modified it.",
    ],
)
def test_syndication_notices(notice: str) -> None:
    assert excluded(f"The ferry stopped.\n\n{notice}") == [("syndication_notice", notice)]


@pytest.mark.parametrize(
    "line",
    [
        "Subscribe to our morning letter.",
        "© 2024 Harbour News. All rights reserved.",
        "With inputs from agencies",
        "Reporting by Jo Berg; editing by Al Tan",
    ],
)
def test_boilerplate(line: str) -> None:
    assert excluded(f"The ferry stopped.\n\n{line}") == [("boilerplate", line)]


@pytest.mark.parametrize(
    "prose",
    [
        "(The minister declined to comment on the report.)",
        "Pia Lund and Otto Berg met Jean Dupont in Paris on Friday.",
        "The report was published by the agency.",
        "Share prices fell by two per cent.",
    ],
)
def test_prose_is_kept(prose: str) -> None:
    assert excluded(f"The ferry stopped. It rained.\n\n{prose}") == []


def test_kinds_are_those_of_the_schema() -> None:
    assert {kind.value for kind in ExcludedKind} >= {"dateline", "syndication_notice"}


@pytest.mark.parametrize(
    "notice",
    [
        "Correction: An earlier version of this story said the ferry carried 900 people. It carried 90.",
        "Correction (May 6): The ferry carried 90 people.",
        "Editor's note: The captain's name was wrong in the first version.",
        "This article was amended on 3 May 2024. The ferry carried 90 people, not 900.",
        "An earlier version of this article said that 900 people were on the ferry.",
        "This story has been withdrawn because its source could not be confirmed.",
    ],
)
def test_notices_of_the_outlet_about_its_own_article(notice: str) -> None:
    assert excluded(f"The ferry stopped.\n\n{notice}") == [("editorial_notice", notice)]


@pytest.mark.parametrize(
    "reporting",
    [
        "The correction came too late, the captain said on Monday.",
        "This story of a ferry has been told before, she said.",
    ],
)
def test_reporting_about_corrections_stays(reporting: str) -> None:
    assert excluded(f"The ferry stopped.\n\n{reporting}") == []
