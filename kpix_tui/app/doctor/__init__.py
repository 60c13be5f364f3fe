"""What is configured, reachable, migrated and out of date, and what to do about it."""

from __future__ import annotations

from kpix_tui.app.context import Context
from kpix_tui.app.doctor.check import Check, State
from kpix_tui.app.doctor.machine import machine_checks
from kpix_tui.app.doctor.server import server_checks

__all__ = ["Check", "State", "diagnose"]


def diagnose(context: Context) -> tuple[Check, ...]:
    """Look at everything, from the machine to the session, and change nothing.

    An embedded database that exists is started for as long as ``context`` is open; one that does
    not is not created. Whatever does not work is a check and not an error.
    """
    return (*machine_checks(context), *server_checks(context))
