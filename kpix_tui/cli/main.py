"""The command line: ``kpix`` opens the interface, ``kpix <noun> <verb>`` does everything else."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING

import click

import kpix_tui
from kpix_tui.cli import problems
from kpix_tui.cli.base import Group, Lazy, option
from kpix_tui.cli.output import silence
from kpix_tui.cli.session import Session
from kpix_tui.i18n.catalog import detect_locale, set_locale
from kpix_tui.kernel.errors import Cancelled, ExitCode, KpixError, message

if TYPE_CHECKING:
    from kpix_tui.app.context import Context

_COMMANDS = {
    "overview": Lazy(
        "overview:overview", message("The executive view: where everything stands, and who is due.")
    ),
    "my-work": Lazy(
        "my_work:my_work",
        message("What I have to do: values that I owe, my actions, and what is new in my threads."),
    ),
    "top-risks": Lazy(
        "overview:top_risks", message("The KPIs that are farthest beyond their thresholds.")
    ),
    "init": Lazy("accounts:init", message("Create an organisation and its first administrator.")),
    "login": Lazy("accounts:login", message("Sign in.")),
    "logout": Lazy("accounts:logout", message("Sign out.")),
    "whoami": Lazy("accounts:whoami", message("Show who is signed in, and their roles.")),
    "password": Lazy("accounts:password", message("Change your password.")),
    "email": Lazy("accounts:email", message("Change the e-mail that you sign in with.")),
    "redeem": Lazy("accounts:redeem", message("Choose a password by a one-time code.")),
    "dashboard": Lazy("access:dashboard", message("Dashboards: list, show, create, change.")),
    "kpi": Lazy("entry:kpi", message("KPIs: list, show, create, change.")),
    "value": Lazy("value:value", message("Values of KPIs: list, enter, correct, history.")),
    "action": Lazy(
        "action_change:action", message("Actions about KPIs: list, create, move, judge.")
    ),
    "comment": Lazy(
        "threads:comment",
        message("Comments on KPIs and on their values: list, write, edit, delete."),
    ),
    "inbox": Lazy("inbox:inbox", message("Your notifications: list, mark as read, choose which.")),
    "import": Lazy("imports:imports", message("Bring in values from files.")),
    "search": Lazy(
        "search:search",
        message("Search everything that you may see: dashboards, KPIs, people, actions, comments."),
    ),
    "session": Lazy("sessions:session", message("Sessions: list, revoke.")),
    "lock": Lazy("sessions:lock", message("Lock this terminal and its session.")),
    "user": Lazy("user:user", message("Users of your organisation.")),
    "team": Lazy("team:team", message("Teams of your organisation, their members and leads.")),
    "role": Lazy("role:role", message("Roles: what each allows, and who holds it.")),
    "audit": Lazy(
        "audit:audit",
        message("Search the audit log: who did what to which object, and when."),
    ),
    "db": Lazy("db:db", message("The database: status, upgrade, backup, start, stop.")),
    "doctor": Lazy("doctor:doctor", message("Check the set-up and say what to do.")),
    "demo": Lazy("demo:demo", message("Open kpix on a demonstration with real public data.")),
}


def _speak(ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        set_locale(value)
        ctx.ensure_object(Session).language = value
    return value


def _share(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    ctx.ensure_object(Session).shared = value


def _show_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"kpix {kpix_tui.__version__}")
        ctx.exit()


@click.group(
    cls=Group,
    lazy=_COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=message(
        "Performance management in the terminal: KPIs, statuses and what to do about "
        "the red ones.\n"
        "Without a command, kpix opens its interface."
    ),
)
@option(
    "--lang",
    is_eager=True,
    expose_value=False,
    callback=_speak,
    metavar="[en|fr]",
    help=message("Speak this language."),
)
@option(
    "--shared",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_share,
    help=message(
        "Several people use this terminal: it locks after 10 minutes, keeps nothing, and reads "
        "and writes files in one folder only."
    ),
)
@option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help=message("Show the version and leave."),
)
@click.pass_context
def root(ctx: click.Context) -> int | None:
    """Everything; opens the interface when no command is named."""
    session = ctx.ensure_object(Session)
    ctx.call_on_close(session.warn_of_server)
    if ctx.invoked_subcommand is not None:
        return None
    return session.open_interface()


def run(arguments: Sequence[str], session: Session | None = None) -> int:
    """Run one command line; returns the exit code and never raises."""
    session = session or Session()
    code = _answer(arguments, session)
    session.tell_lost_log()
    return code


def _answer(arguments: Sequence[str], session: Session) -> int:
    as_json = session.for_program = "--json" in arguments
    set_locale(detect_locale(session.environ))
    try:
        return _run(arguments, session)
    except BrokenPipeError:
        silence()
        return 128 + signal.SIGPIPE
    except (KeyboardInterrupt, click.Abort):
        return problems.report(Cancelled(), session, as_json=as_json)
    except click.ClickException as error:
        with suppress(KpixError):  # those who need the settings hear what is wrong with them
            session.speak()
        return problems.report(problems.from_click(error), session, as_json=as_json)
    except KpixError as error:
        return problems.report(error, session, as_json=as_json)
    except Exception as error:  # noqa: BLE001 - a defect is logged and told, never a traceback
        return problems.report(problems.unexpected(error, session), session, as_json=as_json)


def _run(arguments: Sequence[str], session: Session) -> int:
    try:
        # Not click's own main(): it has its own answer to a reader that leaves.
        with root.make_context("kpix", list(arguments), obj=session) as ctx:
            answer = root.invoke(ctx)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        answer = end.exit_code
        sys.stdout.flush()
    finally:
        session.close()
    return int(answer or ExitCode.DONE)


def _terminated(number: int, _frame: FrameType | None) -> None:
    """Leave by the front door, so that the embedded server is given back."""
    sys.exit(128 + number)


def program(interface: Callable[[Context], int]) -> int:
    """The process ``kpix``; ``interface`` is what a call without a command opens."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminated)
    if "_KPIX_COMPLETE" in os.environ:  # the shell asks what could follow (click's protocol)
        root.main(prog_name="kpix", complete_var="_KPIX_COMPLETE")
    logging.getLogger("kpix").addHandler(logging.NullHandler())
    return run(sys.argv[1:], Session(interface=interface))
