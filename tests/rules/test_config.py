"""Settings: where each comes from, which wins, and what is refused by name."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from kpix_tui.config import (
    DotenvForeign,
    SettingInvalid,
    SettingOutOfRange,
    Settings,
    SettingsUnreadable,
    Source,
    TokenOnSharedTerminal,
    load_settings,
    setting_sources,
    unknown_settings,
)

Load = Callable[..., Settings]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads settings of a home of its own, with a ``.env`` and a TOML file when given."""

    def read(
        environment: dict[str, str] | None = None,
        *,
        dotenv: str | None = None,
        toml: str | None = None,
        **flags: Any,
    ) -> Settings:
        if dotenv is not None:
            (tmp_path / ".env").write_text(dotenv)
        if toml is not None:
            (tmp_path / "kpix.toml").write_text(toml)
        environ = {"KPIX_HOME": str(tmp_path), **(environment or {})}
        return load_settings(environ, flags, directory=tmp_path)

    return read


def test_without_anything_the_defaults_hold(load: Load, tmp_path: Path) -> None:
    assert load() == Settings(tmp_path, tmp_path / "state", tmp_path / "kpix.toml")


def test_the_layout_of_a_home(load: Load, tmp_path: Path) -> None:
    settings = load()
    assert settings.token_file == tmp_path / "state" / "session"
    assert settings.log_file == tmp_path / "state" / "kpix.log"


def test_a_token_is_for_the_server_that_gave_it(load: Load) -> None:
    def file(url: str) -> str:
        return load({"KPIX_DATABASE_URL": url}).token_file.name

    own = file("postgresql://ada:old@db.example.org/kpix")
    assert own != load().token_file.name
    assert own == file("postgresql://ada:new@word@db.example.org/kpix")
    others = {
        "postgresql://ada:old@evil.example.org/kpix",
        "postgresql://ada:old@db.example.org:5433/kpix",
        "postgresql://ada@/kpix?host=db.example.org",
        "postgresql://bob:old@db.example.org/kpix",
    }
    assert len({own, *map(file, others)}) == 5


