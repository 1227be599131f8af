"""`claimdesk quote`: a quotation beside what was said."""

from typing import Annotated

import typer

from services.cli.common import JsonFlag, StoreOption, make_app, print_json
from services.cli.quote_text import print_quotation
from services.match.quotation import LEAST_WORDS, is_checkable
from services.match.quotations import Quotation, check_all
from services.runtime.errors import UserError

LONGEST = 4_000
"""Characters of a quotation."""

quote = typer.Typer(help="Compare a quotation with what was said.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group."""
    quote.callback()(lambda: None)
    app.add_typer(quote, name="quote")


@quote.command("check")
def check(
    words: Annotated[
        str, typer.Argument(metavar="WORDS", help="What stands between the quotation marks.")
    ],
    speaker: Annotated[
        str | None, typer.Option("--speaker", help="Who is said to have said it.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Look for a quotation in the official statements and reports of the evidence store.

    Says whether it is word for word, edited, stitched together, out of context, somebody else's, said in other
    words or not found, with the word diff and the sentences around it.
    """
    if len(words) > LONGEST:
        raise UserError(f"the quotation has {len(words):,} characters; give at most {LONGEST:,}")
    if not is_checkable(words):
        raise UserError(
            f"the quotation is too short to be anybody's; give at least {LEAST_WORDS} words"
        )
    app = make_app(store=store)
    (found,) = check_all(
        [Quotation(words, speaker)], store=app.evidence_store, analyser=app.analyser
    )
    if found is None:
        raise UserError(
            "the evidence store holds no official statement or report to look in; "
            "load some: claimdesk evidence load"
        )
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        print_quotation(found)
