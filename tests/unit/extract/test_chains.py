"""Who passes on what somebody else said is kept apart from who said it."""

import pytest

from tests.unit.extract.conftest import Extract


@pytest.mark.parametrize(
    "text",
    [
        "According to the Harbour Gazette, Mary Berg said that taxes would fall.",
        "Mary Berg said as reported by the Harbour Gazette that taxes would fall.",
        "The Harbour Gazette reported that Mary Berg said taxes would fall.",
    ],
)
def test_chain_of_two(extracted: Extract, text: str) -> None:
    claims = [claim for claim in extracted(text).claims if "taxes would fall" in claim.text]
    assert [(claim.speaker, claim.reported_by) for claim in claims] == [
        ("Mary Berg", ["Harbour Gazette"])
    ]


def test_chain_goes_on_in_a_participle(extracted: Extract) -> None:
    text = (
        '"Taxes will fall in the spring," Mary Berg said as reported by The Gazette, '
        "adding that pensions would rise."
    )
    claims = {claim.text: claim for claim in extracted(text).claims}
    assert claims["pensions would rise"].speaker == "Mary Berg"
    assert claims["pensions would rise"].reported_by == ["The Gazette"]


def test_denial_passes_nothing_on(extracted: Extract) -> None:
    text = "Spain denied that Mary Berg had promised to pay."
    assert all(claim.reported_by == [] for claim in extracted(text).claims)


def test_own_words_make_no_chain(extracted: Extract) -> None:
    text = "Mary Berg said she had promised that taxes would fall."
    assert all("Mary Berg" not in claim.reported_by for claim in extracted(text).claims)
