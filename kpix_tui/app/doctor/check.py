"""One finding of ``kpix doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a finding stands. A *problem* keeps kpix from working; a *warning* does not yet."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it stands and, unless it is well, what to do.

    ``name`` is stable and in English; ``detail`` and ``advice`` are in the user's language.
    """

    name: str
    state: State
    detail: str
    advice: str = ""


def ok(name: str, detail: str) -> Check:
    """A finding that needs nothing."""
    return Check(name, State.OK, detail)


def warning(name: str, detail: str, advice: str) -> Check:
    """A finding that will become a problem."""
    return Check(name, State.WARNING, detail, advice)


def problem(name: str, detail: str, advice: str) -> Check:
    """A finding that keeps kpix from working."""
    return Check(name, State.PROBLEM, detail, advice)
