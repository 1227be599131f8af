"""Speakers are named as fully as the article names them, or not at all."""

from tests.unit.extract.conftest import Extract


def speakers(extracted: Extract, text: str) -> list[str | None]:
    return [claim.speaker for claim in extracted(text).claims if claim.quote.value != "none"]


def test_surname_gets_the_full_name(extracted: Extract) -> None:
    text = "Engineer Nora Quist opened the dam. Quist said the dam was safe."
    assert speakers(extracted, text) == ["Nora Quist"]


def test_short_first_name_is_the_same_person(extracted: Extract) -> None:
    text = "Engineer Robert Quist opened the dam. Bob Quist said the dam was safe."
    assert speakers(extracted, text) == ["Robert Quist"]


def test_other_first_name_is_another_person(extracted: Extract) -> None:
    text = "Engineer Robert Quist opened the dam. His sister Mary Quist said the dam was safe."
    assert speakers(extracted, text) == ["Mary Quist"]


def test_pronoun_takes_the_person_of_its_gender(extracted: Extract) -> None:
    text = "Robert Quist met Mary Berg on Monday. She said the dam was safe."
    assert speakers(extracted, text) == ["Mary Berg"]


def test_pronoun_goes_on_with_the_speaker(extracted: Extract) -> None:
    text = "Robert Quist said the dam was safe. He said the road was open."
    assert speakers(extracted, text) == ["Robert Quist", "Robert Quist"]


def test_pronoun_that_fits_nobody_is_unknown(extracted: Extract) -> None:
    text = "Robert Quist opened the dam. She said the dam was safe."
    assert speakers(extracted, text) == [None]


def test_a_surname_that_the_recogniser_does_not_know_is_part_of_the_name(
    extracted: Extract,
) -> None:
    text = (
        "KESWARD, January 21 - Council chair Tomas Erlund said last year had been the warmest since "
        "records began. The harbour was never closed, Erlund added."
    )
    assert set(speakers(extracted, text)) == {"Tomas Erlund"}


def test_a_pronoun_means_whom_its_own_paragraph_introduces(extracted: Extract) -> None:
    text = (
        "Robin Vale reminded the council on Monday that the dam was old.\n\n"
        "The former engineer, Alex Tull, was not persuaded. “Rents rose by 9 per cent,” he said."
    )
    assert speakers(extracted, text) == ["Robin Vale", "Alex Tull"]


def test_pronoun_is_unknown_where_gender_tells_neither_of_two(extracted: Extract) -> None:
    text = "Alex Tull met the engineer Robin Vale on Monday. She said the dam was safe."
    assert speakers(extracted, text) == [None]


def test_title_means_the_person_who_bears_it(extracted: Extract) -> None:
    text = "Finance Minister Mary Berg met the engineer Robert Quist. The minister said taxes would fall."
    assert speakers(extracted, text) == ["Mary Berg"]


def test_broader_description(extracted: Extract) -> None:
    text = (
        "Norwegian Foreign Minister Mary Berg met the engineer Robert Quist. "
        "The diplomat said the talks had failed."
    )
    assert speakers(extracted, text) == ["Mary Berg"]


def test_name_beside_a_description(extracted: Extract) -> None:
    text = "The finance minister, Mary Berg, said taxes would fall."
    assert speakers(extracted, text) == ["Mary Berg"]


def test_capital_speaks_for_its_country(extracted: Extract) -> None:
    text = "Madrid has denied that it sold the ships."
    assert speakers(extracted, text) == ["Spain"]


def test_short_form_of_a_country(extracted: Extract) -> None:
    assert speakers(extracted, "The UK said that the ships had sailed.") == ["United Kingdom"]


def test_officials_stay_what_they_are(extracted: Extract) -> None:
    assert speakers(extracted, "Two officials said that the ships had sailed.") == ["Two officials"]
