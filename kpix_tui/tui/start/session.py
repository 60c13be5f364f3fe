"""How a session begins, goes on and ends. Runs in a thread of the bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpix_tui.access.actor import Actor
from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.accounts.views import ChangePassword, CreateOrganization, Login

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
    from kpix_tui.domains.accounts.sessions import leave_session  # noqa: PLC0415

    context.database()
    presented = context.tokens.load()
    if presented is None:
        return None
    try:
        if context.settings.token is None:  # KPIX_TOKEN belongs to whoever set it
            context.tokens.save(context.run(service.rotate_token))
        return context.run(service.whoami)
    except NotSignedIn:
        if context.tokens.load() != presented:
            return resume(context)  # another kpix rotated it at the same moment
        leave_session(context, presented)  # a locked one ends with the terminal that was left
        context.tokens.clear()
        return None


def first_run(context: Context) -> bool:
    """Whether there is nobody to sign in yet."""
    from kpix_tui.domains.accounts import service  # noqa: PLC0415

    with context.anonymous() as uow:
        return not service.is_initialized(uow)


def create_organization(context: Context, command: CreateOrganization) -> Actor:
    """Make the organisation and its first administrator, and sign them in.

    Raises:
        KpixError: what was typed cannot be accepted, or kpix may not do this on this server.
    """
    from kpix_tui.domains.accounts import service  # noqa: PLC0415

    service.create_organization(context, command)
    shared = context.settings.shared_terminal
    return sign_in(context, Login(command.email, command.password, shared=shared))


def change_password(context: Context, command: ChangePassword) -> None:
    """Replace the password; every other session ends, this one goes on under a new token.

    Raises:
        KpixError: the current password is wrong, or the new one cannot be accepted.
    """
    from kpix_tui.domains.accounts import service  # noqa: PLC0415

    context.tokens.save(service.change_password(context, command).token)


def sign_in(context: Context, login: Login) -> Actor:
    """Open a session and keep its token.

    Raises:
        LoginRefused: e-mail or password are wrong.
        LoginThrottled: too many attempts.
        OrganizationAmbiguous: the e-mail has several organisations.
    """
    from kpix_tui.domains.accounts import service  # noqa: PLC0415

    signed_in = service.login(context, login)
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
