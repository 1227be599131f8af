"""IPTC ninjs 1.x to 3.x: news items of agencies in JSON, with their status, embargo and version.

The three generations differ in where the texts stand (`body_text`, or a list of `bodies`) and in the case
of names; names are read in lower case, so that 2.x and 3.x are one. Checked is what decides whether
and how an item is published; descriptions of events and plans are only looked at where the standard's own
examples of errors are. (www.iptc.org/std/ninjs)
"""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)

from services.ingest.addresses import web_address
from services.ingest.dates import read_date
from services.ingest.entry import Markup
from services.ingest.item import Item, Options, Rejected
from services.ingest.markup import words_of
from services.ingest.text import clean_line
from services.runtime.events import describe

Object = dict[str, Any]
Objects = list[Object]
Urgency = Annotated[StrictInt, Field(ge=1, le=9)]

_EXTENDED = re.compile(r"(?:body|description|headline)_[a-z0-9_]{1,60}")
_DAY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T.{1,40})?)?)?")
# What the widespread Superdesk adds to ninjs 1 without saying so.
_ADDED = frozenset(
    [
        "annotations",
        "attachments",
        "authors",
        "evolvedfrom",
        "extra",
        "extra_items",
        "feature_media",
        "firstpublished",
        "guid",
        "keywords",
        "priority",
        "products",
        "readtime",
        "service",
        "signal",
        "source",
    ]
)
_ONLY_2 = frozenset(
    (
        "standard",
        "bodies",
        "headlines",
        "descriptions",
        "people",
        "organisations",
        "places",
        "subjects",
        "rightsinfo",
    )
)
_STATED = re.compile(r"\b([123]\.\d)")
_SHAPES = frozenset(
    (
        "point",
        "multipoint",
        "linestring",
        "multilinestring",
        "polygon",
        "multipolygon",
        "geometrycollection",
        "feature",
        "featurecollection",
    )
)


class _Text(BaseModel):
    """A headline, description or body of ninjs 2 and 3."""

    model_config = ConfigDict(extra="ignore")

    value: StrictStr = ""
    role: StrictStr | None = None
    contenttype: StrictStr | None = None


class _Association(BaseModel):
    """An item that belongs to another, in ninjs 2 and 3."""

    model_config = ConfigDict(extra="allow")

    uri: StrictStr
    name: StrictStr

    @model_validator(mode="after")
    def _known(self) -> "_Association":
        unknown = set(self.model_extra or ()) - set(Ninjs2.model_fields) - set(Ninjs3.model_fields)
        if unknown:
            raise ValueError(f"{min(unknown)!r} is no property of an association")
        return self


class _Ninjs(BaseModel):
    """What all versions share."""

    uri: StrictStr
    representationtype: (
        Literal["complete", "incomplete", "full", "partial", "associated"] | None
    ) = None
    mimetype: StrictStr | None = None
    profile: StrictStr | None = None
    version: StrictStr | None = None
    firstcreated: StrictStr | None = None
    versioncreated: StrictStr | None = None
    contentcreated: StrictStr | None = None
    embargoed: StrictStr | None = None
    expires: StrictStr | None = None
    urgency: Urgency | None = None
    copyrightholder: StrictStr | None = None
    copyrightnotice: StrictStr | None = None
    usageterms: StrictStr | None = None
    ednote: StrictStr | None = None
    language: StrictStr | None = None
    title: StrictStr | None = None
    slugline: StrictStr | None = None
    located: StrictStr | None = None
    charcount: StrictInt | None = None
    wordcount: StrictInt | None = None


