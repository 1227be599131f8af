"""Words that are numbers."""

from collections.abc import Mapping

SCALES: Mapping[str, float] = {
    **dict.fromkeys(("hundred",), 1e2),
    **dict.fromkeys(("thousand", "k"), 1e3),
    **dict.fromkeys(("million", "millions", "mn", "m"), 1e6),
    **dict.fromkeys(("billion", "billions", "bn", "b"), 1e9),
    **dict.fromkeys(("trillion", "trillions", "tn"), 1e12),
}
_ONES: Mapping[str, float] = {
    word: float(value)
    for value, word in enumerate(
        (
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
            *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
            *("seventeen", "eighteen", "nineteen", "twenty"),
        )
    )
}
_TENS: Mapping[str, float] = {
    word: float(value)
    for word, value in zip(
        ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
        range(30, 100, 10),
        strict=True,
    )
}
WORDS: Mapping[str, float] = {
    **_ONES,
    **_TENS,
    **{
        f"{tens}{between}{ones}": value + one
        for tens, value in {"twenty": 20.0, **_TENS}.items()
        for ones, one in list(_ONES.items())[1:10]
        for between in "- "
    },
}
"""Up to ninety-nine: "forty-three" is one number, and not forty and three."""
ORDINALS: Mapping[str, float] = {
    word: float(value)
    for value, word in enumerate(
        (
            *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"),
            *("ninth", "tenth"),
        ),
        start=1,
    )
}
FRACTIONS: Mapping[str, float] = {
    "half": 50.0,
    "a third": 100 / 3,
    "one third": 100 / 3,
    "two thirds": 200 / 3,
    "a quarter": 25.0,
    "one quarter": 25.0,
    "three quarters": 75.0,
    "every second": 50.0,
    **{
        f"{one} {part}": 100.0 / number
        for number, part in zip(
            (5, 6, 7, 8, 9, 10),
            ("fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
            strict=True,
        )
        for one in ("a", "one")
    },
}
