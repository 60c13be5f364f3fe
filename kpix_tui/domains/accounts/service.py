"""Sign-up, login, sessions and passwords.

Use cases that hash take ``units`` and not a unit of work: hashing happens between transactions,
and a login is two of them (submit, then claim) so that no rollback undoes a failed guess.
"""

from __future__ import annotations

import hashlib
import logging

from kpix_tui.access.actor import Actor, actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.errors import violating
from kpix_tui.db.principal import Principal, new_token, token_hash
from kpix_tui.db.uow import UnitOfWork, Units
from kpix_tui.domains.accounts import queries
from kpix_tui.domains.accounts.errors import (
    AlreadyInitialized,
    EmailInvalid,
    EmailTaken,
    LoginRefused,
    LoginStale,
    LoginThrottled,
    OrganizationAmbiguous,
    PasswordUnchanged,
    PasswordWrong,
    SessionEnded,
)
from kpix_tui.domains.accounts.passwords import commonest_passwords, derive_key
from kpix_tui.domains.accounts.rules import (
    check_password,
    check_timezone,
    minutes,
    normalized_email,
    valid_name,
)
from kpix_tui.domains.accounts.views import (
    ChangePassword,
    CreateOrganization,
    CreateUser,
    Login,
    OrganizationCreated,
    SignedIn,
)
from kpix_tui.domains.people.errors import RoleMissing, RoleUnknown
from kpix_tui.domains.people.service import list_roles, show_user
from kpix_tui.domains.people.views import UserRow
from kpix_tui.kernel.ids import new_id

_log = logging.getLogger("kpix.accounts")


def checked_organization(command: CreateOrganization) -> CreateOrganization:
    """What is given to create an organisation, as it will be kept; asks no database.

    Raises:
        InputInvalid: a name, the e-mail, the password or the time zone cannot be accepted.
    """
    check_password(command.password, commonest_passwords())
    return CreateOrganization(
        organization=valid_name(command.organization, field="organization"),
        name=valid_name(command.name),
        email=normalized_email(command.email),
        password=command.password,
        timezone=check_timezone(command.timezone),
        locale=command.locale,
    )


def create_organization(units: Units, command: CreateOrganization) -> OrganizationCreated:
    """An organisation with its built-in roles and its first administrator, as the operator.

    Raises:
        InputInvalid: a name, the e-mail, the password or the time zone cannot be accepted.
        AlreadyInitialized: there is an organisation of this name.
    """
    checked = checked_organization(command)
    key = _key_for(units, checked.email, command.password)
    created = OrganizationCreated(new_id(), new_id())
    with units.owner() as uow, violating("uq_organization_name", AlreadyInitialized):
        queries.insert_organization(uow, checked, created.organization_id, created.user_id, key)
    _log.info("organization.created", extra={"organization_id": str(created.organization_id)})
    return created


def is_initialized(uow: UnitOfWork) -> bool:
    """Whether there is an organisation to sign in to; anybody may ask."""
    return queries.initialized(uow)


def login(units: Units, command: Login) -> SignedIn:
    """Open a session. The same time and the same answer for a wrong password and an unknown e-mail.

    Raises:
        LoginRefused: the e-mail or the password is wrong.
        LoginThrottled: more than 5 guesses in 15 minutes; this one was not looked at.
        OrganizationAmbiguous: the e-mail and password open several organisations.
    """
    try:
        email = normalized_email(command.email)
    except EmailInvalid:
        # Hashed like any other, so that what is no address answers no sooner.
        email = command.email.strip().lower()[:254]
    key = _key_for(units, email, command.password)
    token = new_token()
    with units.anonymous() as uow:
        attempt = queries.submit_login(
            uow,
            email,
            key,
            token_hash(token),
            shared=command.shared,
            organization=command.organization,
        )
    with units.anonymous() as uow:
        answer = queries.claim_login(uow, attempt)
    if not answer["ok"]:
        _refuse_login(email, answer)
    principal = Principal.from_answer(answer)
    _log.info("login.accepted", extra={"user_id": str(principal.user_id)})
    return SignedIn(
        token, principal.user_id, principal.name, principal.organization_name, principal.expires_at
    )


