"""Users, teams and roles in memory, behind the names of the use cases. Nothing is random."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.access.permissions import GRANTS, BuiltinRole, Permission, Scope
from kpix_tui.domains.accounts.views import CodeIssued, CodeKind, Invited, InviteUser, IssueCode
from kpix_tui.domains.people.rules import changes, changes_beside, widest
from kpix_tui.domains.people.views import (
    AffectedUser,
    Cells,
    CreateRole,
    HeldRole,
    HolderRow,
    MemberRow,
    RoleDetail,
    RoleImpact,
    RoleRow,
    TeamRow,
    UpdateRole,
    UpdateTeam,
    UserDetail,
    UserRow,
    UserTeam,
)
from kpix_tui.kernel.errors import KpixError, Unavailable
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest
from tests.tui.support import NOW, USER

SINCE = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
CODE = "7KQ2-M9XD-4TVB-E0HW-PR61-3ZNC-YG"


@dataclass
class People:
    """What the fake use cases read and write.

    ``failing`` holds what the next call of a use case raises, by its name; while ``down`` nothing
    answers, and while ``discreet`` nobody is told who holds what.
    """

    users: dict[UUID, UserRow] = field(default_factory=dict)
    teams: dict[UUID, TeamRow] = field(default_factory=dict)
    members: dict[UUID, dict[UUID, bool]] = field(default_factory=dict)
    roles: dict[UUID, RoleDetail] = field(default_factory=dict)
    failing: dict[str, KpixError] = field(default_factory=dict)
    down: bool = False
    discreet: bool = False
    asked: list[tuple[str, Any]] = field(default_factory=list)

    # -- filling -------------------------------------------------------------------------------

    def user(
        self, name: str, *roles: str, active: bool = True, invited: bool = False, email: str = ""
    ) -> UserRow:
        """Add a person; the first one is who sits at the keyboard."""
        number = len(self.users)
        made = UserRow(
            id=UUID(int=USER.int + number * 100),
            name=name,
            email=email or f"{name.split(maxsplit=1)[0].lower()}@acme.test",
            active=active,
            invited=invited,
            roles=roles,
            created_at=SINCE + timedelta(days=7 * number),
            teams=(),
        )
        self.users[made.id] = made
        return made

    def team(self, name: str, *members: UserRow, lead: UserRow | None = None) -> TeamRow:
        """Add a team."""
        made = TeamRow(
            UUID(int=5000 + len(self.teams)), name, 0, (), False, False, SINCE, version=1
        )
        self.teams[made.id] = made
        self.members[made.id] = {one.id: one is lead for one in members}
        self._recount()
        return self.teams[made.id]

    def role(self, name: str, cells: Cells, description: str = "") -> RoleDetail:
        """Add a role."""
        built_in = name in set(BuiltinRole)
        made = RoleDetail(
            UUID(int=7000 + len(self.roles)),
            name,
            description,
            built_in,
            cells,
            holders=0,
            editable=not built_in,
            version=1,
        )
        self.roles[made.id] = made
        return made

    def _recount(self) -> None:
        for one in self.teams.values():
            leads = tuple(self.users[u].name for u, lead in self.members[one.id].items() if lead)
            mine = self.members[one.id].get(USER)
            self.teams[one.id] = replace(
                one,
                members=len(self.members[one.id]),
                leads=leads,
                mine=mine is not None,
                led=bool(mine),
            )
        for user in self.users.values():
            teams = (self.teams[t].name for t, held in self.members.items() if user.id in held)
            self.users[user.id] = replace(user, teams=tuple(sorted(teams)))

    def _note(self, name: str, what: Any) -> None:
        self.asked.append((name, what))
        if self.down:
            raise Unavailable(reason="no route")
        if name in self.failing:
            raise self.failing.pop(name)

    # -- users ---------------------------------------------------------------------------------

    def list_users(self, _uow: Any, page: PageRequest = FIRST_PAGE) -> Page[UserRow]:
        """By name."""
        self._note("list_users", page)
        rows = [one for one in self.users.values() if page.text.lower() in one.name.lower()]
        return _cut(rows, page)

    def show_user_detail(self, _uow: Any, user_id: UUID) -> UserDetail:
        """One person."""
        self._note("show_user_detail", user_id)
        user = self.users[user_id]
        held = tuple(
            HeldRole(role.id, role.name, role.built_in, SINCE, "Ada Lovelace")
            for role in self.roles.values()
            if role.name in user.roles
        )
        teams = tuple(
            UserTeam(team.id, team.name, self.members[team.id][user_id])
            for team in self.teams.values()
            if user_id in self.members[team.id]
        )
        return UserDetail(user, held, teams)

    def rename_user(self, _uow: Any, user_id: UUID, name: str) -> UserRow:
        """Another name."""
        self._note("rename_user", name)
        self.users[user_id] = replace(self.users[user_id], name=name)
        return self.users[user_id]

    def set_active(self, _uow: Any, user_id: UUID, active: bool) -> UserRow:
        """In or out."""
        self._note("set_active", (user_id, active))
        self.users[user_id] = replace(self.users[user_id], active=active)
        return self.users[user_id]

    def invite_user(self, _uow: Any, command: InviteUser) -> Invited:
        """A new person."""
        self._note("invite_user", command)
        made = self.user(command.name, *command.roles, invited=True, email=command.email)
        return Invited(made, CODE, NOW + timedelta(hours=72))

    def issue_code(self, _units: Any, command: IssueCode) -> CodeIssued:
        """A code."""
        self._note("issue_code", command)
        user = self.users[command.user_id]
        kind = CodeKind.INVITATION if user.invited else CodeKind.RESET
        return CodeIssued(user.id, user.name, user.email, kind, CODE, NOW + timedelta(hours=1))

    # -- teams ---------------------------------------------------------------------------------

    def list_teams(self, _uow: Any, page: PageRequest = FIRST_PAGE) -> Page[TeamRow]:
        """By name."""
        self._note("list_teams", page)
        rows = [one for one in self.teams.values() if page.text.lower() in one.name.lower()]
        return _cut(rows, page)

    def create_team(self, _uow: Any, name: str) -> TeamRow:
        """A new one."""
        self._note("create_team", name)
        return self.team(name)

    def update_team(self, _uow: Any, command: UpdateTeam) -> TeamRow:
        """Another name."""
        self._note("update_team", command)
        self.teams[command.id] = replace(self.teams[command.id], name=command.name)
        return self.teams[command.id]

    def show_team(self, _uow: Any, team_id: UUID) -> TeamRow:
        """As it is now."""
        return self.teams[team_id]

    def delete_team(self, _uow: Any, team_id: UUID) -> TeamRow:
        """Gone."""
        self._note("delete_team", team_id)
        del self.members[team_id]
        return self.teams.pop(team_id)

    def list_members(
        self, _uow: Any, team_id: UUID, page: PageRequest = FIRST_PAGE
    ) -> Page[MemberRow]:
        """Leads first."""
        self._note("list_members", page)
        rows = [self._member(user_id, lead) for user_id, lead in self.members[team_id].items()]
        rows.sort(key=lambda row: (not row.lead, row.name))
        return Page(tuple(rows), len(rows))

    def _member(self, user_id: UUID, lead: bool) -> MemberRow:
        user = self.users[user_id]
        return MemberRow(user_id, user.name, user.active, lead, SINCE)

    def add_member(
        self, _uow: Any, team_id: UUID, user_id: UUID, *, lead: bool = False
    ) -> MemberRow:
        """One more."""
        self._note("add_member", (team_id, user_id))
        self.members[team_id][user_id] = lead
        self._recount()
        return self._member(user_id, lead)

    def set_lead(self, _uow: Any, team_id: UUID, user_id: UUID, lead: bool) -> MemberRow:
        """Lead or not."""
        self._note("set_lead", (user_id, lead))
        self.members[team_id][user_id] = lead
        self._recount()
        return self._member(user_id, lead)

    def remove_member(self, _uow: Any, team_id: UUID, user_id: UUID) -> MemberRow:
        """One less."""
        self._note("remove_member", (team_id, user_id))
        gone = self._member(user_id, self.members[team_id].pop(user_id))
        self._recount()
        return gone

    # -- roles ---------------------------------------------------------------------------------

    def list_roles(self, _uow: Any, page: PageRequest = FIRST_PAGE) -> Page[RoleRow]:
        """Built-in ones first."""
        self._note("list_roles", page)
        rows = [self._role_row(role) for role in self.roles.values()]
        return _cut([row for row in rows if page.text.lower() in row.name.lower()], page)

    def _role_row(self, role: RoleDetail) -> RoleRow:
        return RoleRow(
            id=role.id,
            name=role.name,
            description=role.description,
            built_in=role.built_in,
            cells=len(role.cells),
            holders=None if self.discreet else len(self._holders(role)),
            version=role.version,
        )

    def _holders(self, role: RoleDetail) -> list[UserRow]:
        return [user for user in self.users.values() if role.name in user.roles]

    def show_role(self, _uow: Any, role_id: UUID) -> RoleDetail:
        """With its cells."""
        self._note("show_role", role_id)
        role = self.roles[role_id]
        holders = None if self.discreet else len(self._holders(role))
        return replace(role, holders=holders)

    def list_role_details(self, _uow: Any, page: PageRequest = FIRST_PAGE) -> Page[RoleDetail]:
        """All with their cells."""
        self._note("list_role_details", page)
        rows = self.list_roles(_uow, page)
        return rows.map(lambda row: self.show_role(_uow, row.id))

    def list_holders(
        self, _uow: Any, role_id: UUID, page: PageRequest = FIRST_PAGE
    ) -> Page[HolderRow]:
        """Who holds it."""
        self._note("list_holders", page)
        rows = [
            HolderRow(user.id, user.name, user.active, SINCE, "Ada Lovelace")
            for user in self._holders(self.roles[role_id])
        ]
        return _cut(rows, page)

    def create_role(self, _uow: Any, command: CreateRole) -> RoleDetail:
        """A new one."""
        self._note("create_role", command)
        return self.role(command.name, command.cells, command.description)

    def update_role(self, _uow: Any, command: UpdateRole) -> RoleDetail:
        """Other cells."""
        self._note("update_role", command)
        old = self.roles[command.id]
        for user in self._holders(old):
            names = (command.name if name == old.name else name for name in user.roles)
            self.users[user.id] = replace(user, roles=tuple(names))
        self.roles[command.id] = replace(
            old,
            name=command.name,
            description=command.description,
            cells=command.cells,
            version=old.version + 1,
        )
        return self.roles[command.id]

    def preview_role(self, _uow: Any, command: UpdateRole) -> RoleImpact:
        """What would change, and for whom."""
        self._note("preview_role", command)
        role = self.roles[command.id]
        holders = self._holders(role)
        affected = (
            AffectedUser(
                user.id,
                user.name,
                changes_beside(self._others(user, role), role.cells, command.cells),
            )
            for user in holders
        )
        return RoleImpact(
            role.id,
            command.name,
            changes(role.cells, command.cells),
            len(holders),
            tuple(one for one in affected if one.changes),
        )

    def _others(self, user: UserRow, role: RoleDetail) -> dict[Permission, Scope]:
        others = (one for one in self.roles.values() if one is not role and one.name in user.roles)
        return widest(cell for one in others for cell in one.cells.items())

    def delete_role(self, _uow: Any, role_id: UUID) -> RoleDetail:
        """Gone."""
        self._note("delete_role", role_id)
        return self.roles.pop(role_id)

    def assign_role(self, _uow: Any, user_id: UUID, role_id: UUID) -> UserDetail:
        """Give."""
        self._note("assign_role", (user_id, role_id))
        user, role = self.users[user_id], self.roles[role_id]
        self.users[user_id] = replace(user, roles=(*user.roles, role.name))
        return self.show_user_detail(_uow, user_id)

    def unassign_role(self, _uow: Any, user_id: UUID, role_id: UUID) -> UserDetail:
        """Take."""
        self._note("unassign_role", (user_id, role_id))
        user, role = self.users[user_id], self.roles[role_id]
        left = tuple(name for name in user.roles if name != role.name)
        self.users[user_id] = replace(user, roles=left)
        return self.show_user_detail(_uow, user_id)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Take the place of the services."""
        patch.setattr("kpix_tui.domains.accounts.service.is_initialized", lambda _uow: True)
        for domain, names in _SERVICES.items():
            for name in names:
                patch.setattr(f"kpix_tui.domains.{domain}.service.{name}", getattr(self, name))


