"""``kpix action update | move | progress | assign | postpone | delete``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from kpix_tui.cli import action_views as views
from kpix_tui.cli.action import NAMED, owned, said_texts, texts
from kpix_tui.cli.action import action as action
from kpix_tui.cli.action_options import Asked, asked_criterion
from kpix_tui.cli.base import argument, command, option
from kpix_tui.cli.errors import NothingToChange
from kpix_tui.cli.output import Output, writes
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.types import Choice, WholeNumber, read_day
from kpix_tui.domains.plans.views import (
    AssignPlans,
    MovePlan,
    Plan,
    PlansChanged,
    PlanStatus,
    PostponePlans,
    SetProgress,
    UpdatePlan,
)
from kpix_tui.i18n import plans as words
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_date
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.periods import Frequency

if TYPE_CHECKING:
    from uuid import UUID

    from kpix_tui.db.uow import UnitOfWork

_ONE = argument("name", metavar="ACTION", help=NAMED)
_SEVERAL = argument(
    "names", metavar="ACTION...", nargs=-1, required=True, help=message("Titles or ids of actions.")
)


def _find(uow: UnitOfWork, name: str) -> Plan:
    from kpix_tui.domains.plans.service import find_plan  # noqa: PLC0415 - brings SQLAlchemy

    return find_plan(uow, name)


def _ids(uow: UnitOfWork, names: tuple[str, ...]) -> tuple[UUID, ...]:
    return tuple(_find(uow, name).id for name in names)


# -- what it says ----------------------------------------------------------------------------------


def _update(
    uow: UnitOfWork, name: str, given: dict[str, Any], asked: Asked, *, no_criterion: bool
) -> Plan:
    from kpix_tui.domains.plans.service import update_plan  # noqa: PLC0415 - brings SQLAlchemy

    plan = _find(uow, name)
    changes = owned(uow, given)
    if no_criterion:
        changes["criterion"] = None
    elif asked.said:
        old = plan.criterion
        changes["criterion"] = asked.criterion(uow, plan.kpi_id if old is None else old.kpi_id)
    return update_plan(uow, replace(_whole(plan), **changes))


def _whole(plan: Plan) -> UpdatePlan:
    return UpdatePlan(
        id=plan.id,
        version=plan.version,
        title=plan.title,
        description=plan.description,
        cause=plan.cause,
        whys=plan.whys,
        kind=plan.kind,
        owner_id=plan.owner_id,
        starts_on=plan.starts_on,
        due_on=plan.due_on,
        criterion=plan.criterion,
    )


@command(
    action,
    "update",
    message(
        "Change what an action says; what is not named stays.\n"
        "--why replaces all of them. The criterion can change until the action starts."
    ),
    examples=(
        "kpix action update 'Call the supplier' --cause 'No order point' --due 2026-12-18",
        "kpix action update 'Call the supplier' --shift 2 --periods 6",
    ),
)
@_ONE
@option("--title", metavar="TITLE", help=message("The new title."))
@option("--due", metavar="DAY", help=message("Until when."))
@texts
@asked_criterion
@option("--no-criterion", is_flag=True, help=message("Judge it by nothing."))
@writes
@pass_session
def update(
    session: Session, out: Output, /, name: str, asked: Asked, no_criterion: bool, **given: Any
) -> None:
    """Change an action."""
    due = given.pop("due")
    if due is not None:
        given["due_on"] = read_day(due, Frequency.DAILY, "due")
    changes = said_texts(given)
    if not (changes or asked.said or no_criterion):
        raise NothingToChange(names="--title, --due, --owner, --cause, --level, …")
    changed = session.run(partial(_update, no_criterion=no_criterion), name, changes, asked)
    text = _("The action {title} is changed.")
    out.done(views.plan_record(changed), text.format(title=changed.title))


# -- how far it is ---------------------------------------------------------------------------------


def _move(uow: UnitOfWork, name: str, status: PlanStatus) -> Plan:
    from kpix_tui.domains.plans.service import move_plan  # noqa: PLC0415 - brings SQLAlchemy

    return move_plan(uow, MovePlan(_find(uow, name).id, status))


@command(
    action,
    "move",
    message(
        "Give an action another status.\n"
        "From open to in progress, then done; done and cancelled ones can be taken up again. "
        "It is closed after its sub-actions."
    ),
    examples=("kpix action move 'Call the supplier' IN_PROGRESS",),
)
@_ONE
@argument("status", type=Choice(PlanStatus), help=message("OPEN, IN_PROGRESS, DONE or CANCELLED."))
@writes
@pass_session
def move(session: Session, out: Output, name: str, status: PlanStatus) -> None:
    """Move an action."""
    _done(out, session.run(_move, name, status))


def _progress(uow: UnitOfWork, name: str, percent: int) -> Plan:
    from kpix_tui.domains.plans.service import set_progress  # noqa: PLC0415 - brings SQLAlchemy

    return set_progress(uow, SetProgress(_find(uow, name).id, percent))


@command(
    action,
    "progress",
    message(
        "Say how far an action is, in percent.\n"
        "One that is open is started by it; 100 does not close it: kpix action move ACTION DONE"
    ),
    examples=("kpix action progress 'Call the supplier' 60",),
)
@_ONE
@argument("percent", type=WholeNumber(), help=message("From 0 to 100."))
@writes
@pass_session
def progress(session: Session, out: Output, name: str, percent: int) -> None:
    """Say how far an action is."""
    _done(out, session.run(_progress, name, percent))


def _done(out: Output, plan: Plan) -> None:
    text = _("{title}: {status}, {progress} %.")
    sentence = text.format(
        title=plan.title, status=words.status_word(plan.status), progress=plan.progress
    )
    out.done(views.plan_record(plan), sentence)


# -- several at once -------------------------------------------------------------------------------


def _assign(uow: UnitOfWork, names: tuple[str, ...], user: str) -> PlansChanged:
    from kpix_tui.domains.plans.service import assign_plans  # noqa: PLC0415 - brings SQLAlchemy

    owner_id = cast("UUID", owned(uow, {"owner": user})["owner_id"])
    return assign_plans(uow, AssignPlans(_ids(uow, names), owner_id))


@command(
    action,
    "assign",
    message("Give actions to another person: all that are named, or none."),
    examples=("kpix action assign 'Call the supplier' 'Order point' --to sam@acme.test",),
)
@_SEVERAL
@option("--to", "owner", required=True, metavar="USER", help=message("Name, e-mail or id."))
@writes
@pass_session
def assign(session: Session, out: Output, names: tuple[str, ...], owner: str) -> None:
    """Give actions to somebody."""
    found = session.run(_assign, names, owner)
    given = ngettext(
        "{count} action is given to {name}.", "{count} actions are given to {name}.", _of(found)
    )
    out.done(_changed_record(found), given.format(count=_of(found), name=owner), *_rest(found))


def _postpone(
    uow: UnitOfWork, names: tuple[str, ...], due: date | None, days: int | None
) -> PlansChanged:
    from kpix_tui.domains.plans.service import postpone_plans  # noqa: PLC0415 - SQLAlchemy

    return postpone_plans(uow, PostponePlans(_ids(uow, names), due, days))


@command(
    action,
    "postpone",
    message("Give actions a later due date: all that are named, or none."),
    examples=(
        "kpix action postpone 'Call the supplier' 'Order point' --days 7",
        "kpix action postpone 'Call the supplier' --due 2026-12-18",
    ),
)
@_SEVERAL
@option("--due", metavar="DAY", help=message("Until when."))
@option("--days", type=WholeNumber(1), metavar="N", help=message("So many days later than now."))
@writes
@pass_session
def postpone(
    session: Session, out: Output, names: tuple[str, ...], due: str | None, days: int | None
) -> None:
    """Postpone actions."""
    day = None if due is None else read_day(due, Frequency.DAILY, "due")
    found = session.run(_postpone, names, day, days)
    text = _("{title} is due on {day}.")
    lines = (text.format(title=row.title, day=format_date(row.due_on)) for row in found.changed)
    out.done(_changed_record(found), *lines)


def _of(found: PlansChanged) -> int:
    return len(found.changed)


def _rest(found: PlansChanged) -> tuple[str, ...]:
    count = len(found.unchanged)
    text = ngettext("{count} was theirs already.", "{count} were theirs already.", count)
    return (text.format(count=count),) if count else ()


def _changed_record(found: PlansChanged) -> dict[str, object]:
    return {
        "changed": [views.row_record(row) for row in found.changed],
        "unchanged": [views.row_record(row) for row in found.unchanged],
    }


# -- away ------------------------------------------------------------------------------------------


@command(
    action,
    "delete",
    message("Take an action away, with its sub-actions.\nOne that is not needed can be cancelled."),
    examples=("kpix action delete 'Call the supplier' --yes",),
)
@_ONE
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def delete(session: Session, out: Output, name: str, yes: bool) -> None:
    """Delete an action."""
    from kpix_tui.domains.plans.service import delete_plan  # noqa: PLC0415 - brings SQLAlchemy

    plan = session.run(_find, name)
    question = _("Delete the action {title}?")
    if plan.sub_plans:
        question = ngettext(
            "Delete the action {title} with {count} sub-action?",
            "Delete the action {title} with {count} sub-actions?",
            plan.sub_plans,
        )
    session.confirm(question.format(title=plan.title, count=plan.sub_plans), yes=yes)
    gone = session.run(delete_plan, plan.id)
    out.done(views.plan_record(gone), _("The action {title} is deleted.").format(title=gone.title))
