"""`claimdesk alerts`: who is told of what, where and when, and what became of it."""

from datetime import timedelta
from typing import Annotated

import typer

from schemas.notification import Notification
from schemas.subscription import Digest, EventKind, OncePer, Subscription
from services.alert.links import feed_addresses, feed_hash, new_feed_secret
from services.alert.message import Message, named
from services.alert.subscriptions import Made, Wish, rotated, subscribe
from services.app import App
from services.cli.common import JsonFlag, make_app, out, print_json, print_table
from services.ports.alert_store import Delivery, DeliveryState, endpoint_of
from services.runtime.errors import UserError
from services.runtime.ids import stable_id

commands = typer.Typer(
    help="Saved queries over claims, tasks and verdicts, and their deliveries.",
    no_args_is_help=True,
)
_SECRET_FIELDS = {"secret", "previous_secret", "chat_url", "feed_hash"}
_COLUMNS = ("id", "owner", "query", "to", "digest", "active", "created_at")
_DEFAULT_LIKE = Subscription.model_fields["like_threshold"].default
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The subscription's id")]
QueryArgument = Annotated[
    str,
    typer.Argument(
        help='Lucene syntax, such as: bridge "twelve million" -tunnel speaker:lind priority:>0.7'
    ),
]
OnOption = Annotated[
    list[EventKind] | None,
    typer.Option(
        "--on", help="claim, task, verdict; all if the query names type:, else task and verdict"
    ),
]
LikeOption = Annotated[
    str | None, typer.Option(help="Only claims that mean nearly the same as this one")
]
LikeThresholdOption = Annotated[
    float, typer.Option(min=0, max=1, help="How near: the least cosine of both")
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="alerts")


@commands.command()
def add(  # noqa: PLR0913, PLR0917 - each is an option of the command
    query: QueryArgument = "",
    webhook: Annotated[
        str | None, typer.Option(help="Address that gets a signed POST; the log file otherwise")
    ] = None,
    email: Annotated[str | None, typer.Option(help="Mailbox, such as ana@example.org")] = None,
    chat: Annotated[
        str | None,
        typer.Option(help="Apprise address of a chat service, such as discord://ID/TOKEN"),
    ] = None,
    feed: Annotated[
        bool,
        typer.Option("--feed", help="Also as Atom, JSON Feed, stream and page at a secret address"),
    ] = False,
    owner: Annotated[str, typer.Option(help="Whose alert it is")] = "desk",
    on: OnOption = None,
    like: LikeOption = None,
    like_threshold: LikeThresholdOption = _DEFAULT_LIKE,
    digest: Annotated[
        Digest, typer.Option(help="Each by itself, or all of an hour or a day together")
    ] = Digest.IMMEDIATE,
    daily_at: Annotated[str, typer.Option(help="When a daily digest goes out")] = "08:00",
    quiet: Annotated[
        str | None,
        typer.Option(help="Hours without alerts, such as 22:00-07:00; told at their end"),
    ] = None,
    time_zone: Annotated[
        str, typer.Option(help="Whose clock --quiet and --daily-at mean, such as Europe/Berlin")
    ] = "UTC",
    hourly_cap: Annotated[
        int | None, typer.Option(min=1, help="Alerts in an hour; the rest comes as a digest")
    ] = None,
    once_per: Annotated[
        OncePer, typer.Option(help="One alert for each claim, or for each story")
    ] = OncePer.CLAIM,
    follow_up: Annotated[
        bool, typer.Option(help="Tell of corrections and verdicts on what was told")
    ] = True,
    as_json: JsonFlag = False,
) -> None:
    """Save a query. Secrets and secret addresses are shown here, and never again."""
    app = make_app()
    wish = Wish(
        query=query,
        owner=owner,
        types=tuple(on or ()),
        like=like,
        like_threshold=like_threshold,
        webhook_url=webhook,
        email=email,
        chat_url=chat,
        feed=feed,
        digest=digest,
        daily_at=daily_at,
        quiet=quiet,
        time_zone=time_zone,
        hourly_cap=hourly_cap,
        once_per=once_per,
        follow_up=follow_up,
    )
    made = subscribe(wish, settings=app.settings, web=app.web, chat=app.chat, now=app.clock.now())
    app.alert_store.add(made.subscription)
    _tell_made(app, made, as_json=as_json)


