"""What goes into and comes out of the use cases on comments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kpix_tui.access.policy import Target
from kpix_tui.kernel.periods import Frequency


@dataclass(frozen=True, slots=True)
class Subject:
    """What a comment stands on: a KPI, or more closely one of its values or actions.

    ``period_start`` is the first day of the value's period. Asked for a KPI alone, lists show
    what stands on its values and actions as well.
    """

    kpi_id: UUID
    period_start: date | None = None
    action_id: UUID | None = None


class MentionKind(StrEnum):
    """Whom a mention means."""

    USER = "USER"
    TEAM = "TEAM"


@dataclass(frozen=True, slots=True)
class Mention:
    """A user or a team that a text names after an ``@``."""

    kind: MentionKind
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Mentionable:
    """A user or a team that can be mentioned where the KPI is in sight of them.

    ``seeing`` of a team's ``members`` may see the KPI; for a user both are 1.
    """

    kind: MentionKind
    id: UUID
    name: str
    members: int = 1
    seeing: int = 1


class SpanKind(StrEnum):
    """What a part of a text is besides text."""

    LINK = "LINK"
    MENTION = "MENTION"


@dataclass(frozen=True, slots=True)
class Span:
    """``text[start:end]`` is a link or a mention. Never markup: the text stays what it is."""

    start: int
    end: int
    kind: SpanKind


@dataclass(frozen=True, slots=True)
class Draft:
    """A text before it is sent. ``chosen`` are ids that completion gave: they decide who is meant
    where several have the same name, and change nothing that the text does not say."""

    kpi_id: UUID
    text: str
    chosen: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class DraftChecked:
    """What sending a draft would do.

    ``told`` will be told; ``out_of_sight`` may not see the KPI, and are not told (a team: none of
    its members). ``partly`` are teams of which only ``seeing`` members may see it. ``unknown`` are
    words after an ``@`` that name nobody, ``ambiguous`` names that several have.
    """

    told: tuple[Mention, ...] = ()
    out_of_sight: tuple[Mention, ...] = ()
    partly: tuple[Mentionable, ...] = ()
    unknown: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddComment:
    """A new comment, or a reply where ``reply_to`` names a comment (of the thread, any of them).

    Without ``anyway`` a mention of somebody who may not see the KPI refuses it; with it they stay
    named in the text and are not told. A reply stands where its thread does: ``subject`` may then
    name the KPI alone.
    """

    subject: Subject
    text: str
    reply_to: UUID | None = None
    chosen: frozenset[UUID] = frozenset()
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class EditComment:
    """Another text, on top of ``version`` (optimistic lock). Who is newly mentioned is told."""

    id: UUID
    version: int
    text: str
    chosen: frozenset[UUID] = frozenset()
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment where it stands. ``text`` is empty once it is deleted.

    ``thread_id`` is the id of the comment that opened the thread, its own for that one.
    """

    id: UUID
    thread_id: UUID
    kpi_id: UUID
    kpi_code: str
    kpi_name: str
    frequency: Frequency
    period_start: date | None
    action_id: UUID | None
    author_id: UUID
    author_name: str
    text: str
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    deleted_by: str | None
    version: int
    unread: bool
    replies: int
    """How many replies are not deleted; 0 for a reply."""
    mentions: tuple[Mention, ...] = ()

    @property
    def is_reply(self) -> bool:
        """Whether it answers in a thread that another comment opened."""
        return self.thread_id != self.id

    @property
    def subject(self) -> Subject:
        """What it stands on."""
        return Subject(self.kpi_id, self.period_start, self.action_id)

    @property
    def target(self) -> Target:
        """What permissions over it are asked for: a comment is its author's."""
        return Target(frozenset({self.author_id}))


@dataclass(frozen=True, slots=True)
class CommentRevision:
    """A text that a comment had, from ``since`` on; the present one has no ``until``."""

    revision: int
    text: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class CommentCount:
    """How many comments stand on a KPI, its values and actions; ``unread`` by the actor."""

    comments: int
    unread: int


@dataclass(frozen=True, slots=True)
class UnreadThread:
    """A thread that concerns the actor and has something new for them.

    It concerns whoever wrote in it or was mentioned in it, and who owns the KPI. ``excerpt`` is
    the beginning of the newest unread comment, which ``author_name`` wrote.
    """

    thread_id: UUID
    kpi_id: UUID
    kpi_code: str
    kpi_name: str
    frequency: Frequency
    period_start: date | None
    action_id: UUID | None
    unread: int
    mentions_me: bool
    author_name: str
    excerpt: str
    last_at: datetime