def _refuse_login(email: str, answer: dict[str, object]) -> None:
    _log.warning(
        "login.refused",
        extra={
            "account": hashlib.sha256(email.encode()).hexdigest()[:16],
            "throttled": "wait" in answer,
        },
    )
    match answer:
        case {"wait": int(seconds)}:
            raise LoginThrottled(minutes=minutes(seconds))
        case {"choose": list(names)}:
            raise OrganizationAmbiguous(names=", ".join(map(str, names)), fields=("organization",))
        case _:
            raise LoginRefused


def logout(uow: UnitOfWork) -> None:
    """End the session; its token opens nothing any more."""
    queries.logout(uow)
    uow.log("logout", user_id=str(uow.principal.user_id))


def rotate_token(uow: UnitOfWork) -> str:
    """Go on under a new token, which the caller keeps; the old one dies within half a minute.

    Raises:
        SessionEnded: another process rotated it first; read the kept token again.
    """
    token = new_token()
    if not queries.rotate(uow, token_hash(token)):
        raise SessionEnded
    return token


def change_password(units: Units, command: ChangePassword) -> SignedIn:
    """Prove the current password by a login, then replace it; every other session ends.

    The session that is returned takes the place of the caller's.

    Raises:
        PasswordWrong: the current password is not right.
        PasswordUnchanged: the new one is the same.
        InputInvalid: the new one is too short or too common.
    """
    check_password(command.new, commonest_passwords(), field="new")
    if command.new == command.current:
        raise PasswordUnchanged(fields=("new",))
    with units.unit_of_work() as uow:
        actor = actor_of(uow)
    credentials = Login(
        actor.email,
        command.current,
        shared=actor.shared_terminal,
        organization=actor.organization_name,
    )
    try:
        signed_in = login(units, credentials)
    except LoginRefused as error:
        raise PasswordWrong(fields=("current",)) from error
    key = _key_for(units, actor.email, command.new)
    with units.unit_of_work(signed_in.token) as uow:
        if not queries.set_password(uow, key):
            raise LoginStale
    _log.info("password.changed", extra={"user_id": str(actor.user_id)})
    return signed_in


def create_user(units: Units, command: CreateUser) -> UserRow:
    """A new user of the actor's organisation, who signs in with the password given.

    Raises:
        Forbidden: the actor may not create users or give roles.
        InputInvalid: the name, the e-mail, the password or the roles cannot be accepted.
        EmailTaken: a user of the organisation has the e-mail.
    """
    checked = CreateUser(
        valid_name(command.name),
        normalized_email(command.email),
        tuple(role.upper() for role in command.roles),
        command.password,
    )
    check_password(command.password, commonest_passwords())
    with units.unit_of_work() as uow:
        _may_create(uow, checked)
    key = _key_for(units, checked.email, command.password)
    user_id = new_id()
    with units.unit_of_work() as uow:
        _may_create(uow, checked)
        with violating(
            "uq_app_user_email", lambda: EmailTaken(email=checked.email, fields=("email",))
        ):
            queries.insert_user(uow, checked, user_id, key)
        uow.log("user.created", user_id=str(user_id), roles=list(checked.roles))
        return show_user(uow, user_id)


def whoami(uow: UnitOfWork) -> Actor:
    """The actor, with roles and what they grant."""
    return actor_of(uow)


def _may_create(uow: UnitOfWork, command: CreateUser) -> None:
    actor = actor_of(uow)
    require(actor, Permission.USER_CREATE)
    require(actor, Permission.ROLE_ASSIGN)
    if not command.roles:
        raise RoleMissing(fields=("roles",))
    known = [role.name for role in list_roles(uow)]
    for name in command.roles:
        if name not in known:
            raise RoleUnknown(name=name, roles=", ".join(known), fields=("roles",))


def _key_for(units: Units, email: str, password: str) -> bytes:
    """Ask for the salt in one transaction and hash outside of any."""
    with units.anonymous() as uow:
        parameters = queries.hash_parameters(uow, email)
    return derive_key(password, parameters)
