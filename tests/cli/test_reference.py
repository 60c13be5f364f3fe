"""Every command explains itself, shows an example and is in the guide."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kpix_tui.cli.base import Command, Group, summary
from kpix_tui.cli.main import root
from kpix_tui.cli.reference import commands, page
from kpix_tui.i18n.catalog import set_locale

EVERY = list(commands())
LEAVES = [(ctx, found) for ctx, found in EVERY if isinstance(found, Command)]
CHANGES_NOTHING = (
    "list",
    "show",
    "history",
    "status",
    "whoami",
    "doctor",
    "chart",
    "audit",
    "logins",
)


def _names(pairs: list[tuple[click.Context, click.Command]]) -> list[str]:
    return [ctx.command_path for ctx, _found in pairs]


@pytest.mark.parametrize(("ctx", "found"), EVERY, ids=_names(EVERY))
def test_a_command_explains_itself(ctx: click.Context, found: click.Command) -> None:
    assert found.help
    for param in found.params:
        assert getattr(param, "help", None), param.name


@pytest.mark.parametrize(("ctx", "found"), LEAVES, ids=_names(LEAVES))
def test_a_command_has_an_example_that_can_be_run(ctx: click.Context, found: Command) -> None:
    text = "\n".join(found.examples).replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.startswith("kpix")]
    assert lines
    for line in lines:
        words = shlex.split(line)
        path = ctx.command_path.split()
        assert words[: len(path)] == path
        found.make_context(found.name, words[len(path) :], parent=ctx.parent)


@pytest.mark.parametrize(("ctx", "found"), LEAVES, ids=_names(LEAVES))
def test_reads_answer_programs_too(ctx: click.Context, found: Command) -> None:
    if found.name in CHANGES_NOTHING:
        assert {"as_json", "as_csv"} <= {param.name for param in found.params}


def test_the_line_about_a_command_is_its_own() -> None:
    for name, lazy in root.lazy.items():
        assert lazy.summary == summary(lazy.load()), name


def test_the_page_is_current() -> None:
    written = Path("docs/guide/commands.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m kpix_tui.cli.reference"


def test_the_page_is_written_where_the_guide_is(tmp_path: Path) -> None:
    written = tmp_path / "docs/guide/commands.md"
    written.parent.mkdir(parents=True)
    module = [sys.executable, "-m", "kpix_tui.cli.reference"]
    subprocess.run(module, cwd=tmp_path, check=True)
    assert written.read_text(encoding="utf-8") == page()


def test_help_is_in_the_language_of_the_moment() -> None:
    ctx = click.Context(root, info_name="kpix")
    set_locale("fr")
    text = root.get_help(ctx)
    set_locale("en")
    assert "Options" in text
    assert "Sign in." not in text
    assert "Sign in." in root.get_help(ctx)


def test_groups_list_their_commands_in_order() -> None:
    found = root.get_command(click.Context(root), "kpi")
    assert isinstance(found, Group)
    names = found.list_commands(click.Context(found))
    own = ["list", "show", "chart", "create", "update", "delete"]
    assert names == [*own, "assignments", "assign", "unassign"]
