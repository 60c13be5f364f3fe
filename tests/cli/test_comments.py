"""``kpix comment``: written, answered, read and deleted from the command line."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.cli.conftest import Kpix


@pytest.fixture(autouse=True)
def value(kpix: Kpix, trains: str) -> None:
    """A value for September."""
    assert kpix("value", "add", "--kpi", trains, "--period", "2026-09", "--value", "91").code == 0


def add(kpix: Kpix, text: str, *options: str, person: str = "acme/admin") -> dict[str, Any]:
    answer = kpix(
        *("comment", "add", "--kpi", "ON-TIME", "--text", text, *options, "--json"), person=person
    )
    assert answer.code == 0, answer.err
    made: dict[str, Any] = answer.json
    return made


def test_a_thread_reads_in_order(kpix: Kpix) -> None:
    first = add(kpix, "Strike on line 4")
    add(kpix, "Second", "--period", "2026-09")
    add(kpix, "How long?", "--reply-to", first["id"], person="acme/manager")
    answer = kpix("comment", "list", "--kpi", "on-time")
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert lines[0].split() == ["New", "Author", "Date", "On", "Text", "Id"]
    assert [("Strike" in lines[1]), ("↳ How long?" in lines[2]), ("Sep 2026" in lines[3])] == [
        True
    ] * 3
    assert "●" in lines[2]
    assert "●" not in lines[1]
    only = kpix("comment", "list", "--kpi", "ON-TIME", "--period", "2026-09", "--json").json
    assert [(row["text"], row["period_start"]) for row in only] == [("Second", "2026-09-01")]
    new = kpix("comment", "list", "--kpi", "ON-TIME", "--unread", "--csv").out.splitlines()
    assert len(new) == 2
    assert new[0].startswith("id,thread_id,kpi,kpi_id,period_start,action_id,author")


def test_it_says_whom_it_told(kpix: Kpix) -> None:
    answer = kpix("comment", "add", "--kpi", "ON-TIME", "--text", "@Max Manager, look")
    assert answer.out.splitlines()[1] == "Told: Max Manager."
    made = add(kpix, "@max manager @Nobody")
    assert made["mentions"] == ["Max Manager"]


def test_who_may_not_see_it_is_said_before_sending(kpix: Kpix) -> None:
    kpix("dashboard", "visibility", "Trains", "PRIVATE")
    text = ("--kpi", "ON-TIME", "--text", "@Max Manager @Nobody")
    checked = kpix("comment", "add", *text, "--dry-run")
    assert checked.code == 0
    assert checked.out.splitlines() == [
        "May not see this KPI and would not be told: Max Manager.",
        "Names nobody here: Nobody.",
    ]
    assert kpix("comment", "list", "--kpi", "ON-TIME", "--json").json == []
    refused = kpix("comment", "add", *text, "--json")
    assert (refused.code, refused.json["code"]) == (1, "comment.mentioned_out_of_sight")
    assert add(kpix, "@Max Manager", "--anyway")["mentions"] == []
    nobody = kpix("comment", "add", "--kpi", "ON-TIME", "--text", "hm", "--dry-run")
    assert nobody.out == "Nobody is mentioned.\n"


def test_a_dry_run_tells_of_teams(kpix: Kpix) -> None:
    kpix("team", "create", "--name", "Crew")
    for who in ("admin@acme.test", "manager@acme.test"):
        assert kpix("team", "add", "Crew", who).code == 0
    kpix("dashboard", "visibility", "Trains", "PRIVATE")
    checked = kpix("comment", "add", "--kpi", "ON-TIME", "--text", "@Crew", "--dry-run")
    assert "Of Crew, 1 of 2 members may see this KPI." in checked.out
    as_json = kpix("comment", "add", "--kpi", "ON-TIME", "--text", "@Crew", "--dry-run", "--json")
    assert as_json.json["partly"] == [{"name": "Crew", "seeing": 1, "members": 2}]
    named = kpix("comment", "mentionable", "--kpi", "ON-TIME", "cr")
    assert "1 of 2" in named.out
    people = kpix("comment", "mentionable", "--kpi", "ON-TIME", "--json").json
    assert [one["name"] for one in people] == ["Ada Admin", "Crew"]


def test_a_text_comes_from_stdin(kpix: Kpix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("two\nlines\n"))
    assert add(kpix, "-")["text"] == "two\nlines"


def test_a_comment_of_a_megabyte_is_refused_in_one_sentence(
    kpix: Kpix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("x" * 1_000_000))
    answer = kpix("comment", "add", "--kpi", "ON-TIME", "--text", "-")
    assert answer.code == 1
    assert "A comment has at most 10000 characters; this one has 1000000." in answer.err
    assert len(answer.err.splitlines()) == 1


def test_edited_and_deleted_with_the_trace_kept(kpix: Kpix) -> None:
    made = add(kpix, "one", person="acme/user")
    edited = kpix("comment", "edit", made["id"], "--text", "two", person="acme/user")
    assert edited.code == 0
    assert "is changed." in edited.out
    assert "two (edited)" in kpix("comment", "list", "--kpi", "ON-TIME").out
    history = kpix("comment", "history", made["id"]).out.splitlines()
    assert history[0].split() == ["Rev.", "Since", "Until", "Text"]
    assert [history[1].split()[-1], history[2].split()[-1]] == ["two", "one"]
    refused = kpix("comment", "edit", made["id"], "--text", "x", "--json")
    assert (refused.code, refused.json["code"]) == (4, "comment.not_yours")
    asked = kpix("comment", "delete", made["id"])
    assert asked.code == 2
    deleted = kpix("comment", "delete", made["id"], "--yes")
    assert deleted.out == "The comment on ON-TIME is deleted.\n"
    assert "deleted by Ada Admin" in kpix("comment", "list", "--kpi", "ON-TIME").out
    closed = kpix("comment", "history", made["id"], person="acme/manager")
    assert "only its author and the administrators" in closed.err
    assert len(kpix("comment", "history", made["id"], "--json").json) == 2


def test_what_is_new_and_marking_it_read(kpix: Kpix) -> None:
    made = add(kpix, "asking", person="acme/manager")
    add(kpix, "@Max Manager yes", "--reply-to", made["id"])
    add(kpix, "beside")
    threads = kpix("comment", "unread", person="acme/manager")
    assert threads.out.splitlines()[1].split()[0] == "@1"
    (thread,) = kpix("comment", "unread", "--json", person="acme/manager").json
    assert (thread["thread_id"], thread["unread"]) == (made["id"], 1)
    one = kpix("comment", "read", "--thread", made["id"], person="acme/manager")
    assert one.out == "1 comment marked as read.\n"
    rest = kpix("comment", "read", "--kpi", "ON-TIME", "--json", person="acme/manager")
    assert rest.json == {"read": 1}
    empty = kpix("comment", "unread", person="acme/manager")
    assert "Nothing new" in empty.err
    assert kpix("comment", "read").code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("edit", "x", "--text", "y"),
        ("delete", "x", "--yes"),
        ("history", "x"),
        ("read", "--thread", "x"),
        ("add", "--kpi", "ON-TIME", "--text", "y", "--reply-to", "x"),
    ],
)
def test_what_is_no_id_is_no_comment(kpix: Kpix, arguments: tuple[str, ...]) -> None:
    answer = kpix("comment", *arguments)
    assert answer.code == 1
    assert "There is no comment x." in answer.err


def test_of_two_with_a_name_one_is_chosen(kpix: Kpix) -> None:
    for number in range(2):
        kpix("user", "invite", "--name", "Sam", "--email", f"s{number}@acme.test", "--role", "USER")
    open_ = kpix("comment", "add", "--kpi", "ON-TIME", "--text", "@Sam", "--dry-run")
    assert open_.out == "Several are called so, choose which one: Sam.\n"
    twins = kpix("comment", "mentionable", "--kpi", "ON-TIME", "sam", "--json").json
    assert len(twins) == 2
    assert add(kpix, "@Sam", "--mention", twins[0]["id"])["mentions"] == ["Sam"]


@pytest.mark.parametrize(
    "text", ["\x1b[2J\x1b]0;owned\x07", "[/foo]", "\u202egnp.exe", "日本 👩‍👩‍👧", "a\rb\nc"]
)
def test_hostile_text_moves_no_cursor(kpix: Kpix, text: str) -> None:
    made = add(kpix, text)
    assert made["text"] == text.replace("\r", "\n")
    for command in (("list", "--kpi", "ON-TIME"), ("history", made["id"])):
        shown = kpix("comment", *command).out
        assert not {"\x1b", "\x07", "\u202e", "\r"} & set(shown)
        assert len(shown.splitlines()) == 2
