"""How entries of the audit log read, in both front ends: words for actions, objects and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from kpix_tui.access.permissions import Permission
from kpix_tui.domains.audit.rules import ACTIONS, changes, read_moment
from kpix_tui.domains.audit.views import AuditFilter, AuditRow
from kpix_tui.domains.kpis.views import ALWAYS
from kpix_tui.domains.plans.views import PlanStatus
from kpix_tui.i18n import plans
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_date, format_datetime, format_exactly
from kpix_tui.i18n.sharing import LEVELS, VISIBILITIES
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.ids import as_id
from kpix_tui.kernel.text import plain

RESOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "action_plan": message("Action"),
        "audit": message("Audit log"),
        "comment": message("Comment"),
        "comment_mention": message("Mention in a comment"),
        "dashboard": message("Dashboard"),
        "dashboard_share": message("Sharing"),
        "kpi": message("KPI"),
        "kpi_assignment": message("Entry assignment"),
        "kpi_threshold": message("Thresholds"),
        "kpi_value": message("Value"),
        "role": message("Role"),
        "session": message("Session"),
        "team": message("Team"),
        "team_member": message("Team member"),
        "user": message("User"),
        "user_role": message("Role of a user"),
    }
)
"""What the types of objects are called."""

_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "action_id": message("Action"),
        "active": message("Active"),
        "archived_at": message("Archived"),
        "assigned_by": message("Assigned by"),
        "author_id": message("Author"),
        "before": message("Before"),
        "body": message("Text"),
        "cause": message("Cause"),
        "closed_on": message("Closed on"),
        "code": message("Code"),
        "comment_id": message("Comment"),
        "count": message("Number"),
        "criterion_amount": message("Level or shift"),
        "criterion_kind": message("Criterion"),
        "criterion_kpi_id": message("KPI of the criterion"),
        "criterion_periods": message("Periods"),
        "critical": message("Critical"),
        "dashboard_id": message("Dashboard"),
        "decimals": message("Decimals"),
        "deleted_at": message("Deleted"),
        "deleted_by": message("Deleted by"),
        "description": message("Description"),
        "direction": message("Direction"),
        "due_on": message("Due date"),
        "email": message("E-mail"),
        "entered_by": message("Entered by"),
        "expires_at": message("Until"),
        "first": message("First"),
        "frequency": message("Frequency"),
        "green": message("Green"),
        "is_lead": message("Lead"),
        "kind": message("Kind"),
        "kpi_id": message("KPI"),
        "last": message("Last"),
        "level": message("Level"),
        "locale": message("Language"),
        "login": message("Database login"),
        "name": message("Name"),
        "oldest": message("Oldest"),
        "operator": message("Operator"),
        "orange": message("Orange"),
        "owner_id": message("Owner"),
        "parent_id": message("Part of"),
        "period_end": message("End of the period"),
        "period_start": message("Period"),
        "process": message("Process"),
        "progress": message("Progress"),
        "reason": message("Reason"),
        "red": message("Red"),
        "role_id": message("Role"),
        "scope": message("Scope"),
        "shared_by": message("Shared by"),
        "started_on": message("Started on"),
        "starts_on": message("Starts on"),
        "status": message("Status"),
        "target": message("Target"),
        "team_id": message("Team"),
        "thread_id": message("Thread"),
        "title": message("Title"),
        "unit": message("Unit"),
        "user_id": message("User"),
        "valid_from": message("Valid from"),
        "value": message("Value"),
        "verdict": message("Verdict"),
        "visibility": message("Visibility"),
        "whys": message("Whys"),
    }
)

_WORDS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("direction", "UP_IS_BETTER"): message("up is better"),
        ("direction", "DOWN_IS_BETTER"): message("down is better"),
        ("frequency", "DAILY"): message("daily"),
        ("frequency", "WEEKLY"): message("weekly"),
        ("frequency", "MONTHLY"): message("monthly"),
        ("frequency", "QUARTERLY"): message("quarterly"),
        ("frequency", "YEARLY"): message("yearly"),
        ("kind", "INVITATION"): message("invitation"),
        ("kind", "RESET"): message("new password"),
        ("status", "GREEN"): message("Green"),
        ("status", "ORANGE"): message("Orange"),
        ("status", "RED"): message("Red"),
        **{("kind", kind): words for kind, (words, _help) in plans.KINDS.items()},
        **{("criterion_kind", kind): words for kind, (words, _help) in plans.CRITERIA.items()},
        **{("verdict", verdict): words for verdict, (words, _short) in plans.VERDICTS.items()},
        **{("level", level): words for level, (words, _help) in LEVELS.items()},
        **{("visibility", one): words for one, (words, _help) in VISIBILITIES.items()},
        **{
            (permission.value, scope): words
            for permission in Permission
            for scope, words in (
                ("OWN", message("own")),
                ("TEAM", message("team")),
                ("ORGANIZATION", message("organisation")),
            )
        },
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a search as they were typed; days are those of a time zone yet to be known.

    ``label`` is what to call ``about`` where that is an id.
    """

    who: str = ""
    what: str = ""
    about: str = ""
    since: str = ""
    until: str = ""
    label: str = ""

    def filter(self, timezone: str, locale: str | None = None) -> AuditFilter:
        """What the log is asked.

        Raises:
            MomentInvalid: a day cannot be read; ``fields`` says which.
        """
        return AuditFilter(
            self.who.strip(),
            self.what.strip(),
            self.about.strip(),
            read_moment(self.since, timezone, locale, field="since"),
            read_moment(self.until, timezone, locale, field="until", last=True),
        )

    def words(self) -> str:
        """The same in a sentence; empty when everything is wanted."""
        what = ACTIONS.get(self.what) or RESOURCES.get(self.what)
        told = (
            (_("done by {value}"), self.who),
            (_("action: {value}"), _(what) if what else self.what),
            (_("object: {value}"), self.label or self.about),
            (_("from {value}"), self.since),
            (_("until {value}"), self.until),
        )
        return ", ".join(
            sentence.format(value=plain(value.strip())) for sentence, value in told if value.strip()
        )