def _tell_made(app: App, made: Made, *, as_json: bool) -> None:
    subscription = made.subscription
    secret = subscription.secret.get_secret_value() if subscription.secret else None
    feed = (
        feed_addresses(app.settings.alerts_url or "", made.feed_secret)
        if made.feed_secret
        else None
    )
    if as_json:
        print_json(_row(subscription) | {"secret": secret, "feed": feed})
        return
    out.print(f"Saved as {subscription.id}.", highlight=False)
    if secret:
        out.print(f"Secret, shown only now: {secret}", highlight=False, soft_wrap=True)
    for form, address in (feed or {}).items():
        out.print(f"{form}, shown only now: {address}", highlight=False, soft_wrap=True)
    if not endpoint_of(subscription):
        log = app.settings.data_dir / "alerts.log"
        out.print(f"Alerts are written to {log}.", highlight=False, soft_wrap=True)


@commands.command("list")
def list_(as_json: JsonFlag = False) -> None:
    """List the subscriptions, without their secrets."""
    rows = [_row(row) for row in make_app().alert_store.subscriptions(inactive=True)]
    if as_json:
        print_json(rows)
        return
    print_table("Subscriptions", _COLUMNS, [[row[name] for name in _COLUMNS] for row in rows])


@commands.command()
def remove(subscription_id: IdArgument, as_json: JsonFlag = False) -> None:
    """Delete a subscription; what is still owed to it is given up."""
    if not make_app().alert_store.remove(subscription_id):
        raise _unknown(subscription_id)
    if as_json:
        print_json({"removed": subscription_id})
    else:
        out.print(f"Removed {subscription_id}.", highlight=False)


@commands.command()
def rotate(
    subscription_id: IdArgument,
    overlap_hours: Annotated[
        float, typer.Option(min=0, help="How long the old secret signs as well")
    ] = 24.0,
    as_json: JsonFlag = False,
) -> None:
    """Give a webhook a new secret, shown here and never again; for a while both sign."""
    app = make_app()
    found = _known(app, subscription_id)
    renewed = rotated(found, app.clock.now(), timedelta(hours=overlap_hours))
    app.alert_store.add(renewed)
    secret = renewed.secret.get_secret_value() if renewed.secret else None
    if as_json:
        print_json({"id": subscription_id, "secret": secret, "both_until": renewed.previous_until})
    else:
        out.print(f"Secret, shown only now: {secret}", highlight=False, soft_wrap=True)
        out.print(f"Both sign until {renewed.previous_until}.", highlight=False)


@commands.command()
def feed(subscription_id: IdArgument, as_json: JsonFlag = False) -> None:
    """Give a subscription's feed a new secret address, shown here and never again; an old one ends."""
    app = make_app()
    if app.settings.alerts_url is None:
        raise UserError("set CLAIMDESK_ALERTS_URL and CLAIMDESK_ALERTS_PORT, where feeds are read")
    found, secret = _known(app, subscription_id), new_feed_secret()
    app.alert_store.add(found.model_copy(update={"feed_hash": feed_hash(secret)}))
    addresses = feed_addresses(app.settings.alerts_url, secret)
    if as_json:
        print_json(addresses)
        return
    for form, address in addresses.items():
        out.print(f"{form}, shown only now: {address}", highlight=False, soft_wrap=True)


@commands.command("dry-run")
def dry_run_(
    query: QueryArgument = "",
    days: Annotated[int, typer.Option(min=1, max=3_650, help="How far to look back")] = 30,
    on: OnOption = None,
    like: LikeOption = None,
    like_threshold: LikeThresholdOption = _DEFAULT_LIKE,
    examples: Annotated[int, typer.Option(min=0, max=1_000)] = 5,
    as_json: JsonFlag = False,
) -> None:
    """Show what a query would have found among the stored tasks and verdicts. Nothing is saved."""
    from services.alert.dry_run import dry_run

    app = make_app()
    run = dry_run(
        app.task_store,
        app.encode,
        Wish(query=query, types=tuple(on or ()), like=like, like_threshold=like_threshold),
        since=app.clock.now() - timedelta(days=days),
        examples=examples,
    )
    shown = [
        {
            "at": happening.at.isoformat() if happening.at else None,
            "type": happening.kind.value,
            "summary": happening.summary,
            "matched": found.matched,
            "likeness": found.likeness,
        }
        for happening, found in run.examples
    ]
    if as_json:
        by_day = dict(sorted(run.days.items()))
        print_json(
            {"looked_at": run.looked_at, "found": run.found, "days": by_day, "examples": shown}
        )
        return
    out.print(
        f"{run.found} alerts from {run.looked_at} tasks and verdicts of {days} days.",
        highlight=False,
    )
    print_table("A day", ("day", "alerts"), sorted(run.days.items()))
    columns = ("at", "type", "summary", "matched")
    print_table("Newest", columns, [[row[name] for name in columns] for row in shown])


