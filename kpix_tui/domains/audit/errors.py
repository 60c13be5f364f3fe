"""What can go wrong with the audit log."""

from __future__ import annotations

from kpix_tui.kernel.errors import InputInvalid, NotFound, message


class AuditActionUnknown(InputInvalid):
    """Nothing of this name is written into the log."""

    code = "audit.action_unknown"
    message = message(
        "Nothing called {name} is ever recorded. Name an action like kpi_value.corrected, a verb "
        "like corrected, or one of: {resources}"
    )


class AuditEntryNotFound(NotFound):
    """The log has no such entry."""

    code = "audit.entry_not_found"
    message = message("The audit log has no entry {name}.")


class AuditPeriodEmpty(InputInvalid):
    """The end of the time asked for is before its beginning."""

    code = "audit.period_empty"
    message = message("The end is before the beginning.")


class MomentInvalid(InputInvalid):
    """It is neither a day nor a moment."""

    code = "audit.moment_invalid"
    message = message(
        '"{value}" is not a moment: write a day, or a day and a time: 2026-11-21, 2026-11-21 14:30.'
    )


class RetentionInvalid(InputInvalid):
    """Only what lies before today may be removed from the log."""

    code = "audit.retention_invalid"
    message = message("The day must not be after today: {day}")
