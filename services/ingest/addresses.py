"""Web addresses as they are kept: absolute, of http or https, and without what only tracks the reader."""

import re
from urllib.parse import urlsplit, urlunsplit

_TRACKING = re.compile(
    r"(?:utm|mtm|pk|piwik|hsa|vero|oly|itm|at)_\w{1,40}|ns_(?:campaign|mchannel|source|linkname|fee)"
    r"|(?:fb|g|dc|ms|tw|yc|tt)clid|wbraid|gbraid|msclkid|igshid|igsh|mc_[ce]id|mkt_tok|_hs(?:enc|mi)|_ga|_gl"
    r"|ocid|xtor|cmpid|smid|ftag|guccounter|guce_referrer(?:_sig)?"
)
"""Names of query parameters that say where a reader came from and never which article it is."""


def web_address(value: object) -> str | None:
    """`value` as an address of the web without its tracking parameters; none if it is no such address.

    The other parameters stay as they were written and in their order: they may name the article.
    """
    try:
        parts = urlsplit(str(value or "").strip())
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    kept = [pair for pair in parts.query.split("&") if not _tracks(pair)] if parts.query else []
    fragment = "" if _tracks(parts.fragment) else parts.fragment
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(kept), fragment))


def _tracks(pair: str) -> bool:
    name, equals, _ = pair.partition("=")
    return bool(equals) and _TRACKING.fullmatch(name.lower()) is not None
