"""The reference pages, written from the code: commands and settings.

python -m services.cli.reference            write docs/reference/
python -m services.cli.reference --check    fail when a page is not what today's code gives
"""

import sys
from pathlib import Path
from typing import Any

import typer

from services.cli.main import build_app
from services.runtime.settings import Settings

PAGES = Path(__file__).parents[2] / "docs" / "reference"


def settings_page() -> str:
    """Every setting with its variable, default and meaning."""
    rows = [
        "# Settings",
        "",
        "Written by `make reference`; do not edit. Each setting is an environment variable. A secret",
        "may also be a file, named like its variable, in the folder that `CLAIMDESK_SECRETS_DIR` names.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "unset" if field.default is None else f"`{field.default}`"
        rows.append(f"| `CLAIMDESK_{name.upper()}` | {default} | {field.description or ''} |")
    return "\n".join(rows) + "\n"


def commands_page() -> str:
    """Every command with its help, arguments and options."""
    root = typer.main.get_command(build_app())
    rows = ["# Commands", "", "Written by `make reference`; do not edit.", ""]
    for path, command in _walk("claimdesk", root):
        rows += [f"## `{path}`", "", (command.help or "").strip(), ""]
        rows += _parameters(command)
    return "\n".join(rows).rstrip() + "\n"


def _walk(path: str, command: Any) -> list[tuple[str, Any]]:
    found = [] if path == "claimdesk" else [(path, command)]
    for name, child in sorted(getattr(command, "commands", {}).items()):
        found += _walk(f"{path} {name}", child)
    return found


def _parameters(command: Any) -> list[str]:
    rows = []
    for parameter in command.params:
        if parameter.name == "help" or getattr(parameter, "hidden", False):
            continue
        names = (
            "/".join(parameter.opts)
            if parameter.opts[0].startswith("-")
            else str(parameter.metavar or parameter.name).upper()
        )
        rows.append(f"- `{names}` {getattr(parameter, 'help', None) or ''}".rstrip())
    return [*rows, ""] if rows else []


def pages() -> dict[str, str]:
    """Every reference page by its file name."""
    return {"settings.md": settings_page(), "commands.md": commands_page()}


def main(arguments: list[str]) -> int:
    """Write or check; 0, or 1 when stale."""
    stale = [
        name
        for name, content in pages().items()
        if not (PAGES / name).exists() or (PAGES / name).read_text("utf-8") != content
    ]
    if arguments == ["--check"]:
        if stale:
            sys.stderr.write(
                f"stale: {', '.join(stale)}: run `make reference` and commit the result\n"
            )
        return int(bool(stale))
    PAGES.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (PAGES / name).write_text(pages()[name], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
