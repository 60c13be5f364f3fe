"""What can go wrong with users, teams and roles."""

from __future__ import annotations

from kpix_tui.kernel.errors import Conflict, Forbidden, InputInvalid, NotFound, message


class RoleUnknown(NotFound):
    """The organisation has no role of this name."""

    code = "people.role_unknown"
    message = message("There is no role {name}. Roles: {roles}")


class RoleMissing(InputInvalid):
    """A user needs at least one role."""

    code = "people.role_missing"
    message = message("A user needs at least one role.")


class UserNotFound(NotFound):
    """The organisation has no such user."""

    code = "people.user_not_found"
    message = message("There is no user {name}.")


class UserAmbiguous(Conflict):
    """Several users have the name."""

    code = "people.user_ambiguous"
    message = message("Several people are called {name}: name them by e-mail or id.")


class UserInactive(Conflict):
    """A deactivated user is given nothing new."""

    code = "people.user_inactive"
    message = message("{name} is deactivated: activate them first.")


class UserBeyondOwn(Forbidden):
    """Whoever holds more than the actor is out of the actor's hands."""

    code = "people.user_beyond_own"
    message = message("{name} holds rights that you do not have: ask an administrator.")


class SelfDeactivation(Conflict):
    """Nobody locks themselves out."""

    code = "people.self_deactivation"
    message = message("You cannot deactivate yourself: ask another administrator.")


class LastAdministrator(Conflict):
    """The organisation would be left without an active administrator who has signed in."""

    code = "people.last_administrator"
    message = message(
        "The organisation needs an active administrator: give somebody else the role ADMIN first."
    )


class NameInvalid(InputInvalid):
    """The name of a user, a team or a role is empty, too long, or holds what cannot be seen."""

    code = "people.name_invalid"
    message = message("A name has between 1 and {maximum} visible characters.")


class DescriptionTooLong(InputInvalid):
    """The description of a role is too long."""

    code = "people.description_too_long"
    message = message("A description has at most {maximum} characters.")


class TeamNotFound(NotFound):
    """The organisation has no such team."""

    code = "people.team_not_found"
    message = message("There is no team {name}.")


class TeamNameTaken(Conflict):
    """A team of the organisation has this name."""

    code = "people.team_name_taken"
    message = message("A team called {name} exists already.")


class MemberAlready(Conflict):
    """The user is in the team."""

    code = "people.member_already"
    message = message("{name} is in the team {team} already.")


class MemberUnknown(NotFound):
    """The user is not in the team."""

    code = "people.member_unknown"
    message = message("{name} is not in the team {team}.")


class LeadsOutOfReach(Forbidden):
    """A lead manages members; who leads is decided by whoever manages all teams."""

    code = "people.leads_out_of_reach"
    message = message("You manage the members of teams that you lead, and not who leads them.")


class RoleNameTaken(Conflict):
    """A role of the organisation has this name, whatever the case."""

    code = "people.role_name_taken"
    message = message("A role called {name} exists already.")


class RoleNameReserved(InputInvalid):
    """A role of one's own is named like a built-in one."""

    code = "people.role_name_reserved"
    message = message("{name} is the name of a built-in role: choose another.")


class RoleBuiltIn(Conflict):
    """Built-in roles stay as they are."""

    code = "people.role_built_in"
    message = message("{name} is a built-in role and stays as it is: create a role of your own.")


class RoleHeld(Conflict):
    """A role that people hold is not deleted."""

    code = "people.role_held"
    message = message("People hold the role {name}: take it from them first.")


class RoleNotHeld(NotFound):
    """The user does not hold the role."""

    code = "people.role_not_held"
    message = message("{name} does not hold the role {role}.")


class RoleBeyondOwn(Forbidden):
    """A role holds, or would hold, a permission further than the actor does."""

    code = "people.role_beyond_own"
    message = message("You cannot pass on more than you hold yourself: {cells}")


class CellInvalid(InputInvalid):
    """A permission that has no meaning at this scope."""

    code = "people.cell_invalid"
    message = message("{permission} cannot be given at {scope}, only at: {scopes}")
