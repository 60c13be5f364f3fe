"""Calls of the functions in schema ``auth``: accounts have no tables that the application reads."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from kpix_tui.access.permissions import GRANTS
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.accounts.passwords import HashParameters
from kpix_tui.domains.accounts.views import CreateOrganization, CreateUser


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
    grants = {
        role.value: {p.value: s.value for p, s in cells.items()} for role, cells in GRANTS.items()
    }
    _scalar(
        uow,
        "select auth.create_organization(%s, %s, %s, %s, %s, %s, %s, %s, %b)",
        organization_id,
        command.organization,
        command.timezone,
        command.locale,
        json.dumps(grants),
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


def _scalar(uow: UnitOfWork, statement: str, *arguments: Any) -> Any:
    row = uow.driver.execute(statement.encode(), arguments).fetchone()
    return row[0] if row else None
