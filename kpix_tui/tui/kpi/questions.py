"""Questions before something of a KPI is lost."""

from __future__ import annotations

from kpix_tui.i18n.catalog import _
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.widgets.text import clip, plain


def confirm_delete(code: str, name: str) -> Confirm:
    """Names the KPI."""
    called = f"{clip(plain(code), 40)} {clip(plain(name), 200)}"
    return Confirm(
        _("Delete the KPI {name}?").format(name=called),
        _("It leaves every list with its values and their history. Its code is free again."),
        yes=_("Delete"),
    )
