"""Words for what people are and do, and which of them may stand for one another."""

from services.extract.words import words

_BROADER = {
    "diplomat": "secretary-of-state foreign-minister foreign-secretary ambassador envoy consul",
    "minister": "minister prime-minister premier secretary chancellor",
    "leader": "president premier prime-minister chancellor chairman chairwoman chair head king queen pope supreme-leader",
    "lawmaker": "senator congressman congresswoman representative mp deputy legislator sen rep member",
    "legislator": "senator congressman congresswoman representative mp deputy lawmaker sen rep",
    "politician": "senator congressman congresswoman representative mp minister president mayor governor candidate sen rep gov",
    "senator": "sen senator",
    "congressman": "rep representative congressman",
    "congresswoman": "rep representative congresswoman",
    "governor": "gov governor",
    "official": "minister secretary spokesman spokeswoman spokesperson director commissioner ambassador envoy",
    "candidate": "nominee candidate contender",
    "nominee": "candidate nominee",
    "contender": "candidate nominee",
    "spokesperson": "spokesman spokeswoman",
    "spokesman": "spokesperson",
    "spokeswoman": "spokesperson",
    "chief": "director head chief chair chairman chairwoman commander secretary president executive ceo",
    "head": "director chief chair president",
    "boss": "chief executive ceo manager head",
    "executive": "ceo chief president",
    "premier": "prime-minister",
    "academic": "professor lecturer scholar researcher",
    "scientist": "professor researcher biologist physicist chemist epidemiologist",
    "expert": "professor analyst researcher scholar scientist economist",
    "economist": "professor economist",
    "physician": "doctor dr surgeon",
    "doctor": "dr surgeon physician",
    "monarch": "king queen",
    "officer": "sergeant captain lieutenant inspector constable",
    "attorney": "lawyer solicitor barrister counsel",
    "lawyer": "attorney solicitor barrister counsel",
    "reporter": "journalist correspondent",
    "journalist": "reporter correspondent",
    "author": "writer novelist",
    "secretary": "secretary",
}
BROADER = {word: frozenset(kinds.split()) for word, kinds in _BROADER.items()}
"""A description's head to the title heads that it may describe."""

COMPOUNDS = {
    ("secretary", "of", "state"): "secretary-of-state",
    ("foreign", "minister"): "foreign-minister",
    ("foreign", "secretary"): "foreign-secretary",
    ("prime", "minister"): "prime-minister",
    ("supreme", "leader"): "supreme-leader",
}
"""Titles whose meaning is not their head's."""

_SPEAKERS = words(
    """
    man woman boy girl aide analyst activist actor adviser advisor agent author banker chief
    coach commander commissioner correspondent critic daughter director editor engineer
    envoy executive expert farmer father founder friend husband historian investor judge
    king manager mayor member mother neighbor neighbour nurse observer officer operative
    organiser organizer owner parent pastor person pilot player poet pope prince producer
    professor prosecutor queen representative resident scholar sister brother soldier son
    source speaker spokesman spokeswoman spokesperson strategist student survivor teacher
    veteran victim voter wife witness worker writer ceo guest host curator nominee candidate
    mogul billionaire senator minister president lawmaker diplomat leader official governor
    secretary
    """
)
PEOPLE = _SPEAKERS | frozenset(_BROADER)
"""Nouns for one human being."""

COUNTRY_WORDS = frozenset(["country", "nation", "state"])
BODY_WORDS = words(
    """
    company group agency ministry organization organisation bank firm party government
    commission union council department committee court university institute newspaper paper
    outlet network administration campaign
    """
)
"""Nouns for one organisation."""


def role_of(words: list[str]) -> frozenset[str]:
    """The title heads in a title's lower-case words ("us secretary of state" gives secretary-of-state)."""
    found = {name for parts, name in COMPOUNDS.items() if _holds(words, parts)}
    inner = {part for parts, name in COMPOUNDS.items() if name in found for part in parts}
    found |= {word for word in words if word in PEOPLE and word not in inner}
    if any(name.endswith("minister") for name in found):
        found.add("minister")
    if "secretary-of-state" in found or "foreign-secretary" in found:
        found.add("secretary")
    return frozenset(found)


def _holds(words: list[str], parts: tuple[str, ...]) -> bool:
    return any(
        tuple(words[at : at + len(parts)]) == parts for at in range(len(words) - len(parts) + 1)
    )


def describes(description: frozenset[str], title: frozenset[str]) -> float:
    """How well a description's roles fit a title's: 1 the same, less for a broader word, 0 not at all."""
    if description & title:
        return 1.0
    if any(BROADER.get(word, frozenset()) & title for word in description):
        return 0.7
    return 0.0
