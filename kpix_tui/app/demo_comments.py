"""What people say in the demonstration about its KPIs and values: threads with mentions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.comments.service import add_comment, edit_comment
from kpix_tui.domains.comments.views import AddComment, Comment, EditComment, Subject


@dataclass(frozen=True, slots=True)
class Said:
    """A comment of a person (by key), with the replies to it.

    ``back`` counts values from the last one of the KPI; None: it is about the KPI. ``before`` is
    what it said until it was edited.
    """

    person: str
    text: str
    replies: tuple[Said, ...] = ()
    code: str = ""
    back: int | None = None
    before: str = ""


TALK: Final = (
    Said(
        "manager",
        "Below 85 % again. The winter plan counts on 88 % by March: what would it take?\n"
        "The method is described at https://www.england.nhs.uk/statistics/.",
        code="AE-ALL",
        replies=(
            Said(
                "user",
                "Beds, mostly: look at how many are admitted. @Camille Durand, shall I put both"
                " side by side for Thursday?",
            ),
            Said("manager", "Please do. @Alex Martin will want to see it first."),
        ),
    ),
    Said(
        "user",
        "Two trusts sent their figures late; @Performance, the correction is in.",
        code="AE-ALL",
        back=0,
        before="One trust sent its figures late; @Performance, the correction is in.",
        replies=(Said("administrator", "Thank you. Do they know the date for next month?"),),
    ),
    Said(
        "manager",
        "Barking is the one to look at: @Sam Okafor, can you ask them what changed?",
        code="AE-RF4",
        replies=(Said("user", "Asked. They moved two wards in the last week of the month."),),
    ),
    Said(
        "administrator",
        "Is the red threshold still the right one? It was set before the pandemic."
        " @Camille Durand @Sam Okafor",
        code="ADM-ALL",
    ),
    Said(
        "user",
        "The analyser was calibrated on a Tuesday: the hours before are 12 % too high.",
        code="NO2",
        back=3,
        replies=(Said("manager", "Then say so in the report as well, please."),),
    ),
)

Start = Callable[[str, int], date]
"""The period of the value that is so many before the last one of a KPI."""


def talk(
    team: Mapping[str, Callable[[], AbstractContextManager[UnitOfWork]]],
    kpis: Mapping[str, UUID],
    start: Start,
) -> None:
    """Write everything that is said, each by its person and in a transaction of its own."""
    for said in TALK:
        period = None if said.back is None else start(said.code, said.back)
        subject = Subject(kpis[said.code], period)
        opened = _write(team, said, subject)
        for reply in said.replies:
            _write(team, reply, subject, opened)


def _write(
    team: Mapping[str, Callable[[], AbstractContextManager[UnitOfWork]]],
    said: Said,
    subject: Subject,
    opened: Comment | None = None,
) -> Comment:
    begin = team[said.person]
    command = AddComment(subject, said.before or said.text, opened.id if opened else None)
    with begin() as uow:
        made = add_comment(uow, command)
    if said.before:
        with begin() as uow:
            edit_comment(uow, EditComment(made.id, made.version, said.text))
    return replace(made, text=said.text)
