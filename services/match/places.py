"""Which place lies in which: continents, countries, their parts and large cities, as far as the list goes."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from schemas.base import Span

_PARTS: Mapping[str, str] = {
    "Europe": "United Kingdom|France|Germany|Italy|Spain|Portugal|Ireland|Netherlands|Belgium|Luxembourg|Switzerland|Austria|"
    "Poland|Czechia|Slovakia|Hungary|Romania|Bulgaria|Greece|Albania|Serbia|Croatia|Slovenia|Bosnia|Montenegro|Kosovo|"
    "North Macedonia|Moldova|Ukraine|Belarus|Russia|Estonia|Latvia|Lithuania|Finland|Sweden|Norway|Denmark|Iceland|Malta|"
    "Cyprus|European Union",
    "European Union": "France|Germany|Italy|Spain|Portugal|Ireland|Netherlands|Belgium|Luxembourg|Austria|Poland|Czechia|"
    "Slovakia|Hungary|Romania|Bulgaria|Greece|Croatia|Slovenia|Estonia|Latvia|Lithuania|Finland|Sweden|Denmark|Malta|Cyprus",
    "Africa": "Algeria|Angola|Benin|Botswana|Burkina Faso|Burundi|Cameroon|Chad|Congo|Egypt|Eritrea|Ethiopia|Gabon|Gambia|Ghana|"
    "Guinea|Ivory Coast|Kenya|Lesotho|Liberia|Libya|Madagascar|Malawi|Mali|Mauritania|Mauritius|Morocco|Mozambique|Namibia|"
    "Niger|Nigeria|Rwanda|Senegal|Sierra Leone|Somalia|South Africa|South Sudan|Sudan|Tanzania|Togo|Tunisia|Uganda|Zambia|Zimbabwe",
    "Asia": "Afghanistan|Armenia|Azerbaijan|Bahrain|Bangladesh|Bhutan|Cambodia|China|Georgia|India|Indonesia|Iran|Iraq|Israel|Japan|"
    "Jordan|Kazakhstan|Kuwait|Kyrgyzstan|Laos|Lebanon|Malaysia|Mongolia|Myanmar|Nepal|North Korea|Oman|Pakistan|Philippines|"
    "Qatar|Saudi Arabia|Singapore|South Korea|Sri Lanka|Syria|Taiwan|Tajikistan|Thailand|Turkey|Turkmenistan|"
    "United Arab Emirates|Uzbekistan|Vietnam|Yemen",
    "North America": "United States|Canada|Mexico|Cuba|Haiti|Jamaica|Guatemala|Honduras|Panama|Costa Rica|Nicaragua|El Salvador",
    "South America": "Argentina|Bolivia|Brazil|Chile|Colombia|Ecuador|Guyana|Paraguay|Peru|Suriname|Uruguay|Venezuela",
    "Latin America": "South America|Mexico|Cuba|Guatemala|Honduras|Panama|Costa Rica|Nicaragua|El Salvador",
    "Oceania": "Australia|New Zealand|Fiji|Papua New Guinea",
    "United Kingdom": "England|Scotland|Wales|Northern Ireland",
    "England": "London|Manchester|Birmingham|Liverpool|Leeds|Bristol|Sheffield|Newcastle|Cornwall|Kent|Yorkshire|Essex",
    "Scotland": "Edinburgh|Glasgow|Aberdeen|Dundee",
    "Wales": "Cardiff|Swansea",
    "Northern Ireland": "Belfast",
    "United States": "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho|Illinois|Indiana|"
    "Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|"
    "Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|"
    "Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Wisconsin|Wyoming|Chicago|Boston|Washington",
    "California": "Los Angeles|San Francisco|San Diego|Sacramento",
    "Texas": "Houston|Dallas|Austin",
    "Florida": "Miami|Orlando",
    "New York": "New York City|Manhattan|Brooklyn|Queens",
    "Canada": "Ontario|Quebec|Alberta|British Columbia|Toronto|Montreal|Vancouver|Ottawa|Calgary",
    "Ontario": "Toronto|Ottawa",
    "France": "Paris|Marseille|Lyon|Toulouse|Nice|Bordeaux|Lille|Brittany|Normandy|Corsica",
    "Germany": "Berlin|Hamburg|Munich|Cologne|Frankfurt|Stuttgart|Dresden|Leipzig|Bavaria|Saxony|Hesse",
    "Bavaria": "Munich|Nuremberg",
    "Italy": "Rome|Milan|Naples|Turin|Palermo|Venice|Florence|Sicily|Sardinia|Lombardy|Tuscany",
    "Spain": "Madrid|Barcelona|Valencia|Seville|Catalonia|Andalusia|Galicia|Basque Country",
    "Catalonia": "Barcelona",
    "Portugal": "Lisbon|Porto",
    "Netherlands": "Amsterdam|Rotterdam|The Hague|Utrecht",
    "Belgium": "Brussels|Antwerp|Ghent|Flanders|Wallonia",
    "Ireland": "Dublin|Cork|Galway",
    "Poland": "Warsaw|Krakow|Gdansk|Lodz|Wroclaw",
    "Sweden": "Stockholm|Gothenburg|Malmo",
    "Norway": "Oslo|Bergen",
    "Denmark": "Copenhagen|Aarhus",
    "Finland": "Helsinki|Tampere",
    "Austria": "Vienna|Graz|Salzburg",
    "Switzerland": "Zurich|Geneva|Basel|Bern",
    "Greece": "Athens|Thessaloniki|Crete",
    "Hungary": "Budapest",
    "Romania": "Bucharest",
    "Bulgaria": "Sofia",
    "Czechia": "Prague|Brno",
    "Serbia": "Belgrade",
    "Croatia": "Zagreb",
    "Ukraine": "Kyiv|Kharkiv|Odesa|Lviv|Mariupol|Donetsk|Luhansk|Crimea",
    "Russia": "Moscow|Saint Petersburg|Siberia|Chechnya",
    "Turkey": "Istanbul|Ankara|Izmir",
    "Israel": "Jerusalem|Tel Aviv|Haifa",
    "Egypt": "Cairo|Alexandria",
    "Nigeria": "Lagos|Abuja|Kano",
    "Kenya": "Nairobi|Mombasa",
    "Ethiopia": "Addis Ababa|Tigray",
    "South Africa": "Johannesburg|Cape Town|Durban|Pretoria",
    "India": "Delhi|New Delhi|Mumbai|Kolkata|Chennai|Bangalore|Kerala|Punjab|Kashmir|Gujarat|Assam|Bihar",
    "China": "Beijing|Shanghai|Wuhan|Shenzhen|Hong Kong|Xinjiang|Tibet|Hubei|Guangdong",
    "Hubei": "Wuhan",
    "Japan": "Tokyo|Osaka|Kyoto|Hokkaido|Okinawa|Fukushima",
    "South Korea": "Seoul|Busan",
    "Indonesia": "Jakarta|Bali|Java|Sumatra|Aceh",
    "Philippines": "Manila|Mindanao",
    "Thailand": "Bangkok",
    "Vietnam": "Hanoi|Ho Chi Minh City",
    "Pakistan": "Karachi|Lahore|Islamabad|Punjab",
    "Bangladesh": "Dhaka",
    "Iran": "Tehran",
    "Iraq": "Baghdad|Mosul|Basra",
    "Syria": "Damascus|Aleppo|Idlib",
    "Afghanistan": "Kabul|Kandahar",
    "Saudi Arabia": "Riyadh|Mecca",
    "Australia": "Sydney|Melbourne|Brisbane|Perth|Canberra|Queensland|Victoria|New South Wales|Tasmania",
    "New South Wales": "Sydney",
    "New Zealand": "Auckland|Wellington|Christchurch",
    "Mexico": "Mexico City|Guadalajara|Tijuana",
    "Brazil": "Rio de Janeiro|Sao Paulo|Brasilia|Amazonas",
    "Argentina": "Buenos Aires",
    "Chile": "Santiago",
    "Colombia": "Bogota|Medellin",
    "Peru": "Lima",
    "Venezuela": "Caracas",
}
_OTHER_NAMES: Mapping[str, str] = {
    "UK": "United Kingdom",
    "U.K.": "United Kingdom",
    "Britain": "United Kingdom",
    "Great Britain": "United Kingdom",
    "US": "United States",
    "U.S.": "United States",
    "USA": "United States",
    "America": "United States",
    "EU": "European Union",
    "E.U.": "European Union",
    "Kiev": "Kyiv",
    "Czech Republic": "Czechia",
    "British": "United Kingdom",
    "English": "England",
    "American": "United States",
}
WORLD = "the world"
_WORLD = r"world(?:wide)?|the globe|global(?:ly)?|planet|Earth"
_NAMES = {name for parts in _PARTS.values() for name in parts.split("|")} | set(_PARTS)
_KNOWN = {**{name: name for name in _NAMES}, **_OTHER_NAMES}
_LONGEST = max(len(name.split()) for name in _KNOWN)  # words of a name
_PATTERN = re.compile(rf"\b(?:(?P<world>(?i:{_WORLD}))(?!\s+[A-Z])|[A-Z][\w.]*)(?![\w-])")
_NEXT = re.compile(r" ([A-Za-z][\w.]*)(?![\w-])")


class Place(NamedTuple):
    """A place that is known by name."""

    name: str
    text: str
    span: Span


@lru_cache(maxsize=8_192)
def find_places(text: str) -> tuple[Place, ...]:
    """The known places of `text` in reading order; `WORLD` for words that speak of all of it."""
    found, end = [], 0
    for first in _PATTERN.finditer(text):
        if first.start() < end:
            continue
        place = (
            Place(WORLD, first[0], first.span())
            if first["world"]
            else _longest(text, *first.span())
        )
        if place:
            found.append(place)
            end = place.span[1]
    return tuple(found)


def _longest(text: str, start: int, end: int) -> Place | None:
    """The longest known name that begins with the word from `start` to `end`."""
    ends = [end]
    while len(ends) < _LONGEST and (following := _NEXT.match(text, ends[-1])):
        ends.append(following.end())
    for last in reversed(ends):
        words = text[start:last]
        name = _KNOWN.get(words) or _KNOWN.get(words.rstrip("."))
        if name:
            length = len(words) if words in _KNOWN else len(words.rstrip("."))
            return Place(name, words[:length], (start, start + length))
    return None


def _wholes() -> Mapping[str, frozenset[str]]:
    above: dict[str, set[str]] = {}
    for whole, parts in _PARTS.items():
        for part in parts.split("|"):
            above.setdefault(part, set()).add(whole)

    def closed(name: str) -> frozenset[str]:
        direct = above.get(name, set())
        return frozenset(direct).union(*(closed(one) for one in direct))

    return {name: closed(name) | {WORLD} for name in _NAMES}


_WHOLES = _wholes()


def lies_in(part: str, whole: str) -> bool:
    """Whether one place is within the other; every other place lies in the world."""
    return part != whole and (whole == WORLD or whole in _WHOLES.get(part, frozenset()))
