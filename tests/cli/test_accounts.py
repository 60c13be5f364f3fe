"""init, login, logout, whoami, password."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Answer, Kpix
from tests.support.databases import PASSWORD, Database

INIT = ("init", "--organization", "Initech", "--name", "Bill", "--email", "bill@initech.test")
NEW = "a different horse and battery"


@pytest.fixture
def real(environ: dict[str, str], kpix: Kpix, monkeypatch: pytest.MonkeyPatch) -> Kpix:
    """With the context and the token file that a process has."""
    from kpix_tui.cli import session

    def call(*arguments: str, env: dict[str, str] | None = None) -> Answer:
        monkeypatch.setattr("tests.cli.conftest.Session", _with_real_context(session.Session))
        return kpix(*arguments, env=env)

    return call


def _with_real_context(kind: type) -> object:
    return lambda environ, opener: kind(environ=environ)


def test_from_nothing_to_signed_in_and_out(real: Kpix) -> None:
    env = {"KPIX_PASSWORD": PASSWORD, "TZ": "Europe/Paris"}
    made = real(*INIT, "--timezone", "Europe/Paris", "--json", env=env)
    assert made.code == 0, made.err
    assert made.json["timezone"] == "Europe/Paris"
    assert real(*INIT, "--json", env=env).json["code"] == "account.already_initialized"

    assert real("whoami").code == 1
    signed_in = real("login", "--email", "bill@initech.test", "--json", env=env)
    assert (signed_in.code, signed_in.json["organization"]) == (0, "Initech")
    assert "token" not in signed_in.out
    assert real("whoami", "--json").json["roles"] == ["ADMIN"]
    assert "Bill" in real("whoami").out

    changed = real("password", env={"KPIX_PASSWORD": PASSWORD, "KPIX_NEW_PASSWORD": NEW})
    assert changed.code == 0, changed.err
    assert real("whoami").code == 0
    assert real("logout").code == 0
    assert real("whoami", "--json").json["code"] == "account.not_signed_in"
    assert real("logout").code == 1
    assert real("login", "--email", "bill@initech.test", env=env).code == 1
    assert real("login", "--email", "bill@initech.test", env={"KPIX_PASSWORD": NEW}).code == 0


def test_a_wrong_password_and_an_unknown_email_read_the_same(real: Kpix) -> None:
    env = {"KPIX_PASSWORD": "not the right one"}
    wrong = real("login", "--email", "admin@acme.test", "--json", env=env)
    unknown = real("login", "--email", "nobody@acme.test", "--json", env=env)
    assert wrong.code == unknown.code == 1
    assert wrong.json["detail"] == unknown.json["detail"]
    assert wrong.json["code"] == unknown.json["code"] == "account.login_refused"


def test_what_is_missing_is_named(real: Kpix) -> None:
    assert "--name is missing" in real("init", "--organization", "X").err
    answer = real(*INIT)
    assert (answer.code, "KPIX_PASSWORD" in answer.err) == (2, True)
    assert "--email is missing" in real("login").err


def test_a_session_that_could_not_be_kept_is_not_opened(real: Kpix) -> None:
    for env in ({"KPIX_TOKEN": "x"}, {"KPIX_SHARED_TERMINAL": "1"}):
        answer = real("login", "--email", "admin@acme.test", env=env | {"KPIX_PASSWORD": PASSWORD})
        assert answer.code == 2
        assert "KPIX_TOKEN" in answer.err


def test_settings_that_cannot_be_used(real: Kpix) -> None:
    answer = real("whoami", "--json", env={"KPIX_POOL_SIZE": "many"})
    assert (answer.code, answer.json["code"]) == (2, "config.setting_invalid")


def test_a_database_that_does_not_answer(real: Kpix) -> None:
    env = {"KPIX_DATABASE_URL": "postgresql://x@127.0.0.1:1/kpix", "KPIX_TOKEN": "x"}
    answer = real("whoami", "--json", env=env)
    assert answer.code == 3
    assert len(real("whoami", env=env).err.splitlines()) == 1


@pytest.mark.parametrize(
    ("password", "options", "code"),
    [
        ("short", (), "account.password_too_short"),
        (PASSWORD, ("--timezone", "Mars/Olympus"), "account.timezone_unknown"),
    ],
)
def test_what_cannot_be_accepted_is_refused_before_a_database_is_made(
    real: Kpix, tmp_path: Path, password: str, options: tuple[str, ...], code: str
) -> None:
    env = {"KPIX_PASSWORD": password, "KPIX_DATABASE_URL": "", "KPIX_OWNER_DATABASE_URL": ""}
    refused = real(*INIT, *options, "--json", env=env)
    assert (refused.code, refused.json["code"]) == (1, code)
    assert not (tmp_path / "postgresql").exists()


def test_a_session_given_from_outside_ends_with_the_old_password(
    real: Kpix, database: Database
) -> None:
    env = {
        "KPIX_TOKEN": database.tokens["acme/viewer"],
        "KPIX_PASSWORD": PASSWORD,
        "KPIX_NEW_PASSWORD": NEW,
    }
    changed = real("password", env=env)
    assert changed.code == 0, changed.err
    assert "KPIX_TOKEN" in changed.err
    assert real("whoami", env=env).code == 1
