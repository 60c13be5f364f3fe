"""kpix session, kpix lock, and what a shared terminal may do with files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kpix_tui.app.context import Context
from kpix_tui.app.database import BackupMissing, backup, restore
from kpix_tui.app.files import OutsideExportFolder
from kpix_tui.app.terminal import WIPE
from kpix_tui.domains.accounts import service
from kpix_tui.domains.accounts.sessions import lock_session
from kpix_tui.domains.accounts.views import Login
from tests.cli.conftest import Kpix
from tests.support.databases import PASSWORD, Database

People = Callable[[str | None], Context]
FIELDS = (
    *("id", "user_id", "user", "kind", "client", "login_role", "authenticated_at"),
    *("last_seen_at", "expires_at", "locked", "current"),
)


def ursula(as_person: People) -> str:
    """One more session of hers; its token."""
    return service.login(as_person(None), Login("user@acme.test", PASSWORD)).token


def test_my_sessions(kpix: Kpix, as_person: People) -> None:
    ursula(as_person)
    (mine, other) = sorted(
        kpix("session", "list", "--json", person="acme/user").json,
        key=lambda row: not row["current"],
    )
    assert tuple(mine) == FIELDS
    assert (mine["user"], mine["kind"], mine["client"]) == ("Ursula User", "PERSONAL", "local")
    assert (mine["current"], other["current"], other["locked"]) == (True, False, False)
    listed = kpix("session", "list", person="acme/user").out
    assert "this one" in listed
    assert "Ursula User" in listed
    rows = list(csv.DictReader(io.StringIO(kpix("session", "list", "--csv").out)))
    assert [row["user"] for row in rows] == ["Ada Admin"]


def test_anybodys_sessions_for_an_administrator(kpix: Kpix, as_person: People) -> None:
    ursula(as_person)
    everybody = kpix("session", "list", "--all", "--sort", "user", "--json").json
    assert len(everybody) == 5
    hers = kpix("session", "list", "--user", "user@acme.test", "--json").json
    assert {row["user"] for row in hers} == {"Ursula User"}
    assert len(kpix("session", "list", "--all", "--filter", "ursula", "--json").json) == 2
    refused = kpix("session", "list", "--all", person="acme/user")
    assert (refused.code, refused.out) == (4, "")
    assert kpix("session", "list", "--all", "--user", "x").code == 2
    assert kpix("session", "list", "--user", "nobody at all").code == 1


def test_revoking_one_session_the_others_and_somebodys(kpix: Kpix, as_person: People) -> None:
    def count(person: str = "acme/user") -> int:
        return len(kpix("session", "list", "--json", person=person).json)

    ursula(as_person)
    ursula(as_person)
    spare = next(
        row["id"]
        for row in kpix("session", "list", "--json", person="acme/user").json
        if not row["current"]
    )
    assert kpix("session", "revoke", spare, person="acme/user").code == 2  # nobody to ask
    done = kpix("session", "revoke", spare, "--yes", person="acme/user")
    assert done.out == "1 session ended.\n"
    assert count() == 2
    assert kpix("session", "revoke", spare, "--yes", person="acme/user").code == 1
    others = kpix("session", "revoke", "--others", "--yes", "--json", person="acme/user")
    assert others.json == {"revoked": 1}
    assert count() == 1
    assert kpix("session", "revoke", "--user", "user@acme.test", "--yes").code == 0
    assert kpix("whoami", person="acme/user").code == 1
    assert count("acme/admin") == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("--others", "--user", "x"), 2),
        (("not-an-id", "--yes"), 1),
        (("--user", "admin@acme.test", "--yes"), 1),
    ],
)
def test_what_cannot_be_revoked(kpix: Kpix, arguments: tuple[str, ...], code: int) -> None:
    answer = kpix("session", "revoke", *arguments, person="acme/viewer")
    assert (answer.code, answer.out) == (code, "")
    assert kpix("whoami").code == 0


def test_a_lock_holds_until_a_login_which_ends_it(
    kpix: Kpix, as_person: People, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = kpix("lock", person="acme/user")
    assert (answer.code, answer.out) == (0, "Locked. To go on, sign in: kpix login\n")
    assert kpix("whoami", person="acme/user").code == 1
    assert kpix("lock", person="acme/user").code == 1
    (waiting,) = kpix("session", "list", "--user", "user@acme.test", "--json").json
    assert waiting["locked"]
    signed_in = kpix(
        "login", "--email", "user@acme.test", person="acme/user", env={"KPIX_PASSWORD": PASSWORD}
    )
    assert signed_in.code == 0
    (now,) = kpix("session", "list", "--user", "user@acme.test", "--json").json
    assert not now["locked"]
    assert now["id"] != waiting["id"]


def test_signing_out_ends_a_locked_session_too(kpix: Kpix, as_person: People) -> None:
    ursula(as_person)
    kpix("lock", person="acme/user")
    assert kpix("logout", person="acme/user").code == 0
    (left,) = kpix("session", "list", "--user", "user@acme.test", "--json").json
    assert not left["locked"]


def test_a_login_leaves_a_session_in_use_alone(
    kpix: Kpix, as_person: People, database: Database
) -> None:
    kpix("login", "--email", "user@acme.test", person="acme/user", env={"KPIX_PASSWORD": PASSWORD})
    assert as_person("acme/user").run(service.whoami).name == "Ursula User"


def test_a_terminal_is_cleared_before_the_server_answers(
    kpix: Kpix, as_person: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_person("acme/user").run(lock_session)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    answer = kpix("lock", person="acme/user")
    assert answer.code == 1
    assert answer.out == WIPE


# -- shared terminals ------------------------------------------------------------------------------

SHARED = {"KPIX_SHARED_TERMINAL": "1"}
CSV = "Month,Rate\n2026-09,94\n"
IMPORT = ("--kpi", "ON-TIME", "--map", "period=Month,value=Rate")


def test_a_shared_terminal_reads_files_of_the_export_folder_only(
    kpix: Kpix, trains: str, tmp_path: Path
) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    outside = tmp_path / "outside.csv"
    for path in (outside, exports / "in.csv", exports / ".hidden.csv"):
        path.write_text(CSV)
    (exports / "link.csv").symlink_to(outside)
    (exports / "up").symlink_to(tmp_path, target_is_directory=True)
    for refused in (
        str(outside),
        "../outside.csv",
        "link.csv",
        "up/outside.csv",
        str(exports / "link.csv"),
        ".hidden.csv",
        "/etc/passwd",
        ".",
    ):
        answer = kpix("import", "values", refused, *IMPORT, "--json", env=SHARED)
        assert (answer.code, answer.json["code"]) == (4, "app.outside_export_folder"), refused
        assert str(exports) in answer.json["detail"]
    for accepted in ("in.csv", str(exports / "in.csv")):
        assert kpix("import", "values", accepted, *IMPORT, env=SHARED).code == 0


def test_a_shared_terminal_backs_up_into_the_export_folder_only(
    context: Context, tmp_path: Path
) -> None:
    context.settings = replace(context.settings, shared_terminal=True)
    for use_case in (backup, restore):
        with pytest.raises(OutsideExportFolder):
            use_case(context, tmp_path / "x.backup")
    assert not (tmp_path / "x.backup").exists()
    with pytest.raises(BackupMissing):
        restore(context, Path("x.backup"))


def test_the_export_folder_can_be_chosen_and_must_be_usable(
    kpix: Kpix, trains: str, tmp_path: Path
) -> None:
    chosen = tmp_path / "chosen"
    env = SHARED | {"KPIX_EXPORT_FOLDER": str(chosen)}
    assert kpix("import", "values", "in.csv", *IMPORT, env=env).code != 4
    assert chosen.is_dir()
    (chosen / "in.csv").write_text(CSV)
    assert kpix("import", "values", "in.csv", *IMPORT, env=env).code == 0
    (tmp_path / "file").write_text("")
    env = SHARED | {"KPIX_EXPORT_FOLDER": str(tmp_path / "file" / "below")}
    answer = kpix("import", "values", "in.csv", *IMPORT, "--json", env=env)
    assert (answer.code, answer.json["code"]) == (2, "app.export_folder_unusable")


def test_the_flag_is_the_setting(kpix: Kpix, trains: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(CSV)
    refused = kpix("--shared", "import", "values", str(tmp_path / "in.csv"), *IMPORT)
    assert refused.code == 4
    assert kpix("import", "values", str(tmp_path / "in.csv"), *IMPORT).code == 0


def test_a_shared_terminal_takes_no_session_from_the_environment(kpix: Kpix) -> None:
    answer = kpix("whoami", "--json", env=SHARED | {"KPIX_TOKEN": "x" * 43})
    assert (answer.code, answer.json["code"]) == (2, "config.token_on_shared_terminal")
    assert kpix("login", "--email", "x@y.test", env=SHARED).code != 0


def test_a_code_is_not_redeemed_where_the_session_could_not_be_kept(kpix: Kpix) -> None:
    redeem = ("redeem", "--email", "x@y.test", "--code", "x", "--json")
    for env in (SHARED, {"KPIX_TOKEN": "x" * 43}):
        answer = kpix(*redeem, person=None, env=env)
        assert (answer.code, answer.json["code"]) == (2, "cli.login_not_kept")
