"""E-mail: plain text and HTML, with a link that ends the subscription by one click (RFC 8058)."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from html import escape

from schemas.notification import Notification
from schemas.subscription import Subscription
from services.alert.attempt import Attempt
from services.alert.links import unsubscribe_link
from services.alert.message import Message, details, named, plain
from services.ports.mail import Mailer, MailError
from services.ports.vault import Vault

_WEB = ("http://", "https://")


class MailChannel:
    """Mails each message to the subscription's address. `base` is where the alerts' own server is reached."""

    def __init__(self, mailer: Mailer, vault: Vault, base: str | None) -> None:
        self._mailer, self._vault, self._base = mailer, vault, base

    def send(self, subscription: Subscription, message: Message, now: datetime) -> Attempt:
        """Hand it to the mail server; its id is the same at every attempt."""
        if self._mailer.sender is None or self._base is None or subscription.email is None:
            return Attempt(
                "e-mail needs CLAIMDESK_SMTP_HOST, CLAIMDESK_MAIL_FROM and CLAIMDESK_ALERTS_URL",
                away=True,
            )
        link = unsubscribe_link(self._base, subscription.id, self._vault)
        mail = compose(subscription, message, self._mailer.sender, link, now)
        try:
            self._mailer.send(mail)
        except MailError as error:
            return Attempt(f"mail: {error}", away=error.away, final=error.final)
        return Attempt()


def compose(
    subscription: Subscription, message: Message, sender: str, link: str, now: datetime
) -> EmailMessage:
    """The mail. What comes from articles is one line in the subject and escaped in the HTML."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = subscription.email
    mail["Subject"] = _line(message.title(subscription))
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Unsubscribe"] = f"<{link}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(_text(subscription, message, link))
    mail.add_alternative(_html(subscription, message, link), subtype="html")
    return mail


def _line(text: str) -> str:
    """One line without anything that is not to be seen."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def _text(subscription: Subscription, message: Message, link: str) -> str:
    alerts = "\n\n".join(map(plain, message.alerts))
    return f"{alerts}\n\n-- \nYou asked for: {named(subscription)}\nEnd this alert: {link}\n"


def _html(subscription: Subscription, message: Message, link: str) -> str:
    alerts = "".join(map(_item, message.alerts))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(_line(message.title(subscription)))}</title><body>{alerts}<hr>"
        f"<p>You asked for: {escape(named(subscription))}<br>"
        f'<a href="{escape(link)}">End this alert</a></p></body></html>'
    )


def _item(alert: Notification) -> str:
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd>{_linked(value)}</dd>" for name, value in details(alert)
    )
    return f"<h2>{escape(alert.summary)}</h2><dl>{lines}</dl>"


def _linked(value: str) -> str:
    """The value, with a web address at its end made a link; nothing else may become one."""
    words, _, last = value.rpartition(" ")
    if not last.startswith(_WEB):
        return escape(value)
    return f'{escape(words)} <a href="{escape(last)}">{escape(last)}</a>'