_SERVICES = {
    "accounts": ("invite_user", "issue_code"),
    "people": (
        *("list_users", "show_user_detail", "rename_user", "set_active"),
        *("list_teams", "create_team", "show_team", "update_team", "delete_team"),
        *("list_members", "add_member", "set_lead", "remove_member"),
        *("list_roles", "list_role_details", "show_role", "list_holders"),
        *(
            "create_role",
            "update_role",
            "preview_role",
            "delete_role",
            "assign_role",
            "unassign_role",
        ),
    ),
}


def _cut(rows: list[Any], page: PageRequest) -> Page[Any]:
    return Page(tuple(rows[page.offset : page.offset + page.limit]), len(rows), page.offset)


def hospital() -> People:
    """Nine people in every state, four teams, the built-in roles and two of the house's own."""
    people = People()
    for builtin in BuiltinRole:
        people.role(builtin.value, dict(GRANTS[builtin]))
    quality = {
        Permission.DASHBOARD_READ: Scope.ORGANIZATION,
        Permission.DASHBOARD_CREATE: Scope.ORGANIZATION,
        Permission.DASHBOARD_UPDATE: Scope.TEAM,
        Permission.KPI_READ: Scope.ORGANIZATION,
        Permission.KPI_UPDATE: Scope.TEAM,
        Permission.KPI_VALUE_READ: Scope.ORGANIZATION,
        Permission.KPI_VALUE_CREATE: Scope.TEAM,
        Permission.KPI_VALUE_UPDATE: Scope.OWN,
        Permission.USER_READ: Scope.OWN,
        Permission.TEAM_READ: Scope.ORGANIZATION,
    }
    people.role("Quality manager", quality, "Builds the dashboards of quality and safety")
    people.role("Night desk", {Permission.DASHBOARD_READ: Scope.TEAM}, "Reads at night")
    ada = people.user("Ada Lovelace", "ADMIN")
    edsger = people.user("Edsger Dijkstra", "VIEWER", active=False)
    grace = people.user("Grace Hopper", "MANAGER", "Quality manager")
    katherine = people.user("Katherine Johnson", "USER")
    linus = people.user("Linus Pauling", "USER", "Quality manager")
    margaret = people.user("Margaret Hamilton", "ADMIN", "MANAGER")
    people.user("Niklaus Wirth", "VIEWER", invited=True)
    rosalind = people.user("Rosalind Franklin", "Quality manager")
    people.user("Tim Berners-Lee")
    people.team("Emergency", grace, katherine, linus, lead=grace)
    people.team("Laboratory", rosalind, linus, margaret, edsger, lead=rosalind)
    people.team("Management", ada, margaret, lead=ada)
    people.team("Night shift")
    return people
