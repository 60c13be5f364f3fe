"""What is written beside the code agrees with it."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from kpix_tui import __version__
from kpix_tui.config import OTHER_VARIABLES, Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_env_example_names_every_setting_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^# (KPIX_[A-Z_]+)=", text, re.MULTILINE))
    settings = {f"KPIX_{spec.name.upper()}" for spec in fields(Settings)}
    assert named == (settings - {"KPIX_STATE", "KPIX_CONFIG_FILE"}) | OTHER_VARIABLES


def test_env_example_shows_the_defaults() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^# (KPIX_[A-Z_]+)=(.*)$", text, re.MULTILINE))
    for spec in fields(Settings):
        if isinstance(spec.default, int | str):
            assert shown[f"KPIX_{spec.name.upper()}"] == str(
                int(spec.default) if isinstance(spec.default, bool) else spec.default
            )


def test_the_changelog_has_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{__version__}]" in text
    assert "## [Unreleased]" in text


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    local = [
        target for target in targets if "://" not in target and not target.startswith("mailto")
    ]
    assert [target for target in local if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_have_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--index|--find-links|@ ", text)
    pinned = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", text, re.MULTILINE)
    assert len(pinned) > 10
    assert text.count("--hash=sha256:") >= len(pinned)


def test_both_lock_files_agree() -> None:
    def versions(name: str) -> set[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return set(re.findall(r"^[A-Za-z0-9._\[\]-]+==\S+", text, re.MULTILINE))

    assert versions("requirements.lock") <= versions("requirements-dev.lock")
