"""Commands and options as kpix has them: loaded when they are called, in the reader's language.

Texts are English in the source (marked with ``message``) and translated when they are shown, so
that one process can speak another language without importing a module again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar, cast

import click

from kpix_tui.i18n.catalog import _

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Option(click.Option):
    """An option whose help is translated."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The names and what the option does."""
        if self.hidden:
            return None
        extra = self.get_help_extra(ctx)
        notes = [_("required")] if self.required else []
        if "default" in extra:
            notes.append(_("default: {default}").format(default=extra["default"]))
        note = f"  [{'; '.join(notes)}]" if notes else ""
        return self.get_help_spec(ctx), (_(self.help) if self.help else "") + note


class Argument(click.Argument):
    """An argument whose help is translated."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """The name and what the argument is."""
        return self.make_metavar(ctx), _(self.help) if self.help else ""


def option(*names: str, **settings: Any) -> Callable[[Decorated], Decorated]:
    """Add an option to a command; ``help`` is marked with ``message``."""
    settings.setdefault("cls", Option)
    return click.option(*names, **settings)


def argument(name: str, **settings: Any) -> Callable[[Decorated], Decorated]:
    """Add an argument to a command; ``help`` is marked with ``message``."""
    settings.setdefault("cls", Argument)
    return click.argument(name, **settings)


class Command(click.Command):
    """A command with translated help and examples that can be copied."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.examples = examples

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``, in the language of the moment."""
        return _translated_help(super().get_help_option(ctx))

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The line that shows how to call it."""
        _write_usage(self, ctx, formatter)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Usage, what it does, arguments, options, examples."""
        self.format_usage(ctx, formatter)
        _write_text(self.help, formatter)
        _write_list(_("Arguments:"), _records(self, ctx, click.Argument), formatter)
        _write_list(_("Options:"), _records(self, ctx, click.Option), formatter)
        if self.examples:
            with _section(_("Examples:"), formatter):
                formatter.write("".join(f"  {line}\n" for line in self.examples))


@dataclass(frozen=True, slots=True)
class Lazy:
    """Where a command is, and the line about it: nothing is imported to list it."""

    target: str
    """``module:name`` inside ``kpix_tui.cli``."""
    summary: str

    def load(self) -> click.Command:
        """Import the module and take the command."""
        module, _separator, name = self.target.partition(":")
        return cast("click.Command", getattr(import_module(f"kpix_tui.cli.{module}"), name))


class Group(click.Group):
    """A group of commands. Those in ``lazy`` are imported when they are called."""

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy] | None = None, **settings: Any) -> None:
        settings.setdefault("subcommand_metavar", "COMMAND ...")
        super().__init__(*args, **settings)
        self.lazy = dict(lazy or {})
        self.command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order in which they were declared."""
        return [*self.lazy, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now where it must be."""
        if cmd_name in self.lazy:
            return self.lazy[cmd_name].load()
        return super().get_command(ctx, cmd_name)

    def loaded(self) -> Iterator[tuple[str, click.Command]]:
        """Every command by its name, in the order of the list, imported now where it must be."""
        yield from ((name, lazy.load()) for name, lazy in self.lazy.items())
        yield from self.commands.items()

    def summary_of(self, name: str) -> str:
        """The line about a command, in the language of the moment."""
        if name in self.lazy:
            return _(self.lazy[name].summary)
        return summary(self.commands[name])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``, in the language of the moment."""
        return _translated_help(super().get_help_option(ctx))

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The line that shows how to call it."""
        _write_usage(self, ctx, formatter)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Usage, what the group is about, its commands, its options."""
        self.format_usage(ctx, formatter)
        _write_text(self.help, formatter)
        rows = [(name, self.summary_of(name)) for name in self.list_commands(ctx)]
        _write_list(_("Commands:"), rows, formatter)
        _write_list(_("Options:"), _records(self, ctx, click.Option), formatter)


def summary(command: click.Command) -> str:
    """The first line of a command's help, in the language of the moment."""
    text = command.help or ""
    return _(text).partition("\n")[0]


def command(
    group: Group, name: str, help: str, *, examples: tuple[str, ...]
) -> Callable[[Callable[..., Any]], Command]:
    """Declare a command of ``group``; ``help`` is marked with ``message``."""

    def declare(function: Callable[..., Any]) -> Command:
        made = click.command(name, cls=Command, help=help, examples=examples)(function)
        group.add_command(made)
        return made

    return declare


def _translated_help(found: click.Option | None) -> click.Option | None:
    if found is not None:
        found.help = _("Show this help and leave.")
    return found


def _write_usage(
    command: click.Command, ctx: click.Context, formatter: click.HelpFormatter
) -> None:
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage: "))


def _write_text(text: str | None, formatter: click.HelpFormatter) -> None:
    if text:
        formatter.write_paragraph()
        # Lines are paragraphs of their own here: click would join them.
        for line in _(text).splitlines():
            formatter.write_text(line)


def _write_list(title: str, rows: list[tuple[str, str]], formatter: click.HelpFormatter) -> None:
    if rows:
        with _section(title, formatter):
            formatter.write_dl(rows)


def _section(title: str, formatter: click.HelpFormatter) -> AbstractContextManager[None]:
    """click adds the colon; French has a space before it, so that titles are translated with it."""
    return formatter.section(title.removesuffix(":"))


def _records(
    command: click.Command, ctx: click.Context, kind: type[click.Parameter]
) -> list[tuple[str, str]]:
    found = (p.get_help_record(ctx) for p in command.get_params(ctx) if isinstance(p, kind))
    return [record for record in found if record is not None]
