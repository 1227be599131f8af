"""Text that cannot be read well is read with low confidence, in linear time; clean prose keeps its own."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.extract.legibility import LEAST, Page, legibility

if TYPE_CHECKING:
    from services.extract.extraction import Extraction

Extract = Callable[..., "Extraction"]

CLEAN = "Minister Ada Hallam said the government had built 40 schools in the province since 2019."
SCANS = {
    "letters and figures mixed": (
        "M1nister Ada Ha11am sa1d the g0vernment had bui1t 40 sch00ls in the pr0vince s1nce 2019."
    ),
    "words torn apart": (
        "Min ister Ada H allam sa id th e gov ernm ent had bu ilt 40 sc hools in th e prov ince."
    ),
    "hyphens at line ends": (
        "Minister Ada Hallam said the govern-\nment had fin-\nished the schools in the prov-\nince "
        "on Wed-\nnesday."
    ),
    "lost spaces": (
        "Minister Ada Hallam saidthatthegovernmenthadbuilt schools.The courtagreedwiththeministerial "
        "view.Critics of the planhaddoubtedwhetheritwould hold.Nobody was sure."
    ),
}
CLEAN_FORMS = [
    CLEAN,
    "The U.S. and the E.U. signed a $1.2bn deal at 5pm, he wrote on www.example.org/news.html.",
    "McDonald's, PayPal and YouTube sponsored the G7's COVID-19 fund in the 1990s, at 3.5%.",
    "Pre- and post-war houses in St. Ives cost a two- to three-bedroom family 40 km of driving.",
]


@pytest.mark.parametrize("text", CLEAN_FORMS)
def test_clean_prose_is_trusted(text: str) -> None:
    assert legibility(text) == 1.0


@pytest.mark.parametrize("text", SCANS.values(), ids=SCANS.keys())
def test_a_bad_scan_is_not(text: str) -> None:
    assert legibility(text) <= 0.5


@pytest.mark.parametrize("text", SCANS.values(), ids=SCANS.keys())
def test_what_is_found_in_a_bad_scan_says_so(text: str, extracted: Extract) -> None:
    found = extracted(text)
    for one in (*found.attributions, *found.claims):
        assert one.confidence <= 0.5


def test_a_bad_paragraph_costs_only_itself(extracted: Extract) -> None:
    found = extracted(f"{CLEAN}\n\n{SCANS['words torn apart']}")
    assert found.claims[0].confidence > 0.7
    assert found.claims[0].speaker == "Ada Hallam"
    assert all(one.confidence <= 0.5 for one in found.claims if one.span[0] > len(CLEAN))


FORMS = {
    "headline in capitals": "MAYOR SAYS BRIDGE OVER THE RIVER IS SAFE AFTER ALL",
    "columns side by side": (
        "The mayor said the bridge      Rents in the town have\n"
        "was safe and would open in     risen by 8% in a year, the\n"
        "May, the council was told.     union said on Tuesday."
    ),
    "a sentence that never ends": "the mayor said that " * 2_000,
    "2,000 quotation marks": 'He said "yes" and "no". ' * 500,
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS.keys())
def test_forms_that_are_misread_are_trusted_less(text: str, extracted: Extract) -> None:
    assert legibility(text) <= 0.7
    found = extracted(text)
    assert all(one.confidence <= 0.7 for one in (*found.attributions, *found.claims))


def test_a_list_item_is_trusted_a_little_less() -> None:
    assert legibility("- Rents rose by 8% in a year.") == 0.9


@given(st.text(max_size=300))
def test_any_text_has_a_measure(text: str) -> None:
    assert LEAST <= legibility(text) <= 1.0


def test_a_span_over_two_paragraphs_has_the_worse() -> None:
    text = f"{CLEAN}\n\n{SCANS['words torn apart']}"
    first = (0, len(CLEAN))
    page = Page.of(text, [first, (len(CLEAN) + 2, len(text))])
    assert page.at(first) == 1.0
    assert page.at((10, len(text))) == page.at((len(CLEAN) + 5, len(text))) < 0.6
