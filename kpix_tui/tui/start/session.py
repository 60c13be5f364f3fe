"""How a session begins, goes on and ends. Runs in a thread of the bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpix_tui.access.actor import Actor
from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.accounts.views import Login

if TYPE_CHECKING:
    from kpix_tui.app.context import Context

# The services are imported where they are used: they bring SQLAlchemy, which must not delay the
# first frame.


def resume(context: Context) -> Actor | None:
    """Start the database and take up the stored session, with a new token; None: sign in first.

    Raises:
        KpixError: the database cannot be started or reached.
    """
    from kpix_tui.domains.accounts import service  # noqa: PLC0415

    context.database()
    if context.tokens.load() is None:
        return None
    try:
        context.tokens.save(context.run(service.rotate_token))
        return context.run(service.whoami)
    except NotSignedIn:
        context.tokens.clear()
        return None


def sign_in(context: Context, login: Login) -> Actor:
    """Open a session and keep its token.

    Raises:
        LoginRefused: e-mail or password are wrong.
        LoginThrottled: too many attempts.
        OrganizationAmbiguous: the e-mail has several organisations.
    """
    from kpix_tui.domains.accounts import service  # noqa: PLC0415

    signed_in = service.login(context.anonymous, login)
    context.tokens.save(signed_in.token)
    return context.run(service.whoami)


def sign_out(context: Context) -> None:
    """End the session on the server and forget the token."""
    from kpix_tui.domains.accounts import service  # noqa: PLC0415

    try:
        context.run(service.logout)
    except NotSignedIn:
        pass  # it had ended already, which is what was asked for
    finally:
        context.tokens.clear()
