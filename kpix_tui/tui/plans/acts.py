"""What is done to actions, from the list, the board and their own page alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Final

from kpix_tui.access.policy import Target, require
from kpix_tui.domains.comments.views import Subject
from kpix_tui.domains.plans import service as plans
from kpix_tui.domains.plans.rules import MOVES
from kpix_tui.domains.plans.views import (
    AssignPlans,
    MovePlan,
    Plan,
    PlanRow,
    PlansChanged,
    PlanStatus,
)
from kpix_tui.i18n.catalog import _, error_text, ngettext
from kpix_tui.i18n.plans import status_word
from kpix_tui.kernel.clock import today
from kpix_tui.kernel.errors import Forbidden
from kpix_tui.tui.actions import Action
from kpix_tui.tui.comments.screen import CommentsScreen
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.picker import Choice, Picker
from kpix_tui.tui.plans.cells import Drawing
from kpix_tui.tui.plans.form import PlanForm
from kpix_tui.tui.plans.small import PostponeForm, ProgressForm
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.sharing.recipients import Recipient, find_people
from kpix_tui.tui.widgets.text import clip, plain

_SEVERAL: Final = ("plans.assign", "plans.postpone")
_ON_ONE: Final = (
    *("plans.edit", "plans.move", "plans.progress", "plans.delete", "plans.subject"),
    *("plans.comments", "plans.sub", "board.later", "board.earlier"),
)
_NOT_CLOSED: Final = (*_SEVERAL, "plans.edit", "plans.progress", "plans.sub")
NAMED: Final = 100
"""Characters of a title in a question."""


class PlanActs(KpixScreen[None]):
    """Subclasses say which action is the ``subject``, and read again in ``acted``."""

    @property
    def subject(self) -> PlanRow | None:
        """The action that is acted on."""
        raise NotImplementedError

    @property
    def chosen(self) -> Sequence[PlanRow]:
        """The actions that are given or postponed together."""
        return () if self.subject is None else (self.subject,)

    def acted(self) -> None:
        """Something has changed."""
        self.reload()

    def today(self) -> date:
        """By the organisation's calendar."""
        return today(self.kpix.context.clock, self.kpix.timezone)

    @property
    def drawing(self) -> Drawing:
        """How actions are drawn here."""
        return Drawing(self.today(), self.kpix.locale, self.kpix.ascii)

    # -- permissions ---------------------------------------------------------------------------

    def target_of(self, action: Action) -> Target | None:
        """The action under the cursor."""
        row = self.subject
        if row is None or action.id not in (*_ON_ONE, *_SEVERAL):
            return None
        return row.talk_target if action.id == "plans.comments" else row.target

    def why_not(self, action: Action) -> str | None:
        """Something must be there to act on, and what is closed takes no changes."""
        if action.id in _ON_ONE and self.subject is None:
            return _("There is no action under the cursor.")
        if action.id in _SEVERAL:
            return self._why_not_several(action)
        if action.id in _NOT_CLOSED and self.subject is not None and self.subject.status.closed:
            return _("It is closed: take it up again first, with m.")
        return super().why_not(action)

    def _why_not_several(self, action: Action) -> str | None:
        """Each of them must be the actor's to change."""
        actor, chosen = self.kpix.actor, self.chosen
        if not chosen:
            return _("There is no action under the cursor.")
        closed = next((row for row in chosen if row.status.closed), None)
        if closed is not None:
            return _("{title} is closed: take it up again first, with m.").format(
                title=clip(plain(closed.title), NAMED)
            )
        for row in chosen:
            try:
                if actor is not None and action.permission is not None:
                    require(actor, action.permission, row.target)
            except Forbidden as error:
                named = clip(plain(row.title), NAMED)
                return error_text(error) if len(chosen) == 1 else f"{named}: {error_text(error)}"
        return None

    # -- one action ----------------------------------------------------------------------------

    def do_edit(self) -> None:
        """Change the action."""
        if (row := self.subject) is not None:
            self.attempt(partial(self._edit, row), group="open", exclusive=True)

    async def _edit(self, row: PlanRow) -> None:
        plan = await self.bridge.read(plans.get_plan, row.id)
        self.app.push_screen(PlanForm(self.today(), plan), self._changed)

    def _changed(self, made: Plan | None) -> None:
        if made is not None:
            self.acted()

    def do_progress(self) -> None:
        """Say how far it is."""
        if (row := self.subject) is not None:
            self.app.push_screen(ProgressForm(row), self._changed)

    def do_move(self) -> None:
        """Choose its status."""
        row = self.subject
        if row is None:
            return

        async def choices(_text: str) -> list[Choice[PlanStatus]]:
            return [Choice(one, status_word(one.value), _note(row, one)) for one in PlanStatus]

        picker: Picker[PlanStatus] = Picker(
            _("Status of “{title}”").format(title=clip(plain(row.title), NAMED)),
            choices,
            search=False,
            current=row.status,
        )
        self.app.push_screen(picker, partial(self._move_chosen, row))

    def _move_chosen(self, row: PlanRow, status: PlanStatus | None) -> None:
        if status is not None and status is not row.status:
            self.move(row, status)

    def move(self, row: PlanRow, status: PlanStatus) -> None:
        """Give ``row`` another status; why that is refused is said on the screen."""

        async def write() -> None:
            command = MovePlan(row.id, status, row.version)
            moved = await self.bridge.write(plans.move_plan, command)
            self.app.notify(
                _("{title}: {status}").format(
                    title=clip(plain(moved.title), NAMED),
                    status=self.drawing.status(moved.status).plain,
                )
            )
            self.acted()

        self.attempt(write)

    def do_delete(self) -> None:
        """Delete it, after a question."""
        row = self.subject
        if row is None:
            return
        text = _("It leaves every list; its history is kept in the audit log.")
        if row.sub_plans:
            text = ngettext(
                "Its {count} sub-action is deleted with it.",
                "Its {count} sub-actions are deleted with it.",
                row.sub_plans,
            ).format(count=row.sub_plans)
        question = Confirm(
            _("Delete the action “{title}”?").format(title=clip(plain(row.title), NAMED)),
            text,
            yes=_("Delete"),
        )
        self.app.push_screen(question, partial(self._delete_asked, row))

    def _delete_asked(self, row: PlanRow, sure: bool | None) -> None:
        async def delete() -> None:
            await self.bridge.write(plans.delete_plan, row.id)
            self.deleted()

        if sure:
            self.attempt(delete)

    def deleted(self) -> None:
        """The action is gone."""
        self.acted()

    def do_subject(self) -> None:
        """Open its KPI."""
        from kpix_tui.tui.kpi.screen import KpiScreen  # noqa: PLC0415 - it opens lists of actions

        if (row := self.subject) is not None:
            self.kpix.open(KpiScreen(row.kpi_id))

    def do_comments(self) -> None:
        """What is said about it."""
        if (row := self.subject) is not None:
            subject = Subject(row.kpi_id, action_id=row.id)
            self.kpix.open(CommentsScreen(subject, called=row.title))

    # -- several -------------------------------------------------------------------------------

    def do_assign(self) -> None:
        """Choose who they are for."""
        rows = tuple(self.chosen)
        picker = Picker(
            _("Who is it for: {what}").format(what=named(rows)),
            partial(find_people, self.bridge),
            placeholder=_("A part of the name of a person"),
        )
        self.app.push_screen(picker, partial(self._assign_to, rows))

    def _assign_to(self, rows: Sequence[PlanRow], whom: Recipient | None) -> None:
        if whom is None or whom.user_id is None:
            return
        command = AssignPlans(tuple(row.id for row in rows), whom.user_id)

        async def write() -> None:
            made = await self.bridge.write(plans.assign_plans, command)
            text = ngettext("{count} action: {name}", "{count} actions: {name}", len(made.changed))
            self._several_done(
                made, text.format(count=len(made.changed), name=clip(plain(whom.name), NAMED))
            )

        self.attempt(write)

    def do_postpone(self) -> None:
        """Choose until when."""
        rows = tuple(self.chosen)
        self.app.push_screen(PostponeForm(rows, self.today()), self._postponed)

    def _postponed(self, made: PlansChanged | None) -> None:
        if made is not None:
            count = len(made.changed)
            text = ngettext("{count} action postponed.", "{count} actions postponed.", count)
            self._several_done(made, text.format(count=count))

    def _several_done(self, made: PlansChanged, said: str) -> None:
        """Say it, and how many were so already."""
        if count := len(made.unchanged):
            same = ngettext("{count} was so already.", "{count} were so already.", count)
            said = f"{said}\n{same.format(count=count)}"
        self.app.notify(said)
        self.done_with_several()
        self.acted()

    def done_with_several(self) -> None:
        """What was marked has been dealt with."""


def named(rows: Sequence[PlanRow]) -> str:
    """One action by its title, several by their number."""
    if len(rows) == 1:
        return f"“{clip(plain(rows[0].title), NAMED)}”"
    return ngettext("{count} action", "{count} actions", len(rows)).format(count=len(rows))


def _note(row: PlanRow, status: PlanStatus) -> str:
    """What is said beside a status that an action may be given."""
    if status is row.status:
        return _("as it is now")
    return "" if status in MOVES[row.status] else _("not from here: choose it to see why")
