"""What can go wrong at sign-up, at login, with a session and with a password."""

from __future__ import annotations

from kpix_tui.db.session_errors import NotSignedIn as NotSignedIn
from kpix_tui.db.session_errors import SessionEnded as SessionEnded
from kpix_tui.kernel.errors import Conflict, Forbidden, InputInvalid, KpixError, NotFound, message


class LoginRefused(KpixError):
    """The e-mail or the password is wrong; which one is never said."""

    code = "account.login_refused"
    message = message("The e-mail or the password is not right.")


class LoginThrottled(KpixError):
    """Too many wrong passwords: none is looked at until some time has passed."""

    code = "account.login_throttled"
    message = message("Too many attempts for this e-mail. Try again in {minutes} minutes.")


class OrganizationAmbiguous(InputInvalid):
    """The e-mail has an account in several organisations, with the same password."""

    code = "account.organization_ambiguous"
    message = message("This e-mail has several organisations, say which one: {names}")


class LoginStale(Forbidden):
    """The action needs a login under five minutes old."""

    code = "account.login_stale"
    message = message("This needs a recent login. Sign in again, then repeat it.")


class PasswordWrong(InputInvalid):
    """The current password is not right."""

    code = "account.password_wrong"
    message = message("The current password is not right.")


class PasswordTooShort(InputInvalid):
    """Under the minimum length."""

    code = "account.password_too_short"
    message = message("A password has at least {minimum} characters.")


class PasswordTooCommon(InputInvalid):
    """It is among the commonest passwords."""

    code = "account.password_too_common"
    message = message("This password is among the commonest ones: choose another.")


class PasswordUnchanged(InputInvalid):
    """The new password is the old one."""

    code = "account.password_unchanged"
    message = message("The new password is the same as the current one.")


class EmailInvalid(InputInvalid):
    """It does not look like an e-mail address."""

    code = "account.email_invalid"
    message = message("{email} is not an e-mail address.")


class EmailTaken(Conflict):
    """A user of the organisation has this e-mail."""

    code = "account.email_taken"
    message = message("A user with the e-mail {email} exists already.")


class EmailUnchanged(InputInvalid):
    """The new e-mail is the old one."""

    code = "account.email_unchanged"
    message = message("This is your e-mail already.")


class CodeMalformed(InputInvalid):
    """What was typed cannot be a one-time code."""

    code = "account.code_malformed"
    message = message("A code has {length} letters and digits: type it as it was given to you.")


class CodeUnknown(KpixError):
    """The code was never issued, or for another e-mail; which one is never said."""

    code = "account.code_unknown"
    message = message("This code is not right for this e-mail.")


class CodeUsed(KpixError):
    """The code was redeemed."""

    code = "account.code_used"
    message = message("This code was used already: sign in, or ask for a new code.")


class CodeExpired(KpixError):
    """The code is past its time."""

    code = "account.code_expired"
    message = message("This code has expired: ask for a new one.")


class CodeSuperseded(KpixError):
    """A newer code was issued, or the account was deactivated meanwhile."""

    code = "account.code_superseded"
    message = message("This code was withdrawn or replaced by a newer one: ask for a new one.")


class NameMissing(InputInvalid):
    """A name is empty or too long."""

    code = "account.name_missing"
    message = message("A name has between 1 and 200 characters.")


class TimezoneUnknown(InputInvalid):
    """The timezone is not in the IANA database."""

    code = "account.timezone_unknown"
    message = message("The time zone {timezone} is not known. Example: Europe/Paris")


class AlreadyInitialized(Conflict):
    """``kpix init`` was run already."""

    code = "account.already_initialized"
    message = message("An organisation of this name exists already.")


class ParametersTooWeak(KpixError):
    """The server asks for password hashing under the floor that a client accepts."""

    code = "account.parameters_too_weak"
    message = message(
        "The server asks for weaker password protection than kpix accepts: do not sign in, and"
        " tell your administrator."
    )


class SessionNotFound(NotFound):
    """It has ended, or it is somebody else's and the actor may not end it."""

    code = "account.session_not_found"
    message = message("There is no session {session}.")
