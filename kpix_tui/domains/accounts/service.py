"""Sign-up, login, sessions and passwords.

Use cases that hash take ``units`` and not a unit of work: hashing happens between transactions,
and a login is two of them (submit, then claim) so that no rollback undoes a failed guess.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from kpix_tui.access.actor import Actor, actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.errors import refusals, violating
from kpix_tui.db.principal import new_token, token_hash
from kpix_tui.db.uow import UnitOfWork, Units
from kpix_tui.domains.accounts import queries
from kpix_tui.domains.accounts.errors import (
    AlreadyInitialized,
    CodeExpired,
    CodeSuperseded,
    CodeUnknown,
    CodeUsed,
    EmailInvalid,
    EmailTaken,
    EmailUnchanged,
    LoginRefused,
    LoginStale,
    LoginThrottled,
    OrganizationAmbiguous,
    PasswordUnchanged,
    PasswordWrong,
    SessionEnded,
)
from kpix_tui.domains.accounts.passwords import code_hash, commonest_passwords, derive_key, new_code
from kpix_tui.domains.accounts.rules import (
    check_password,
    check_timezone,
    minutes,
    normalized_email,
    read_code,
    valid_name,
)
from kpix_tui.domains.accounts.views import (
    ChangeEmail,
    ChangePassword,
    CodeIssued,
    CodeKind,
    CreateOrganization,
    CreateUser,
    Invited,
    InviteUser,
    IssueCode,
    Login,
    OrganizationCreated,
    RedeemCode,
    SignedIn,
)
from kpix_tui.domains.people.errors import (
    RoleBeyondOwn,
    UserBeyondOwn,
    UserInactive,
    UserNotFound,
)
from kpix_tui.domains.people.rules import EVERYBODY
from kpix_tui.domains.people.service import named_roles, show_user
from kpix_tui.domains.people.views import UserRow
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.principal import Principal

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
    return _signed_in(token, principal)


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
    signed_in = _prove(units, actor, command.current, field="current")
    key = _key_for(units, actor.email, command.new)
    with units.unit_of_work(signed_in.token) as uow:
        if not queries.set_password(uow, key):
            raise LoginStale
    _log.info("password.changed", extra={"user_id": str(actor.user_id)})
    return signed_in


def change_email(units: Units, command: ChangeEmail) -> SignedIn:
    """Prove the password by a login, then sign in with another e-mail from here on.

    Every other session ends; the one that is returned takes the place of the caller's.

    Raises:
        EmailInvalid, EmailUnchanged: the new e-mail cannot be accepted.
        EmailTaken: a user of the organisation has it.
        PasswordWrong: the password is not right.
    """
    email = normalized_email(command.email)
    with units.unit_of_work() as uow:
        actor = actor_of(uow)
    if email == actor.email:
        raise EmailUnchanged(fields=("email",))
    signed_in = _prove(units, actor, command.password, field="password")
    key = _key_for(units, email, command.password)
    with (
        units.unit_of_work(signed_in.token) as uow,
        violating("uq_app_user_email", lambda: EmailTaken(email=email, fields=("email",))),
    ):
        if not queries.change_email(uow, email, key):
            raise LoginStale
    _log.info("email.changed", extra={"user_id": str(actor.user_id)})
    return signed_in


def create_user(units: Units, command: CreateUser) -> UserRow:
    """A new user of the actor's organisation, who signs in with the password given.

    Raises:
        Forbidden: the actor may not create users or give these roles.
        InputInvalid: the name, the e-mail, the password or the roles cannot be accepted.
        EmailTaken: a user of the organisation has the e-mail.
    """
    checked = replace(command, name=valid_name(command.name), email=normalized_email(command.email))
    check_password(command.password, commonest_passwords())
    with units.unit_of_work() as uow:
        _roles_to_give(uow, checked.roles)
    key = _key_for(units, checked.email, command.password)
    user_id = new_id()
    with units.unit_of_work() as uow:
        checked = replace(checked, roles=_roles_to_give(uow, checked.roles))
        with refusals(_new_user_refusals(checked.email, checked.roles)):
            queries.insert_user(uow, checked, user_id, key)
        uow.log("user.created", user_id=str(user_id), roles=list(checked.roles))
        return show_user(uow, user_id)


def invite_user(uow: UnitOfWork, command: InviteUser) -> Invited:
    """A new user of the actor's organisation, who chooses a password by a code within 72 hours.

    Raises:
        Forbidden: the actor may not create users or give these roles.
        InputInvalid: the name, the e-mail or the roles cannot be accepted.
        EmailTaken: a user of the organisation has the e-mail.
    """
    checked = InviteUser(
        valid_name(command.name),
        normalized_email(command.email),
        _roles_to_give(uow, command.roles),
    )
    user_id, code = new_id(), new_code()
    with refusals(_new_user_refusals(checked.email, checked.roles)):
        until = queries.invite_user(uow, checked, user_id, code_hash(code))
    uow.log("user.invited", user_id=str(user_id), roles=list(checked.roles))
    return Invited(show_user(uow, user_id), code, until)


def issue_code(units: Units, command: IssueCode) -> CodeIssued:
    """A code for a user: a new invitation where they have no password yet, else a reset.

    A reset takes an account over, so that the actor proves their own password for it, in a login
    of its own that ends at once. Earlier codes of the user open nothing any more.

    Raises:
        PasswordWrong: the actor's own password is not right.
        Forbidden: the actor may not, or (UserBeyondOwn) the user holds more than they do.
        UserNotFound: the organisation has no such user.
        UserInactive: they are deactivated.
    """
    with units.unit_of_work() as uow:
        actor = actor_of(uow)
        require(actor, Permission.USER_UPDATE, EVERYBODY)
        user = show_user(uow, command.user_id)
    proof = _prove(units, actor, command.password, field="password")
    code = new_code()
    try:
        with (
            units.unit_of_work(proof.token) as uow,
            refusals(
                {
                    "login_stale": LoginStale,
                    "user_inactive": lambda: UserInactive(name=user.name),
                    "user_beyond_own": lambda: UserBeyondOwn(name=user.name),
                }
            ),
        ):
            issued = queries.issue_code(uow, user.id, code_hash(code))
            if issued is None:
                raise UserNotFound(name=user.name)
            uow.log("user.code_issued", user_id=str(user.id), kind=issued["kind"])
    finally:
        with units.unit_of_work(proof.token) as uow:
            queries.logout(uow)
    until = datetime.fromisoformat(issued["expires_at"])
    return CodeIssued(user.id, user.name, user.email, CodeKind(issued["kind"]), code, until)


def redeem_code(units: Units, command: RedeemCode) -> SignedIn:
    """Choose a password by a one-time code, and sign in; what was open before ends.

    Raises:
        CodeMalformed, InputInvalid: the code or the password cannot be one.
        CodeUnknown: there is no such code for this e-mail.
        CodeUsed, CodeExpired, CodeSuperseded: it opens nothing any more.
    """
    email = normalized_email(command.email)
    code = read_code(command.code)
    check_password(command.password, commonest_passwords())
    key = _key_for(units, email, command.password)
    token = new_token()
    with units.anonymous() as uow:
        answer = queries.redeem_code(
            uow, email, code, key, token_hash(token), shared=command.shared
        )
    if not answer["ok"]:
        _log.warning("code.refused", extra={"reason": answer["refused"]})
        raise _CODE_REFUSALS[answer["refused"]]
    principal = Principal.from_answer(answer)
    _log.info("code.redeemed", extra={"user_id": str(principal.user_id)})
    return _signed_in(token, principal)


_CODE_REFUSALS: Final[Mapping[str, type[KpixError]]] = {
    "unknown": CodeUnknown,
    "used": CodeUsed,
    "expired": CodeExpired,
    "superseded": CodeSuperseded,
}


def whoami(uow: UnitOfWork) -> Actor:
    """The actor, with roles and what they grant."""
    return actor_of(uow)


def _roles_to_give(uow: UnitOfWork, names: tuple[str, ...]) -> tuple[str, ...]:
    """The roles of a new user, as they are written; whoever makes users gives roles with them."""
    actor = actor_of(uow)
    require(actor, Permission.USER_CREATE, EVERYBODY)
    require(actor, Permission.ROLE_ASSIGN, EVERYBODY)
    return named_roles(uow, names)


def _new_user_refusals(email: str, roles: tuple[str, ...]) -> dict[str, Callable[[], KpixError]]:
    return {
        "uq_app_user_email": lambda: EmailTaken(email=email, fields=("email",)),
        "role_beyond_own": lambda: RoleBeyondOwn(cells=", ".join(roles), fields=("roles",)),
    }


def _prove(units: Units, actor: Actor, password: str, *, field: str) -> SignedIn:
    """A session of the actor's that was opened just now, with their password."""
    credentials = Login(
        actor.email,
        password,
        shared=actor.shared_terminal,
        organization=actor.organization_name,
    )
    try:
        return login(units, credentials)
    except LoginRefused as error:
        raise PasswordWrong(fields=(field,)) from error


def _signed_in(token: str, principal: Principal) -> SignedIn:
    return SignedIn(
        token, principal.user_id, principal.name, principal.organization_name, principal.expires_at
    )


def _key_for(units: Units, email: str, password: str) -> bytes:
    """Ask for the salt in one transaction and hash outside of any."""
    with units.anonymous() as uow:
        parameters = queries.hash_parameters(uow, email)
    return derive_key(password, parameters)
