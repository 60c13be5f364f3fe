"""Where a shared terminal may read and write files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kpix_tui.app.files import ExportFolderUnusable, OutsideExportFolder, allowed_path
from kpix_tui.config import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path, state=tmp_path, config_file=tmp_path / "kpix.toml", shared_terminal=True
    )


def test_elsewhere_a_path_is_what_was_typed(settings: Settings) -> None:
    personal = replace(settings, shared_terminal=False)
    assert allowed_path(personal, Path("../x")) == Path("../x")
    assert not settings.exports.exists()


def test_a_name_lies_in_the_export_folder(settings: Settings) -> None:
    folder = settings.exports.resolve()
    assert allowed_path(settings, Path("a/b.csv")) == folder / "a" / "b.csv"
    assert allowed_path(settings, folder / "b.csv") == folder / "b.csv"
    assert allowed_path(settings, Path("a/../b.csv")) == folder / "b.csv"
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "name",
    [
        ".",
        "..",
        "../x.csv",
        "a/../../x.csv",
        "/etc/passwd",
        ".env",
        "a/.env",
        ".hidden/x.csv",
        "../exports-of-another/x.csv",
        "",
    ],
)
def test_nothing_else_is(settings: Settings, name: str) -> None:
    (settings.home / "exports-of-another").mkdir()
    with pytest.raises(OutsideExportFolder) as refused:
        allowed_path(settings, Path(name))
    assert refused.value.fields == ("file",)


@pytest.mark.parametrize(
    "link",
    [
        lambda inside, outside: (inside / "x.csv").symlink_to(outside / "x.csv"),
        lambda inside, outside: (inside / "x.csv").symlink_to("../x.csv"),
        lambda inside, _outside: (inside / "x.csv").symlink_to(".env"),
    ],
)
def test_links_are_followed(settings: Settings, link: Callable[[Path, Path], None]) -> None:
    settings.exports.mkdir()
    (settings.home / "x.csv").write_text("secret")
    link(settings.exports, settings.home)
    with pytest.raises(OutsideExportFolder):
        allowed_path(settings, Path("x.csv"))


def test_a_link_within_the_folder_is_its_target(settings: Settings) -> None:
    settings.exports.mkdir()
    (settings.exports / "old.csv").write_text("")
    (settings.exports / "x.csv").symlink_to("old.csv")
    found = allowed_path(settings, Path("x.csv"))
    assert found == settings.exports.resolve() / "old.csv"


def test_the_folder_itself_may_be_a_link(settings: Settings) -> None:
    (settings.home / "elsewhere").mkdir()
    settings.exports.symlink_to("elsewhere")
    found = allowed_path(settings, Path("x.csv"))
    assert found == (settings.home / "elsewhere" / "x.csv").resolve()


def test_links_in_a_circle_lead_nowhere(settings: Settings) -> None:
    settings.exports.mkdir()
    (settings.exports / "x.csv").symlink_to("x.csv")
    with pytest.raises(OSError, match="symbolic links"):
        allowed_path(settings, Path("x.csv")).open()


def test_a_folder_that_cannot_be_one_is_said(settings: Settings) -> None:
    settings.exports.symlink_to("exports")
    with pytest.raises(ExportFolderUnusable):
        allowed_path(settings, Path("x.csv"))
    settings.exports.unlink()
    settings.exports.write_text("")
    with pytest.raises(ExportFolderUnusable) as refused:
        allowed_path(settings, Path("x.csv"))
    assert refused.value.params["folder"] == str(settings.exports)
