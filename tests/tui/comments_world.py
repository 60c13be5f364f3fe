"""Comments and an inbox in memory, on the railway's KPIs. What a text means is what rules say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.domains.comments.errors import MentionedOutOfSight
from kpix_tui.domains.comments.rules import check_mentions, resolve, valid_text
from kpix_tui.domains.comments.views import (
    AddComment,
    Comment,
    CommentRevision,
    Draft,
    DraftChecked,
    EditComment,
    Mention,
    Mentionable,
    MentionKind,
    Subject,
)
from kpix_tui.domains.notifications.views import (
    InboxFilter,
    Kind,
    Notification,
    Preference,
    Priority,
    Unread,
)
from kpix_tui.kernel.errors import KpixError, StaleVersion
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest
from tests.tui.support import NOW, USER
from tests.tui.world import World, railway

GRACE, LINUS, ROBIN = UUID(int=51), UUID(int=52), UUID(int=53)
OPERATIONS = UUID(int=61)
NAMES = {USER: "Ada Lovelace", GRACE: "Grace Hopper", LINUS: "Linus Pauling", ROBIN: "Robin Lee"}
PEOPLE = (
    Mentionable(MentionKind.USER, USER, "Ada Lovelace"),
    Mentionable(MentionKind.USER, GRACE, "Grace Hopper"),
    Mentionable(MentionKind.USER, LINUS, "Linus Pauling"),
    Mentionable(MentionKind.USER, ROBIN, "Robin Lee", seeing=0),
    Mentionable(MentionKind.TEAM, OPERATIONS, "Operations", members=5, seeing=4),
)


@dataclass
class Talk:
    """What the fake use cases read and write. ``failing`` is raised by the next call."""

    world: World
    people: tuple[Mentionable, ...] = PEOPLE
    comments: dict[UUID, Comment] = field(default_factory=dict)
    texts: dict[UUID, list[CommentRevision]] = field(default_factory=dict)
    told: list[Notification] = field(default_factory=list)
    unwanted: set[Kind] = field(default_factory=set)
    failing: KpixError | None = None
    asked: list[tuple[str, Any]] = field(default_factory=list)
    now: datetime = NOW

    def note(self, name: str, what: Any) -> None:
        """Remember the call; refuse it, when that is the plan."""
        self.asked.append((name, what))
        if self.failing is not None:
            failing, self.failing = self.failing, None
            raise failing

    # -- comments ------------------------------------------------------------------------------

    def say(
        self,
        subject: Subject,
        text: str,
        *,
        by: UUID = USER,
        reply_to: UUID | None = None,
        ago: timedelta = timedelta(),
        unread: bool = False,
    ) -> Comment:
        """Somebody has written this."""
        made_id = UUID(int=70_000 + len(self.comments))
        thread = self.comments[reply_to].thread_id if reply_to else made_id
        kpi = self.world.kpis[subject.kpi_id]
        named = resolve(text, self.people)
        made = Comment(
            id=made_id,
            thread_id=thread,
            kpi_id=kpi.id,
            kpi_code=kpi.code,
            kpi_name=kpi.name,
            frequency=kpi.frequency,
            period_start=subject.period_start,
            action_id=subject.action_id,
            author_id=by,
            author_name=NAMES[by],
            text=text,
            created_at=self.now - ago,
            edited_at=None,
            deleted_at=None,
            deleted_by=None,
            version=1,
            unread=unread,
            replies=0,
            mentions=tuple(Mention(one.kind, one.id, one.name) for one in named.meant),
        )
        self.comments[made_id] = made
        self.texts[made_id] = [CommentRevision(1, text, made.created_at, None)]
        return made

    def list_comments(
        self,
        _uow: Any,
        subject: Subject,
        page: PageRequest = FIRST_PAGE,
        *,
        unread: bool = False,
    ) -> Page[Comment]:
        """Each thread together, in order."""
        self.note("list_comments", (subject, page))
        wide = subject.period_start is None and subject.action_id is None
        rows = [
            one
            for one in self.comments.values()
            if one.kpi_id == subject.kpi_id and (wide or one.subject == subject)
            if one.unread or not unread
        ]
        rows.sort(key=lambda one: (self.comments[one.thread_id].created_at, one.created_at))
        return _cut(rows, page)

    def add_comment(self, _uow: Any, command: AddComment) -> Comment:
        """One more."""
        self.note("add_comment", command)
        text = self._valid(command.text, command.chosen, anyway=command.anyway)
        return self.say(command.subject, text, reply_to=command.reply_to)

    def edit_comment(self, _uow: Any, command: EditComment) -> Comment:
        """Another text."""
        self.note("edit_comment", command)
        old = self.comments[command.id]
        if old.version != command.version:
            raise StaleVersion
        text = self._valid(command.text, command.chosen, anyway=command.anyway)
        return self._change(old, text=text, edited_at=self.now)

    def delete_comment(self, _uow: Any, comment_id: UUID) -> Comment:
        """Its place stays."""
        self.note("delete_comment", comment_id)
        old = self.comments[comment_id]
        return self._change(old, text="", deleted_at=self.now, deleted_by=NAMES[USER])

    def _change(self, old: Comment, **changes: Any) -> Comment:
        new = replace(old, version=old.version + 1, **changes)
        self.comments[old.id] = new
        texts = self.texts[old.id]
        texts[0] = replace(texts[0], until=self.now)
        if new.text:
            texts.insert(0, CommentRevision(len(texts) + 1, new.text, self.now, None))
        return new

    def comment_history(
        self, _uow: Any, comment_id: UUID, page: PageRequest = FIRST_PAGE
    ) -> Page[CommentRevision]:
        """The newest first."""
        self.note("comment_history", comment_id)
        return _cut(self.texts[comment_id], page)

    def check_draft(self, _uow: Any, draft: Draft) -> DraftChecked:
        """Who would be told."""
        self.note("check_draft", draft)
        named = resolve(draft.text, self.people, draft.chosen)
        seeing = [one for one in named.meant if one.seeing]
        return DraftChecked(
            told=tuple(Mention(one.kind, one.id, one.name) for one in seeing),
            out_of_sight=_blind(named.meant),
            partly=tuple(one for one in seeing if one.seeing < one.members),
            unknown=named.unknown,
            ambiguous=named.ambiguous,
        )

    def _valid(self, text: str, chosen: frozenset[UUID], *, anyway: bool) -> str:
        named = resolve(text, self.people, chosen)
        check_mentions(named)
        if (blind := _blind(named.meant)) and not anyway:
            names = tuple(one.name for one in blind)
            raise MentionedOutOfSight(names=names, fields=("text",))
        return valid_text(text)

    def mentionable(
        self, _uow: Any, _kpi_id: UUID, prefix: str = "", page: PageRequest = FIRST_PAGE
    ) -> Page[Mentionable]:
        """Those who may see the KPI, one word of whose name begins so."""
        self.note("mentionable", prefix)
        rows = [
            one
            for one in self.people
            if one.seeing and f" {prefix}".lower() in f" {one.name}".lower()
        ]
        return _cut(rows, page)

    def mark_thread_read(self, _uow: Any, thread_id: UUID, until: datetime | None = None) -> int:
        """Nothing of it is new any more."""
        self.note("mark_thread_read", (thread_id, until))
        rows = [one for one in self.comments.values() if one.thread_id == thread_id and one.unread]
        for one in rows:
            if until is None or one.created_at <= until:
                self.comments[one.id] = replace(one, unread=False)
        return len(rows)

    # -- notifications -------------------------------------------------------------------------

    def tell(
        self,
        kind: Kind,
        priority: Priority,
        *,
        about: Comment | None = None,
        code: str = "PUNCT",
        period: date | None = None,
        ago: timedelta = timedelta(),
        read: bool = False,
        excerpt: str = "",
        action: tuple[UUID, str] | None = None,
        **facts: object,
    ) -> Notification:
        """Something that Ada should know."""
        kpi = next(one for one in self.world.kpis.values() if one.code == code)
        made = Notification(
            id=UUID(int=80_000 + len(self.told)),
            kind=kind,
            priority=priority,
            created_at=self.now - ago,
            read_at=self.now if read else None,
            actor_id=GRACE,
            actor_name="Grace Hopper",
            dashboard_id=kpi.dashboard_id,
            dashboard_title=kpi.dashboard_title,
            kpi_id=kpi.id,
            kpi_code=kpi.code,
            kpi_name=kpi.name,
            frequency=kpi.frequency,
            period_start=period,
            comment_id=about.id if about else None,
            thread_id=about.thread_id if about else None,
            excerpt=about.text if about else excerpt,
            action_id=action[0] if action else None,
            action_title=action[1] if action else None,
            facts=facts,
        )
        self.told.append(made)
        return made

    def unread(self, _uow: Any) -> Unread:
        """By priority."""
        counts: dict[Priority, int] = {}
        for one in self.told:
            if one.read_at is None:
                counts[one.priority] = counts.get(one.priority, 0) + 1
        return Unread(counts)

    def inbox(
        self, _uow: Any, page: PageRequest = FIRST_PAGE, wanted: InboxFilter | None = None
    ) -> Page[Notification]:
        """Unread first, then what presses, then what is new."""
        self.note("inbox", (page, wanted))
        rows = [one for one in self.told if _wanted(one, wanted)]
        rows = [one for one in rows if page.text.lower() in f"{one.kpi_name}{one.excerpt}".lower()]
        ranks = list(Priority)
        rows.sort(key=lambda one: one.created_at, reverse=True)
        rows.sort(key=lambda one: (one.read_at is not None, ranks.index(one.priority)))
        return _cut(rows, page)

    def mark_read(self, _uow: Any, ids: Iterable[UUID], *, read: bool = True) -> int:
        """Read, or not."""
        marked = set(ids)
        self.note("mark_read", (marked, read))
        for index, one in enumerate(self.told):
            if one.id in marked:
                self.told[index] = replace(one, read_at=self.now if read else None)
        return len(marked)

    def mark_all_read(
        self, _uow: Any, until: datetime | None = None, wanted: InboxFilter | None = None
    ) -> int:
        """Nothing is new any more."""
        self.note("mark_all_read", (until, wanted))
        kept = [one for one in self.told if _wanted(one, wanted) and one.read_at is None]
        return self.mark_read(None, [one.id for one in kept])

    def raise_due(self, _uow: Any) -> int:
        """Nothing is due."""
        self.note("raise_due", None)
        return 0

    def preferences(self, _uow: Any) -> tuple[Preference, ...]:
        """Every kind."""
        self.note("preferences", None)
        return tuple(Preference(kind, kind not in self.unwanted) for kind in Kind)

    def set_preference(self, _uow: Any, kind: Kind, *, wanted: bool) -> Preference:
        """From now on."""
        self.note("set_preference", (kind, wanted))
        (self.unwanted.discard if wanted else self.unwanted.add)(kind)
        return Preference(kind, wanted)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Take the place of the services."""
        self.world.install(patch)
        for domain, names in _SERVICES.items():
            for name in names:
                patch.setattr(f"kpix_tui.domains.{domain}.service.{name}", getattr(self, name))


