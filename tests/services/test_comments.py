"""Comments: threads on a KPI and on its values, edited, deleted, and read by those who see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kpix_tui.access.permissions import Visibility
from kpix_tui.access.policy import OutOfScope, PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.comments import service
from kpix_tui.domains.comments.errors import (
    CommentDeleted,
    CommentEmpty,
    CommentNotFound,
    CommentNotYours,
    CommentTooLong,
    ReplyElsewhere,
)
from kpix_tui.domains.comments.views import (
    AddComment,
    Comment,
    CommentCount,
    EditComment,
    Subject,
)
from kpix_tui.domains.dashboards.service import set_visibility
from kpix_tui.domains.kpis.errors import KpiNotFound
from kpix_tui.domains.kpis.service import delete_kpi
from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.values.errors import ValueNotFound
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.paging import PageRequest
from tests.services import factory

People = Callable[[str | None], Context]
SEPTEMBER = date(2026, 9, 1)


@pytest.fixture
def kpi(context: Context) -> Kpi:
    """A KPI of Acme's administrator that all of Acme sees, with a value for September."""
    made = factory.kpi(context, factory.dashboard(context), code="ON-TIME")
    factory.value(context, made, SEPTEMBER, "91")
    return made


def write(context: Context, on: Kpi, text: str, **more: Any) -> Comment:
    """A comment on a KPI, or with ``reply_to`` a reply."""
    period = more.pop("period", None)
    return context.run(service.add_comment, AddComment(Subject(on.id, period), text, **more))


def texts(context: Context, on: Kpi, sort: str | None = None, **more: Any) -> list[str]:
    """What stands on a KPI, in order."""
    period = more.pop("period", None)
    found = context.run(
        service.list_comments, Subject(on.id, period), PageRequest(sort=sort), **more
    )
    return [row.text for row in found.rows]


def test_a_comment_says_who_wrote_it_on_what(context: Context, kpi: Kpi) -> None:
    made = write(context, kpi, "  Strike on line 4.\r\nTwo days.  ")
    assert made.text == "Strike on line 4.\nTwo days."
    assert (made.author_name, made.kpi_code, made.kpi_name) == ("Ada Admin", "ON-TIME", "Brittany")
    assert (made.period_start, made.edited_at, made.deleted_at, made.version) == (None,) * 3 + (1,)
    assert (made.thread_id, made.is_reply, made.replies, made.unread) == (made.id, False, 0, False)
    assert context.run(service.get_comment, made.id) == made


def test_threads_stay_together_and_replies_are_one_level_deep(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    manager = as_person("acme/manager")
    first = write(context, kpi, "first")
    second = write(manager, kpi, "second")
    reply = write(manager, kpi, "to the first", reply_to=first.id)
    again = write(context, kpi, "to the reply", reply_to=reply.id)
    assert again.thread_id == first.id
    assert again.is_reply
    assert texts(context, kpi) == ["first", "to the first", "to the reply", "second"]
    assert texts(context, kpi, "-thread") == ["second", "first", "to the first", "to the reply"]
    assert texts(context, kpi, "-created_at")[0] == "to the reply"
    assert context.run(service.get_comment, first.id).replies == 2
    assert context.run(service.get_comment, second.id).replies == 0


def test_a_comment_on_a_value_is_one_on_the_kpi_too(context: Context, kpi: Kpi) -> None:
    write(context, kpi, "in general")
    made = write(context, kpi, "in September", period=SEPTEMBER)
    reply = write(context, kpi, "indeed", reply_to=made.id)
    assert reply.period_start == SEPTEMBER, "a reply stands where its thread does"
    assert texts(context, kpi, period=SEPTEMBER) == ["in September", "indeed"]
    assert texts(context, kpi) == ["in general", "in September", "indeed"]


def test_what_it_stands_on_has_to_be_there(context: Context, kpi: Kpi) -> None:
    with pytest.raises(ValueNotFound):
        write(context, kpi, "x", period=date(2026, 8, 1))
    with pytest.raises(CommentNotFound):
        write(context, kpi, "x", reply_to=new_id())
    other = factory.kpi(context, factory.dashboard(context, "Other"), "Normandy")
    made = write(context, kpi, "here")
    with pytest.raises(ReplyElsewhere) as elsewhere:
        write(context, other, "x", reply_to=made.id)
    assert elsewhere.value.fields == ("reply_to",)
    with pytest.raises(ReplyElsewhere):
        write(context, kpi, "x", reply_to=made.id, period=SEPTEMBER)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", CommentEmpty),
        (" \n\t ", CommentEmpty),
        ("x" * 10_001, CommentTooLong),
        ("x" * 1_000_000, CommentTooLong),
    ],
)
def test_a_text_that_is_no_comment_is_refused_before_it_travels(
    context: Context, kpi: Kpi, text: str, error: type[Exception]
) -> None:
    made = write(context, kpi, "x" * 10_000)
    with factory.counted(context) as statements, pytest.raises(error) as refused:
        write(context, kpi, text)
    assert refused.value.fields == ("text",)  # type: ignore[attr-defined]
    assert not any(text and text in statement for statement in statements)
    assert not any("insert" in statement.lower() for statement in statements)
    with pytest.raises(error):
        context.run(service.edit_comment, EditComment(made.id, 1, text))


