"""Action plans as records for programs, and as cells and lines for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final

from kpix_tui.cli import figures
from kpix_tui.cli.output import Listing
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.domains.plans.views import (
    Criterion,
    CriterionKind,
    FieldChange,
    FieldValue,
    Judgement,
    NamedCriterion,
    PeriodRead,
    Plan,
    PlanChange,
    PlanDetail,
    PlanRow,
    PlanStatus,
    ToldCriterion,
    Verdict,
)
from kpix_tui.i18n import plans as words
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_date, format_datetime, format_number
from kpix_tui.kernel.errors import message

ROW_FIELDS: Final = (
    "id",
    "title",
    "kind",
    "status",
    "progress",
    "owner",
    "owner_id",
    "starts_on",
    "due_on",
    "overdue",
    "started_on",
    "closed_on",
    "verdict",
    "kpi",
    "kpi_name",
    "kpi_id",
    "dashboard",
    "dashboard_id",
    "process",
    "parent",
    "parent_id",
    "sub_actions",
    "sub_actions_closed",
    "version",
)
_WORDS: Final[Mapping[str, Callable[[str], str]]] = {
    "status": words.status_word,
    "kind": words.kind_word,
    "verdict": words.verdict_word,
}
"""What the values of these fields are called; the others are as people wrote them."""
_VERDICT_COLORS: Final = {Verdict.EFFECTIVE: "green", Verdict.NOT_EFFECTIVE: "red"}


# -- records ---------------------------------------------------------------------------------------


def row_record(row: PlanRow) -> dict[str, object]:
    """An action as lists give it."""
    values = (
        *(row.id, row.title, row.kind, row.status, row.progress, row.owner_name, row.owner_id),
        *(row.starts_on, row.due_on, row.overdue, row.started_on, row.closed_on, row.verdict),
        *(row.kpi_code, row.kpi_name, row.kpi_id, row.dashboard_title, row.dashboard_id),
        *(row.process, row.parent_title, row.parent_id, row.sub_plans, row.sub_plans_closed),
        row.version,
    )
    return dict(zip(ROW_FIELDS, values, strict=True))


def plan_record(plan: Plan) -> dict[str, object]:
    """An action with its texts."""
    return {
        **row_record(plan),
        "description": plan.description,
        "cause": plan.cause,
        "whys": list(plan.whys),
        "criterion": _criterion_record(plan.criterion),
        "created_by": plan.created_by_name,
        "created_at": plan.created_at,
    }


def detail_record(detail: PlanDetail) -> dict[str, object]:
    """An action with its sub-actions and what the values say of it."""
    judged = detail.judgement
    return {
        **plan_record(detail.plan),
        "sub_actions": [row_record(row) for row in detail.sub_plans],
        "judgement": None if judged is None else judgement_record(judged),
    }


def _criterion_record(criterion: Criterion | None) -> dict[str, object] | None:
    if criterion is None:
        return None
    code = criterion.kpi_code if isinstance(criterion, NamedCriterion | ToldCriterion) else ""
    return {
        "kpi": code,
        "kpi_id": criterion.kpi_id,
        "kind": criterion.kind,
        "amount": criterion.amount,
        "periods": criterion.periods,
    }


def judgement_record(found: Judgement) -> dict[str, object]:
    """A verdict with the values that it was made from."""
    return {
        "verdict": found.verdict,
        "mean_before": found.mean_before,
        "mean_after": found.mean_after,
        "before": [_period_record(period) for period in found.before],
        "after": [_period_record(period) for period in found.after],
        "missing": [period.start for period in found.missing],
    }


def _period_record(period: PeriodRead) -> dict[str, object]:
    return {"period_start": period.start, "period_end": period.end, "value": period.value}


def change_record(change: PlanChange) -> dict[str, object]:
    """What was changed at once."""
    return {
        "at": change.at,
        "by": change.by,
        "created": change.created,
        "version": change.version,
        "changes": [
            {"field": one.field, "old": _told(one.old), "new": _told(one.new)}
            for one in change.fields
        ],
    }


def _told(value: FieldValue) -> object:
    match value:
        case Criterion():
            return _criterion_record(value)
        case tuple():
            return list(value)
        case _:
            return value


# -- lists -----------------------------------------------------------------------------------------


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Action"), flexible=True, least=20),
        Heading(_("Status")),
        Heading(_("Due date")),
        Heading(_("Progress"), right=True, drop=2),
        Heading(_("Owner"), flexible=True, least=10),
        Heading(_("KPI"), flexible=True, drop=1, least=8),
        Heading(_("Kind"), drop=4),
        Heading(_("Verdict"), drop=3),
    )


def _cells(row: PlanRow, canvas: Canvas, *, today: date) -> Sequence[Cell]:
    return (
        Cell(_title(row, canvas)),
        Cell(words.status_word(row.status), dim=row.status.closed),
        due_cell(row, today),
        Cell(f"{row.progress} %"),
        Cell(row.owner_name),
        Cell(row.kpi_code),
        Cell(words.kind_word(row.kind)),
        verdict_cell(row.verdict, short=True),
    )


def _title(row: PlanRow, canvas: Canvas) -> str:
    """A sub-action says what it is part of."""
    if row.parent_title is None:
        return row.title
    return f"{row.title} {'<' if canvas.ascii else '‹'} {row.parent_title}"


def due_cell(row: PlanRow, today: date) -> Cell:
    """The due date, and by how much it is over."""
    day = format_date(row.due_on)
    if not row.overdue:
        return Cell(day)
    return Cell(f"{day}, {words.overdue_words(row.due_on, today)}", "red", bold=True)


def verdict_cell(verdict: Verdict | None, *, short: bool = False) -> Cell:
    """What the values say; nothing where there is nothing to say."""
    if verdict is None:
        return Cell("")
    return Cell(words.verdict_word(verdict, short=short), _VERDICT_COLORS.get(verdict))


def listing(today: date) -> Listing[PlanRow]:
    """Actions as a list on this day."""
    return Listing(
        row_record,
        ROW_FIELDS,
        _headings,
        partial(_cells, today=today),
        message("No actions here. Create one: kpix action create --help"),
    )


# -- one action ------------------------------------------------------------------------------------


def detail_pairs(detail: PlanDetail, today: date, canvas: Canvas) -> list[tuple[str, Cell]]:
    """Everything that is known of an action."""
    plan = detail.plan
    pairs = [
        (_("Action"), Cell(plan.title, bold=True)),
        (_("Part of"), Cell(plan.parent_title or "")),
        (_("KPI"), Cell(f"{plan.kpi_code}  {plan.kpi_name}")),
        (_("Dashboard"), Cell(plan.dashboard_title)),
        (_("Kind"), Cell(words.kind_word(plan.kind))),
        (_("Status"), Cell(_stage(plan))),
        (_("Owner"), Cell(plan.owner_name)),
        (_("Starts on"), Cell(_day(plan.starts_on))),
        (_("Due date"), due_cell(plan, today)),
        (_("Description"), Cell(plan.description)),
        (_("Cause"), Cell(plan.cause)),
        *((_("Why {number}").format(number=at), Cell(why)) for at, why in enumerate(plan.whys, 1)),
        (_("Criterion"), Cell(criterion_text(plan.criterion))),
        (_("Verdict"), verdict_cell(plan.verdict)),
    ]
    if detail.judgement is not None and plan.criterion is not None:
        pairs += judgement_pairs(detail.judgement, plan.criterion)
    pairs += [(_("Sub-action"), Cell(_part(row, today, canvas))) for row in detail.sub_plans]
    return [*pairs, (_("Id"), Cell(str(plan.id), dim=True))]


def _stage(plan: PlanRow) -> str:
    """``Done, 100 %, 12 Nov 2026``: with the day on which it came to that."""
    since = {PlanStatus.OPEN: None, PlanStatus.IN_PROGRESS: plan.started_on}
    parts = (
        words.status_word(plan.status),
        f"{plan.progress} %",
        _day(since.get(plan.status, plan.closed_on)),
    )
    return ", ".join(part for part in parts if part)


def _part(row: PlanRow, today: date, canvas: Canvas) -> str:
    mark = "-" if canvas.ascii else "·"
    status, due = words.status_word(row.status), due_cell(row, today).text
    return f" {mark} ".join((row.title, status, row.owner_name, due))


def _day(day: date | None) -> str:
    return "" if day is None else format_date(day)


def criterion_text(criterion: NamedCriterion | None) -> str:
    """A criterion as a sentence; nothing where there is none."""
    if criterion is None:
        return ""
    return words.criterion_words(
        criterion.kind,
        kpi=criterion.kpi_code,
        amount=figures.with_unit(figures.exactly(criterion.amount), criterion.unit),
        periods=criterion.periods,
        every=criterion.frequency,
    )


def judgement_pairs(found: Judgement, criterion: NamedCriterion) -> list[tuple[str, Cell]]:
    """The values that a verdict was made from, and those that are missing."""

    def side(periods: Sequence[PeriodRead]) -> Cell:
        told = (
            f"{figures.period(one.start, criterion.frequency)}: "
            + (_number(one.value, criterion) or _("no value"))
            for one in periods
        )
        return Cell("; ".join(told))

    return [
        (_("Values before"), side(found.before)),
        (_("Mean before"), Cell(_number(found.mean_before, criterion))),
        (_("Values after"), side(found.after)),
        (_("Mean after"), Cell(_number(found.mean_after, criterion))),
        (_("Missing"), side(found.missing)),
    ]


def _number(value: Decimal | None, criterion: NamedCriterion) -> str:
    """Never rounded across the level."""
    limits = (criterion.amount,) if criterion.kind is CriterionKind.LEVEL else ()
    text = (
        ""
        if value is None
        else format_number(value, decimals=criterion.decimals, not_across=limits)
    )
    return figures.with_unit(text, criterion.unit)


# -- history ---------------------------------------------------------------------------------------


def history(timezone: str) -> Listing[PlanChange]:
    """The changes of an action, on the clocks of ``timezone``."""
    return Listing(
        change_record,
        ("at", "by", "created", "version", "changes"),
        _history_headings,
        partial(_history_cells, timezone=timezone),
        message("Nothing was changed."),
    )


def _history_headings() -> Sequence[Heading]:
    return (
        Heading(_("On")),
        Heading(_("By"), flexible=True, least=10),
        Heading(_("Change"), flexible=True, least=20),
    )


def _history_cells(change: PlanChange, canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    return (
        Cell(format_datetime(change.at, timezone)),
        Cell(change.by or "kpix", dim=not change.by),
        Cell(_("Created") if change.created else _changes_text(change.fields, canvas)),
    )


def _changes_text(changes: Sequence[FieldChange], canvas: Canvas) -> str:
    arrow = "->" if canvas.ascii else "→"
    return "; ".join(
        f"{words.field_word(one.field)}: {_said(one, one.old) or '-'} {arrow}"
        f" {_said(one, one.new) or '-'}"
        for one in changes
    )


def _said(change: FieldChange, value: FieldValue) -> str:
    match value:
        case None:
            return ""
        case ToldCriterion():
            return f"{value.kpi_code} {figures.exactly(value.amount)} × {value.periods}"
        case date():
            return format_date(value)
        case tuple():
            return " / ".join(value)
        case int():
            return f"{value} %"
        case str():
            return _WORDS.get(change.field, str)(value)
