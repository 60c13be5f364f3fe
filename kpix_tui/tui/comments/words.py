"""What is said about comments: what they are about, who would be told."""

from __future__ import annotations

from collections.abc import Iterable

from kpix_tui.domains.comments.views import DraftChecked, Mentionable, MentionKind
from kpix_tui.domains.overview.views import KpiDetail
from kpix_tui.domains.values.views import ValueRow
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.comments import partly_words, told_words
from kpix_tui.tui.sharing.head import Line
from kpix_tui.tui.sharing.recipients import team_words
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.status import status_cell
from kpix_tui.tui.widgets.text import plain


def about_lines(
    detail: KpiDetail, value: ValueRow | None, called: str | None, writing: Writing
) -> list[Line]:
    """The KPI; below it the value, or the action that is ``called`` so (not at all: it is gone)."""
    row = detail.row
    status = status_cell(row.status, row.critical, ascii=writing.ascii).plain
    lines = [Line(_("KPI"), row.name, f"{plain(row.code)}   {status}")]
    if value is not None:
        period = writing.period(value.period_start, row.frequency)
        was = status_cell(value.status, value.critical, ascii=writing.ascii).plain
        note = f"{writing.exactly(value.value, row)}   {was}"
        lines.append(Line(_("Value"), period, note))
    elif called is not None:
        gone = _("It was deleted, or you may no longer see it.")
        lines.append(Line(_("Action"), called or gone))
    return lines


def mention_note(one: Mentionable) -> str:
    """What is said beside a name: nothing of a person, how many see it of a team."""
    if one.kind is MentionKind.USER:
        return ""
    if one.seeing == one.members:
        return team_words(one.members)
    return _seeing(one)


def advice(checked: DraftChecked, typing: str | None) -> str:
    """One sentence each about who would be told, who would not, and who is not known.

    ``typing`` is the part of a name that is being typed: that nobody has it is no news yet.
    """
    unknown = [one for one in checked.unknown if not (typing and typing.startswith(one))]
    sentences = (
        *told_words(
            _names(one.name for one in checked.told),
            _names(one.name for one in checked.out_of_sight),
            _names(unknown),
            _names(checked.ambiguous),
        ),
        *(partly_words(plain(one.name), one.seeing, one.members) for one in checked.partly),
    )
    return " ".join(sentences)


def _names(names: Iterable[str]) -> str:
    return ", ".join(plain(name) for name in names)


def _seeing(team: Mentionable) -> str:
    text = ngettext(
        "{seeing} of {count} person sees it", "{seeing} of {count} people see it", team.members
    )
    return text.format(seeing=team.seeing, count=team.members)
