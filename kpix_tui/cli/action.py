"""``kpix action list | board | show | history | judge | create``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from kpix_tui.cli import action_views as views
from kpix_tui.cli.action_options import Asked, Kept, asked_criterion, kept_actions
from kpix_tui.cli.base import Group, argument, command, option
from kpix_tui.cli.data import to_csv
from kpix_tui.cli.output import Form, Output, reads, write, write_csv, writes
from kpix_tui.cli.paging import Wanted, gather, gather_dated, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Cell, draw_table
from kpix_tui.cli.types import Choice, WholeNumber, read_day
from kpix_tui.domains.plans.errors import PlanKpiMissing
from kpix_tui.domains.plans.views import (
    Board,
    CreatePlan,
    Judgement,
    Plan,
    PlanChange,
    PlanDetail,
    PlanKind,
    PlanRow,
)
from kpix_tui.i18n import plans as words
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.periods import Frequency

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.kernel.paging import Page

action = Group("action", help=message("Actions about KPIs: list, create, move, judge."))

NAMED = message("Title or id of the action.")
_ONE = argument("name", metavar="ACTION", help=NAMED)
_TEXTS: tuple[Callable[[Any], Any], ...] = (
    option("--kind", type=Choice(PlanKind), help=message("What it is against (CORRECTIVE).")),
    option("--start", metavar="DAY", help=message("From when.")),
    option("--owner", metavar="USER", help=message("Who does it: name, e-mail or id (you).")),
    option("--description", metavar="TEXT", help=message("What is to be done.")),
    option("--cause", metavar="TEXT", help=message("Why the KPI is where it is.")),
    option(
        "--why",
        "whys",
        multiple=True,
        metavar="TEXT",
        help=message("An answer to why, up to five of them, each about the one before."),
    ),
)


def texts(function: Any) -> Any:
    """Give a command the options for what an action says besides its title and its due date."""
    for decorate in reversed(_TEXTS):
        function = decorate(function)
    return function


def said_texts(given: dict[str, Any]) -> dict[str, Any]:
    """What was said of these options, by the fields of the use cases."""
    start = given.pop("start")
    if start is not None:
        given["starts_on"] = read_day(start, Frequency.DAILY, "start")
    return {field: one for field, one in given.items() if one not in (None, ())}


# -- reading ---------------------------------------------------------------------------------------


def _list(uow: UnitOfWork, kept: Kept, wanted: Wanted) -> tuple[Page[PlanRow], date]:
    from kpix_tui.domains.plans.service import list_plans  # noqa: PLC0415 - brings SQLAlchemy

    return gather(uow, partial(list_plans, wanted=kept.found(uow)), wanted), uow.today


@command(
    action,
    "list",
    message(
        "List actions, overdue ones first.\n"
        "Sorts: due, title, status, owner, progress, kpi, dashboard, kind, start, verdict, closed."
    ),
    examples=(
        "kpix action list --mine --status OPEN --status IN_PROGRESS",
        "kpix action list --overdue --team Operations --json",
    ),
)
@kept_actions
@paged
@reads
@pass_session
def list_(session: Session, out: Output, wanted: Wanted, kept: Kept) -> None:
    """List actions."""
    page, today = session.run(_list, kept, wanted.for_(out))
    out.listing(views.listing(today), page)


def _board(uow: UnitOfWork, kept: Kept, text: str, limit: int) -> tuple[Board, date]:
    from kpix_tui.domains.plans.service import plan_board  # noqa: PLC0415 - brings SQLAlchemy

    return plan_board(uow, kept.found(uow), text=text, limit=limit), uow.today


@command(
    action,
    "board",
    message("Show actions by status: how many there are, and the first of each."),
    examples=("kpix action board --teams", "kpix action board --kpi BRENT --limit 5"),
)
@kept_actions
@option("--filter", "text", default="", metavar="TEXT", help=message("Only rows with this text."))
@option(
    "--limit",
    type=WholeNumber(1),
    default=10,
    show_default=True,
    metavar="N",
    help=message("At most so many of each status."),
)
@reads
@pass_session
def board(session: Session, out: Output, kept: Kept, text: str, limit: int) -> None:
    """Show the board."""
    found, today = session.run(_board, kept, text, limit)
    match out.form:
        case Form.JSON:
            out.json(
                [
                    {
                        "status": column.status,
                        "total": column.total,
                        "actions": [views.row_record(row) for row in column.rows],
                    }
                    for column in found.columns
                ]
            )
        case Form.CSV:
            rows = (views.row_record(row) for column in found.columns for row in column.rows)
            write_csv(to_csv(views.ROW_FIELDS, rows))
        case _:
            write(_board_text(found, today, out))


def _board_text(found: Board, today: date, out: Output) -> str:
    lines: list[str] = []
    listing = views.listing(today)
    for column in found.columns:
        lines += [*([""] if lines else []), f"{words.status_word(column.status)}: {column.total}"]
        cells = [listing.cells(row, out.canvas) for row in column.rows]
        lines += draw_table(listing.headings(), cells, out.canvas) if cells else []
    return "\n".join(lines) + "\n"


def _show(uow: UnitOfWork, name: str) -> tuple[PlanDetail, date]:
    from kpix_tui.domains.plans.service import find_plan, show_plan  # noqa: PLC0415 - SQLAlchemy

    return show_plan(uow, find_plan(uow, name).id), uow.today


@command(
    action,
    "show",
    message("Show an action: what, who, until when, why, and what came of it."),
    examples=("kpix action show 'Call the supplier'",),
)
@_ONE
@reads
@pass_session
def show(session: Session, out: Output, name: str) -> None:
    """Show an action."""
    detail, today = session.run(_show, name)
    out.one(views.detail_record(detail), partial(views.detail_pairs, detail, today))


def _history(uow: UnitOfWork, name: str, wanted: Wanted) -> tuple[Page[PlanChange], str]:
    from kpix_tui.domains.plans.service import find_plan, plan_history  # noqa: PLC0415 - SQLAlchemy

    plan = find_plan(uow, name).id
    return gather_dated(uow, lambda unit, page: plan_history(unit, plan, page), wanted)


@command(
    action,
    "history",
    message("Show who changed what about an action, the last change first.\nSorts: at."),
    examples=("kpix action history 'Call the supplier' --json",),
)
@_ONE
@paged
@reads
@pass_session
def history(session: Session, out: Output, wanted: Wanted, name: str) -> None:
    """Show the history of an action."""
    page, timezone = session.run(_history, name, wanted.for_(out))
    out.listing(views.history(timezone), page)


def _judge(uow: UnitOfWork, name: str) -> tuple[Plan, Judgement]:
    from kpix_tui.domains.plans.service import find_plan, judge_plan  # noqa: PLC0415 - SQLAlchemy

    plan = find_plan(uow, name)
    return plan, judge_plan(uow, plan.id)


@command(
    action,
    "judge",
    message(
        "Say whether an action was effective, by its criterion, and by which values.\n"
        "A value that is missing is neither good nor bad: until it is there, it is too early."
    ),
    examples=("kpix action judge 'Call the supplier'",),
)
@_ONE
@reads
@pass_session
def judge(session: Session, out: Output, name: str) -> None:
    """Judge an action."""
    plan, found = session.run(_judge, name)
    criterion = plan.criterion
    record = {"id": plan.id, "title": plan.title, **views.judgement_record(found)}
    pairs = [
        (_("Action"), Cell(plan.title, bold=True)),
        (_("Criterion"), Cell(views.criterion_text(criterion))),
        (_("Verdict"), views.verdict_cell(found.verdict)),
    ]
    if criterion is not None:
        pairs += views.judgement_pairs(found, criterion)
    out.one(record, lambda _canvas: pairs)


# -- writing ---------------------------------------------------------------------------------------


def owned(uow: UnitOfWork, given: dict[str, Any]) -> dict[str, Any]:
    """The same with the id of the owner in place of what they were called.

    Raises:
        UserNotFound, UserAmbiguous: nobody, or several, have the name.
    """
    from kpix_tui.domains.people.service import find_user  # noqa: PLC0415 - brings SQLAlchemy

    rest = {field: one for field, one in given.items() if field != "owner"}
    if "owner" not in given:
        return rest
    return {**rest, "owner_id": find_user(uow, given["owner"]).id}


def _create(
    uow: UnitOfWork,
    kpi: str | None,
    parent: str | None,
    given: dict[str, Any],
    asked: Asked,
) -> Plan:
    from kpix_tui.domains.kpis.service import find_kpi  # noqa: PLC0415 - brings SQLAlchemy
    from kpix_tui.domains.plans.service import create_plan, find_plan  # noqa: PLC0415

    above = None if parent is None else find_plan(uow, parent)
    if above is None and kpi is None:
        raise PlanKpiMissing(fields=("kpi",))
    kpi_id = above.kpi_id if above is not None else find_kpi(uow, str(kpi)).id
    return create_plan(
        uow,
        CreatePlan(
            kpi_id=kpi_id,
            parent_id=None if above is None else above.id,
            criterion=asked.criterion(uow, kpi_id),
            **owned(uow, given),
        ),
    )


@command(
    action,
    "create",
    message(
        "Create an action about a KPI, or a sub-action of another with --parent.\n"
        "A criterion, by which kpix will judge it, is fixed when the action starts."
    ),
    examples=(
        "kpix action create --kpi ON-TIME --title 'Call the supplier' --due 2026-12-11 \\",
        "    --owner sam@acme.test --why 'Parts come late' --why 'Nobody orders them' \\",
        "    --level 95 --periods 3",
    ),
)
@option("--title", required=True, metavar="TITLE", help=message("What is to be done, in short."))
@option("--due", required=True, metavar="DAY", help=message("Until when."))
@option("--kpi", metavar="KPI", help=message("Code or id of the KPI that it is about."))
@option("--parent", metavar="ACTION", help=message("The action that it is a part of."))
@texts
@asked_criterion
@writes
@pass_session
def create(
    session: Session,
    out: Output,
    /,
    *,
    kpi: str | None,
    parent: str | None,
    asked: Asked,
    **given: Any,
) -> None:
    """Create an action."""
    given["due_on"] = read_day(given.pop("due"), Frequency.DAILY, "due")
    said = said_texts(given)
    made = session.run(_create, kpi, parent, said, asked)
    out.done(
        views.plan_record(made),
        _("The action {title} is created, for {name}.").format(
            title=made.title, name=made.owner_name
        ),
    )
