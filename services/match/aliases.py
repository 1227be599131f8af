"""Names of countries and their people that are one name in another form."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

_FORMS: Mapping[str, str] = {
    "us": "united states|united states of america|u.s.|u.s.a.|usa|america|american|americans",
    "uk": "united kingdom|u.k.|great britain|britain|british|briton|britons",
    "eu": "european union|e.u.",
    "un": "united nations|u.n.",
    "netherlands": "dutch|holland",
    "france": "french|frenchman|frenchmen",
    "spain": "spanish|spaniard|spaniards",
    "poland": "polish|pole|poles",
    "switzerland": "swiss",
    "denmark": "danish|dane|danes",
    "turkey": "türkiye|turkiye|turkish|turk|turks",
    "ireland": "irish",
    "wales": "welsh",
    "greece": "greek|greeks",
    "norway": "norwegian|norwegians",
    "sweden": "swedish|swede|swedes",
    "finland": "finnish|finn|finns",
    "portugal": "portuguese",
    "germany": "german|germans",
    "ukraine": "ukrainian|ukrainians",
    "china": "chinese",
    "peru": "peruvian|peruvians",
    "thailand": "thai",
    "philippines": "philippine|filipino|filipinos",
}
_NAME = {
    form: name for name, forms in _FORMS.items() for form in (*forms.split("|"), name) if form != ""
}
_MANY_WORDS = re.compile(
    r"\b(?:the\s+)?("
    + "|".join(
        re.escape(form).replace(r"\ ", r"\s+")
        for form in sorted(_NAME, key=len, reverse=True)
        if " " in form
    )
    + r")\b",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"\b[A-ZÀ-Þ]")
_ENDINGS = ("ians", "ian", "ans", "an", "ese", "ish", "is", "i", "ns", "n")
_LEAST = 4  # letters that a name and its people share


def unified(text: str) -> str:
    """`text` with names of several words in their one-word form: "United States" is "US"."""
    if not _CAPITAL.search(text):
        return text
    return _MANY_WORDS.sub(
        lambda found: (
            _NAME[" ".join(found[1].lower().split())].upper() if found[1][0].isupper() else found[0]
        ),
        text,
    )


@lru_cache(maxsize=50_000)
def canonical(term: str) -> str:
    """The one form of a term that names a country or its people; any other term as it is."""
    return _NAME.get(term.rstrip("."), _NAME.get(term, term.rstrip(".")))


def canonicals(terms: Iterable[str]) -> frozenset[str]:
    """The terms, each in its one form."""
    return frozenset(canonical(term) for term in terms)


def akin(one: str, other: str) -> bool:
    """Whether two terms are one word in two forms: "blind" and "blindness", "Norvale" and "Norvalian"."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < _LEAST or short[0] != long[0]:
        return False
    common = next(
        (n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short)
    )
    return common == len(short) or (common >= _LEAST + 2) or long[common:] in _ENDINGS


def missing(terms: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """The terms that no other one is akin to."""
    return frozenset(
        term for term in terms - others if not any(akin(term, other) for other in others)
    )
