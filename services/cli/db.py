"""`claimdesk db`: the tables of tasks, alerts and articles seen."""

import typer

from services.cli.common import JsonFlag, make_app, print_json, print_table

db = typer.Typer(
    help="The database of tasks, subscriptions and articles seen.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(db, name="db")


@db.command()
def migrate(as_json: JsonFlag = False) -> None:
    """Create the tables or bring them up to date. Safe to run at once from many places."""
    versions = make_app().migrate()
    if as_json:
        print_json(versions)
    else:
        print_table("database", ("tables", "version"), sorted(versions.items()))
