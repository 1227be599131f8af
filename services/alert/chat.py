"""Chat services, by Apprise addresses."""

from datetime import datetime

from schemas.subscription import Subscription
from services.alert.attempt import Attempt
from services.alert.message import Message, plain
from services.ports.chat import Chat, ChatError


class ChatChannel:
    """Tells each message in the subscription's chat."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    def send(self, subscription: Subscription, message: Message, now: datetime) -> Attempt:  # noqa: ARG002 - the channels' common form
        """Tell it. A chat has no room for ids: a message that comes twice is not marked as such."""
        if subscription.chat_url is None:
            return Attempt("the subscription has no chat")
        url = subscription.chat_url.get_secret_value()
        text = "\n\n".join(map(plain, message.alerts))
        try:
            self._chat.send(url, message.title(subscription), text)
        except ChatError as error:
            return Attempt(f"chat: {error}")
        return Attempt()
