"""One-time codes: how a command hands one over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_datetime

if TYPE_CHECKING:
    from datetime import datetime

    from kpix_tui.domains.accounts.views import CodeIssued


def code_record(made: CodeIssued) -> dict[str, object]:
    """A code that was issued, for programs."""
    return {
        "user_id": made.user_id,
        "name": made.name,
        "email": made.email,
        "kind": made.kind,
        "code": made.code,
        "expires_at": made.expires_at,
    }


def code_lines(made: CodeIssued, timezone: str) -> tuple[str, str, str]:
    """A code that was issued, for whoever hands it over."""
    return handing_over(made.name, made.email, made.code, made.expires_at, timezone)


def handing_over(
    name: str, email: str | None, code: str, until: datetime, timezone: str
) -> tuple[str, str, str]:
    """To whom a code goes and until when, the code, and what is done with it."""
    sentence = _("Hand this code to {name}. It is good once, until {until}:")
    redeem = _("They choose a password with: kpix redeem --email {email}")
    return (
        sentence.format(name=name, until=format_datetime(until, timezone)),
        code,
        redeem.format(email=email or _("E-MAIL")),
    )