_SERVICES: Mapping[str, tuple[str, ...]] = {
    "comments": (
        *("list_comments", "add_comment", "edit_comment", "delete_comment", "comment_history"),
        *("check_draft", "mentionable", "mark_thread_read"),
    ),
    "notifications": (
        *("unread", "inbox", "mark_read", "mark_all_read", "raise_due"),
        *("preferences", "set_preference"),
    ),
}


def _blind(named: Iterable[Mentionable]) -> tuple[Mention, ...]:
    return tuple(Mention(one.kind, one.id, one.name) for one in named if not one.seeing)


def _wanted(one: Notification, wanted: InboxFilter | None) -> bool:
    if wanted is None:
        return True
    return (
        (not wanted.unread or one.read_at is None)
        and (not wanted.kinds or one.kind in wanted.kinds)
        and (not wanted.priorities or one.priority in wanted.priorities)
    )


def _cut(rows: list[Any], page: PageRequest) -> Page[Any]:
    return Page(tuple(rows[page.offset : page.offset + page.limit]), len(rows), page.offset)


def station_talk() -> Talk:
    """What is said about the railway's trains: threads, replies, a link, a deleted comment."""
    made = Talk(railway())
    kpi = next(one for one in made.world.kpis.values() if one.code == "PUNCT")
    whole, october = Subject(kpi.id), Subject(kpi.id, date(2026, 10, 1))
    first = made.say(
        whole,
        "Works on the northern line until March: expect two points less.\n"
        "Plan: https://trains.example/works/north?year=2026 (page 4).",
        by=GRACE,
        ago=timedelta(days=12, hours=3),
    )
    made.say(
        whole,
        "Thank you. I have told @Operations.",
        reply_to=first.id,
        ago=timedelta(days=12, hours=1),
    )
    gone = made.say(whole, "Nonsense.", by=LINUS, reply_to=first.id, ago=timedelta(days=11))
    made.comments[gone.id] = replace(
        gone, text="", deleted_at=made.now - timedelta(days=10), deleted_by=NAMES[LINUS]
    )
    late = made.say(
        october,
        "Two stations reported late; it is 91.4 now. @Ada Lovelace, can you check Saint-Denis?",
        by=GRACE,
        ago=timedelta(hours=20),
        unread=True,
    )
    mine = made.say(
        october,
        "Checked: their clock was ten minutes slow.",
        reply_to=late.id,
        ago=timedelta(hours=4),
    )
    made.edit_comment(
        None,
        EditComment(mine.id, 1, "Checked: their clock was eleven minutes slow until Tuesday."),
    )
    made.say(
        whole,
        "Is 96 still the right threshold once the works are over?",
        by=LINUS,
        ago=timedelta(hours=2),
        unread=True,
    )
    made.tell(
        Kind.MENTION, Priority.HIGH, about=late, period=date(2026, 10, 1), ago=timedelta(hours=20)
    )
    made.tell(
        Kind.STATUS_WORSE,
        Priority.URGENT,
        period=date(2026, 10, 1),
        ago=timedelta(hours=21),
        before="ORANGE",
        after="RED",
        after_critical=True,
    )
    made.tell(
        Kind.REPLY,
        Priority.NORMAL,
        about=made.comments[gone.id],
        ago=timedelta(days=11),
        read=True,
    )
    made.tell(
        Kind.STATUS_BETTER,
        Priority.LOW,
        code="CANCEL",
        period=date(2026, 10, 1),
        ago=timedelta(days=2),
        before="RED",
        after="GREEN",
    )
    made.asked.clear()
    return made
