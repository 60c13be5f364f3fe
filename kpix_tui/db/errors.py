"""Database errors, said as :class:`~kpix_tui.kernel.errors.KpixError`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kpix_tui.db.session_errors import NotSignedIn as NotSignedIn
from kpix_tui.db.session_errors import SessionEnded as SessionEnded
from kpix_tui.kernel.errors import (
    Cancelled,
    Conflict,
    Forbidden,
    InputInvalid,
    KpixError,
    Misconfigured,
    TimedOut,
    Unavailable,
    message,
)


class RefusedByDatabase(Forbidden):
    """Row-level security or a grant refused what the use case let through."""

    code = "db.refused"
    message = message("The database does not allow this for your account.")


class ConcurrentChange(Conflict):
    """Two transactions collided; doing it again is safe."""

    code = "db.concurrent_change"
    message = message("Somebody else changed the same thing at the same moment: try again.")


class ConstraintViolated(Conflict):
    """A rule of the database that no use case names."""

    code = "db.constraint_violated"
    message = message("The database refused this: {constraint}")


class TextUnwritable(InputInvalid):
    """PostgreSQL keeps neither NUL nor half of a surrogate pair (bytes that were no UTF-8)."""

    code = "db.text_unwritable"
    message = message("A text holds a character that cannot be kept: type it again without it.")


class ServerTooOld(Misconfigured):
    """The server is older than the oldest supported."""

    code = "db.server_too_old"
    message = message("The server runs PostgreSQL {found}; kpix needs {needed} or later.")


class RoleTooPowerful(Misconfigured):
    """The login role would go round row-level security."""

    code = "db.role_too_powerful"
    message = message(
        "KPIX_DATABASE_URL signs in as {role}, which is not bound by row-level security. Use a"
        " login role that is a member of kpix_app and nothing more."
    )


class PoolerUnannounced(Misconfigured):
    """A pooler stands before the server, and kpix was not told."""

    code = "db.pooler_unannounced"
    message = message(
        "The server does not take kpix's limits from the connection, as behind a pooler: set"
        " KPIX_POOLER=1, or connect to the server itself."
    )


class SslTooWeak(Misconfigured):
    """The connection to another machine would not be verified."""

    code = "db.ssl_too_weak"
    message = message(
        "KPIX_DATABASE_URL asks for sslmode={found} on another machine. Use verify-full, or ask for"
        " less by name with KPIX_SSLMODE={found}."
    )


class UrlInvalid(Misconfigured):
    """The database URL cannot be read."""

    code = "db.url_invalid"
    message = message("{setting} is not a PostgreSQL URL: postgresql://user@host:port/database")


class DatabaseOutdated(Misconfigured):
    """The schema is older than this version of kpix."""

    code = "db.outdated"
    message = message("The database is of an older version of kpix. Run: kpix db upgrade")


class DatabaseNewer(Misconfigured):
    """The schema is newer than this version of kpix."""

    code = "db.newer"
    message = message(
        "The database is of a newer version of kpix (schema {found}): upgrade kpix on this machine."
    )


@contextmanager
def database_errors(was_cancelled: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Translate what SQLAlchemy and psycopg raise inside the block; the cause stays attached."""
    try:
        yield
    except DBAPIError as error:
        raise translated(error.orig or error, cancelled=was_cancelled()) from error
    except psycopg.Error as error:
        raise translated(error, cancelled=was_cancelled()) from error
    except PoolTimeout as error:
        raise TimedOut from error  # every connection of this process is busy
    except UnicodeEncodeError as error:
        raise TextUnwritable from error


def translated(error: BaseException, *, cancelled: bool = False) -> BaseException:
    """The KpixError for a database error, or the error itself where it is a defect of ours."""
    state = getattr(error, "sqlstate", None) or ""
    if state == "57014" and cancelled:
        return Cancelled()
    if state in _BY_STATE:
        return _BY_STATE[state]()
    if isinstance(error, psycopg.DataError) and not state and "NUL" in str(error):
        return TextUnwritable()  # refused by the driver before the server saw it
    if isinstance(error, psycopg.IntegrityError):
        return ConstraintViolated(constraint=error.diag.constraint_name or state)
    if isinstance(error, psycopg.OperationalError):
        return _unreachable(error)
    return error


def _unreachable(error: psycopg.OperationalError) -> KpixError:
    if "startup parameter" in str(error):
        return PoolerUnannounced()  # PgBouncer's words where it was not told to ignore options
    return Unavailable(reason=_first_line(error))


_BY_STATE: Final[Mapping[str, type[KpixError]]] = {
    "57014": TimedOut,  # query_canceled
    "55P03": TimedOut,  # lock_not_available
    "25P03": TimedOut,  # idle_in_transaction_session_timeout
    "42501": RefusedByDatabase,  # insufficient_privilege
    "40001": ConcurrentChange,  # serialization_failure
    "40P01": ConcurrentChange,  # deadlock_detected
}


def _first_line(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0]


@contextmanager
def violating(constraint: str, error: Callable[[], KpixError]) -> Iterator[None]:
    """Inside the block, a violation of ``constraint`` is ``error()``; it must hold the flush."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as caught:
        cause = caught.orig if isinstance(caught, DBAPIError) else caught
        if isinstance(cause, psycopg.Error) and cause.diag.constraint_name == constraint:
            raise error() from caught
        raise
