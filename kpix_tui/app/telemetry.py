"""Reports of defects to Sentry, only where ``KPIX_SENTRY_DSN`` asks for them.

A report says which code failed and under which correlation id the machine's own log has the rest.
It carries no message, no value, no name of a person, machine or file outside the program.
"""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any, Final, cast

from kpix_tui import __version__
from kpix_tui.config import Settings
from kpix_tui.kernel.correlation import correlation_id
from kpix_tui.kernel.errors import KpixError, Misconfigured, message

if TYPE_CHECKING:
    from sentry_sdk.transport import Transport
    from sentry_sdk.types import Event, Hint

_KEPT: Final = ("event_id", "timestamp", "platform", "level", "release", "exception", "sdk")
_KEPT_OF_A_FRAME: Final = ("filename", "module", "function", "lineno", "in_app")


class SentryDsnInvalid(Misconfigured):
    """The address of the Sentry project cannot be used; it is a secret and is not repeated."""

    code = "app.sentry_dsn_invalid"
    message = message("KPIX_SENTRY_DSN is not the address of a Sentry project.")


def start_telemetry(settings: Settings, *, transport: Transport | None = None) -> bool:
    """Prepare reports when the settings ask for them; says whether they do.

    ``transport`` receives the reports instead of the network, for tests.

    Raises:
        SentryDsnInvalid: the address cannot be used.
    """
    if settings.sentry_dsn is None:
        return False
    import sentry_sdk  # noqa: PLC0415 - most installations never load it
    from sentry_sdk.utils import BadDsn  # noqa: PLC0415

    try:
        sentry_sdk.init(
            settings.sentry_dsn,
            release=f"kpix@{__version__}",
            transport=transport,
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            include_source_context=False,
            send_client_reports=False,
            auto_session_tracking=False,
            max_breadcrumbs=0,
            propagate_traces=False,
            server_name="",
            before_send=scrub,
            shutdown_timeout=1,
        )
    except BadDsn as error:
        raise SentryDsnInvalid from error
    return True


def report(error: BaseException) -> None:
    """Send a defect, if reports are asked for. What kpix refuses on purpose is none.

    Never raises and waits for nothing.
    """
    import sys  # noqa: PLC0415 - only when something failed

    sdk = sys.modules.get("sentry_sdk")
    if sdk is not None and not isinstance(error, KpixError):
        sdk.capture_exception(error)


def scrub(event: Event, _hint: Hint) -> Event:
    """The report with nothing but types, the program's own frames, versions and the id."""
    kept: dict[str, Any] = {name: event[name] for name in _KEPT if name in event}
    kept["exception"] = {
        "values": [_scrub_exception(found) for found in _values(kept.get("exception"))]
    }
    kept["tags"] = {
        "correlation_id": correlation_id(),
        "python": platform.python_version(),
        "system": platform.system(),
    }
    return cast("Event", kept)


def _values(exceptions: Any) -> list[dict[str, Any]]:
    return list((exceptions or {}).get("values") or ())


def _scrub_exception(found: dict[str, Any]) -> dict[str, Any]:
    frames = (found.get("stacktrace") or {}).get("frames") or ()
    return {
        "type": found.get("type"),
        "module": found.get("module"),
        "stacktrace": {"frames": [_scrub_frame(frame) for frame in frames]},
    }


def _scrub_frame(frame: dict[str, Any]) -> dict[str, Any]:
    return {name: frame[name] for name in _KEPT_OF_A_FRAME if name in frame}
