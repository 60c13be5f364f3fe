"""What goes into and comes out of the use cases on action plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kpix_tui.access.permissions import Level
from kpix_tui.access.policy import Target
from kpix_tui.domains.kpis.views import Direction
from kpix_tui.kernel.periods import Frequency


class PlanStatus(StrEnum):
    """How far an action is, in the order of a board's columns."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    CANCELLED = "CANCELLED"

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do."""
        return self in (PlanStatus.DONE, PlanStatus.CANCELLED)


class PlanKind(StrEnum):
    """What an action is against: the damage, its cause, or its coming again."""

    CONTAINMENT = "CONTAINMENT"
    CORRECTIVE = "CORRECTIVE"
    PREVENTIVE = "PREVENTIVE"


class PlanScope(StrEnum):
    """Whose actions: mine, those of the people I share a team with (mine included), or all."""

    MINE = "MINE"
    TEAMS = "TEAMS"
    ALL = "ALL"


class Due(StrEnum):
    """When an action that is not closed is due, by the organisation's calendar.

    The two exclude each other: ``THIS_WEEK`` runs from today to Sunday.
    """

    OVERDUE = "OVERDUE"
    THIS_WEEK = "THIS_WEEK"


class CriterionKind(StrEnum):
    """By what an action is judged: a level that is held, or how far the mean has moved."""

    LEVEL = "LEVEL"
    SHIFT = "SHIFT"


class Verdict(StrEnum):
    """What the values say of an action that is done."""

    EFFECTIVE = "EFFECTIVE"
    NOT_EFFECTIVE = "NOT_EFFECTIVE"
    TOO_EARLY = "TOO_EARLY"


@dataclass(frozen=True, slots=True)
class Criterion:
    """When an action will have been effective; fixed once it starts.

    ``LEVEL``: in each of the ``periods`` periods after it is done, the value of the KPI is
    ``amount`` or better. ``SHIFT``: the mean of those periods is better by ``amount`` or more than
    the mean of as many periods before it started.
    """

    kpi_id: UUID
    kind: CriterionKind
    amount: Decimal
    periods: int


@dataclass(frozen=True, slots=True)
class NamedCriterion(Criterion):
    """A criterion with what it takes to write it down."""

    kpi_code: str
    kpi_name: str
    unit: str
    decimals: int
    direction: Direction
    frequency: Frequency


@dataclass(frozen=True, slots=True)
class ToldCriterion(Criterion):
    """A criterion as a history tells it; ``kpi_code`` is empty where the KPI is hidden."""

    kpi_code: str


@dataclass(frozen=True, slots=True)
class PeriodRead:
    """A period that a criterion looks at; ``value`` is None where there is none (yet)."""

    start: date
    end: date
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the values say of an action that is done, and which values those are.

    Oldest first; ``before`` is empty for a level. ``missing`` are the periods that have ended
    without a value: until somebody enters them there is no verdict, unless a value that is there
    decides. ``mean_before`` and ``mean_after`` are of the values that are there.
    """

    verdict: Verdict
    before: tuple[PeriodRead, ...]
    after: tuple[PeriodRead, ...]
    missing: tuple[PeriodRead, ...]
    mean_before: Decimal | None
    mean_after: Decimal | None


@dataclass(frozen=True, slots=True)
class CreatePlan:
    """A new action about a KPI; its owner is the actor unless another is named.

    With ``parent_id`` it is a sub-action, and about the KPI of its parent. ``whys`` are up to five
    answers to *why?*, each about the one before.
    """

    title: str
    due_on: date
    kpi_id: UUID | None = None
    parent_id: UUID | None = None
    kind: PlanKind = PlanKind.CORRECTIVE
    description: str = ""
    cause: str = ""
    whys: tuple[str, ...] = ()
    owner_id: UUID | None = None
    starts_on: date | None = None
    criterion: Criterion | None = None


@dataclass(frozen=True, slots=True)
class UpdatePlan:
    """The whole of what a form can change, on top of ``version`` (optimistic lock)."""

    id: UUID
    version: int
    title: str
    description: str
    cause: str
    whys: tuple[str, ...]
    kind: PlanKind
    owner_id: UUID
    starts_on: date | None
    due_on: date
    criterion: Criterion | None


