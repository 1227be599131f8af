"""Words of news that say the same of the same thing; only for claims whose every slot agrees."""

from collections.abc import Mapping

from services.match.wordlists import words

_GROUPS = (
    "kill die death dead toll fatality perish",
    "injure injury hurt wound",
    "buy purchase acquire acquisition takeover",
    "strike walk walkout stoppage",
    "rise increase grow growth climb gain jump higher up soar surge",
    "fall decrease drop decline down lower shrink sink slump",
    "jobless unemployment unemployed joblessness",
    "resign quit step resignation",
    "sack dismiss fire oust dismissal",
    "expel throw eject expulsion deport",
    "approve approval clear authorise authorize",
    "reject refuse rejection turn",
    "illegal unlawful illicit",
    "legal lawful",
    "begin start launch commence beginning open",
    "end finish conclude close stop",
    "build construct construction building erect",
    "ticket fare price cost",
    "charge fee price",
    "arrest detain arrested custody",
    "prison jail imprison imprisoned",
    "wage salary pay earning",
    "day daily",
    "year annual annually yearly",
    "purpose deliberately intentionally deliberate",
    "teenager teenage teen adolescent",
    "exceed surpass pass",
    "provide supply deliver",
    "receive take accept get",
    "vanish disappear lose loss",
    "introduce introduction",
    "abolish scrap abolition",
    "ban prohibit outlaw forbid prohibition",
    "delay late behind schedule postpone",
    "row straight consecutive succession",
    "electricity power",
    "doctor physician",
    "child kid youngster",
    "company firm business",
    "accord treaty agreement pact",
    "home house dwelling",
    "film movie",
    "city town municipality",
    "detail datum information",
    "store storage site stock",
    "age aged old",
    "crash accident collision",
    "pupil student schoolchild",
    "lawyer attorney solicitor",
    "fill filled full",
    "leak leaked spill",
    "need require requirement necessary",
    "smoker smoke smoking",
    "steal theft stolen rob",
    "apologise apology apologize sorry",
    "donate donation give",
    "elect election vote",
    "poor poverty",
    "ill sick illness disease",
    "cut reduce reduction slash",
    "owe debt",
    "use usage consume consumption",
    "visit visitor trip",
    "marry marriage wedding",
)


def _table() -> Mapping[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for group in _GROUPS:
        held = words(group)
        for word in held:
            table[word] = table.get(word, frozenset()) | held
    return table


_SAME = _table()


def unmatched(left: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """The terms of `left` that no other one is a word for."""
    return frozenset(term for term in left if not _SAME.get(term, frozenset()) & others)
