"""What can go wrong with action plans."""

from __future__ import annotations

from kpix_tui.kernel.errors import Conflict, InputInvalid, NotFound, StaleVersion, message


class PlanNotFound(NotFound):
    """No action that the actor may see has this title or id."""

    code = "plan.not_found"
    message = message("There is no action {name}.")


class PlanAmbiguous(Conflict):
    """Several actions have the title."""

    code = "plan.ambiguous"
    message = message("Several actions are called {name}: name it by its id.")


class PlanTitleInvalid(InputInvalid):
    """The title is empty or too long."""

    code = "plan.title_invalid"
    message = message("A title has between 1 and {maximum} characters.")


class PlanTextTooLong(InputInvalid):
    """The description, the cause or one of the whys is too long."""

    code = "plan.text_too_long"
    message = message("This text has at most {maximum} characters.")


class TooManyWhys(InputInvalid):
    """The five whys are five at most."""

    code = "plan.too_many_whys"
    message = message("There are {maximum} whys at most.")


class PlanKpiMissing(InputInvalid):
    """An action is about a KPI, or part of an action that is."""

    code = "plan.kpi_missing"
    message = message("Name the KPI that the action is about.")


class DueBeforeStart(InputInvalid):
    """The due date is before the start."""

    code = "plan.due_before_start"
    message = message("The due date {due} is before the start, {start}.")


class PlanDayInvalid(InputInvalid):
    """The day is beyond what can be planned."""

    code = "plan.day_invalid"
    message = message("Choose a day between {first} and {last}.")


class ProgressInvalid(InputInvalid):
    """The progress is no percentage."""

    code = "plan.progress_invalid"
    message = message("Progress goes from 0 to 100 %: {progress} is not in between.")


class PlanClosed(Conflict):
    """What is done or cancelled takes no changes."""

    code = "plan.closed"
    message = message("The action {title} is closed: take it up again first.")


class MoveRefused(Conflict):
    """There is no way from the one status to the other."""

    code = "plan.move_refused"
    message = message("{title}: {reason}")


class SubPlansOpen(Conflict):
    """An action is closed after its sub-actions."""

    code = "plan.sub_plans_open"
    message = message("{title} has sub-actions that are not closed: close them first.")


class ParentClosed(Conflict):
    """What is part of a closed action cannot be open."""

    code = "plan.parent_closed"
    message = message("It is part of {title}, which is closed: take that up again first.")


class SubPlanNested(InputInvalid):
    """A sub-action has no sub-actions of its own."""

    code = "plan.sub_plan_nested"
    message = message("{title} is a sub-action itself, and has none of its own.")


class PlanOwnerOutOfSight(Conflict):
    """Whoever has something to do sees the dashboard that it is about."""

    code = "plan.owner_out_of_sight"
    message = message("{name} does not see the dashboard {dashboard}: share it with them first.")


class CriterionFixed(Conflict):
    """The criterion is chosen before the action starts, not once results are there."""

    code = "plan.criterion_fixed"
    message = message(
        "The criterion was fixed when the action started, and cannot be chosen to fit its results."
    )


class CriterionElsewhere(InputInvalid):
    """An action is judged by a KPI of its own dashboard."""

    code = "plan.criterion_elsewhere"
    message = message("The action is judged by a KPI of its dashboard: {code} is on another one.")


class CriterionPeriodsInvalid(InputInvalid):
    """A criterion looks at so many periods."""

    code = "plan.criterion_periods_invalid"
    message = message("A criterion looks at 1 to {maximum} periods.")


class CriterionIncomplete(InputInvalid):
    """A criterion has an amount."""

    code = "plan.criterion_incomplete"
    message = message("Say which level is to be held, or by how much the mean gets better.")


class CriterionAmountInvalid(InputInvalid):
    """The level or the shift cannot be compared."""

    code = "plan.criterion_amount_invalid"
    message = message("This is not a number that values can be compared with.")


class ShiftNotPositive(InputInvalid):
    """A shift says by how much the mean gets better."""

    code = "plan.shift_not_positive"
    message = message("Say by how much the mean gets better: a number above 0, whatever the sense.")


class NothingToJudge(Conflict):
    """There is no criterion to judge the action by."""

    code = "plan.nothing_to_judge"
    message = message("The action {title} has no criterion to be judged by.")


class PostponeHow(InputInvalid):
    """A postponement names a day or a number of days: one of them."""

    code = "plan.postpone_how"
    message = message("Say either until which day or by how many days, at least 1.")


class NotPostponed(InputInvalid):
    """The new due date is not after the old one."""

    code = "plan.not_postponed"
    message = message("{title} is due on {due} already: choose a later day.")


class NoPlans(InputInvalid):
    """No action was named."""

    code = "plan.none_named"
    message = message("Name at least one action.")


class PlanChangedMeanwhile(StaleVersion):
    """Somebody changed the action since the actor read it.

    ``changes`` (``views.PlanChange``, oldest first) is what was changed since, ``current``
    (``views.Plan``) how the action stands now: what a form needs to show both.
    """

    code = "plan.changed_meanwhile"
    message = message("{name} has changed this action in the meantime: read it again.")

    def __init__(self, *, current: object, changes: tuple[object, ...], name: str) -> None:
        super().__init__(name=name)
        self.current = current
        self.changes = changes
