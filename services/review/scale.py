"""The rating scale: what each rating is called in public, and its number for ClaimReview.

The numbers are schema.org's five points, 5 for true. What has none is published in words only, and what is no
claim is not published at all.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError

from schemas.base import Model
from schemas.verdict import Rating
from services.runtime.errors import UserError
from services.runtime.events import describe

WORST, BEST = 1, 5


class Grade(Model):
    """One step of the scale."""

    name: str = Field(min_length=1, max_length=75, description="As readers see it")
    value: int | None = Field(default=None, ge=WORST, le=BEST)
    published: bool = True


DEFAULT: Mapping[Rating, Grade] = {
    Rating.TRUE: Grade(name="True", value=5),
    Rating.MOSTLY_TRUE: Grade(name="Mostly true", value=4),
    Rating.HALF_TRUE: Grade(name="Half true", value=3),
    Rating.MOSTLY_FALSE: Grade(name="Mostly false", value=2),
    Rating.FALSE: Grade(name="False", value=1),
    Rating.UNVERIFIABLE: Grade(name="Unverifiable"),
    Rating.NOT_A_CLAIM: Grade(name="Not a checkable claim", published=False),
}

_FILE: TypeAdapter[dict[Rating, Grade]] = TypeAdapter(dict[Rating, Grade])


@dataclass(frozen=True)
class Scale:
    """A desk's scale: every rating has a grade."""

    grades: Mapping[Rating, Grade]

    def of(self, rating: Rating) -> Grade:
        """The grade of a rating."""
        return self.grades[rating]


def load_scale(path: Path | None) -> Scale:
    """The default scale with what `path` says of some or all ratings.

    The file is JSON: `{"false": {"name": "Wrong", "value": 1}}`. Raises UserError for a file that cannot be
    read, that names no rating, or whose numbers run against the order from false to true.
    """
    if path is None:
        return Scale(DEFAULT)
    try:
        own = _FILE.validate_python(json.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UserError(f"the rating scale {path} cannot be read: {error}") from error
    except ValidationError as error:
        raise UserError(f"the rating scale {path}: {describe(error)}") from error
    grades = {**DEFAULT, **own}
    values = [grade.value for rating in DEFAULT if (grade := grades[rating]).value is not None]
    if values != sorted(values, key=lambda value: -(value or 0)):
        raise UserError(f"the rating scale {path}: its numbers must fall from true to false")
    return Scale(grades)
