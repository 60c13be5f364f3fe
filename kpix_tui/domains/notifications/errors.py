"""What can go wrong with notifications."""

from __future__ import annotations

from kpix_tui.kernel.errors import NotFound, message


class NotificationNotFound(NotFound):
    """The actor's inbox holds no such notification."""

    code = "notification.not_found"
    message = message("There is no notification {name} in your inbox.")
