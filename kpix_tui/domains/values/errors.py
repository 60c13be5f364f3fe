"""What can go wrong with values."""

from __future__ import annotations

from kpix_tui.kernel.errors import Conflict, InputInvalid, NotFound, StaleVersion, message


class ValueNotFinite(InputInvalid):
    """NaN and infinities are no measurements."""

    code = "value.not_finite"
    message = message("{value} is not a number that can be kept.")


class ValueTooLarge(InputInvalid):
    """More digits than the database keeps exactly."""

    code = "value.too_large"
    message = message("A value has at most 20 digits before and 20 after the decimal mark.")


class ValuePeriodFuture(InputInvalid):
    """The period has not begun."""

    code = "value.period_future"
    message = message("The period that begins on {period_start} has not begun yet.")


class ValuePeriodTaken(Conflict):
    """The period has a value already."""

    code = "value.period_taken"
    message = message("This period has the value {value} already: correct it, with a reason.")


class ValueChangedMeanwhile(StaleVersion):
    """Somebody entered or corrected the value since the actor read it."""

    code = "value.changed_meanwhile"
    message = message("Somebody else has entered {value} for this period in the meantime.")


class ValueEnteredMeanwhile(StaleVersion):
    """Somebody entered the period at the same moment."""

    code = "value.entered_meanwhile"
    message = message("Somebody else has entered this period at the same moment: read it again.")


class ValueNotFound(NotFound):
    """The period has no value."""

    code = "value.not_found"
    message = message("There is no value for this period.")


class ReasonMissing(InputInvalid):
    """A correction says why."""

    code = "value.reason_missing"
    message = message("A correction needs a reason.")


class ReasonTooLong(InputInvalid):
    """The reason is too long."""

    code = "value.reason_too_long"
    message = message("A reason has at most {maximum} characters.")
