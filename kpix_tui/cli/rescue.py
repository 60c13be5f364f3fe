"""``kpix db rescue``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kpix_tui.cli.accounts import timezone_here
from kpix_tui.cli.base import Command, argument, option
from kpix_tui.cli.codes import code_lines, code_record
from kpix_tui.cli.output import Output, writes
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.domains.accounts.views import CodeIssued


@click.command(
    "rescue",
    cls=Command,
    help=message(
        "Give somebody a one-time code for a new password, as the operator.\n"
        "For when nobody in the organisation can do it with kpix user reset. The code is good for "
        "an hour; that the operator issued it stays in the organisation's audit log."
    ),
    examples=("kpix db rescue ada@acme.test",),
)
@argument("email", metavar="E-MAIL", help=message("The e-mail that they sign in with."))
@option(
    "--organization",
    metavar="NAME",
    help=message("Which one, where their e-mail has several organisations."),
)
@writes
@pass_session
def rescue(session: Session, out: Output, email: str, organization: str | None) -> None:
    """Issue a code as the operator."""
    made = _as_owner(session, email, organization)
    out.done(code_record(made), *code_lines(made, timezone_here()))


def _as_owner(session: Session, email: str, organization: str | None) -> CodeIssued:
    from kpix_tui.domains.accounts.rescue import rescue_user  # noqa: PLC0415 - SQLAlchemy

    with session.context.owner() as uow:
        return rescue_user(uow, email, organization)
