"""Every way to reach people, by what a subscription names."""

from datetime import datetime

from schemas.subscription import Subscription
from services.alert.attempt import Attempt, Channel
from services.alert.chat import ChatChannel
from services.alert.mail import MailChannel
from services.alert.message import Message
from services.alert.webhook import WebhookChannel
from services.ports.chat import Chat
from services.ports.mail import Mailer
from services.ports.vault import Vault
from services.ports.web import Web


class Channels:
    """Sends each message by the channel of its subscription."""

    def __init__(
        self, web: Web, mailer: Mailer, chat: Chat, vault: Vault, base: str | None
    ) -> None:
        self._channels: dict[str, Channel] = {
            "webhook_url": WebhookChannel(web),
            "email": MailChannel(mailer, vault, base),
            "chat_url": ChatChannel(chat),
        }

    def send(self, subscription: Subscription, message: Message, now: datetime) -> Attempt:
        """Try once. Without a channel the line in the log, which every alert gets, is the delivery."""
        if not message.alerts:  # an alert that was redelivered may leave a digest without any
            return Attempt()
        for name, channel in self._channels.items():
            if getattr(subscription, name) is not None:
                return channel.send(subscription, message, now)
        return Attempt()
