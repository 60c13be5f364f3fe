"""What can go wrong between the shell and a use case: options, questions that cannot be asked."""

from __future__ import annotations

from kpix_tui.kernel.errors import ExitCode, InputInvalid, KpixError, message


class UsageInvalid(InputInvalid):
    """The command line cannot be understood."""

    code = "cli.usage"
    message = message("{detail}")
    exit_code = ExitCode.USAGE


class CommandUnknown(UsageInvalid):
    """There is no such command."""

    code = "cli.command_unknown"
    message = message("There is no command {name}. See: {path} --help")


class CommandMissing(UsageInvalid):
    """A group of commands was named, and none of its commands."""

    code = "cli.command_missing"
    message = message("Name a command. See: {path} --help")


class OptionUnknown(UsageInvalid):
    """The command has no such option."""

    code = "cli.option_unknown"
    message = message("There is no option {name}. See: {path} --help")


class ParameterMissing(UsageInvalid):
    """A required option or argument was not given."""

    code = "cli.parameter_missing"
    message = message("{names} is missing. See: {path} --help")


class ChoiceUnknown(UsageInvalid):
    """An option takes one of a few words, and this is none of them."""

    code = "cli.choice_unknown"
    message = message("{name} cannot be {value}. It is one of: {choices}")


class WholeNumberInvalid(UsageInvalid):
    """An option takes a whole number from some minimum on."""

    code = "cli.whole_number_invalid"
    message = message("{name} cannot be {value}: it is a whole number, {minimum} or more.")


class OptionsExclusive(UsageInvalid):
    """Two options contradict each other."""

    code = "cli.options_exclusive"
    message = message("Use either {first} or {second}, not both.")


class NothingToChange(UsageInvalid):
    """An update that names nothing to update."""

    code = "cli.nothing_to_change"
    message = message("Say what to change: {names}")


class ConditionInvalid(UsageInvalid):
    """``--where`` compares no column with a value."""

    code = "cli.condition_invalid"
    message = message("--where cannot be {value}: write COLUMN=VALUE or COLUMN!=VALUE.")


class HeaderRowInvalid(UsageInvalid):
    """``--header-row`` names no row."""

    code = "cli.header_row_invalid"
    message = message("--header-row cannot be {value}: write a row as 5, or several as 5-7.")


class MapInvalid(UsageInvalid):
    """``--map`` is not a list of ``what=column``."""

    code = "cli.map_invalid"
    message = message(
        "--map cannot be {value}: write kpi=COLUMN,period=COLUMN,value=COLUMN with the names of"
        " your columns; period=* or value=* stands for every column that is one."
    )


class GrantInvalid(UsageInvalid):
    """``--grant`` is not a permission with its scope."""

    code = "cli.grant_invalid"
    message = message(
        "--grant cannot be {value}: write PERMISSION=SCOPE, as kpi:update=TEAM. Scopes: {scopes}."
        " Permissions: {permissions}"
    )


class ConfirmationNeeded(UsageInvalid):
    """Nobody can be asked, and the change takes something away."""

    code = "cli.confirmation_needed"
    message = message("{question} There is nobody to ask: add --yes to confirm.")


class PasswordNeeded(UsageInvalid):
    """Nobody can be asked for a password."""

    code = "cli.password_needed"
    message = message("There is no terminal to type a password in: set {variable}.")


class LoginNotKept(UsageInvalid):
    """The session would be lost with this process."""

    code = "cli.login_not_kept"
    message = message(
        "The session could not be kept, since KPIX_TOKEN or KPIX_SHARED_TERMINAL is set: "
        "unset it, or sign in inside the interface with: kpix"
    )


class Unexpected(KpixError):
    """A defect of kpix: the log has the details under the correlation id."""

    code = "cli.unexpected"
    message = message("Something unexpected went wrong. The log {log} has it under {correlation}.")


class UnexpectedEarly(KpixError):
    """A defect of kpix before there was a log."""

    code = "cli.unexpected_early"
    message = message("Something unexpected went wrong before kpix had a log: {kind}: {reason}")