def test_an_edit_keeps_what_was_said_before(context: Context, kpi: Kpi) -> None:
    made = write(context, kpi, "one")
    second = context.run(service.edit_comment, EditComment(made.id, 1, "two"))
    assert (second.text, second.version) == ("two", 2)
    assert second.edited_at is not None
    same = context.run(service.edit_comment, EditComment(made.id, 2, "two "))
    assert same == second, "the same text again changes nothing"
    with pytest.raises(StaleVersion):
        context.run(service.edit_comment, EditComment(made.id, 1, "three"))
    history = context.run(service.comment_history, made.id)
    assert [(row.revision, row.text) for row in history.rows] == [(2, "two"), (1, "one")]
    assert history.rows[0].until is None
    assert history.rows[1].until == history.rows[0].since == second.edited_at
    assert history.rows[1].since == made.created_at
    oldest = context.run(service.comment_history, made.id, PageRequest(limit=1, sort="revision"))
    assert (oldest.total, oldest.rows[0].text) == (2, "one")


def test_only_its_author_changes_a_comment(context: Context, kpi: Kpi, as_person: People) -> None:
    made = write(as_person("acme/user"), kpi, "mine")
    for other in (context, as_person("acme/manager")):
        with pytest.raises(CommentNotYours) as refused:
            other.run(service.edit_comment, EditComment(made.id, 1, "theirs"))
        assert refused.value.params == {"name": "Ursula User"}


