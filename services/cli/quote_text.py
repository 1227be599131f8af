"""What became of a quotation, in lines for a terminal."""

from rich.text import Text

from schemas.quotation import DiffKind, DiffPart, QuoteCheck
from services.cli.common import out, printable


def print_quotation(found: QuoteCheck) -> None:
    """The finding for a person: [-said but not quoted-] {+quoted but not said+}, and the context."""
    _line(f"{found.status.value.replace('_', ' ')}: {found.why}")
    if found.diff:
        _line(f"  {' '.join(_marked(part) for part in found.diff)}")
    if found.source:
        _line(f"  {found.before}>>{found.said}<<{found.after}".replace("\n", " "))
        told = (found.source.title, found.source.speaker, found.source.date, found.source.url)
        _line(f"  {', '.join(one for one in told if one)} ({found.source.id})")
    for note in found.notes:
        _line(f"  {'note' if note.weak else 'beside it'}, {note.kind.value}: “{note.words}”")


def _marked(part: DiffPart) -> str:
    if part.kind is DiffKind.SAME:
        return part.quoted or part.said
    said = f"[-{part.said}-]" if part.said else ""
    quoted = f"{{+{part.quoted}+}}" if part.quoted else ""
    marked = " (marked)" if part.declared else ""
    alters = f" (changes the {part.alters})" if part.alters else ""
    return f"{said}{quoted}{marked}{alters}"


def _line(text: str) -> None:
    out.print(Text(printable(text)))
