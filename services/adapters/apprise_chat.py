"""Chat services through Apprise.

Apprise opens connections by itself, past our check of addresses. So only services are allowed whose host is
fixed in Apprise's code, no option of an address is passed on (some name hosts, files or time limits), and
redirects are not followed.
"""

from typing import Any

from services.ports.chat import ChatError

SERVICES = {
    "discord": "Discord",
    "gchat": "Google Chat",
    "pbul": "Pushbullet",
    "pover": "Pushover",
    "slack": "Slack",
    "tgram": "Telegram",
    "wxteams": "Cisco Webex Teams",
}
"""Schemes of addresses that may be used, each with a host of its own that no address can change."""

_SECONDS = 10.0


class AppriseChat:
    """The `Chat` port."""

    def check(self, url: str) -> None:
        """Raise ChatError when `url` is no complete address of a service that may be used."""
        _service(url)

    def send(self, url: str, title: str, text: str) -> None:
        """Tell it there. Raises ChatError."""
        service = _service(url)
        try:
            done = service.notify(body=text, title=title, body_format="text")
        except TypeError as error:  # what Apprise raises for a message without any text
            raise ChatError(f"{SERVICES[_scheme(url)]} was not told: {error}") from error
        if not done:
            raise ChatError(f"{SERVICES[_scheme(url)]} did not take it")


def _service(url: str) -> Any:
    scheme = _scheme(url)
    if scheme not in SERVICES:
        raise ChatError(
            f"only these services can be told: {', '.join(f'{s}://' for s in SERVICES)}"
        )
    if "?" in url or "\n" in url:
        raise ChatError("options after ? are not taken; give the address without them")
    import apprise  # here, because it brings a hundred services along and few deployments need one

    asset = apprise.AppriseAsset(storage_mode=apprise.PersistentStoreMode.MEMORY)
    service: Any = apprise.Apprise.instantiate(url, asset=asset)
    if service is None or str(service.service_name) != SERVICES[scheme]:
        raise ChatError(f"this is no complete {scheme}:// address; see Apprise's page on it")
    service.redirects = False
    service.overflow_mode = "split"  # into several messages where a service takes only short ones
    service.socket_connect_timeout = service.socket_read_timeout = _SECONDS
    return service


def _scheme(url: str) -> str:
    return url.partition("://")[0].lower()