def test_a_dotenv_that_others_write_is_refused(load: Load, tmp_path: Path) -> None:
    load(dotenv="KPIX_LOCALE=fr\n")
    (tmp_path / ".env").chmod(0o666)
    with pytest.raises(DotenvForeign):
        load()
    (tmp_path / ".env").chmod(0o664)
    assert load().locale == "fr"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_dotenv_is_refused_by_the_link_that_somebody_else_made(
    load: Load, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").write_text("KPIX_LOCALE=fr\n")
    (tmp_path / ".env").symlink_to(tmp_path / "elsewhere")
    assert load().locale == "fr"
    os.chown(tmp_path / ".env", 65534, 65534, follow_symlinks=False)
    with pytest.raises(DotenvForeign):
        load()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_dotenv_is_refused_when_it_is_exchanged_while_it_is_read(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever owns the folder shows a harmless file first."""
    load(dotenv="KPIX_LOCALE=fr\n")
    theirs = tmp_path / "theirs"
    theirs.write_text("KPIX_DATABASE_URL=postgresql://evil.example.org/kpix\n")
    os.chown(theirs, 65534, 65534)
    before = Path.open

    def exchanged(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name == ".env":
            theirs.replace(path)
        return before(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", exchanged)
    with pytest.raises(DotenvForeign):
        load()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_dotenv_of_another_account_is_refused(load: Load, tmp_path: Path) -> None:
    load(dotenv="KPIX_DATABASE_URL=postgresql://evil.example.org/kpix\n")
    os.chown(tmp_path / ".env", 65534, 65534)
    with pytest.raises(DotenvForeign):
        load()


def test_flag_before_environment_before_dotenv_before_file(load: Load) -> None:
    given: dict[str, Any] = {
        "environment": {"KPIX_LOCALE": "environment"},
        "dotenv": "KPIX_LOCALE=dotenv\n",
        "toml": 'locale = "file"\n',
    }
    assert load(**given, locale="flag").locale == "flag"
    assert load(**given, locale=None).locale == "environment"
    assert load(dotenv=given["dotenv"], toml=given["toml"]).locale == "dotenv"
    assert load(dotenv="", toml=given["toml"]).locale == "file"
    assert load(dotenv="", toml="").locale is None


def test_an_empty_value_is_as_none(load: Load) -> None:
    assert load({"KPIX_LOCALE": ""}, toml='locale = "fr"\n').locale == "fr"


def test_false_and_nought_are_values(load: Load) -> None:
    settings = load({"KPIX_POOL_OVERFLOW": "0"}, toml="pooler = false\npool_overflow = 3\n")
    assert settings.pooler is False
    assert settings.pool_overflow == 0
    assert load(toml="ascii = true\n", ascii=False).ascii is False


@pytest.mark.parametrize("text", ["1", "true", "YES", "True"])
def test_what_means_yes(load: Load, text: str) -> None:
    assert load({"KPIX_ASCII": text}).ascii is True


@pytest.mark.parametrize("text", ["0", "false", "No"])
def test_what_means_no(load: Load, text: str) -> None:
    assert load({"KPIX_POOLER": text}, toml="pooler = true\n").pooler is False


INTEGERS = [spec.name for spec in fields(Settings) if spec.type == "int"]
BOOLEANS = [spec.name for spec in fields(Settings) if spec.type == "bool"]


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("text", ["x", "1.5", "-1", "٣", "1e3", " "])
def test_numbers_that_are_refused_by_name(load: Load, name: str, text: str) -> None:
    variable = f"KPIX_{name.upper()}"
    with pytest.raises(SettingInvalid) as caught:
        load({variable: text})
    assert caught.value.params["setting"] == variable
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("text", ["-1", "1000000", "9" * 5000])
def test_numbers_out_of_range_are_refused_with_the_range(load: Load, name: str, text: str) -> None:
    with pytest.raises(SettingOutOfRange) as caught:
        load({f"KPIX_{name.upper()}": text})
    assert f"from {caught.value.params['least']} to {caught.value.params['most']}" in str(
        caught.value
    )
    assert len(str(caught.value)) < 120


MAY_BE_NOUGHT = ("pool_overflow", "lock_minutes")


@pytest.mark.parametrize("name", [name for name in INTEGERS if name not in MAY_BE_NOUGHT])
def test_nought_would_mean_no_limit(load: Load, name: str) -> None:
    with pytest.raises(SettingOutOfRange):
        load({f"KPIX_{name.upper()}": "0"})


@pytest.mark.parametrize("name", BOOLEANS)
def test_neither_yes_nor_no_is_refused_by_name(load: Load, name: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        load(toml=f'{name} = "maybe"\n')
    assert caught.value.params["setting"] == f"KPIX_{name.upper()}"


def test_levels_of_the_log(load: Load) -> None:
    assert load({"KPIX_LOG_LEVEL": "DEBUG"}).log_level == "DEBUG"
    with pytest.raises(SettingInvalid) as caught:
        load({"KPIX_LOG_LEVEL": "loud"})
    assert caught.value.params["setting"] == "KPIX_LOG_LEVEL"


@pytest.mark.parametrize("content", [b"locale = ", b"\xff\xfe", b"[a\n"])
def test_a_file_that_is_no_toml_is_named(load: Load, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "kpix.toml").write_bytes(content)
    with pytest.raises(SettingsUnreadable) as caught:
        load()
    assert caught.value.params["path"] == str(tmp_path / "kpix.toml")


def test_a_file_that_is_a_folder_is_named(load: Load, tmp_path: Path) -> None:
    (tmp_path / "kpix.toml").mkdir()
    with pytest.raises(SettingsUnreadable):
        load()


@pytest.mark.parametrize("kind", ["device", "pipe", "large"])
def test_what_is_no_settings_file_is_refused_and_not_waited_for(
    load: Load, tmp_path: Path, kind: str
) -> None:
    path = Path("/dev/zero") if kind == "device" else tmp_path / kind
    if kind == "pipe":
        os.mkfifo(path)
    if kind == "large":
        with path.open("wb") as file:
            file.truncate(1_000_000_000)
    with pytest.raises(SettingsUnreadable) as caught:
        load({"KPIX_CONFIG": str(path)})
    assert caught.value.params["path"] == str(path)
    assert "no ordinary file" in str(caught.value)


def test_a_settings_file_behind_a_file_is_named(load: Load, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsUnreadable):
        load({"KPIX_CONFIG": str(tmp_path / "file" / "kpix.toml")})


@pytest.mark.parametrize("toml", ["pool_size = " + "9" * 5000, "theme = " + "[" * 50_000])
def test_toml_that_python_gives_up_on_is_named(load: Load, toml: str) -> None:
    with pytest.raises(SettingsUnreadable):
        load(toml=toml)


@pytest.mark.parametrize("content", [b"KPIX_LOCALE=\xff\n", b"#" * 1_000_001])
def test_a_dotenv_that_cannot_be_read_is_named(load: Load, tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(SettingsUnreadable) as caught:
        load()
    assert caught.value.params["path"] == str(tmp_path / ".env")


def test_another_settings_file(load: Load, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text('theme = "light"\n')
    settings = load({"KPIX_CONFIG": str(other)})
    assert (settings.config_file, settings.theme) == (other, "light")


def test_a_home_may_begin_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = load_settings({"KPIX_HOME": "~/kpix"}, directory=tmp_path)
    assert settings.home == tmp_path / "kpix"


def test_a_dotenv_may_name_the_home_and_brings_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"KPIX_HOME={tmp_path}/there\nOTHER=1\nKPIX_LOCALE\n")
    settings = load_settings({}, directory=tmp_path)
    assert settings.home == tmp_path / "there"
    assert settings.locale is None


def test_the_platform_says_where_without_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATA", "STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    settings = load_settings({}, directory=tmp_path)
    assert str(tmp_path) in str(settings.home)
    assert settings.home.name == "kpix"
    assert settings.config_file.name == "kpix.toml"
    assert len({settings.home, settings.state, settings.config_file.parent}) > 1
    named = load_settings({"KPIX_CONFIG": str(tmp_path / "mine")}, directory=tmp_path)
    assert named.config_file == tmp_path / "mine"


def test_the_process_environment_and_folder_are_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("KPIX_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KPIX_HOME", str(tmp_path))
    (tmp_path / ".env").write_text("KPIX_LOCALE=fr\nKPIX_LOCAL=fr\n")
    settings = load_settings()
    assert settings.locale == "fr"
    assert setting_sources(settings)["KPIX_LOCALE"] == ("fr", Source.DOTENV)
    assert unknown_settings(settings) == ("KPIX_LOCAL",)


def test_the_source_of_each_setting(load: Load, tmp_path: Path) -> None:
    environ = {"KPIX_HOME": str(tmp_path), "KPIX_LOCALE": "fr", "KPIX_THEME": "dark"}
    settings = load(
        environ,
        dotenv="KPIX_POOL_SIZE=5\n",
        toml="pool_overflow = 4\n",
        theme="light",
        log_level="DEBUG",
    )
    sources = {
        name: source
        for name, (_value, source) in setting_sources(settings, environ, directory=tmp_path).items()
    }
    assert {name: source for name, source in sources.items() if source is not Source.DEFAULT} == {
        "KPIX_HOME": Source.ENVIRONMENT,
        "KPIX_LOCALE": Source.ENVIRONMENT,
        "KPIX_POOL_SIZE": Source.DOTENV,
        "KPIX_POOL_OVERFLOW": Source.FILE,
        "KPIX_THEME": Source.FLAG,
        "KPIX_LOG_LEVEL": Source.FLAG,
    }


def test_misspelt_names_are_found(load: Load, tmp_path: Path) -> None:
    environ = {"KPIX_POOLSIZE": "3", "KPIX_PASSWORD": "x", "PATH": "/bin"}
    settings = load(environ, toml='lokale = "fr"\ntheme = "dark"\n')
    assert unknown_settings(settings, environ, directory=tmp_path) == ("KPIX_POOLSIZE", "lokale")


def test_a_shared_terminal_takes_no_session(load: Load) -> None:
    with pytest.raises(TokenOnSharedTerminal):
        load({"KPIX_TOKEN": "x", "KPIX_SHARED_TERMINAL": "1"})
    assert load({"KPIX_TOKEN": "x", "KPIX_SHARED_TERMINAL": "0"}).token == "x"


def test_the_folder_of_a_shared_terminal(load: Load, tmp_path: Path) -> None:
    assert load().exports == tmp_path / "exports"
    assert load({"KPIX_EXPORT_FOLDER": "/srv/exports"}).exports == Path("/srv/exports")


@pytest.mark.parametrize(
    ("shared", "minutes", "seconds"),
    [("0", "0", None), ("0", "30", 1800), ("1", "0", 600), ("1", "2", 120), ("1", "60", 600)],
)
def test_how_long_a_terminal_waits(
    load: Load, shared: str, minutes: str, seconds: int | None
) -> None:
    found = load({"KPIX_SHARED_TERMINAL": shared, "KPIX_LOCK_MINUTES": minutes})
    assert found.lock_after == seconds
