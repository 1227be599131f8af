"""Words of quantities: scales, bounds, currencies and measures."""

from services.extract.wordlists import word_list, word_set

SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "lakh": 1e5,
    "million": 1e6,
    "mn": 1e6,
    "m": 1e6,
    "crore": 1e7,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
}
"""What a number is multiplied by. A bare "m" may also be the metre; see quantities."""

SMALL = {
    word: number
    for number, word in enumerate(
        word_list(
            """
            zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
            fifteen sixteen seventeen eighteen nineteen
            """
        )
    )
} | {
    word: 10 * number
    for number, word in enumerate(
        word_list("twenty thirty forty fifty sixty seventy eighty ninety"), start=2
    )
}
"""The words that number words are made of, below a hundred."""

CROWDS = {
    "tens": (20, 100),
    "dozens": (24, 100),
    "scores": (40, 100),
    "hundreds": (2e2, 1e3),
    "thousands": (2e3, 1e4),
    "millions": (2e6, 1e7),
    "billions": (2e9, 1e10),
    "trillions": (2e12, 1e13),
}
"""What a plural without a number allows: at least two, and at most the next word's beginning."""

FEW = {
    "a couple of": (2, 2),
    "a few": (2, 5),
    "several": (3, 9),
    "a dozen": (12, 12),
    "half a dozen": (6, 6),
    "two dozen": (24, 24),
    "three dozen": (36, 36),
}
"""Counts in words of everyday speech."""

MULTIPLES = {
    "halved": 0.5,
    "halving": 0.5,
    "doubled": 2,
    "doubling": 2,
    "tripled": 3,
    "tripling": 3,
    "trebled": 3,
    "trebling": 3,
    "quadrupled": 4,
    "quadrupling": 4,
}
"""Verbs that multiply."""

FOLD = {"twice": 2, "double": 2, "triple": 3, "treble": 3, "quadruple": 4}
"""Words that multiply what follows them."""

INFINITE = float("inf")

BOUNDS: dict[str, tuple[float, float]] = {
    "more than": (1, INFINITE),
    "greater than": (1, INFINITE),
    "at least": (1, INFINITE),
    "not less than": (1, INFINITE),
    "no less than": (1, INFINITE),
    "no fewer than": (1, INFINITE),
    "upwards of": (1, INFINITE),
    "in excess of": (1, INFINITE),
    "over": (1, INFINITE),
    "above": (1, INFINITE),
    "well over": (1, INFINITE),
    "just over": (1, 1.1),
    "slightly more than": (1, 1.1),
    "less than": (0, 1),
    "fewer than": (0, 1),
    "no more than": (0, 1),
    "not more than": (0, 1),
    "up to": (0, 1),
    "as many as": (0, 1),
    "as much as": (0, 1),
    "at most": (0, 1),
    "minus": (-1, -1),
    "under": (0, 1),
    "below": (0, 1),
    "nearly": (0.9, 1),
    "almost": (0.9, 1),
    "just under": (0.9, 1),
    "close to": (0.9, 1.1),
    "about": (0.9, 1.1),
    "around": (0.9, 1.1),
    "roughly": (0.9, 1.1),
    "approximately": (0.9, 1.1),
    "some": (0.9, 1.1),
    "an estimated": (0.9, 1.1),
    "estimated": (0.9, 1.1),
}
"""What a word before a number makes of it, as factors of its lower and upper bound.

An infinite upper factor and a zero lower one leave that side open. Ten per cent is our reading of
"about" and "nearly".
"""

SYMBOLS = {
    "US$": "USD",
    "A$": "AUD",
    "AU$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "S$": "SGD",
    "R$": "BRL",
    "$": "USD",
    "£": "GBP",
    "€": "EUR",
    "¥": "JPY",
    "₹": "INR",
    "₽": "RUB",
    "₩": "KRW",
    "₴": "UAH",
    "₺": "TRY",
    "₦": "NGN",
    "₪": "ILS",
    "Rs": "INR",
    "Rs.": "INR",
}
"""Signs before a sum. A bare dollar sign is read as the US dollar."""

CODES = word_set(
    """
    USD EUR GBP JPY CNY INR AUD CAD NZD CHF SEK NOK DKK RUB BRL ZAR KRW MXN SGD HKD TRY PLN CZK HUF
    ILS NGN KES UAH
    """
)
"""ISO 4217 codes that are read where they stand."""

CURRENCY_WORDS = {
    "us dollar": "USD",
    "u.s. dollar": "USD",
    "american dollar": "USD",
    "australian dollar": "AUD",
    "canadian dollar": "CAD",
    "new zealand dollar": "NZD",
    "hong kong dollar": "HKD",
    "singapore dollar": "SGD",
    "dollar": "USD",
    "pounds sterling": "GBP",
    "pound sterling": "GBP",
    "euro": "EUR",
    "japanese yen": "JPY",
    "yen": "JPY",
    "chinese yuan": "CNY",
    "yuan": "CNY",
    "renminbi": "CNY",
    "indian rupee": "INR",
    "rupee": "INR",
    "swiss franc": "CHF",
    "russian ruble": "RUB",
    "ruble": "RUB",
    "rouble": "RUB",
    "shekel": "ILS",
    "hryvnia": "UAH",
    "naira": "NGN",
    "zloty": "PLN",
    "swedish krona": "SEK",
    "norwegian krone": "NOK",
    "danish krone": "DKK",
}
"""Names of currencies that mean one; "pounds", "francs", "pesos" and "crowns" stay counted nouns."""

MEASURES = {
    "kg": "kilogram",
    "mile": "mile",
    "ft": "foot",
    "foot": "foot",
    "tonne": "tonne",
    "acre": "acre",
    "hectare": "hectare",
    "kilometre": "kilometre",
    "kilometer": "kilometre",
    "metre": "metre",
    "km": "kilometre",
    "kms": "kilometre",
    "cm": "centimetre",
    "mm": "millimetre",
    "m": "metre",
    "metres": "metre",
    "meters": "metre",
    "meter": "metre",
    "kilometers": "kilometre",
    "kilometres": "kilometre",
    "kilograms": "kilogram",
    "mph": "mile per hour",
    "kph": "kilometre per hour",
    "km/h": "kilometre per hour",
    "ppm": "part per million",
    "parts per million": "part per million",
    "gw": "gigawatt",
    "mw": "megawatt",
    "kwh": "kilowatt-hour",
    "°c": "degree Celsius",
    "°f": "degree Fahrenheit",
    "degrees celsius": "degree Celsius",
    "degrees fahrenheit": "degree Fahrenheit",
    "percentage points": "percentage point",
    "percentage point": "percentage point",
    "basis points": "basis point",
    "%": "%",
    "per cent": "%",
    "percent": "%",
    "pc": "%",
}
"""Measures and the name under which they are compared; other counted nouns go by their lemma."""

NAMING = word_set(
    """
    page pages article section chapter room flight route highway number no. no resolution grade phase
    season episode type part volume platform gate channel clause rule level size paragraph figure table
    """
)
"""Nouns that a number after them names rather than counts."""

HINTS = frozenset(
    (*SMALL, *SCALES, *CROWDS, "dozen", "half", "third", "thirds", "quarter", "quarters")
)
HINTS |= {*MULTIPLES, *FOLD, *(f"{number}fold" for number in SMALL)}
HINTS |= {"fifth", "fifths", "tenth", "tenths", "few", "couple", "several"}
"""A sentence with none of these and no digit holds no quantity."""