@dataclass(frozen=True, slots=True)
class Said:
    """A change as people read it; empty where there was nothing."""

    field: str
    old: str
    new: str


def action_words(action: str) -> str:
    """What was done; the bare name of an action of a newer kpix."""
    return _(ACTIONS[action]) if action in ACTIONS else action


def actor_words(row: AuditRow) -> str:
    """Who did it: a user, by name or at least by id, or whoever runs the database."""
    if row.actor_id is None:
        return _("the operator")
    return plain(row.actor) or str(row.actor_id)


def object_words(row: AuditRow, locale: str | None = None) -> str:
    """What it was done to: ``ON-TIME Trains on time, 21 Nov 2026``; its kind, if it has no name."""
    parts = [_part(part, row.names, locale) for part in row.object_id.split("/")]
    return ", ".join(part for part in parts if part) or _(
        RESOURCES.get(row.object_type, row.object_type)
    )


def _part(text: str, names: Mapping[UUID, str], locale: str | None) -> str:
    known = as_id(text)
    if known is not None:
        return plain(names.get(known, ""))
    return _day(text, locale) or plain(text)


def said(row: AuditRow, timezone: str, locale: str | None = None) -> tuple[Said, ...]:
    """What changed, in the reader's language; instants on the clocks of ``timezone``."""

    def words(field: str, value: Any) -> str:
        return _words(field, value, row.names, timezone, locale)

    shown = (
        Said(
            _(_FIELDS.get(one.field, one.field)),
            words(one.field, one.old),
            words(one.field, one.new),
        )
        for one in changes(row.old, row.new)
    )
    return tuple(one for one in shown if one.old or one.new)


def summary(row: AuditRow, timezone: str, locale: str | None = None, *, ascii: bool = False) -> str:
    """What changed, on one line: ``Value: 94.1 → 95``."""
    arrow, nothing = ("->", "-") if ascii else ("→", "–")
    told = []
    for one in said(row, timezone, locale):
        shown = one.new or one.old
        if row.old and row.new:
            shown = f"{one.old or nothing} {arrow} {one.new or nothing}"
        if shown:
            told.append(_("{field}: {value}").format(field=one.field, value=shown))
    return "; ".join(told)


def _words(
    field: str, value: Any, names: Mapping[UUID, str], timezone: str, locale: str | None
) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case int() | Decimal():
            return format_exactly(Decimal(value), locale)
        case str():
            return _text(field, value, names, timezone, locale)
        case _:
            return plain(str(value))


def _text(
    field: str, value: str, names: Mapping[UUID, str], timezone: str, locale: str | None
) -> str:
    if (field, value) in _WORDS:
        return _(_WORDS[field, value])
    if field == "status" and value in set(PlanStatus):
        return plans.status_word(value)
    known = as_id(value)
    if known is not None:
        return plain(names.get(known, value))
    if field.endswith("_at") or field == "oldest":
        return _instant(value, timezone, locale) or plain(value)
    return _day(value, locale) or plain(value)


def _instant(text: str, timezone: str, locale: str | None) -> str:
    try:
        return format_datetime(datetime.fromisoformat(text), timezone, locale)
    except ValueError:
        return ""


def _day(text: str, locale: str | None) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    return _("from the start") if day == ALWAYS else format_date(day, locale)
