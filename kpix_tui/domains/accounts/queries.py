"""Calls of the functions in schema ``auth``: accounts have no tables that the application reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, DateTime, Text, Uuid, column, func, select

from kpix_tui.db.paging import fetch_page
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.accounts.passwords import HashParameters
from kpix_tui.domains.accounts.views import (
    CreateOrganization,
    CreateUser,
    InviteUser,
    SessionRow,
)
from kpix_tui.domains.people.models import UserModel
from kpix_tui.kernel.paging import Page, PageRequest


def hash_parameters(uow: UnitOfWork, email: str) -> HashParameters:
    """The salt and the cost for an e-mail, by the same formula whether or not it is known."""
    found = _scalar(uow, "select auth.login_params(%s)", email)
    return HashParameters(
        bytes.fromhex(found["salt"]), found["memory_kib"], found["time"], found["parallelism"]
    )


def submit_login(
    uow: UnitOfWork,
    email: str,
    key: bytes,
    token_hash: bytes,
    *,
    shared: bool,
    organization: str | None,
) -> UUID:
    """Record an attempt; nothing is compared yet."""
    attempt: UUID = _scalar(
        uow,
        "select auth.login_submit(%s, %b, %b, %s, %s)",
        email,
        key,
        token_hash,
        shared,
        organization,
    )
    return attempt


def claim_login(uow: UnitOfWork, attempt: UUID) -> dict[str, Any]:
    """The answer to a committed attempt: ``ok`` and who it is, or ``wait`` (s), or ``choose``."""
    answer: dict[str, Any] = _scalar(uow, "select auth.login_claim(%s)", attempt)
    return answer


def rotate(uow: UnitOfWork, token_hash: bytes) -> bool:
    """Go on under another token; False where the session was rotated meanwhile."""
    return bool(_scalar(uow, "select auth.rotate(%b)", token_hash))


def logout(uow: UnitOfWork) -> None:
    """End the session and everything that it was rotated from or to."""
    _scalar(uow, "select auth.logout()")


def lock(uow: UnitOfWork) -> bool:
    """Have the session open nothing any more; False where it was ended meanwhile."""
    return bool(_scalar(uow, "select auth.lock()"))


def leave(uow: UnitOfWork, token: bytes) -> None:
    """End the session of a token that opens nothing any more."""
    _scalar(uow, "select auth.leave(%b)", token)


def revoke_session(uow: UnitOfWork, session_id: UUID) -> bool:
    """End a session; False where there is none that the actor may end."""
    return bool(_scalar(uow, "select auth.revoke_session(%s)", session_id))


def revoke_sessions(uow: UnitOfWork, user_id: UUID) -> int:
    """End a user's sessions, except the one that asks; how many there were."""
    return int(_scalar(uow, "select auth.revoke_sessions(%s)", user_id))


def sessions(uow: UnitOfWork, page: PageRequest, user_id: UUID | None) -> Page[SessionRow]:
    """The sessions of a user, or of everybody with None."""
    found = func.auth.user_sessions(user_id).table_valued(*_SESSION)
    statement = select(found, UserModel.name.label("user_name")).join(
        UserModel,
        (UserModel.organization_id == uow.principal.organization_id)
        & (UserModel.id == found.c.user_id),
    )
    return fetch_page(
        uow,
        statement,
        page,
        sorts={
            "user": func.lower(UserModel.name),
            "authenticated_at": found.c.authenticated_at,
            "last_seen_at": found.c.last_seen_at,
            "expires_at": found.c.expires_at,
            "client": found.c.client,
        },
        default="-last_seen_at",
        searched=(UserModel.name, found.c.client, found.c.login_role),
        tie=found.c.id,
    ).map(_session)


_INSTANT = DateTime(timezone=True)
_SESSION = (
    column("id", Uuid),
    column("user_id", Uuid),
    column("kind", Text),
    column("authenticated_at", _INSTANT),
    column("last_seen_at", _INSTANT),
    column("expires_at", _INSTANT),
    column("locked", Boolean),
    column("client", Text),
    column("login_role", Text),
    column("current", Boolean),
)


def _session(row: Any) -> SessionRow:
    return SessionRow(
        row.id,
        row.user_id,
        row.user_name,
        row.kind,
        row.authenticated_at,
        row.last_seen_at,
        row.expires_at,
        row.locked,
        row.client,
        row.login_role,
        row.current,
    )


def set_password(uow: UnitOfWork, key: bytes) -> bool:
    """Replace the principal's credential; False when the login is not recent enough."""
    return bool(_scalar(uow, "select auth.set_password(%b)", key))


def initialized(uow: UnitOfWork) -> bool:
    """Whether there is an organisation at all."""
    return bool(_scalar(uow, "select auth.initialized()"))


def insert_organization(
    uow: UnitOfWork, command: CreateOrganization, organization_id: UUID, user_id: UUID, key: bytes
) -> None:
    """An organisation, its roles and its first administrator."""
    _scalar(
        uow,
        "select auth.create_organization(%s, %s, %s, %s, %s, %s, %s, %b)",
        organization_id,
        command.organization,
        command.timezone,
        command.locale,
        user_id,
        command.name,
        command.email,
        key,
    )


def insert_user(uow: UnitOfWork, command: CreateUser, user_id: UUID, key: bytes) -> None:
    """A user of the principal's organisation, with a credential and roles."""
    _scalar(
        uow,
        "select auth.create_user(%s, %s, %s, %b, %s)",
        user_id,
        command.name,
        command.email,
        key,
        list(command.roles),
    )


def invite_user(uow: UnitOfWork, command: InviteUser, user_id: UUID, code_hash: bytes) -> datetime:
    """A user without a password, and a code for choosing one; returns until when it is good."""
    until: datetime = _scalar(
        uow,
        "select auth.invite_user(%s, %s, %s, %s, %b)",
        user_id,
        command.name,
        command.email,
        list(command.roles),
        code_hash,
    )
    return until


def issue_code(uow: UnitOfWork, user_id: UUID, code_hash: bytes) -> dict[str, Any] | None:
    """``kind`` and ``expires_at`` of a new code for a user; None where there is no such user."""
    answer: dict[str, Any] | None = _scalar(
        uow, "select auth.issue_code(%s, %b)", user_id, code_hash
    )
    return answer


def rescue_user(
    uow: UnitOfWork, email: str, organization: str | None, code_hash: bytes
) -> dict[str, Any] | None:
    """``user_id``, ``kind`` and ``expires_at`` of a code from the operator, or the organisations to
    ``choose`` from; None where nobody has the e-mail."""
    answer: dict[str, Any] | None = _scalar(
        uow, "select auth.rescue_user(%s, %s, %b)", email, organization, code_hash
    )
    return answer


def redeem_code(
    uow: UnitOfWork, email: str, code: bytes, key: bytes, token_hash: bytes, *, shared: bool
) -> dict[str, Any]:
    """``ok`` and who it is, with a session opened; else why it is ``refused``."""
    answer: dict[str, Any] = _scalar(
        uow, "select auth.redeem_code(%s, %b, %b, %b, %s)", email, code, key, token_hash, shared
    )
    return answer


def change_email(uow: UnitOfWork, email: str, key: bytes) -> bool:
    """Replace the principal's e-mail and credential; False when the login is not recent enough."""
    return bool(_scalar(uow, "select auth.change_email(%s, %b)", email, key))


def _scalar(uow: UnitOfWork, statement: str, *arguments: Any) -> Any:
    row = uow.driver.execute(statement.encode(), arguments).fetchone()
    return row[0] if row else None
