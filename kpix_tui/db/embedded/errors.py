"""What can go wrong with the PostgreSQL server that kpix runs by itself."""

from __future__ import annotations

from kpix_tui.kernel.errors import Misconfigured, Unavailable, message


class EmbeddedUnsupported(Misconfigured):
    """There are no PostgreSQL binaries for this platform."""

    code = "embedded.unsupported"
    message = message(
        "kpix brings no PostgreSQL for this platform ({platform}): "
        "name a server of your own in KPIX_DATABASE_URL."
    )


class EmbeddedAccountMissing(Misconfigured):
    """kpix runs as root and no unprivileged account can run the server for it."""

    code = "embedded.account_missing"
    message = message(
        "PostgreSQL refuses to run as root, and there is no system account {account} to run it: "
        "create one (useradd --system kpix) or name an existing one in KPIX_POSTGRES_ACCOUNT."
    )


class EmbeddedAccountPrivileged(Misconfigured):
    """The account that was named is root itself."""

    code = "embedded.account_privileged"
    message = message(
        "PostgreSQL refuses to run as {account}, which is all-powerful: "
        "name an unprivileged account in KPIX_POSTGRES_ACCOUNT."
    )


class EmbeddedUserUnnamed(Misconfigured):
    """The process runs under a number that has no name, so PostgreSQL cannot recognise it."""

    code = "embedded.user_unnamed"
    message = message(
        "User number {uid} has no name on this system, so PostgreSQL cannot recognise it: "
        "add it to the user database, or name a server in KPIX_DATABASE_URL."
    )


class EmbeddedFolderForeign(Misconfigured):
    """The folder belongs to somebody else."""

    code = "embedded.folder_foreign"
    message = message(
        "The database folder {path} belongs to {owner} and not to {expected}: "
        "run kpix as its owner, or choose another folder with KPIX_HOME."
    )


class EmbeddedAccountChanged(Misconfigured):
    """The data folder was made for another account than the one that is named now."""

    code = "embedded.account_changed"
    message = message(
        "The database in {path} belongs to {owner}, not to the account {account}: "
        "name its owner in KPIX_POSTGRES_ACCOUNT, or give it to {account} (chown -R)."
    )


class EmbeddedFolderUnsafe(Misconfigured):
    """Others may write into a folder that only kpix may change."""

    code = "embedded.folder_unsafe"
    message = message(
        "Other accounts can write into {path}, so kpix does not trust it: "
        "remove their rights (chmod go-w) or choose another folder with KPIX_HOME."
    )


class EmbeddedFolderUnreachable(Misconfigured):
    """The account that runs the server cannot get to its folder (any more)."""

    code = "embedded.folder_unreachable"
    message = message(
        "The account {account}, which runs PostgreSQL, cannot get to {path}: "
        "give it the right to pass through the folders above."
    )


class EmbeddedFolderUnusable(Misconfigured):
    """The folder cannot be made or written."""

    code = "embedded.folder_unusable"
    message = message(
        "The database folder {path} cannot be used ({reason}): "
        "make it writable or choose another one with KPIX_HOME."
    )


class EmbeddedSocketImpossible(Misconfigured):
    """No socket can be made at the place where clients would look for it."""

    code = "embedded.socket_impossible"
    message = message(
        "PostgreSQL cannot make its socket in {path} ({reason}): "
        "choose another folder with KPIX_HOME, or another TMPDIR."
    )


class EmbeddedVersionMismatch(Misconfigured):
    """The data folder was written by another major version of PostgreSQL."""

    code = "embedded.version_mismatch"
    message = message(
        "The database in {path} was made by PostgreSQL {found}, and this kpix brings "
        "PostgreSQL {expected}: save it with the pg_dump of version {found}, move the folder "
        "away, start kpix again and restore what you saved."
    )


class EmbeddedDiskFull(Unavailable):
    """There is no room left for the database."""

    code = "embedded.disk_full"
    message = message(
        "The disk that holds {path} is full ({free_mb} MB free): "
        "make room and start again; nothing was left half made."
    )


class EmbeddedProgramFailed(Unavailable):
    """One of PostgreSQL's programs, or the shell that starts it, could not be run to its end."""

    code = "embedded.program_failed"
    message = message("{program} could not be run as {account}: {reason}")


class EmbeddedNotReady(Unavailable):
    """A server runs and has not become ready, or is not one that this process can see."""

    code = "embedded.not_ready"
    message = message(
        "PostgreSQL has not been ready for {seconds} seconds: it may be recovering from a crash, "
        "or be run by another container that shares this folder (its log: {log})"
    )


class EmbeddedStartFailed(Unavailable):
    """The server was started and did not come up."""

    code = "embedded.start_failed"
    message = message("PostgreSQL did not start: {reason} (its log: {log})")


class EmbeddedCreateFailed(Unavailable):
    """The data folder could not be made."""

    code = "embedded.create_failed"
    message = message("PostgreSQL could not create its data folder in {path}: {reason}")


class EmbeddedStopFailed(Unavailable):
    """The server was asked to stop and did not."""

    code = "embedded.stop_failed"
    message = message(
        "PostgreSQL (process {pid}) did not stop within {seconds} seconds (its log: {log})"
    )


class EmbeddedBusy(Unavailable):
    """Another kpix has been starting or stopping the server for too long."""

    code = "embedded.busy"
    message = message(
        "Another kpix has been starting or stopping the database in {path} "
        "for more than {seconds} seconds: try again when it is done."
    )


class EmbeddedInUse(Unavailable):
    """The server would be stopped under somebody who uses it."""

    code = "embedded.in_use"
    message = message(
        "Other kpix programs are using the database in {path}: close them first, or use --force."
    )
