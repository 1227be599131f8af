"""`claimdesk topics`, `lag` and `dead-letters`: the event log for a person, on either broker."""

import json as jsonlib
from contextlib import suppress
from typing import Annotated, Any

import typer

from schemas.topics import TOPICS
from services.cli.common import JsonFlag, err, make_app, out, print_json, print_table, printable
from services.flow import FLOW
from services.ports import dead_letters
from services.ports.dead_letters import Letter
from services.runtime.errors import UserError

topics = typer.Typer(help="The topics of the event log.", no_args_is_help=True)
letters = typer.Typer(help="Messages that could not be handled.", no_args_is_help=True)

_SHOWN = 4_000  # characters of a message's value that `show` prints

Ids = Annotated[list[str] | None, typer.Argument(help="Ids, from `dead-letters list`.")]
All = Annotated[bool, typer.Option("--all", help="Every dead letter there is.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(topics, name="topics")
    app.add_typer(letters, name="dead-letters")
    app.command()(lag)


@topics.command()
def ensure(json: JsonFlag = False) -> None:
    """Create the topics that are missing. Existing ones are left as they are."""
    created = make_app().admin.ensure(TOPICS)
    if json:
        print_json({"created": created})
    else:
        out.print(f"created: {', '.join(created)}" if created else "every topic is there")


@topics.command()
def describe(json: JsonFlag = False) -> None:
    """Show each topic; ends with 1 when one is missing."""
    states = make_app().admin.describe(TOPICS)
    rows = [
        {
            "topic": topic.name,
            "exists": state.exists,
            "partitions": state.partitions,
            "messages": state.messages,
            "key": topic.key_of,
            "versions": list(topic.versions),
            "retention_days": topic.retention.days,
            "cleanup": topic.cleanup,
        }
        for topic, state in zip(TOPICS, states, strict=True)
    ]
    if json:
        print_json(rows)
    else:
        columns = ["topic", "exists", "partitions", "messages", "key", "retention_days"]
        print_table("Topics", columns, [[row[column] for column in columns] for row in rows])
    missing = [state.topic for state in states if not state.exists]
    if missing:
        err.print(f"missing: {', '.join(missing)}; create them with `claimdesk topics ensure`")
        raise typer.Exit(1)


def lag(json: JsonFlag = False) -> None:
    """Show how many messages wait for each step."""
    rows = make_app().admin.lag([(stage.step, stage.consumes) for stage in FLOW])
    steps = [
        {
            "step": stage.step,
            "topic": stage.consumes.name,
            "lag": sum(row.lag for row in rows if row.step == stage.step),
            "partitions": [
                {"partition": row.partition, "committed": row.committed, "end": row.end}
                for row in rows
                if row.step == stage.step
            ],
        }
        for stage in FLOW
    ]
    if json:
        print_json(steps)
    else:
        print_table(
            "Lag", ["step", "topic", "waiting"], [(s["step"], s["topic"], s["lag"]) for s in steps]
        )


@letters.command("list")
def list_command(json: JsonFlag = False) -> None:
    """List what could not be handled, oldest first."""
    found = dead_letters.list_letters(make_app().admin)
    if json:
        print_json([_summary(letter) for letter in found])
    elif not found:
        out.print("no dead letters")
    else:
        columns = ["id", "failed_at", "step", "topic", "reason", "message"]
        print_table(
            "Dead letters", columns, [[_summary(row).get(c) for c in columns] for row in found]
        )


@letters.command()
def show(letter_id: Annotated[str, typer.Argument(metavar="ID")], json: JsonFlag = False) -> None:
    """Show one dead letter with its message."""
    found = dead_letters.list_letters(make_app().admin)
    (letter,) = dead_letters.choose(found, [letter_id])
    if json:
        content = letter.content.model_dump(mode="json") if letter.content else {}
        print_json({**_summary(letter), **content})
        return
    for name, value in _summary(letter).items():
        out.print(f"{name}: {printable(value)}", markup=False, highlight=False, soft_wrap=True)
    if letter.content:
        out.print(_readable(letter.content.value), markup=False, highlight=False, soft_wrap=True)


@letters.command()
def replay(ids: Ids = None, everything: All = False) -> None:
    """Publish the messages again to the topics they came from, and remove their letters."""
    app = make_app()
    chosen = _chosen(dead_letters.list_letters(app.admin), ids, everything)
    out.print(f"replayed: {dead_letters.replay(app.producer, chosen)}")


@letters.command()
def drop(ids: Ids = None, everything: All = False) -> None:
    """Remove letters for good."""
    app = make_app()
    chosen = _chosen(dead_letters.list_letters(app.admin), ids, everything)
    out.print(f"dropped: {dead_letters.drop(app.producer, chosen)}")


def _chosen(found: list[Letter], ids: list[str] | None, everything: bool) -> list[Letter]:
    if bool(ids) == everything:
        raise UserError("name the ids of the dead letters, or say --all; one of both")
    return found if everything else dead_letters.choose(found, ids or ())


def _summary(letter: Letter) -> dict[str, Any]:
    content = letter.content
    if content is None:
        return {"id": letter.id, "reason": "unreadable", "message": letter.problem}
    shown = content.model_dump(mode="json", exclude={"value"}, exclude_none=True)
    return {**shown, "bytes": content.size or len(content.value)}


def _readable(value: bytes) -> str:
    text = value.decode("utf-8", "backslashreplace")
    with suppress(ValueError, RecursionError):  # otherwise it is shown as it came
        text = jsonlib.dumps(jsonlib.loads(text), ensure_ascii=False, indent=2)
    more = f"\n… ({len(text) - _SHOWN:,} more characters; --json gives all)"
    return printable(text[:_SHOWN]) + (more if len(text) > _SHOWN else "")
