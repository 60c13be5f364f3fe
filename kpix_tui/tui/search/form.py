"""To what a search is narrowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from kpix_tui.app.search import KINDS, kind_word, status_word
from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.errors import UserAmbiguous, UserNotFound
from kpix_tui.domains.search.rules import moments
from kpix_tui.domains.search.views import Kind, StatusFilter, Wanted
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_date, parse_day
from kpix_tui.kernel.periods import Frequency
from kpix_tui.kernel.text import plain
from kpix_tui.tui.widgets.fields import ChoiceField, Field, TextField
from kpix_tui.tui.widgets.form import FormScreen


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The filters of a search. ``owner`` is what the owner is called."""

    kind: Kind | None = None
    status: StatusFilter | None = None
    process: str = ""
    owner: str = ""
    owner_id: UUID | None = None
    since: date | None = None
    until: date | None = None

    def wanted(self, text: str) -> Wanted:
        """What is searched for."""
        return Wanted(
            text,
            frozenset({self.kind} if self.kind else ()),
            frozenset({self.status} if self.status else ()),
            self.process,
            self.owner_id,
            self.since,
            self.until,
        )

    def words(self, locale: str) -> str:
        """The same in a sentence; empty when nothing is left out."""
        told = (
            (_("kind: {value}"), kind_word(self.kind) if self.kind else ""),
            (_("status: {value}"), status_word(self.status) if self.status else ""),
            (_("process: {value}"), self.process),
            (_("owner: {value}"), self.owner),
            (_("from {value}"), format_date(self.since, locale) if self.since else ""),
            (_("until {value}"), format_date(self.until, locale) if self.until else ""),
        )
        return ", ".join(
            sentence.format(value=plain(value)) for sentence, value in told if value.strip()
        )


NOTHING_LEFT_OUT = Narrowed()


class NarrowForm(FormScreen[Narrowed]):
    """The answer is what the search is narrowed to; empty fields keep everything."""

    def __init__(self, narrowed: Narrowed) -> None:
        super().__init__()
        self._narrowed = narrowed

    def heading(self) -> str:
        """The title."""
        return _("Narrow the search")

    def fields(self) -> Iterable[Field[Any]]:
        """Kind, status, process, owner, days."""
        now = self._narrowed
        yield ChoiceField("kind", _("Kind"), _kinds(), value=now.kind)
        yield ChoiceField(
            "status",
            _("Status"),
            _statuses(),
            value=now.status,
            help=_("Only KPIs and actions have one."),
        )
        yield TextField("process", _("Process"), value=now.process, help=_("Its whole name."))
        yield TextField("owner", _("Owner"), value=now.owner, help=_("Name, e-mail or id."))
        yield self._day("since", _("Changed from"), now.since)
        yield self._day("until", _("Changed until"), now.until)

    def _day(self, name: str, label: str, day: date | None) -> TextField:
        shown = format_date(day, self.kpix.locale) if day else ""
        return TextField(name, label, value=shown, check=self._read_day)

    def _read_day(self, text: str) -> date | None:
        return parse_day(text, Frequency.DAILY, self.kpix.locale) if text.strip() else None

    async def save(self, values: dict[str, Any]) -> Narrowed:
        """Nothing is written: the search is made again."""
        since, until = (self._read_day(values[name]) for name in ("since", "until"))
        moments(since, until, self.kpix.timezone)
        owner, owner_id = await self._owner(values["owner"].strip())
        return replace(
            self._narrowed,
            kind=values["kind"],
            status=values["status"],
            process=values["process"].strip(),
            owner=owner,
            owner_id=owner_id,
            since=since,
            until=until,
        )

    async def _owner(self, name: str) -> tuple[str, UUID | None]:
        if not name:
            return "", None
        return await self.bridge.read(_find_owner, name)


def _find_owner(uow: Any, name: str) -> tuple[str, UUID]:
    """The person who was named; what is wrong is said beside the field."""
    try:
        found = people.find_user(uow, name)
    except (UserNotFound, UserAmbiguous) as error:
        error.fields = ("owner",)
        raise
    return found.name, found.id


def _kinds() -> list[tuple[Kind | None, str]]:
    return [(None, _("anything")), *((kind, kind_word(kind)) for kind in KINDS)]


def _statuses() -> list[tuple[StatusFilter | None, str]]:
    return [(None, _("any")), *((status, status_word(status)) for status in StatusFilter)]