@dataclass(frozen=True, slots=True)
class MovePlan:
    """Give an action another status. Without ``version`` nobody looks who changed it meanwhile."""

    id: UUID
    status: PlanStatus
    version: int | None = None


@dataclass(frozen=True, slots=True)
class SetProgress:
    """Say how far an action is, in percent. More than 0 starts one that is open."""

    id: UUID
    progress: int
    version: int | None = None


@dataclass(frozen=True, slots=True)
class AssignPlans:
    """Give actions to another owner: all of them, or none."""

    ids: tuple[UUID, ...]
    owner_id: UUID


@dataclass(frozen=True, slots=True)
class PostponePlans:
    """Give actions a later due date: a day, or so many days more than each had."""

    ids: tuple[UUID, ...]
    due_on: date | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """Which actions a list keeps; what is not said keeps all.

    ``owner_id`` and ``team_id`` are about who the action is for, ``process`` and the rest about
    where it stands. ``dashboard_id`` and ``kpi_id`` find those of an archived dashboard too.
    """

    scope: PlanScope = PlanScope.ALL
    statuses: frozenset[PlanStatus] = frozenset()
    due: Due | None = None
    kind: PlanKind | None = None
    verdict: Verdict | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None
    kpi_id: UUID | None = None
    dashboard_id: UUID | None = None
    process: str | None = None
    parent_id: UUID | None = None


EVERY_PLAN = PlanFilter()


@dataclass(frozen=True, slots=True)
class PlanRow:
    """An action as lists and boards show it.

    ``overdue`` is by the organisation's calendar: due before today and not closed. ``sub_plans``
    counts its sub-actions, ``sub_plans_closed`` those of them that are closed.
    """

    id: UUID
    title: str
    kind: PlanKind
    status: PlanStatus
    progress: int
    owner_id: UUID
    owner_name: str
    starts_on: date | None
    due_on: date
    started_on: date | None
    closed_on: date | None
    overdue: bool
    verdict: Verdict | None
    kpi_id: UUID
    kpi_code: str
    kpi_name: str
    kpi_owner_id: UUID
    dashboard_id: UUID
    dashboard_title: str
    dashboard_owner_id: UUID
    process: str
    parent_id: UUID | None
    parent_title: str | None
    sub_plans: int
    sub_plans_closed: int
    created_by_id: UUID
    version: int
    level: Level | None
    """The highest at which its dashboard is shared with the actor now."""

    @property
    def target(self) -> Target:
        """What permissions over it are asked for."""
        owners = (self.owner_id, self.created_by_id, self.kpi_owner_id, self.dashboard_owner_id)
        return Target(frozenset(owners), self.level)

    @property
    def talk_target(self) -> Target:
        """What permissions over its comments are asked for: they belong to its KPI."""
        return Target(frozenset((self.kpi_owner_id, self.dashboard_owner_id)), self.level)


@dataclass(frozen=True, slots=True)
class Plan(PlanRow):
    """An action with its texts and its criterion."""

    description: str
    cause: str
    whys: tuple[str, ...]
    criterion: NamedCriterion | None
    created_by_name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PlanDetail:
    """An action, its sub-actions by due date, and what the values say of it.

    ``judgement`` is None unless the action is done and has a criterion.
    """

    plan: Plan
    sub_plans: tuple[PlanRow, ...]
    judgement: Judgement | None


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """The actions of one status: how many there are, and the first of them."""

    status: PlanStatus
    total: int
    rows: tuple[PlanRow, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The four columns, in the order of :class:`PlanStatus`."""

    columns: tuple[BoardColumn, ...]


FieldValue = str | int | date | tuple[str, ...] | ToldCriterion | None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an action before and after a change.

    ``field`` is the name of the field of :class:`Plan`; ``owner`` and ``criterion`` stand for
    theirs. Owners are told by name.
    """

    field: str
    old: FieldValue
    new: FieldValue


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What somebody changed at once. The first one, which made the action, has ``created``.

    ``version`` is that of the action afterwards. What kpix judged by itself (``verdict``) leaves it
    as it was, and is by nobody (an empty ``by``).
    """

    at: datetime
    by: str
    created: bool
    version: int
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class PlansChanged:
    """What was done to several actions at once; ``unchanged`` ones were so already."""

    changed: tuple[PlanRow, ...]
    unchanged: tuple[PlanRow, ...]
