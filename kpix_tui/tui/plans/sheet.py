"""All that is known of one action, in lines: what, why, and whether it had an effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from kpix_tui.domains.plans.views import (
    CriterionKind,
    Judgement,
    NamedCriterion,
    PeriodRead,
    PlanDetail,
    PlanStatus,
    Verdict,
)
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_date, format_day
from kpix_tui.i18n.plans import criterion_words, due_words, kind_word, overdue_words
from kpix_tui.tui.plans.cells import LATE, Drawing
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.text import plain

LABEL = 14
"""Cells for what the lines are called."""
BAR = 14


@dataclass(frozen=True, slots=True)
class Line:
    """What something is called, and what there is to say of it."""

    label: str
    text: Content
    indent: int = LABEL

    def drawn(self, width: int) -> Iterator[Content]:
        """As many lines as it takes; what follows the first stands under it."""
        wrapped = self.text.wrap(max(1, width - self.indent)) or [Content("")]
        for number, part in enumerate(wrapped):
            label = self.label if number == 0 else ""
            yield Content.styled(label.ljust(self.indent), "$text-muted") + part


_BLANK: Final = Line("", Content(""))


class Sheet:
    """The lines of one action; ``timezone`` is that of the organisation."""

    def __init__(self, detail: PlanDetail, drawing: Drawing, timezone: str) -> None:
        self._plan = detail.plan
        self._judgement = detail.judgement
        self._draw = drawing
        self._writing = Writing(drawing.locale, drawing.ascii)
        self._timezone = timezone

    def content(self, width: int) -> Content:
        """Everything in lines of ``width`` cells; what is empty is left out."""
        lines = [self._now(), _BLANK, *self._head(), *self._texts(), *self._effect()]
        return Content("\n").join(part for line in lines for part in line.drawn(width))

    # -- what ----------------------------------------------------------------------------------

    def _now(self) -> Line:
        """Status, progress, and what the calendar says."""
        plan, draw = self._plan, self._draw
        parts = [draw.status(plan.status), draw.progress(plan.progress, BAR)]
        if plan.overdue:
            parts.append(Content.styled(f"! {overdue_words(plan.due_on, draw.today)}", LATE))
        elif not plan.status.closed:
            parts.append(Content(due_words(plan.due_on, draw.today, draw.locale)))
        elif plan.closed_on is not None:
            closed = _("since {day}").format(day=format_date(plan.closed_on, draw.locale))
            parts.append(Content.styled(closed, "$text-muted"))
        if plan.verdict is not None:
            parts.append(draw.verdict(plan.verdict))
        return Line("", Content("   ").join(parts), indent=0)

    def _head(self) -> Iterator[Line]:
        plan = self._plan
        yield _line(_("KPI"), f"{plan.kpi_code}  {plan.kpi_name}", plan.dashboard_title)
        if plan.parent_title is not None:
            yield _line(_("Part of"), plan.parent_title)
        yield _line(_("Owner"), plan.owner_name, self._made())
        yield _line(_("Due date"), self._days(), kind_word(plan.kind.value))

    def _made(self) -> str:
        plan = self._plan
        day = format_day(plan.created_at, self._timezone, self._draw.locale)
        return _("decided by {name} on {day}").format(name=plain(plan.created_by_name), day=day)

    def _days(self) -> str:
        plan, locale = self._plan, self._draw.locale
        due = format_date(plan.due_on, locale)
        begun = plan.started_on or plan.starts_on
        if begun is None:
            return due
        start = format_date(begun, locale)
        if plan.started_on is not None:
            return _("{due}  (started on {start})").format(due=due, start=start)
        return _("{due}  (starts on {start})").format(due=due, start=start)

    # -- why -----------------------------------------------------------------------------------

    def _texts(self) -> Iterator[Line]:
        plan = self._plan
        if plan.description:
            yield from (_BLANK, *_paragraph(_("Description"), plan.description))
        if plan.cause:
            yield from (_BLANK, *_paragraph(_("Root cause"), plan.cause))
        if plan.whys:
            yield _BLANK
            for number, why in enumerate(plan.whys, 1):
                label = _("5 whys") if number == 1 else ""
                yield Line(label, Content(plain(f"{number}. {why}")))

    # -- whether it had an effect --------------------------------------------------------------

    def _effect(self) -> Iterator[Line]:
        criterion = self._plan.criterion
        yield _BLANK
        if criterion is None:
            nothing = _("No criterion: whether it has an effect is not judged.")
            yield Line(_("Effective if"), Content.styled(nothing, "$text-disabled"))
            return
        yield Line(_("Effective if"), Content(criterion_sentence(criterion, self._writing)))
        yield Line(_("Verdict"), self._verdict(criterion))
        if self._judgement is not None:
            yield from self._evidence(criterion, self._judgement)

    def _verdict(self, criterion: NamedCriterion) -> Content:
        if self._judgement is None:
            text = _("Judged once it is done.")
            if self._plan.status is PlanStatus.CANCELLED:
                text = _("Cancelled: nothing is judged.")
            return Content.styled(text, "$text-muted")
        verdict = self._judgement.verdict
        said = verdict_sentence(self._judgement, criterion, self._writing)
        return Content.assemble(self._draw.verdict(verdict), "  ", said)

    def _evidence(self, criterion: NamedCriterion, judgement: Judgement) -> Iterator[Line]:
        """The values that were looked at."""
        for label, periods in ((_("Before"), judgement.before), (_("After"), judgement.after)):
            if periods:
                values = "   ".join(self._read(period, criterion) for period in periods)
                yield Line(label, Content.styled(values, "$text-muted"))

    def _read(self, period: PeriodRead, criterion: NamedCriterion) -> str:
        name = self._writing.period(period.start, criterion.frequency)
        if period.value is None:
            return f"{name} {'-' if self._draw.ascii else '–'}"
        return f"{name} {self._writing.exactly(period.value, criterion)}"


def criterion_sentence(criterion: NamedCriterion, writing: Writing) -> str:
    """When the action is effective."""
    return criterion_words(
        criterion.kind.value,
        kpi=plain(criterion.kpi_code),
        amount=writing.exactly(criterion.amount, criterion),
        periods=criterion.periods,
        every=criterion.frequency,
    )


def verdict_sentence(judgement: Judgement, criterion: NamedCriterion, writing: Writing) -> str:
    """Why the verdict is what it is."""
    if judgement.verdict is Verdict.TOO_EARLY:
        return _why_too_early(judgement, criterion, writing)
    if criterion.kind is CriterionKind.LEVEL:
        held = judgement.verdict is Verdict.EFFECTIVE
        return _("the level was held.") if held else _("the level was not held.")
    if judgement.mean_before is None or judgement.mean_after is None:
        return ""
    return _("the mean went from {before} to {after}.").format(
        before=writing.value(judgement.mean_before, criterion),
        after=writing.value(judgement.mean_after, criterion),
    )


def _why_too_early(judgement: Judgement, criterion: NamedCriterion, writing: Writing) -> str:
    if judgement.missing:
        names = [writing.period(one.start, criterion.frequency) for one in judgement.missing]
        text = ngettext(
            "the value of {periods} is missing.",
            "the values of {periods} are missing.",
            len(names),
        )
        return text.format(periods=", ".join(names))
    if not judgement.after:
        return ""
    last = writing.day(judgement.after[-1].end)
    return _("the last value is that of the period that ends on {day}.").format(day=last)


def _line(name: str, text: str, note: str = "") -> Line:
    said = (f"   {plain(note)}", "$text-muted") if note else ""
    return Line(name, Content.assemble((plain(text), "bold"), said))


def _paragraph(name: str, text: str) -> Iterator[Line]:
    """A text of several lines, each under the first."""
    for number, line in enumerate(text.splitlines()):
        yield Line(name if number == 0 else "", Content(plain(line)))
