"""Locking and taking up again, on the server. Runs in a thread of the bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpix_tui.access.actor import Actor
from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.accounts.views import Login, RedeemCode

if TYPE_CHECKING:
    from kpix_tui.app.context import Context

# The services are imported where they are used: they bring SQLAlchemy, which must not delay the
# first frame.


def lock(context: Context, token: str) -> None:
    """Have the session of ``token`` open nothing any more.

    Raises:
        NotSignedIn: it opened nothing already.
        KpixError: the server does not answer: the session is still open there.
    """
    from kpix_tui.domains.accounts.sessions import lock_session  # noqa: PLC0415

    with context.unit_of_work(token) as uow:
        lock_session(uow)


def end(context: Context, token: str) -> None:
    """End the session of ``token``, whether it is in use, locked or idle.

    Raises:
        KpixError: the server does not answer.
    """
    from kpix_tui.domains.accounts.service import logout  # noqa: PLC0415
    from kpix_tui.domains.accounts.sessions import leave_session  # noqa: PLC0415

    try:
        with context.unit_of_work(token) as uow:
            logout(uow)
    except NotSignedIn:
        leave_session(context, token)


def sign_in_again(context: Context, login: Login, locked: str | None) -> Actor:
    """Open a session like any other, and end the one that was ``locked`` on this terminal.

    Raises:
        LoginRefused: e-mail or password are wrong.
        LoginThrottled: too many attempts.
        OrganizationAmbiguous: the e-mail has several organisations.
    """
    from kpix_tui.domains.accounts import service  # noqa: PLC0415

    return _go_on(context, service.login(context, login).token, locked)


def redeem(context: Context, command: RedeemCode, locked: str | None) -> Actor:
    """Choose a password with a one-time code; ends the session that was ``locked`` here.

    Raises:
        KpixError: the code opens nothing, or the password cannot be accepted.
    """
    from kpix_tui.domains.accounts import service  # noqa: PLC0415

    return _go_on(context, service.redeem_code(context, command).token, locked)


def _go_on(context: Context, token: str, locked: str | None) -> Actor:
    from kpix_tui.domains.accounts import service  # noqa: PLC0415

    if locked is not None:
        end(context, locked)
    context.tokens.save(token)
    return context.run(service.whoami)
