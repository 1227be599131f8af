"""The services of Claimdesk, and what they share."""

from importlib.metadata import version

__version__ = version("claimdesk")
