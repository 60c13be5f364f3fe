"""``kpix demo``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kpix_tui.cli.base import Command, option
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.app.demo import DemoProgress


@click.command(
    cls=Command,
    help=message(
        "Open kpix on a demonstration with real public data.\n"
        "It is built once, in a database of its own, and touches nothing else. Sign in to it "
        "elsewhere with admin@demo.kpix and the password kpix-demonstration."
    ),
    examples=("kpix demo", "kpix demo --reset"),
)
@option("--reset", is_flag=True, help=message("Throw it away and build it afresh."))
@option("--no-open", is_flag=True, help=message("Only build it."))
@pass_session
def demo(session: Session, reset: bool, no_open: bool) -> int:
    """Build and open the demonstration."""
    from kpix_tui.app.demo import build_demo, demo_settings  # noqa: PLC0415 - brings SQLAlchemy

    session.settings = demo_settings(session.settings)
    session.talkative = True
    build_demo(session.context, reset=reset, progress=_Narration(session))
    if no_open:
        session.tell(_("The demonstration is ready: kpix demo"))
        return 0
    return session.open_interface()


class _Narration:
    """Says each step once, and how far it is where somebody watches."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._step: str | None = None

    def __call__(self, progress: DemoProgress) -> None:
        """Say it."""
        if progress.step != self._step:
            self._step = progress.step
            self._session.tell(_(progress.step) + "…")
        if sys.stderr.isatty():
            end = "\r\x1b[K" if progress.done >= progress.total else ""
            click.echo(f"\r\x1b[K  {progress.done} / {progress.total}{end}", err=True, nl=False)
