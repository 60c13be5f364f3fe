"""What the terminal interface itself can say went wrong."""

from __future__ import annotations

from kpix_tui.kernel.errors import InputInvalid, KpixError, Misconfigured, message


class Unexpected(KpixError):
    """A defect of kpix; the log has it under the correlation id that the message shows."""

    code = "tui.unexpected"
    message = message("Something unexpected went wrong. The log has it under {correlation}.")


class KeymapInvalid(Misconfigured):
    """The user's keymap file cannot be used."""

    code = "tui.keymap_invalid"
    message = message("The keymap file {path} cannot be used: {reason}")


class FieldMissing(InputInvalid):
    """A field of a form that must be filled is empty."""

    code = "tui.field_missing"
    message = message("Fill in this field.")


class PasswordsDiffer(InputInvalid):
    """The password and its repetition are not the same."""

    code = "tui.passwords_differ"
    message = message("The two passwords are not the same.")


class TextTooLong(InputInvalid):
    """What was typed or pasted does not fit in the field."""

    code = "tui.text_too_long"
    message = message(
        "{limit} characters fit in here, and this would make {length}: nothing was added."
    )
