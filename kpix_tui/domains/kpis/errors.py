"""What can go wrong with KPIs and thresholds."""

from __future__ import annotations

from kpix_tui.kernel.errors import Conflict, InputInvalid, NotFound, message


class KpiNotFound(NotFound):
    """No KPI that the actor may see has this code or id."""

    code = "kpi.not_found"
    message = message("There is no KPI {name}.")


class KpiCodeTaken(Conflict):
    """A KPI of the organisation has this code."""

    code = "kpi.code_taken"
    message = message("A KPI with the code {code} exists already.")


class KpiCodeInvalid(InputInvalid):
    """The code has other characters than those of a short code, or too many."""

    code = "kpi.code_invalid"
    message = message("The code {code} is not valid: 1 to {maximum} letters A-Z, digits, . _ or -")


class KpiNameInvalid(InputInvalid):
    """The name is empty or too long."""

    code = "kpi.name_invalid"
    message = message("A KPI's name has between 1 and {maximum} characters.")


class KpiTextTooLong(InputInvalid):
    """The unit or the description is too long."""

    code = "kpi.text_too_long"
    message = message("This text has at most {maximum} characters.")


class KpiDecimalsInvalid(InputInvalid):
    """The number of decimals to show is out of range."""

    code = "kpi.decimals_invalid"
    message = message("A KPI shows between 0 and {maximum} decimals.")


class KpiHasValues(Conflict):
    """Direction and frequency are fixed once values exist."""

    code = "kpi.has_values"
    message = message("The direction and the frequency cannot change: this KPI has values already.")


class ThresholdNotFinite(InputInvalid):
    """A threshold is NaN or an infinity."""

    code = "kpi.threshold_not_finite"
    message = message("The {threshold} threshold is not a number that can be compared.")


class ThresholdTooLarge(InputInvalid):
    """A threshold has more digits than are kept exactly."""

    code = "kpi.threshold_too_large"
    message = message(
        "The {threshold} threshold has more than {maximum} digits on one side of the decimal mark."
    )


class ThresholdsNotMonotone(InputInvalid):
    """The thresholds do not go from better to worse."""

    code = "kpi.thresholds_not_monotone"
    message = message(
        "The {second} threshold must not be better than the {first} one:"
        " {second} {second_value}, {first} {first_value}."
    )


class AssigneeOutOfSight(Conflict):
    """Whoever owes values sees the dashboard that they are on."""

    code = "kpi.assignee_out_of_sight"
    message = message("{name} does not see the dashboard {dashboard}: share it with them first.")


class AssignmentNotFound(NotFound):
    """The values are not owed by this user or team."""

    code = "kpi.assignment_not_found"
    message = message("The values of {code} are not assigned to {name}.")