@commands.command()
def deliveries(
    state: Annotated[
        list[DeliveryState] | None, typer.Option(help="Only these; may be given more than once")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: JsonFlag = False,
) -> None:
    """List deliveries, newest first, with their attempts and last error."""
    rows = [_delivery(row) for row in make_app().alert_store.deliveries(state or (), limit)]
    if as_json:
        print_json(rows)
        return
    shown = (
        "id",
        "subscription_id",
        "state",
        "attempts",
        "next_attempt_at",
        "last_error",
        "summary",
    )
    print_table("Deliveries", shown, [[row[name] for name in shown] for row in rows])


@commands.command("log")
def log_(
    about: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Of a subscription or of an alert")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: JsonFlag = False,
) -> None:
    """List attempts at delivery, newest first."""
    rows = [
        {
            "at": row.at.isoformat(),
            "id": row.notification_id,
            "subscription_id": row.subscription_id,
            "state": row.state.value,
            "error": row.error,
        }
        for row in make_app().alert_store.attempts(about, limit)
    ]
    if as_json:
        print_json(rows)
        return
    columns = ("at", "id", "subscription_id", "state", "error")
    print_table("Attempts", columns, [[row[name] for name in columns] for row in rows])


@commands.command()
def replay(
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="The alert's or digest's id")],
    as_json: JsonFlag = False,
) -> None:
    """Deliver an alert again, with the same id; whoever took it before knows it by that."""
    app = make_app()
    if not app.alert_store.replay(alert_id, app.clock.now()):
        raise UserError(f"there is no alert {alert_id!r}; see `claimdesk alerts deliveries`")
    if as_json:
        print_json({"replayed": alert_id})
    else:
        out.print(f"{alert_id} is owed again.", highlight=False)


@commands.command()
def rekey(
    new: Annotated[
        bool, typer.Option("--new", help="Put a new key in front of those in the data folder first")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Encrypt all stored secrets anew with the newest key; older keys can go afterwards."""
    app = make_app()
    if new:
        app.vault.renew()
    count = app.alert_store.rekey()
    if as_json:
        print_json({"subscriptions": count})
    else:
        out.print(f"The secrets of {count} subscriptions have the newest key.", highlight=False)


@commands.command("new-key")
def new_key_() -> None:
    """Print a key for CLAIMDESK_ALERT_KEYS."""
    from services.adapters.vault import new_key

    out.print(new_key(), highlight=False)


@commands.command("test")
def try_(subscription_id: IdArgument, as_json: JsonFlag = False) -> None:
    """Send a test alert to where a subscription's alerts go, now. Exit code 1 if it was not accepted."""
    app = make_app()
    subscription = _known(app, subscription_id)
    if not endpoint_of(subscription):
        raise UserError(f"{subscription_id} has no webhook; its alerts go to the log file")
    now = app.clock.now()
    event = stable_id("test", subscription_id, now.isoformat())
    notification = Notification(
        id=stable_id("ntf", subscription_id, "test", event),
        subscription_id=subscription_id,
        event_id=event,
        event_type="test",
        summary="A test of this alert, sent by hand.",
        occurred_at=now,
    )
    attempt = app.channels.send(subscription, Message.of(notification, now), now)
    if as_json:
        print_json({"id": notification.id, "delivered": not attempt.error, "error": attempt.error})
    else:
        out.print(attempt.error or "Delivered.", highlight=False, markup=False)
    if attempt.error:
        raise typer.Exit(1)


def _known(app: App, subscription_id: str) -> Subscription:
    subscription = app.alert_store.get(subscription_id)
    if subscription is None:
        raise _unknown(subscription_id)
    return subscription


def _unknown(subscription_id: str) -> UserError:
    return UserError(f"there is no subscription {subscription_id!r}; see `claimdesk alerts list`")


def _row(subscription: Subscription) -> dict[str, object]:
    kept = subscription.model_dump(mode="json", exclude=_SECRET_FIELDS)
    to = subscription.webhook_url or subscription.email or endpoint_of(subscription) or "log"
    return kept | {"query": subscription.query or named(subscription), "to": to}


def _delivery(delivery: Delivery) -> dict[str, object]:
    return delivery.notification.model_dump(mode="json") | {
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "owed_at": delivery.owed_at.isoformat(),
        "next_attempt_at": delivery.next_attempt_at.isoformat(),
        "last_error": delivery.last_error,
    }
