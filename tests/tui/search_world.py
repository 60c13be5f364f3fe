"""A search in memory over the railway, behind the name of the use case."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.search.errors import QueryTooLong
from kpix_tui.domains.search.rules import fold, marked, snippet
from kpix_tui.domains.search.views import Found, Hit, Kind, Marked, StatusFilter, Wanted
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.paging import Page, PageRequest
from tests.tui.world import ENTERED, World


@dataclass
class Finder:
    """What the fake use case reads. ``failing`` is raised by every search; ``gates`` hold the
    answers to some words back until they are opened; ``more`` says that not all was looked at.
    ``said`` is found by words of its title alone."""

    world: World
    asked: list[Wanted] = field(default_factory=list)
    failing: KpixError | None = None
    gates: dict[str, Event] = field(default_factory=dict)
    more: bool = False
    extra: list[tuple[str, str]] = field(default_factory=list)
    said: list[Hit] = field(default_factory=list)

    def search(self, _uow: Any, wanted: Wanted, page: PageRequest) -> Found:
        """What has the words, or words that begin so."""
        self.asked.append(wanted)
        if gate := self.gates.get(wanted.text):
            assert gate.wait(10)
        if self.failing is not None:
            raise self.failing
        if len(wanted.text) > 200:
            raise QueryTooLong(most=200, words=20, fields=("query",))
        hits = [hit for hit in self._hits(wanted.text) if _kept(hit, wanted)]
        rows = tuple(hits[page.offset : page.offset + page.limit])
        return Found(Page(rows, len(hits), page.offset), self.more)

    def _hits(self, text: str) -> list[Hit]:
        words = [fold(word) for word in text.split()]
        return [
            hit
            for hit in (*self._dashboards(words), *self._kpis(words), *self._people(words))
            if hit.title.marks or hit.snippet.marks or hit.place.marks
        ] + [hit for hit in self.said if text in hit.title.text]

    def _dashboards(self, words: list[str]) -> list[Hit]:
        return [
            Hit(
                Kind.DASHBOARD,
                one.id,
                _marked(one.title, words),
                _marked(one.process, words),
                snippet(one.description, _meant(one.description, words)),
                one.owner_name,
                ENTERED,
                dashboard_id=one.id,
            )
            for one in self.world.dashboards.values()
        ]

    def _kpis(self, words: list[str]) -> list[Hit]:
        return [
            Hit(
                Kind.KPI,
                one.id,
                _marked(f"{one.code}  {one.name}", words),
                Marked(one.dashboard_title),
                snippet(one.description, _meant(one.description, words)),
                one.owner_name,
                ENTERED,
                *_status(self.world, one.id),
                one.dashboard_id,
            )
            for one in self.world.kpis.values()
        ]

    def _people(self, words: list[str]) -> list[Hit]:
        people = [("Ada Lovelace", "ada@rail.test"), *self.extra]
        return [
            Hit(
                Kind.PERSON,
                UUID(int=700 + number),
                _marked(name, words),
                Marked(""),
                snippet(mail, _meant(mail, words)),
                "",
                ENTERED,
            )
            for number, (name, mail) in enumerate(people)
        ]

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Search here instead of in the database."""
        monkeypatch.setattr("kpix_tui.domains.search.service.search", self.search)


def _marked(text: str, words: list[str]) -> Marked:
    return marked(text, _meant(text, words))


def _meant(text: str, words: list[str]) -> set[str]:
    pieces = "".join(one if one.isalnum() else " " for one in text).split()
    return {fold(piece) for piece in pieces if any(fold(piece).startswith(w) for w in words)}


def _status(world: World, kpi_id: UUID) -> tuple[Status, bool]:
    values = world.values[kpi_id]
    if not values:
        return Status.NO_DATA, False
    last = values[max(values)][-1]
    return last.status, last.critical


def _kept(hit: Hit, wanted: Wanted) -> bool:
    status = StatusFilter(hit.status) if hit.status else None
    return (
        (not wanted.kinds or hit.kind in wanted.kinds)
        and (not wanted.statuses or status in wanted.statuses)
        and (not wanted.process or fold(wanted.process) == fold(hit.place.text))
    )
