"""A new evidence index from the one in use, behind the alias, while it is searched and written to.

Everything is copied, then what was written meanwhile, again and again until little is left; for that rest
writers are made to wait (their requests are refused with an answer that they try again after), and the alias
is moved in one step. Searches never stop.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from elasticsearch import helpers

from services.adapters.elasticsearch_index import Client, create
from services.evidence.indexed import FORMAT
from services.runtime.errors import UserError

Source = Mapping[str, Any]

_PAGE = 256  # items a batch: they are encoded together
_FEW = 512  # items that are left for the moment in which writers wait
_ROUNDS = 20  # after that many, writers are faster than this is


def rebuild(
    client: Client,
    alias: str,
    copy: Callable[[str, Sequence[Source]], None],
    progress: Callable[[int], None],
    *,
    restart: bool,
) -> str:
    """Copy the index behind `alias` into a new one, and move the alias; the new one's name.

    `copy` writes sources into the index that it is told. With `restart` what an interrupted run left is
    removed first; otherwise that is a UserError, since another run may be at work on it.
    """
    (old,) = client.indices.get_alias(name=alias)
    new = _successor(old, alias)
    if restart:
        client.indices.delete(index=new, ignore_unavailable=True)
    if not create(client, new):
        raise UserError(
            f"{new!r} is there already: a reindex is at work, or was interrupted; when none is, say --restart"
        )
    seen = -1
    for _ in range(_ROUNDS):
        copied, seen = _copy(client, old, new, seen, copy, progress)
        if copied <= _FEW:
            break
    try:
        # Answers when every write that had begun is done.
        client.indices.add_block(index=old, block="write")
        _copy(client, old, new, seen, copy, progress)
        client.indices.refresh(index=new)
        add = {"index": new, "alias": alias, "is_write_index": True}
        client.indices.update_aliases(
            actions=[{"remove": {"index": old, "alias": alias}}, {"add": add}]
        )
    except BaseException:
        client.indices.put_settings(index=old, settings={"index.blocks.write": None})
        raise
    client.indices.delete(index=old)
    return new


def _successor(old: str, alias: str) -> str:
    """The next name: `<alias>-v<format>`, then `<alias>-v<format>-2`, `-3` and so on."""
    base = f"{alias}-v{FORMAT}"
    if not (old == base or old.startswith(f"{base}-")):
        return base
    number = old.removeprefix(base).removeprefix("-")
    return f"{base}-{int(number) + 1 if number.isdigit() else 2}"


def _copy(
    client: Client,
    old: str,
    new: str,
    after: int,
    copy: Callable[[str, Sequence[Source]], None],
    progress: Callable[[int], None],
) -> tuple[int, int]:
    """Copy what was written after the change `after`: how many items, and the change before the next copy.

    Changes are numbered, but not finished in that order: the next copy begins after the last number up to
    which all were finished before this one looked.
    """
    finished = _finished(client, old)
    client.indices.refresh(index=old)
    hits = iter(
        helpers.scan(
            client,
            index=old,
            query={
                "query": {"range": {"_seq_no": {"gt": after}}},
                "_source": ["evidence", "text"],
            },
            size=_PAGE,
            scroll="30m",
        )
    )
    copied = 0
    while page := list(islice(hits, _PAGE)):
        copy(new, [hit["_source"] for hit in page])
        copied += len(page)
        progress(len(page))
    return copied, finished


def _finished(client: Client, index: str) -> int:
    (copies,) = client.indices.stats(index=index, level="shards")["indices"][index][
        "shards"
    ].values()
    return min(int(copy["seq_no"]["local_checkpoint"]) for copy in copies)
