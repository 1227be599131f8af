"""Which news agency a text came from, told from the places where outlets say so."""

import re

_NAMES = {
    "AAP": r"AAP|Australian Associated Press",
    "AFP": r"AFP|Agence France[- ]Presse",
    "ANI": r"ANI|Asian News International",
    "ANSA": r"ANSA",
    "AP": r"AP|(?:The )?Associated Press",
    "Anadolu": r"AA|Anadolu(?: Agency| Ajansı)?",
    "Bloomberg": r"Bloomberg(?: News)?",
    "Canadian Press": r"(?:The )?Canadian Press",
    "DPA": r"dpa|DPA|Deutsche Presse-Agentur",
    "EFE": r"EFE|Agencia EFE",
    "IANS": r"IANS|Indo-Asian News Service",
    "Interfax": r"Interfax",
    "Kyodo": r"Kyodo(?: News)?",
    "PA Media": r"PA Media|Press Association|PA",
    "PTI": r"PTI|Press Trust of India",
    "Reuters": r"(?:Thomson )?Reuters",
    "TASS": r"TASS|ITAR-TASS",
    "UNI": r"UNI|United News of India",
    "UPI": r"UPI|United Press International",
    "Xinhua": r"Xinhua(?: News Agency)?",
    "Yonhap": r"Yonhap(?: News Agency)?",
}
_ANY = "|".join(_NAMES.values())
_BY_PATTERN = [(name, re.compile(pattern)) for name, pattern in _NAMES.items()]

_HEAD, _TAIL = 300, 400  # characters: a dateline stands in the first, a sign-off in the last
_DASH = r"(?:--|[-–—:])"
_DATELINE = (
    re.compile(rf"\A[^\n()]{{0,80}}\((?P<name>{_ANY})\)\s?(?:{_DASH}|\b|\Z)"),  # LONDON (Reuters) -
    re.compile(rf"\A(?P<name>{_ANY})\s?{_DASH}\s"),  # Reuters -
    # PARIS, AFP —
    re.compile(rf"\A[A-Z][^\n()]{{1,60}}, (?P<name>{_ANY})\s?{_DASH}\s"),
)
_SIGN_OFF = (
    re.compile(rf"(?:^|[\s.”\"])(?:--|[–—-])\s?(?P<name>{_ANY})\s*\Z"),  # — AP
    re.compile(rf"(?:\(|\[|\n\s*|[-–—]\s?)(?P<name>{_ANY})(?:\)|\]|\s*)\s*\Z"),  # (PTI)
    re.compile(rf"(?:©|\(c\)|\bCopyright)\s?(?:\d{{4}}\s)?(?P<name>{_ANY})\b"),
    re.compile(rf"\b[Ww]ith (?:agency )?inputs from (?P<name>{_ANY})\b"),
)
# The house style of one agency: (Reporting by A in B; Editing by C)
_REUTERS_CREDIT = re.compile(
    r"\((?:(?:Additional )?Reporting|Writing|Compiled) by [^()\n]{2,200}; ?(?:[^()\n]{0,100}; ?)?"
    r"[Ee]dit(?:ing|ed) by [^()\n]{2,100}\)\s*\Z"
)
_NAME_ALONE = re.compile(
    rf"(?:by |source: ?)?(?P<name>{_ANY})(?: staff| correspondent)?", re.IGNORECASE
)
_BYLINE_PART = re.compile(r"[,/|;•]| - | and | with | for ")
_LONGEST_BYLINE = 200


def agency_of(text: str, byline: str | None = None, publisher: str | None = None) -> str | None:
    """The agency that a dateline, a sign-off, the byline or the publisher names; none without one.

    A mention in a sentence ("he told Reuters") names none.
    """
    found = _in_patterns(text[:_HEAD], _DATELINE) or _in_patterns(text[-_TAIL:], _SIGN_OFF)
    if found:
        return found
    if _REUTERS_CREDIT.search(text[-_TAIL:]):
        return "Reuters"
    return _in_byline(byline) or _in_byline(publisher)


def _in_patterns(part: str, patterns: tuple[re.Pattern[str], ...]) -> str | None:
    matches = (pattern.search(part) for pattern in patterns)
    return next((_named(match["name"]) for match in matches if match), None)


def _in_byline(byline: str | None) -> str | None:
    for part in _BYLINE_PART.split((byline or "")[:_LONGEST_BYLINE]):
        match = _NAME_ALONE.fullmatch(part.strip(" ()[]."))
        # Short names are capitals: "Ani" and "Tass" are also people.
        if match and (found := _named(match["name"])):
            return found
    return None


def _named(written: str) -> str | None:
    return next((name for name, pattern in _BY_PATTERN if pattern.fullmatch(written)), None)
