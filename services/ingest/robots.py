"""Which pages a site's robots.txt lets us read (RFC 9309)."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from services.ports.web import Web, WebError
from services.runtime.clock import Clock, SystemClock

AGENT = "claimdesk"
"""The name that robots.txt may use for us."""

_LIMIT = 512_000  # bytes of a robots.txt that are read; the RFC asks for that many at least
_KEPT = 1_000  # sites
_FRESH = timedelta(hours=24)
"""How long an answer counts (section 2.4)."""
_AWAY = timedelta(hours=1)
"""How long a site counts as one that cannot be asked."""
_EVERYTHING = "User-agent: *\nDisallow:\n"
_NOTHING = "User-agent: *\nDisallow: /\n"


class Robots:
    """Asks each site once a day, and keeps what the last thousand said. Threads may share one.

    A site without a robots.txt (4xx) allows everything; one that cannot be asked (5xx, no answer) nothing
    for an hour.
    """

    def __init__(self, web: Web, clock: Clock | None = None) -> None:
        self._web, self._clock = web, clock or SystemClock()
        self._lock = threading.Lock()
        self._rules: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    def allows(self, url: str) -> bool:
        """Whether `url` may be fetched."""
        from protego import Protego

        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        rules = self._kept(site)
        if rules is None:
            rules = self._keep(site, self._ask(site))
        return bool(Protego.parse(rules).can_fetch(url, AGENT))

    def _kept(self, site: str) -> str | None:
        with self._lock:
            rules, until = self._rules.get(site, (None, None))
            if until is None or until <= self._clock.now():
                return None
            self._rules.move_to_end(site)
            return rules

    def _keep(self, site: str, rules: str) -> str:
        until = self._clock.now() + (_AWAY if rules is _NOTHING else _FRESH)
        with self._lock:
            self._rules[site] = rules, until
            self._rules.move_to_end(site)
            if len(self._rules) > _KEPT:
                self._rules.popitem(last=False)
        return rules

    def _ask(self, site: str) -> str:
        try:
            answer = self._web.get(f"{site}/robots.txt", {"accept": "text/plain"}, _LIMIT)
        except WebError:
            return _NOTHING
        if answer.status == 200:
            return answer.body.decode("utf-8", "replace")
        return _EVERYTHING if 400 <= answer.status < 500 else _NOTHING