class Ninjs1(_Ninjs):
    """ninjs 1.x; other texts may stand under `headline_`, `body_` and `description_` with a name."""

    model_config = ConfigDict(extra="allow")

    type: (
        Literal[
            "text", "audio", "video", "picture", "graphic", "composite", "planning", "component"
        ]
        | None
    ) = None
    pubstatus: Literal["usable", "withheld", "canceled", "commissioned"] | None = None
    standard: Object | None = Field(None, alias="$standard")
    byline: StrictStr | None = None
    headline: StrictStr | None = None
    altids: Object | None = None
    person: Objects = []
    organisation: Objects = []
    place: Objects = []
    subject: Objects = []
    event: Objects = []
    object: Objects = []
    infosource: Objects = []
    genre: Objects = []
    trustindicator: Objects = []
    renditions: dict[str, Object] = {}
    associations: dict[str, Object] = {}

    @model_validator(mode="after")
    def _known(self) -> "Ninjs1":
        for name, value in (self.model_extra or {}).items():
            if name in _ADDED:
                continue
            if not _EXTENDED.fullmatch(name):
                raise ValueError(f"{name!r} is no property of ninjs 1")
            if not isinstance(value, str):
                raise ValueError(f"{name!r} must be a string")  # noqa: TRY004 - pydantic's way
        if not self.standard:
            self._check_first_version()
        return self

    def _check_first_version(self) -> None:
        """An item that does not name its version is one of 1.0: later ones could."""
        late = self.type == "component" or self.pubstatus == "commissioned" or self.infosource
        if late:
            raise ValueError(
                "type 'component', pubstatus 'commissioned' and infosource came after ninjs 1.0; name the version in $standard"
            )


class Ninjs2(_Ninjs):
    """ninjs 2.x, which may be extended by properties of an agency's own."""

    model_config = ConfigDict(extra="allow")

    type: (
        Literal[
            "text",
            "audio",
            "video",
            "picture",
            "graphic",
            "composite",
            "planning",
            "component",
            "event",
        ]
        | None
    ) = None
    pubstatus: Literal["usable", "withheld", "canceled", "commissioned"] | None = None
    standard: Object | None = None
    by: StrictStr | None = None
    headlines: list[_Text] = []
    descriptions: list[_Text] = []
    bodies: list[_Text] = []
    altids: Objects = []
    people: Objects = []
    organisations: Objects = []
    places: Objects = []
    subjects: Objects = []
    events: Objects | Object = []
    objects: Objects = []
    infosources: Objects = []
    genres: Objects = []
    trustindicators: Objects = []
    renditions: Objects | None = None
    associations: list[_Association] = []
    rightsinfo: Object | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Ninjs2":
        rights = self.rightsinfo or {}
        if "linkedrights" in rights and "encodedrights" in rights:
            raise ValueError("rightsinfo has both linkedrights and encodedrights")
        for place in self.places:
            shape = place.get("geojson")
            if shape is not None and str(_get(shape, "type")).lower() not in _SHAPES:
                raise ValueError("a place's geojson has no type of GeoJSON")
        return self


class Ninjs3(Ninjs2):
    """ninjs 3.x (and the draft 2.2), whose names are in camel case; nothing may be added."""

    model_config = ConfigDict(extra="forbid")

    plannedcoverage: Objects = []
    eventdetails: Object | None = None
    contactinfo: Objects = []

    @model_validator(mode="after")
    def _events(self) -> "Ninjs3":
        dates = _get(self.eventdetails, "dates") or {}
        for edge in ("startdate", "enddate"):
            if edge in dates and f"expected{edge}" in dates:
                raise ValueError(f"eventDetails.dates has both {edge} and expected{edge}")
            expected = dates.get(f"expected{edge}")
            if expected is not None and not _DAY.fullmatch(str(expected)):
                raise ValueError(
                    f"expected{edge} {str(expected)[:40]!r} is no date, not even a part of one"
                )
        if self.type == "event" and self.renditions is not None:
            raise ValueError("an event has no renditions")
        for plan in self.plannedcoverage:
            urgency = plan.get("urgency", 1)
            if not isinstance(urgency, int) or not 1 <= urgency <= 9:
                raise ValueError("the urgency of a planned coverage is a whole number from 1 to 9")
        return self


_WITHDRAWN = frozenset(("withheld", "canceled"))
Ninjs = Ninjs1 | Ninjs2
_GENERATIONS: dict[int, type[Ninjs1] | type[Ninjs2]] = {1: Ninjs1, 2: Ninjs2, 3: Ninjs3}


def is_ninjs(row: Any) -> bool:
    """Whether a JSON object is a ninjs item, right or wrong: it says so, or has a `uri` and no `text`."""
    if not isinstance(row, dict):
        return False
    named = _get(row.get("standard") or row.get("$standard"), "name")
    return named == "ninjs" or ("uri" in row and "text" not in row)


def check_ninjs(row: Object) -> Ninjs:
    """The item. Raises pydantic's ValidationError with the place and what is wrong there."""
    return _GENERATIONS[_generation(row)].model_validate(_lower(row))


