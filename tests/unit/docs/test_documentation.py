"""The documentation keeps to what is there: commands, targets, settings, files and links exist."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from services.cli.main import COMMANDS, build_app
from services.cli.reference import main as reference
from services.flow import FLOW
from services.runtime.settings import Settings

pytestmark = pytest.mark.docs

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "services/**/*.md", "schemas/*.md", "de*/*.md")
    for page in ROOT.glob(pattern)
)
EXAMPLE = re.compile(r"^\s*(?:\$ )?(?:[A-Z_]+=\S+ )*claimdesk ([^#|>&;\n]+)", re.MULTILINE)
INLINE = re.compile(r"`(?:[A-Z_]+=\S+ )*claimdesk ([^`|>;]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
SETTING = re.compile(r"\bCLAIMDESK_([A-Z_]+)\b")
TARGET = re.compile(r"`make ([a-z-]+)|^\s*(?:\$ )?make ([a-z-]+)", re.MULTILINE)
NOT_SETTINGS = re.compile(r"TEST_\w+|STACK_\w+|SECRETS_DIR")


def pages() -> list[Any]:
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES]


def commands(text: str) -> set[str]:
    blocks = "\n".join(re.findall(r"```(?:bash|sh|console|text)?\n(.*?)```", text, re.DOTALL))
    return set(EXAMPLE.findall(blocks)) | set(INLINE.findall(text))


@pytest.fixture(scope="module")
def root_command() -> Any:
    return typer.main.get_command(build_app())


@pytest.mark.parametrize("page", pages())
def test_every_command_in_a_page_exists_with_its_options(page: Path, root_command: Any) -> None:
    for line in commands(page.read_text("utf-8")):
        command, path = root_command, "claimdesk"
        words = line.split()
        while words and hasattr(command, "commands") and not words[0].startswith("-"):
            alternatives = words[0].split("|")
            for word in alternatives:
                known = word in command.commands or not re.fullmatch(r"[a-z-]+", word)
                known = known or getattr(command, "invoke_without_command", False)
                assert known, f"{page.name}: `{path} {word}` does not exist"
            if alternatives[0] not in command.commands:
                break
            command, path = command.commands[alternatives[0]], f"{path} {words.pop(0)}"
        options = {
            name
            for parameter in command.params
            for name in (*parameter.opts, *parameter.secondary_opts)
        }
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", " ".join(words)):
            assert option in options | {"--help"}, f"{page.name}: `{path}` has no {option}"


@pytest.mark.parametrize("page", pages())
def test_every_make_target_in_a_page_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for inline, block in TARGET.findall(page.read_text("utf-8")):
        assert (inline or block) in targets, f"{page.name}: no `make {inline or block}`"


@pytest.mark.parametrize("page", pages())
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text("utf-8")):
        if not re.match(r"[a-z]+:", link):
            assert (page.parent / link).exists(), f"{page.name}: {link} does not exist"


@pytest.mark.parametrize("page", pages())
def test_every_variable_in_a_page_is_a_setting_or_the_compose_files(page: Path) -> None:
    composed = set(SETTING.findall((ROOT / "docker-compose.yml").read_text("utf-8")))
    for name in SETTING.findall(page.read_text("utf-8")):
        if name not in composed and not NOT_SETTINGS.fullmatch(name):
            assert name.lower() in Settings.model_fields, f"{page.name}: CLAIMDESK_{name}"


def test_the_reference_pages_are_those_of_todays_code() -> None:
    assert reference(["--check"]) == 0


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_command_has_help(root_command: Any) -> None:
    def walk(path: str, command: Any) -> Iterator[str]:
        if not command.help:
            yield path
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(f"{path} {name}", child)

    assert list(walk("claimdesk", root_command)) == []


def test_each_command_is_found_in_the_module_that_the_table_names(root_command: Any) -> None:
    assert set(root_command.commands) == set(COMMANDS)
    for name in COMMANDS:
        assert name in typer.main.get_command(build_app(name)).commands


def test_every_room_has_a_readme() -> None:
    rooms = {path.parent for path in (ROOT / "services").glob("*/__init__.py")} - {
        ROOT / "services" / "cli",
        ROOT / "services" / "ports",
    }
    assert [room.name for room in rooms if not (room / "README.md").exists()] == []


def test_the_flow_in_the_architecture_page_is_the_flow_in_the_code() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for stage in FLOW:
        row = next(
            (line for line in page.splitlines() if line.startswith(f"| `{stage.step}` ")), ""
        )
        assert f"`{stage.consumes.name}`" in row, stage.step
        for topic in stage.produces:
            assert f"`{topic.name}`" in row, stage.step


def test_no_committed_file_names_a_registry_or_carries_a_path_of_one_machine() -> None:
    registries = ["files.python" + "hosted", "registry.npm" + "js", "repo1.ma" + "ven"]
    pattern = "|".join([*registries, "pypi.org/" + "simple", r"(?<![\w.])/(root|home|work)/\w"])
    found = subprocess.run(
        ["git", "grep", "-lIP", pattern, "--", ":!tests/unit/docs"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode > 1:
        pytest.skip("not a git checkout")
    assert found.stdout.splitlines() == []
