"""SQLite's write-ahead log, switched on however many processes open a new file at once."""

import sqlite3
import time

_TRIES = 100
_PAUSE_SECONDS = 0.05


def use_wal(connection: sqlite3.Connection) -> None:
    """Put the file of `connection` into write-ahead mode; the file remembers it.

    The switch asks for the file's lock without the connection's patience, so that of several first users
    all but one are refused at once: they try again, for five seconds. Raises sqlite3.Error.
    """
    for left in reversed(range(_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
            return
        except sqlite3.OperationalError as error:
            busy = (error.sqlite_errorcode & 0xFF) == sqlite3.SQLITE_BUSY
            if not busy or not left:
                raise
            time.sleep(_PAUSE_SECONDS)
