"""One claim in other words, and what is only near to it."""

import pytest

from services.language.analysis import Analyser
from services.match.numbers import find_numbers
from services.match.query import Sought, to_statements
from services.match.same import same_claim


def same(analyser: Analyser, one: str, other: str) -> bool:
    statements = to_statements([Sought(one), Sought(other)], analyser)
    return same_claim(*statements) and same_claim(*statements[::-1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # The passive, with its agent and without.
        (
            "The council cut the road budget in 2021.",
            "The road budget was cut by the council in 2021.",
        ),
        ("The court struck down the Fishing Act.", "The Fishing Act was struck down by the court."),
        # What stands in front, and what belongs together, may stand elsewhere.
        (
            "Oster launched its first ferry on 9 April 2022.",
            "On 9 April 2022 Oster launched its first ferry.",
        ),
        ("The price of bread in Oster rose 9%.", "Bread prices in Oster rose by nine per cent."),
        # Other words for one thing.
        (
            "Oster's unemployment rate fell to 5%.",
            "The jobless rate in Oster dropped to 5 per cent.",
        ),
        ("Burma Tarn was sacked on Monday.", "Burma Tarn was dismissed on Monday."),
        # Figures in words.
        ("A storm killed forty-three people in Oster.", "A storm killed 43 people in Oster."),
        ("A fifth of pupils in Oster cannot swim.", "One in five pupils in Oster cannot swim."),
    ],
)
def test_other_words_for_one_claim_join(analyser: Analyser, one: str, other: str) -> None:
    assert same(analyser, one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lorn expelled six diplomats of Oster.", "Six Lorn diplomats were expelled from Oster."),
        ("Lorn Group bought Oster Bank.", "Oster Bank bought Lorn Group."),
        ("Lorn Group bought Oster Bank.", "Lorn Group was bought by Oster Bank."),
        (
            "The court ruled that the ban was illegal.",
            "The court will rule whether the ban was illegal.",
        ),
        ("The tank in Oster is full.", "The tank in Oster is empty."),
        (
            "Bread cost 3 crowns in Oster and 9 in Lorn.",
            "Bread cost 3 crowns in Lorn and 9 in Oster.",
        ),
        ("Oster voted by 71 to 40 for the ban.", "Oster voted by 40 to 71 for the ban."),
        ("Rents in Oster have risen since June.", "Rents in Oster have risen since July."),
        ("Ticket prices in Oster rose 9%.", "Fares in Oster went down 9%."),
        ("The bridge will open two years late.", "The bridge will open two years early."),
    ],
)
def test_what_turns_it_round_or_into_another_claim_does_not(
    analyser: Analyser, one: str, other: str
) -> None:
    assert not same(analyser, one, other)


@pytest.mark.parametrize(
    ("text", "value"),
    [("forty-three people", 43.0), ("twenty one wolves", 21.0), ("a tenth of voters", 10.0)],
)
def test_numbers_in_two_words_are_one(text: str, value: float) -> None:
    assert [one.value for one in find_numbers(text, [])] == [value]
