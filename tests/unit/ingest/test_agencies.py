"""The agency behind a text, from where outlets name it and nowhere else."""

import pytest

from services.ingest.agencies import agency_of


@pytest.mark.parametrize(
    ("text", "byline", "agency"),
    [
        ("LONDON (Reuters) - The mayor said so.", None, "Reuters"),
        ("New Delhi [India], March 11 (ANI): The mayor said so.", None, "ANI"),
        ("Reuters - Oil rose.", None, "Reuters"),
        ("PARIS, AFP — The mayor said so.", None, "AFP"),
        ("The mayor said so. — AP", None, "AP"),
        ("The mayor said so. (PTI)", None, "PTI"),
        ("The mayor said so.\n\nAFP", None, "AFP"),
        ("The mayor said so. (With inputs from PTI)", None, "PTI"),
        ("The mayor said so. (Reporting by A B in Paris; Editing by C D)", None, "Reuters"),
        ("© 2024 AFP", None, "AFP"),
        ("The mayor said so.", "By Jane Doe, Associated Press", "AP"),
        ("The mayor said so.", "Press Trust of India", "PTI"),
        ("He told Reuters on Monday.", None, None),
        ("The AP was wrong, he said of the AP.", None, None),
        ("The mayor said so. (Reporting by Jane Doe)", None, None),
        ("The mayor said so.", "Ani Doe", None),
        ("The mayor said so.", "ani", None),
    ],
)
def test_agencies(text: str, byline: str | None, agency: str | None) -> None:
    assert agency_of(text, byline) == agency


def test_a_publisher_that_is_an_agency() -> None:
    assert agency_of("The mayor said so.", None, "Reuters") == "Reuters"
    assert agency_of("The mayor said so.", None, "The Lakeport Reuters Club") is None
