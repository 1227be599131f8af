"""The `claimdesk` command: one module a group of commands."""

from services.cli.main import main

__all__ = ["main"]
