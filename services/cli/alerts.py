"""`claimdesk alerts`: who is told of what, and what became of it."""

from typing import Annotated

import typer

from schemas.notification import Notification
from schemas.subscription import Subscription
from services.alert.subscriptions import subscribe
from services.alert.webhook import send
from services.cli.common import JsonFlag, make_app, out, print_json, print_table
from services.ports.alert_store import Delivery, DeliveryState
from services.runtime.errors import UserError
from services.runtime.ids import stable_id

commands = typer.Typer(
    help="Saved queries over tasks and verdicts, and their deliveries.", no_args_is_help=True
)
_COLUMNS = ("id", "owner", "query", "webhook_url", "active", "created_at")  # never the secret
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The subscription's id")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="alerts")


@commands.command()
def add(
    query: Annotated[
        str,
        typer.Argument(help='Lucene syntax, such as: bridge "twelve million" -tunnel speaker:lind priority:>0.7'),
    ],
    webhook: Annotated[
        str | None, typer.Option(help="Address that gets a signed POST; the log file otherwise")
    ] = None,
    owner: Annotated[str, typer.Option(help="Whose alert it is")] = "desk",
    as_json: JsonFlag = False,
) -> None:
    """Save a query. The webhook's secret is shown here, and never again."""
    app = make_app()
    subscription = subscribe(query, webhook, owner, web=app.web, now=app.clock.now())
    app.alert_store.add(subscription)
    secret = subscription.secret.get_secret_value() if subscription.secret else None
    if as_json:
        print_json(_row(subscription) | {"secret": secret})
        return
    out.print(f"Saved as {subscription.id}.", highlight=False)
    if secret:
        out.print(f"Secret, shown only now: {secret}", highlight=False, soft_wrap=True)
    else:
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


@commands.command("test")
def try_(subscription_id: IdArgument, as_json: JsonFlag = False) -> None:
    """Send a test event to a subscription's webhook now. Exit code 1 if it was not accepted."""
    app = make_app()
    subscription = app.alert_store.get(subscription_id)
    if subscription is None:
        raise _unknown(subscription_id)
    if subscription.webhook_url is None:
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
    attempt = send(subscription, notification, app.web, now, owed_at=now)
    if as_json:
        print_json({"id": notification.id, "delivered": not attempt.error, "error": attempt.error})
    else:
        out.print(attempt.error or "Delivered.", highlight=False, markup=False)
    if attempt.error:
        raise typer.Exit(1)


def _unknown(subscription_id: str) -> UserError:
    return UserError(f"there is no subscription {subscription_id!r}; see `claimdesk alerts list`")


def _row(subscription: Subscription) -> dict[str, object]:
    return subscription.model_dump(mode="json", include=set(_COLUMNS))


def _delivery(delivery: Delivery) -> dict[str, object]:
    return delivery.notification.model_dump(mode="json") | {
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "owed_at": delivery.owed_at.isoformat(),
        "next_attempt_at": delivery.next_attempt_at.isoformat(),
        "last_error": delivery.last_error,
    }
