"""Claims are the checkable fragments: exact, split where clauses stand alone, never excluded text."""

from tests.unit.extract.conftest import Extract


def texts(extracted: Extract, text: str) -> list[str]:
    return [claim.text for claim in extracted(text).claims]


def test_direct_quotation_without_its_marks(extracted: Extract) -> None:
    found = extracted('"The dam is safe. It was checked in May," Nora Quist said.').claims
    assert [(one.text, one.quote.value) for one in found] == [
        ("The dam is safe. It was checked in May", "direct")
    ]


def test_indirect_content_without_that(extracted: Extract) -> None:
    assert texts(extracted, "Nora Quist said that the dam was safe.") == ["the dam was safe"]


def test_coordinated_clauses_are_split(extracted: Extract) -> None:
    text = "The dam was closed in May, and most recently the mayor visited the valley on Sunday."
    assert texts(extracted, text) == [
        "The dam was closed in May",
        "the mayor visited the valley on Sunday",
    ]


def test_contrast_is_split(extracted: Extract) -> None:
    text = "Norland built the dam in 1990 while Sudland built only roads."
    assert texts(extracted, text) == ["Norland built the dam in 1990", "Sudland built only roads"]


def test_place_clause_is_a_claim_of_its_own(extracted: Extract) -> None:
    text = "Spain called on Norland to open the valley where hundreds of people are being held."
    found = texts(extracted, text)
    assert "hundreds of people are being held" in found
    assert "Spain called on Norland to open the valley" in found


def test_act_of_saying_is_kept(extracted: Extract) -> None:
    (claim,) = extracted("Spain has long denied claims of fraud.").claims
    assert (claim.text, claim.speaker, claim.kind.value) == (
        "Spain has long denied claims of fraud",
        "Spain",
        "denial",
    )


def test_joining_words_are_left_out(extracted: Extract) -> None:
    assert texts(extracted, "Meanwhile, the dam was closed.") == ["the dam was closed"]


def test_account_names_its_source(extracted: Extract) -> None:
    text = "Reports from nurses and doctors have surfaced, describing a lack of beds."
    (claim,) = extracted(text).claims
    assert claim.speaker == "nurses and doctors"
    assert claim.quote.value == "indirect"


def test_questions_state_nothing(extracted: Extract) -> None:
    assert texts(extracted, "Will the dam hold? Engineers left the valley in May.") == [
        "Engineers left the valley in May"
    ]


def test_content_that_leaves_open_what_is_so(extracted: Extract) -> None:
    assert "who had built it" not in texts(extracted, "Quist did not say who had built it.")


def test_according_to_makes_one_claim(extracted: Extract) -> None:
    text = "The dam leaks, according to the water ministry's latest report on the valley."
    assert texts(extracted, text) == ["The dam leaks"]


def test_excluded_text_is_in_no_claim(extracted: Extract) -> None:
    text = (
        "Lisbon, June 4: The ferry stopped in May. Harbour Mayor Pia Lund Says Ferry Subsidy Was Wrong to End.\n\n"
        "(This story is unedited and comes from a syndicated feed.)"
    )
    found = extracted(text)
    assert [claim.text for claim in found.claims] == ["The ferry stopped in May"]
    assert len(found.excluded) == 3


def test_pronoun_and_description_are_resolved(extracted: Extract) -> None:
    text = "Finance Minister Robert Berg opened the dam. He said he would close it in May."
    claim = extracted(text).claims[-1]
    assert claim.text == "he would close it in May"
    assert claim.resolved_text == "Robert Berg would close it in May"


def test_thing_is_resolved_to_its_full_name(extracted: Extract) -> None:
    text = "Norland passed the Clean Water Act in May. The act forbids smoking. It took effect on Monday."
    resolved = {claim.text: claim.resolved_text for claim in extracted(text).claims}
    assert resolved["It took effect on Monday"] == "The Clean Water Act took effect on Monday"


def test_relative_clause_names_its_noun(extracted: Extract) -> None:
    text = "Robert Berg, who led the ministry in 2019, opened the dam."
    resolved = [claim.resolved_text for claim in extracted(text).claims]
    assert "Robert Berg led the ministry in 2019" in resolved


def test_nothing_to_resolve_is_none(extracted: Extract) -> None:
    assert [claim.resolved_text for claim in extracted("The dam was closed.").claims] == [None]


def test_dates_of_the_bringing_sentence(extracted: Extract) -> None:
    text = '"We will open the dam," Robert Berg said on Tuesday.'
    (claim,) = extracted(text, "2024-06-05T12:00:00+00:00").claims
    assert [mention.value for mention in claim.dates] == ["2024-06-04"]


def test_context_holds_the_neighbours(extracted: Extract) -> None:
    text = "It rained. The dam was closed in May. Nobody was hurt."
    claim = next(one for one in extracted(text).claims if one.text.startswith("The dam"))
    assert claim.context == text


def test_same_claim_twice_is_one(extracted: Extract) -> None:
    text = "The dam was closed in May.\n\nThe dam was closed in May."
    assert len(extracted(text).claims) == 1


def test_ids_do_not_depend_on_typography(extracted: Extract) -> None:
    straight = extracted("The mayor's dam was closed in May.").claims
    curly = extracted("The  mayor’s dam was closed in May.").claims
    assert [one.id for one in straight] == [one.id for one in curly]
