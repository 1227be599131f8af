"""Words by which figures are compared."""

from schemas.claim import Direction
from services.extract.wordlists import word_set

_ABOVE, _BELOW, _EQUAL = Direction.ABOVE, Direction.BELOW, Direction.EQUAL


def _table(rows: dict[Direction, str]) -> dict[str, Direction]:
    return {word: direction for direction, words in rows.items() for word in words.split()}


CHANGE = _table(
    {
        _ABOVE: """
            rise increase grow climb jump soar surge gain expand double triple treble quadruple up
            improve swell widen raise boost lift accelerate rebound advance lengthen exceed outnumber growth
        """,
        _BELOW: """
            fall drop decline decrease shrink sink slide slip plunge plummet tumble down halve cut
            reduce lower dip narrow slow contract reduction contraction dwindle ease shorten
        """,
        _EQUAL: "unchanged flat",
    }
)
"""Lemmas that say which way a figure went."""

LOWER = word_set(
    """
    less least few fewer fewest low lower lowest small smaller smallest short shorter shortest little cheap
    cheaper cheapest narrow narrower narrowest weak weaker weakest slow slower slowest cold colder coldest
    light lighter lightest young younger youngest thin thinner poor poorer poorest dry drier driest early
    earlier earliest near nearer quiet quieter quietest thinnest
    """
)
"""Adjectives of having little, in all three degrees."""

EXCEEDING = _table(
    {
        _ABOVE: "exceed surpass top outpace outnumber overtake outstrip outperform beat",
        _BELOW: "trail lag undershoot",
        _EQUAL: "match equal",
    }
)
"""Verbs whose object is the baseline."""

MULTIPLES = _table(
    {
        _ABOVE: "twice double triple treble quadruple times",
        _BELOW: "half third quarter fifth tenth",
    }
)

LEVELS = word_set(
    """
    average mean median target forecast forecasts level levels limit peak threshold estimate estimates
    expectation expectations figure record norm rate total budget capacity baseline projection
    projections standard minimum maximum high low trend quota
    """
)
"""Nouns that a figure is above, below or in line with."""

MEASURED = word_set(
    """
    size number level rate amount price cost value height length width weight speed share total average
    figure volume sum population area budget income salary pay rent output
    """
)
"""Nouns of which one is twice or half another's."""

PERIODS = word_set(
    """
    day week month quarter year decade century generation season term summer winter spring autumn
    period history memory record
    """
)
EARLIER = word_set("earlier ago previous last same before prior preceding year")
"""What makes a period after "on" or "from" an earlier one."""
