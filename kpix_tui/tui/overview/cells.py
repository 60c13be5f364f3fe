"""The columns of the lists of KPIs that need somebody."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from kpix_tui.app.looks import look_of
from kpix_tui.domains.overview.views import KpiRow, Overview
from kpix_tui.tui.overview.concerns import Concern, headings
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.figures import Writing, distance_text, limits_of
from kpix_tui.tui.widgets.sparkline import sparkline
from kpix_tui.tui.widgets.status import style_of
from kpix_tui.tui.widgets.text import clip, plain


def concerns(found: Overview, writing: Writing) -> tuple[Concern, ...]:
    """The three lists with how many KPIs each of them has."""
    totals = found.totals
    red = totals.statuses.red + totals.statuses.orange
    named = headings()
    return (
        Concern("worst", *named["worst"], red, found.worst, worst_columns(writing)),
        Concern(
            *("worsening", *named["worsening"], totals.moves.worse, found.worsening),
            worsening_columns(writing),
        ),
        Concern("unfed", *named["unfed"], totals.missing, found.unfed, unfed_columns(writing)),
    )


def worst_columns(writing: Writing) -> list[Column[KpiRow]]:
    """Where it stands, its value, and how far beyond green."""

    def beyond(row: KpiRow, _width: int) -> Content:
        return Content.styled(distance_text(row.distance, writing), "bold")

    return [
        Column("", _marked_name(writing), 12, grow=4),
        Column("", _value(writing), 9, align="right", grow=1),
        Column("", beyond, 6, align="right"),
        *_with_room(writing),
    ]


def worsening_columns(writing: Writing) -> list[Column[KpiRow]]:
    """From where to where, its value."""
    arrow = ">" if writing.ascii else "→"

    def fall(row: KpiRow, width: int) -> Content:
        before = look_of(row.before.status, row.before.critical)
        return Content.assemble(
            (before.mark(ascii=writing.ascii), style_of(before)),
            (arrow, "$text-muted"),
            _marked_name(writing)(row, width - 2),
        )

    return [
        Column("", fall, 14, grow=4),
        Column("", _value(writing), 11, align="right", grow=1),
        *_with_room(writing),
    ]


def unfed_columns(writing: Writing) -> list[Column[KpiRow]]:
    """Since when, and who owes it."""

    def since(row: KpiRow, _width: int) -> Content:
        start = row.missing_since
        text = "" if start is None else writing.period(start, row.frequency)
        return Content.styled(text, "$status-orange")

    def owed_by(row: KpiRow, width: int) -> Content:
        return Content.styled(clip(plain(", ".join(row.owed_by)), width), "$text-muted")

    return [
        Column("", _marked_name(writing), 12, grow=4),
        Column("", since, 11),
        Column("", owed_by, 8, grow=1),
        Column("", _dashboard, 24, grow=1, priority=1),
    ]


def _with_room(writing: Writing) -> list[Column[KpiRow]]:
    """What wide lists show besides."""

    def spark(row: KpiRow, width: int) -> Content:
        return sparkline(row.spark, width=width, ascii=writing.ascii, fade=writing.shades)

    return [
        Column("", spark, 14, priority=1),
        Column("", _owner, 18, grow=1, priority=2),
        Column("", _dashboard, 24, grow=1, priority=3),
    ]


def _marked_name(writing: Writing) -> Callable[[KpiRow, int], Content]:
    def name(row: KpiRow, width: int) -> Content:
        return Content.assemble(mark(row, writing), " ", clip(plain(row.name), width - 2))

    return name


def mark(row: KpiRow, writing: Writing) -> Content:
    """The glyph of the status in its colour."""
    look = look_of(row.status, row.critical)
    return Content.styled(look.mark(ascii=writing.ascii), style_of(look))


def _value(writing: Writing) -> Callable[[KpiRow, int], Content]:
    def value(row: KpiRow, width: int) -> Content:
        if row.value is None:
            return Content("")
        number = writing.number(row.value, row, across=limits_of(row.thresholds))
        unit = plain(row.unit)
        text = Content.assemble(number, (f" {unit}" if unit else "", "$text-muted"))
        return text if text.cell_length <= width else Content(number)

    return value


def _owner(row: KpiRow, width: int) -> Content:
    return Content.styled(clip(plain(row.owner_name), width), "$text-muted")


def _dashboard(row: KpiRow, width: int) -> Content:
    return Content.styled(clip(plain(row.dashboard_title), width), "$text-muted")
