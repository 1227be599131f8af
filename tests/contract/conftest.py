"""Fixtures of this folder: `place` is a new event log, once of each kind."""

from tests.support.places import place

__all__ = ["place"]
