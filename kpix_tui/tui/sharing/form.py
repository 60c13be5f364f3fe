"""How far a person or a team is let in, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from textual import on
from textual.widgets import Select

from kpix_tui.access.permissions import Level
from kpix_tui.domains.dashboards import service as dashboards
from kpix_tui.domains.dashboards.views import Share, ShareDashboard
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_date, parse_day
from kpix_tui.i18n.sharing import LEVELS, level_word
from kpix_tui.kernel.periods import Frequency
from kpix_tui.tui.sharing.recipients import Recipient
from kpix_tui.tui.widgets.fields import ChoiceField, Field, TextField
from kpix_tui.tui.widgets.form import FormScreen
from kpix_tui.tui.widgets.text import clip, plain


class LevelField(ChoiceField[Level]):
    """A level; what it opens stands under it."""

    def __init__(self, value: Level) -> None:
        choices = [(level, level_word(level)) for level in Level]
        super().__init__("level", _("May be"), choices, value=value, help=_(LEVELS[value][1]))

    @on(Select.Changed)
    def _chosen(self) -> None:
        self.say(_(LEVELS[self.read()][1]))


class ShareForm(FormScreen[Share]):
    """Shares a dashboard with ``recipient``, or changes the share that they have."""

    def __init__(
        self, dashboard_id: UUID, title: str, recipient: Recipient, share: Share | None = None
    ) -> None:
        super().__init__()
        self._dashboard_id = dashboard_id
        self._dashboard_title = title
        self._recipient = recipient
        self._share = share

    def heading(self) -> str:
        """Names both."""
        return _("Share “{title}” with {name}").format(
            title=clip(plain(self._dashboard_title), 60), name=clip(plain(self._recipient.name), 60)
        )

    def fields(self) -> Iterable[Field[Any]]:
        """Level and last day."""
        old = self._share
        yield LevelField(old.level if old else Level.VIEWER)
        locale = self.kpix.locale
        yield TextField(
            "until",
            _("Until"),
            value=format_date(old.until, locale) if old and old.until else "",
            help=_("The last day, as 31/12/2026. Empty: for good."),
            check=lambda text: parse_day(text, Frequency.DAILY, locale) if text else None,
        )

    async def save(self, values: dict[str, Any]) -> Share:
        """Write it."""
        text = values["until"]
        command = ShareDashboard(
            self._dashboard_id,
            values["level"],
            user_id=self._recipient.user_id,
            team_id=self._recipient.team_id,
            until=parse_day(text, Frequency.DAILY, self.kpix.locale) if text else None,
        )
        return await self.bridge.write(dashboards.share_dashboard, command)
