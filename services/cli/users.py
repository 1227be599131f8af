"""`claimdesk users`: who may use the desk, and how they prove it."""

import sys
from datetime import timedelta
from typing import Annotated

import typer

from services.app import App
from services.cli.common import JsonFlag, make_app, out, print_json, print_table
from services.ports.accounts import Account, Credential, Role
from services.review.people import Door, shown
from services.review.trail import COMMAND_LINE, Trail
from services.runtime.errors import UserError

commands = typer.Typer(help="Accounts of the desk, their roles and tokens.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The account's name")]
_COLUMNS = ("name", "role", "desk", "skills", "languages", "active", "has_password", "created_at")
_PROOFS = ("hash", "kind", "scope", "label", "created_at", "expires_at", "used_at")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="users")


@commands.command()
def add(
    name: NameArgument,
    role: Annotated[Role, typer.Option(help="What they may do")] = Role.REVIEWER,
    skill: Annotated[list[str] | None, typer.Option(help="What they know about")] = None,
    language: Annotated[list[str] | None, typer.Option(help="What they read, BCP 47")] = None,
    desk: Annotated[str | None, typer.Option(help="The desk they belong to")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Add an account. It can sign in with `claimdesk users link`, then set a password."""
    app = make_app()
    account = Account(
        name=name,
        role=role,
        skills=frozenset(skill or ()),
        languages=frozenset(language or ()),
        desk=desk,
        created_at=app.clock.now(),
    )
    if not _door(app).add(account):
        raise UserError(f"there is an account {name!r} already, maybe in another spelling")
    _show(account, as_json, f"Added {name}, {role.value}.")


@commands.command("list")
def list_(as_json: JsonFlag = False) -> None:
    """List the accounts."""
    rows = [_row(account) for account in make_app().accounts.all()]
    if as_json:
        print_json(rows)
    else:
        print_table("Accounts", _COLUMNS, [[row[name] for name in _COLUMNS] for row in rows])


@commands.command()
def change(
    name: NameArgument,
    role: Annotated[Role | None, typer.Option(help="What they may do from now on")] = None,
    skill: Annotated[list[str] | None, typer.Option(help="Replaces all that is there")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Replaces all that is there")] = None,
    desk: Annotated[str | None, typer.Option(help="Their desk")] = None,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="Whether they may sign in")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Change an account. Whoever becomes inactive is signed out, and their tokens end."""
    app = make_app()
    account = _known(app, name)
    given = {
        "role": role,
        "skills": frozenset(skill) if skill else None,
        "languages": frozenset(language) if language else None,
        "desk": desk,
        "active": active,
    }
    changes = {field: value for field, value in given.items() if value is not None}
    changed = account.model_copy(update=changes)
    _door(app).change(account, changed)
    _show(changed, as_json, f"Changed {changed.name}.")


@commands.command()
def password(name: NameArgument) -> None:
    """Set a password, asked for or read from standard input; ends the account's sessions."""
    app = make_app()
    account = _known(app, name)
    if sys.stdin.isatty():
        given = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    _door(app).set_password(account, given)
    out.print("The password is set.", highlight=False)


@commands.command()
def link(name: NameArgument, as_json: JsonFlag = False) -> None:
    """Print an address that signs in once, within 15 minutes."""
    app = make_app()
    secret = _door(app).make_link(_active(app, name))
    settings = app.settings
    base = settings.public_url or f"http://{settings.http_host}:{settings.http_port}"
    address = f"{base.rstrip('/')}/sign-in/{secret}"
    if as_json:
        print_json({"account": name, "url": address})
    else:
        out.print(address, highlight=False, soft_wrap=True, markup=False)


@commands.command()
def token(
    name: NameArgument,
    scope: Annotated[
        Role | None, typer.Option(help="The most it allows; the role otherwise")
    ] = None,
    label: Annotated[str, typer.Option(help="What it is for")] = "",
    days: Annotated[int | None, typer.Option(min=1, help="When it ends; never otherwise")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a token for scripts. It is shown here, and never again."""
    app = make_app()
    account = _active(app, name)
    lasts = timedelta(days=days) if days else None
    made = _door(app).make_token(account, scope or account.role, label, lasts)
    if as_json:
        print_json({"account": account.name, "token": made})
    else:
        out.print(made, highlight=False, soft_wrap=True)


@commands.command()
def tokens(name: NameArgument, as_json: JsonFlag = False) -> None:
    """List what an account is signed in with, by the beginnings of its hashes."""
    app = make_app()
    rows = [_proof(one) for one in app.accounts.credentials(_known(app, name).name)]
    if as_json:
        print_json(rows)
    else:
        print_table("Sessions, tokens and links", _PROOFS, [list(row.values()) for row in rows])


@commands.command()
def revoke(
    name: NameArgument,
    beginning: Annotated[str | None, typer.Argument(metavar="[HASH]", help="From `tokens`")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every session, token and link")] = False,
    as_json: JsonFlag = False,
) -> None:
    """End a session, token or link of an account, or all of them."""
    app = make_app()
    account = _known(app, name)
    if every == (beginning is not None):
        raise UserError("give the beginning of one hash, or --all")
    if every:
        ended = _door(app).revoke_all(account)
    else:
        found = [
            c for c in app.accounts.credentials(account.name) if c.hash.startswith(str(beginning))
        ]
        if len(found) != 1:
            raise UserError(
                f"{len(found)} of {account.name} begin with {beginning!r}; see `claimdesk users tokens`"
            )
        ended = int(_door(app).revoke(account, found[0]))
    if as_json:
        print_json({"account": account.name, "ended": ended})
    else:
        out.print(f"Ended: {ended}.", highlight=False)


def _door(app: App) -> Door:
    trail = Trail(app.audit_log, app.clock, operator=COMMAND_LINE)
    return Door(app.accounts, trail, app.clock)


def _known(app: App, name: str) -> Account:
    account = app.accounts.get(name)
    if account is None:
        raise UserError(f"there is no account {name!r}; see `claimdesk users list`")
    return account


def _active(app: App, name: str) -> Account:
    account = _known(app, name)
    if not account.active:
        raise UserError(
            f"{account.name} is inactive; `claimdesk users change {account.name} --active`"
        )
    return account


def _row(account: Account) -> dict[str, object]:
    row = account.model_dump(mode="json", include=set(_COLUMNS))
    return row | {"skills": sorted(account.skills), "languages": sorted(account.languages)}


def _proof(credential: Credential) -> dict[str, object]:
    row = credential.model_dump(mode="json")
    return {name: row[name] for name in _PROOFS} | {"hash": shown(credential.hash)}


def _show(account: Account, as_json: bool, told: str) -> None:
    if as_json:
        print_json(_row(account))
    else:
        out.print(told, highlight=False, markup=False)