def read_ninjs(row: Object, where: str, options: Options) -> Item:
    """The article of a ninjs item, with `withdrawn` set if its status says so, and `not_before` if it is embargoed.

    Raises Rejected: `invalid`; `not_published` for what is only commissioned; `empty` for an item without words.
    """
    try:
        found = check_ninjs(row)
    except ValidationError as error:
        raise Rejected("invalid", f"ninjs: {describe(error)}") from error
    if found.pubstatus == "commissioned":
        raise Rejected("not_published", "its pubstatus is commissioned: nothing is published yet")
    withdrawn = found.pubstatus if found.pubstatus in _WITHDRAWN else None
    text, title = _text(found), _title(found)
    if not text and not withdrawn:
        raise Rejected("empty", f"a ninjs item of type {found.type or 'text'} without any text")
    notes: list[str] = []
    created = read_date(found.firstcreated or found.contentcreated, notes)
    changed = read_date(found.versioncreated, notes, "modified_at")
    publisher = clean_line(found.copyrightholder) or None
    return Item(
        source=options.source or publisher or "ninjs",
        guid=clean_line(found.uri),
        text=text,
        title=title,
        url=web_address(found.uri),
        byline=clean_line(found.byline if isinstance(found, Ninjs1) else found.by) or None,
        publisher=publisher,
        language=found.language,
        published_at=created or changed or options.published_at,
        modified_at=changed,
        revision=_revision(found.version),
        withdrawn=f"The agency marks it as {withdrawn}." if withdrawn else None,
        not_before=_embargo(found.embargoed, notes),
        notes=tuple(notes),
        where=where,
    )


def _embargo(value: str | None, notes: list[str]) -> datetime | None:
    """The end of the embargo. Raises Rejected (`embargoed`) for one that cannot be read: better late than early."""
    until = read_date(value, notes, "embargoed")
    if value and until is None:
        raise Rejected("embargoed", f"the end of its embargo cannot be read ({value[:60]!r})")
    return until


def _generation(row: Object) -> int:
    standard = row.get("standard") or row.get("$standard")
    stated = _STATED.search(f"{_get(standard, 'version')} {_get(standard, 'schema')}")
    if stated:
        return 3 if stated[1] == "2.2" else int(stated[1][0])
    if any(name != name.lower() for name in row):
        return 3
    return 2 if _ONLY_2 & set(row) or isinstance(row.get("associations"), list) else 1


def _lower(value: Any) -> Any:
    """Names in lower case; the keys of renditions and the like are names too."""
    if isinstance(value, dict):
        return {str(name).lower(): _lower(each) for name, each in value.items()}
    return [_lower(each) for each in value] if isinstance(value, list) else value


def _get(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _title(found: Ninjs) -> str:
    if isinstance(found, Ninjs1):
        values = [found.headline]
    else:
        main = sorted(found.headlines, key=lambda line: line.role != "main")
        values = [*(line.value for line in main), found.title]
    lines = (clean_line(words_of(Markup(value or ""))) for value in values)
    return next(filter(None, lines), "")


def _text(found: Ninjs) -> str:
    """The body; the description, as of a picture, if there is none; else the headline."""
    return (
        _longest(found, "body", "bodies")
        or _longest(found, "description", "descriptions")
        or _title(found)
    )


def _longest(found: Ninjs, name: str, listed: str) -> str:
    """Plain text before HTML, which repeats headline and captions; other markup is for machines."""
    plain: list[Markup] = []
    marked: list[Markup] = []
    if isinstance(found, Ninjs1):
        for key, value in (found.model_extra or {}).items():
            if key.startswith(f"{name}_"):
                (marked if "html" in key else plain).append(Markup(value, html="html" in key))
    else:
        for row in getattr(found, listed):
            kind = (row.contenttype or "text/plain").lower()
            if "html" in kind:
                marked.append(Markup(row.value, html=True))
            elif kind.startswith("text/"):
                plain.append(Markup(row.value))
    return max(map(words_of, plain), key=len, default="") or max(
        map(words_of, marked), key=len, default=""
    )


def _revision(version: str | None) -> int | None:
    number = (version or "").strip()
    return (
        int(number)
        if number.isascii() and number.isdigit() and 0 < int(number[:9]) == int(number)
        else None
    )
