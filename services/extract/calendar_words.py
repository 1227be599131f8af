"""The words of the calendar: months, weekdays, small numbers, and the tables that rules are built from."""

from services.extract.units import SMALL
from services.extract.wordlists import word_list, word_set

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
"""Month names and their usual abbreviations, lower case, to 1..12."""

FULL_MONTHS = tuple(name for name in MONTHS if len(name) > 4 or name in ("may", "june", "july"))
"""Only these stand for a month without a day or year beside them."""

WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon",
            "tuesday tues tue",
            "wednesday wed",
            "thursday thurs thur thu",
            "friday fri",
            "saturday sat",
            "sunday sun",
        )
    )
    for name in names.split()
}
"""Weekday names and abbreviations, lower case, to 0..6 as date.weekday counts."""

FULL_WEEKDAYS = tuple(name for name in WEEKDAYS if name.endswith("day"))

NOT_A_DAY = word_set("black bloody super good easter ash cyber giving holy whit palm red")
"""Words that make a weekday's name a feast or an event: "Black Monday", "Good Friday"."""

COUNT_WORDS = {word: int(number) for word, number in SMALL.items()} | {
    "a": 1,
    "an": 1,
    "hundred": 100,
}
"""Numbers as words, as far as spans of time are told with them."""

ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "last": -1,
    "final": -1,
}
"""Ordinals of halves and quarters."""

NTH = {
    word: number
    for number, word in enumerate(
        word_list(
            """
            tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth
            nineteenth twentieth twenty-first
            """
        ),
        start=10,
    )
}
"""Ordinals of centuries as words, and of the anniversaries among them."""

SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""The month that each begins with."""

PLANNING = word_set(
    """
    plan schedule expect due set slate intend hope aim want wish promise pledge vow propose agree
    arrange prepare expire demand urge require ask invite tell order call need likely ready poise
    postpone delay anticipate book go
    """
)
"""Lemmas that put what hangs on them (an infinitive, a date) into the future."""

CLUES = {
    clue: word_set(words)
    for clue, words in {
        "unit": """
            day days week weeks fortnight fortnights month months quarter quarters half year years decade
            decades century centuries
        """,
        "near": "yesterday today tonight tomorrow night morning afternoon evening",
        "weekend": "weekend",
        "end": "end start beginning close",
        "part": "early mid middle late",
        "season": " ".join(SEASONS),
        "feast": """
            christmas new boxing valentine valentines patrick women earth anzac may ve juneteenth canada
            fourth july bastille halloween saints armistice veterans shrove ash palm maundy good easter
            ascension pentecost whit martin presidents memorial labor columbus remembrance thanksgiving
            cyber
        """,
        "then": "then",
    }.items()
} | {"month": frozenset(MONTHS), "weekday": frozenset(WEEKDAYS)}
"""What a sentence must hold for a rule to be worth trying on it; "digit" is the one clue that is no word."""

CLUES_OF = {
    word: frozenset(clue for clue, words in CLUES.items() if word in words)
    for word in frozenset().union(*CLUES.values())
}
