"""Names of people: their parts, their short forms, and what they tell of gender."""

from dataclasses import dataclass

from services.extract.words import words

HONORIFICS = words(
    """
    mr mrs ms miss dr prof professor sir dame lord lady sen senator rep representative gov
    governor president minister gen general col colonel lt capt captain maj sgt judge
    justice rev reverend sheikh king queen prince princess pope secretary chancellor premier
    mayor ambassador congressman congresswoman attorney councillor councilman councilwoman
    """
)
_SUFFIXES = words("jr sr ii iii iv md phd")
PARTICLES = words("de da di del della der den van von bin al el la le ben ibn dos du st")

_SHORT = """
anthony antony tony|william bill billy will|robert rob bob bobby|richard rick dick rich|james jim jimmy jamie
joseph joe joey|john jack johnny jon|thomas tom tommy|michael mike mick|david dave|daniel dan danny|edward ed eddie ted
theodore ted teddy|charles charlie chuck|christopher chris|matthew matt|andrew andy drew|benjamin ben|samuel sam
alexander alex sasha|nicholas nick|stephen steven steve|gregory greg|kenneth ken|ronald ron|donald don|timothy tim
patrick pat|peter pete|philip phil|raymond ray|frederick fred|gerald jerry|lawrence larry|leonard len leo
elizabeth liz beth betty eliza|katherine catherine kate kathy cathy|margaret maggie meg peggy|patricia pat patty
jennifer jen jenny|susan sue|deborah debbie|rebecca becky|barbara barb|victoria vicky|alexandra alex sandra
bernard bernie|rafael rafa|francisco paco|jose pepe|vladimir volodymyr|mohammed muhammad mohamed
jeffrey jeff|nathaniel nate|zachary zach|jonathan jon|ronald ronnie|michelle shelly|abigail abby|eugene gene
"""
_FAMILIES: dict[str, set[int]] = {}
for _number, _row in enumerate(_SHORT.replace("\n", "|").split("|")):
    for _name in _row.split():
        _FAMILIES.setdefault(_name, set()).add(_number)

_MEN = words(
    """
    aaron abdul adam ahmed alan albert alejandro alexander alexei ali andreas andrei andrew
    anders angus anthony antony antonio arthur barack ben benjamin bernard bernie bill bob
    boris brian bruce carl carlos charles chris christopher daniel dave david dennis dick
    dmitry don donald douglas ed edward emmanuel eric erik ernest francis francisco frank
    fred gary geoff george gerald glenn gordon graham greg hans harold harry hassan henry
    hugh ian igor imran ivan jack jacob jake james jamie jason javier jeff jens jeremy jim
    jimmy joe joel john jon jonathan jorge jose joseph juan julian justin keith ken kenneth
    kevin khalid larry lars lawrence leo leon louis luis luke manuel marco mario mark martin
    matt matthew max michael mike mitch mitt mohamed mohammed muhammad narendra neil nick
    nicholas nicolas oliver omar oscar pablo patrick paul pedro peter phil philip pierre
    rafael ralph ramon ray raymond recep ricardo richard rick rob robert roger roland ron
    ronald rudy salman sam samuel scott sean sergei sergey shinzo simon stanley stefan
    stephen steve steven stuart ted thomas tim timothy tom tomas tony vernon victor vladimir
    volodymyr walter wayne will william xavier yusuf benedict dominic gavin rishi keir olaf
    viktor
    """
)
_WOMEN = words(
    """
    abigail agnes aisha alexandra alice alison amanda amina amy ana andrea angela anita ann
    anna anne annie barbara beatrice betty brenda carla carly carol caroline catherine
    chelsea cheryl christina christine claire clara claudia cynthia dana deborah debbie
    diana diane donna dorothy eleanor elena elizabeth ellen emily emma erin esther eva
    evelyn fatima fiona frances gina giorgia gloria grace greta hannah heather helen hillary
    ingrid irene isabel ivanka jacinda jane janet jean jen jennifer jessica jill joan joanna
    judith judy julia julie kamala karen kate katherine kathleen kathy kelly kim kristina
    laura lauren leila lina linda lisa liz louise lucy lynn madeleine margaret maria
    marie marine marta martha mary maya megan melania melissa mia michelle monica nadia
    nancy naomi natalie nicola nicole nikki nina nora olga olivia pamela patricia paula
    penny priya rachel rebecca rita rosa rose ruth samantha sandra sara sarah sharon sheila
    sofia sonia sophia sophie stephanie susan susana svetlana sylvia tammy tara teresa
    theresa tina tulsi ursula valerie vanessa victoria virginia wendy yulia yvonne zoe
    safiya odile
    """
)
_TITLES_HE = words("mr sir lord king prince congressman spokesman chairman businessman")
_TITLES_SHE = words(
    """
    mrs ms miss dame lady queen princess congresswoman spokeswoman chairwoman
    """
)


@dataclass(frozen=True)
class Name:
    """A person's name: `first` is empty when only the surname stands there."""

    first: str
    last: str
    full: str

    @classmethod
    def parse(cls, text: str) -> "Name | None":
        """The name in `text`, without titles and possessive; none when nothing is left."""
        words = [
            word for word in text.replace("’s", "").replace("'s", "").split() if word.strip(".,'’")
        ]
        while words and words[0].strip(".").lower() in HONORIFICS:
            words = words[1:]
        while len(words) > 1 and words[-1].strip(".,").lower() in _SUFFIXES:
            words = words[:-1]
        words = [word.strip(',;:()"“”') for word in words]
        words = [word for word in words if word]
        if not words or not any(letter.isalpha() for letter in words[-1]):
            return None
        first = words[0].strip(".").lower() if len(words) > 1 else ""
        return cls(first, words[-1].strip(".").lower(), " ".join(words))

    def compatible(self, other: "Name") -> bool:
        """Whether both may be one person's: the same surname and first names that do not differ."""
        if self.last != other.last:
            return False
        if not self.first or not other.first or self.first == other.first:
            return True
        if len(self.first) == 1 or len(other.first) == 1:
            return self.first[0] == other.first[0]
        return bool(_FAMILIES.get(self.first, set()) & _FAMILIES.get(other.first, set()))

    @property
    def gender(self) -> str | None:
        """The pronoun, "he" or "she", that the first name tells, else none."""
        if self.first in _MEN:
            return "he"
        return "she" if self.first in _WOMEN else None


def gender_of_words(found: set[str]) -> str | None:
    """The pronoun, "he" or "she", that a title among the lower-case words `found` tells, else none."""
    if found & _TITLES_HE:
        return "he"
    return "she" if found & _TITLES_SHE else None
