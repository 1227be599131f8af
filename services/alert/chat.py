"""Chat services, by Apprise addresses."""

from datetime import datetime

from schemas.subscription import Subscription
from services.alert.attempt import Attempt
from services.alert.message import Message, plain
from services.ports.chat import Chat, ChatError

_MOST = 20
"""Alerts of a digest that are listed in a chat, where messages are short."""


class ChatChannel:
    """Tells each message in the subscription's chat."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    def send(self, subscription: Subscription, message: Message, now: datetime) -> Attempt:  # noqa: ARG002 - the channels' common form
        """Tell it. A chat has no room for ids: a message that comes twice is not marked as such."""
        if subscription.chat_url is None:
            return Attempt("the subscription has no chat")
        url = subscription.chat_url.get_secret_value()
        text = _short(message) if message.digest else plain(message.alerts[0])
        try:
            self._chat.send(url, message.title(subscription), text)
        except ChatError as error:
            return Attempt(f"chat: {error}")
        return Attempt()


def _short(message: Message) -> str:
    """A digest in few words: each alert in a line with its link, and how many more there are."""
    lines = [
        f"{alert.summary} {alert.url or alert.article_url or ''}".strip()
        for alert in message.alerts[:_MOST]
    ]
    more = len(message.alerts) - len(lines)
    return "\n".join([*lines, f"and {more} more" if more else ""]).strip()
