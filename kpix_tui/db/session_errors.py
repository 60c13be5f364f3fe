"""The errors of a missing session, apart from the drivers: the first frame must not load those."""

from __future__ import annotations

from kpix_tui.kernel.errors import KpixError, message


class NotSignedIn(KpixError):
    """There is no session to act with."""

    code = "account.not_signed_in"
    message = message("You are not signed in. Sign in with: kpix login")


class SessionEnded(NotSignedIn):
    """The session was revoked, rotated elsewhere, has expired, or was idle for too long."""

    code = "account.session_ended"
    message = message("Your session has ended. Sign in again with: kpix login")