def test_a_deleted_comment_keeps_its_place_and_not_its_text(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    user, manager = as_person("acme/user"), as_person("acme/manager")
    made = write(user, kpi, "too much")
    write(manager, kpi, "now now", reply_to=made.id)
    gone = user.run(service.delete_comment, made.id)
    assert (gone.text, gone.deleted_by, gone.edited_at) == ("", "Ursula User", None)
    assert gone.deleted_at is not None
    assert texts(manager, kpi) == ["", "now now"]
    with pytest.raises(CommentDeleted):
        user.run(service.delete_comment, made.id)
    with pytest.raises(CommentDeleted):
        user.run(service.edit_comment, EditComment(made.id, 2, "again"))
    with pytest.raises(CommentDeleted) as refused:
        write(manager, kpi, "late", reply_to=made.id)
    assert refused.value.fields == ("reply_to",)
    for reader, expected in ((user, ["too much"]), (context, ["too much"]), (manager, [])):
        found = reader.run(service.comment_history, made.id)
        assert [row.text for row in found.rows] == expected


def test_who_deletes_a_comment_of_others(context: Context, kpi: Kpi, as_person: People) -> None:
    made = write(as_person("acme/user"), kpi, "mine")
    with pytest.raises(OutOfScope):
        as_person("acme/manager").run(service.delete_comment, made.id)
    with pytest.raises(PermissionMissing):
        as_person("acme/viewer").run(service.delete_comment, made.id)
    assert context.run(service.delete_comment, made.id).deleted_by == "Ada Admin"


def test_a_viewer_reads_and_does_not_write(context: Context, kpi: Kpi, as_person: People) -> None:
    write(context, kpi, "for all to read")
    viewer = as_person("acme/viewer")
    assert texts(viewer, kpi) == ["for all to read"]
    with pytest.raises(PermissionMissing):
        write(viewer, kpi, "x")


def test_a_comment_is_seen_with_its_kpi(context: Context, kpi: Kpi, as_person: People) -> None:
    manager = as_person("acme/manager")
    made = write(manager, kpi, "before it was private")
    context.run(set_visibility, kpi.dashboard_id, Visibility.PRIVATE)
    with pytest.raises(KpiNotFound):
        texts(manager, kpi)
    with pytest.raises(KpiNotFound):
        write(manager, kpi, "x")
    for refused in (service.get_comment, service.delete_comment, service.comment_history):
        with pytest.raises(CommentNotFound):
            manager.run(refused, made.id)
    with pytest.raises(CommentNotFound):
        manager.run(service.edit_comment, EditComment(made.id, 1, "x"))
    assert texts(context, kpi) == ["before it was private"]


def test_another_organisation_sees_nothing(context: Context, kpi: Kpi, as_person: People) -> None:
    made = write(context, kpi, "ours")
    stranger = as_person("globex/admin")
    with pytest.raises(KpiNotFound):
        texts(stranger, kpi)
    with pytest.raises(CommentNotFound):
        stranger.run(service.get_comment, made.id)
    assert stranger.run(service.comment_counts, [kpi.id]) == {}


def test_what_stands_on_a_deleted_kpi_is_gone_with_it(context: Context, kpi: Kpi) -> None:
    made = write(context, kpi, "x")
    context.run(delete_kpi, kpi.id)
    with pytest.raises(CommentNotFound):
        context.run(service.get_comment, made.id)


HOSTILE = (
    "[/foo] [bold red]no markup[/]",
    "\x1b[2J\x07 clears the screen",
    "\u202ereversed\u202c \u2066isolated\u2069",
    "'; drop table kpix.comment; --",
    "日本語 👩‍👩‍👧 ❤️",
    "@@ @ [@click=quit()]quit[/] {x} %s \\",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_text(context: Context, kpi: Kpi, text: str) -> None:
    made = write(context, kpi, text)
    assert made.text == text.strip()
    assert texts(context, kpi) == [text.strip()]


# -- what is unread --------------------------------------------------------------------------------


def test_what_others_wrote_is_unread_until_it_is_marked(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    manager = as_person("acme/manager")
    first = write(context, kpi, "one")
    write(context, kpi, "two", reply_to=first.id)
    write(context, kpi, "elsewhere")
    assert context.run(service.comment_counts, [kpi.id]) == {kpi.id: CommentCount(3, 0)}
    assert manager.run(service.comment_counts, [kpi.id]) == {kpi.id: CommentCount(3, 3)}
    assert texts(manager, kpi, unread=True) == ["one", "two", "elsewhere"]
    assert manager.run(service.mark_thread_read, first.id) == 2
    assert manager.run(service.mark_thread_read, first.id) == 0
    assert texts(manager, kpi, unread=True) == ["elsewhere"]
    assert manager.run(service.mark_read, Subject(kpi.id)) == 1
    write(context, kpi, "three", reply_to=first.id)
    assert texts(manager, kpi, unread=True) == ["three"], "what comes later is unread again"


def test_what_came_after_it_was_shown_stays_unread(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    manager = as_person("acme/manager")
    first = write(context, kpi, "shown")
    write(context, kpi, "came meanwhile", reply_to=first.id)
    assert manager.run(service.mark_read, Subject(kpi.id), first.created_at) == 1
    assert texts(manager, kpi, unread=True) == ["came meanwhile"]
    assert manager.run(service.mark_thread_read, first.id, first.created_at) == 0


def test_a_deleted_comment_is_not_unread(context: Context, kpi: Kpi, as_person: People) -> None:
    made = write(context, kpi, "x")
    context.run(service.delete_comment, made.id)
    assert as_person("acme/manager").run(service.comment_counts, [kpi.id]) == {}
    assert texts(as_person("acme/manager"), kpi, unread=True) == []


def test_the_marks_of_a_value_are_its_threads(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    manager = as_person("acme/manager")
    write(context, kpi, "in general")
    write(context, kpi, "in September", period=SEPTEMBER)
    assert manager.run(service.mark_read, Subject(kpi.id, SEPTEMBER)) == 1
    assert texts(manager, kpi, unread=True) == ["in general"]


def test_the_unread_threads_that_concern_somebody(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    manager, user = as_person("acme/manager"), as_person("acme/user")
    mine = write(manager, kpi, "asking")
    write(context, kpi, "not for the manager")
    write(user, kpi, "answering", reply_to=mine.id)
    write(user, kpi, "and " + "more " * 100, reply_to=mine.id)
    (thread,) = manager.run(service.unread_threads).rows
    assert (thread.thread_id, thread.unread, thread.mentions_me) == (mine.id, 2, False)
    assert (thread.author_name, thread.kpi_code) == ("Ursula User", "ON-TIME")
    assert thread.excerpt.startswith("and more more")
    assert len(thread.excerpt) <= 200
    owned = context.run(service.unread_threads, PageRequest(sort="-unread"))
    assert [row.unread for row in owned.rows] == [3], "whoever owns the KPI is concerned"
    manager.run(service.mark_thread_read, mine.id)
    assert manager.run(service.unread_threads).total == 0


def test_lists_take_the_same_number_of_queries_however_long_they_are(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    manager = as_person("acme/manager")

    def queries() -> tuple[int, int, int]:
        with factory.counted(manager) as seen:
            texts(manager, kpi)
            listed = len(seen)
            manager.run(service.unread_threads)
            threads = len(seen)
            manager.run(service.comment_counts, [kpi.id])
            return listed, threads, len(seen)

    made = write(manager, kpi, "@Ada Admin one")
    write(context, kpi, "two", reply_to=made.id)
    before = queries()
    for number in range(4):
        again = write(manager, kpi, f"@Ada Admin {number}")
        write(context, kpi, "@Max Manager two", reply_to=again.id)
    assert queries() == before
    assert before[0] <= 4
