"""A role: its cells as a matrix, what the one under the cursor means, what has been changed."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import UUID

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kpix_tui.access.permissions import LEANS_ON, Permission
from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.errors import RoleBeyondOwn
from kpix_tui.domains.people.rules import beyond
from kpix_tui.domains.people.views import RoleDetail, UpdateRole
from kpix_tui.i18n.catalog import _, error_text, ngettext
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.administration.cells import REACHES, steps
from kpix_tui.tui.administration.matrix import Matrix
from kpix_tui.tui.administration.reach import too_narrow
from kpix_tui.tui.administration.review import ReviewScreen
from kpix_tui.tui.administration.role_place import RolePlace
from kpix_tui.tui.administration.words import how_far, meaning, role_name, role_note
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.notice import instead
from kpix_tui.tui.widgets.text import clip, plain

ROOMY: Final = 30
"""Lines of a terminal that has room for what only some need to read."""
NAMED: Final = 5
"""Holders that are named beside their count."""
_LEAVES: tuple[str, ...] = ("nav.", "administration.", "app.sign_out")


class RoleScreen(RolePlace):
    """``name`` is shown until the role is read."""

    PLACE: ClassVar[str] = "role"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.PEOPLE})
    CHANGES: ClassVar = (*RolePlace.CHANGES, "matrix.toggle", "role.save")

    def __init__(self, role_id: UUID, *, name: str = "") -> None:
        super().__init__()
        self._role_id = role_id
        self._called = name
        self._role: RoleDetail | None = None
        self._holders: tuple[str, ...] = ()

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        name = self._role.name if self._role else self._called
        return (_("Administration"), _("Roles"), role_name(name))

    def body(self) -> ComposeResult:
        """What it is for, the matrix, the cell under the cursor, what has changed."""
        with VerticalScroll(id="role-sheet", can_focus=False):
            yield Static(_("Loading…"), id="role-about", markup=False)
            yield Matrix(id="matrix")
            yield Static("", id="role-cell", markup=False)
            yield Static("", id="role-legend", markup=False)
        yield Static("", id="role-state", markup=False)

    @property
    def subject(self) -> RoleDetail | None:
        """The role."""
        return self._role

    @property
    def matrix(self) -> Matrix:
        """Its cells."""
        return self.query_one(Matrix)

    def begin(self) -> None:
        """The matrix has the keys."""
        self.matrix.focus()
        super().begin()

    # -- reading -------------------------------------------------------------------------------

    async def fetch(self) -> None:
        """The role with all its cells; what was changed here stays changed."""
        try:
            role = await self.bridge.read(people.show_role, self._role_id)
            self._holders = await self._first_holders(role)
        except NotSignedIn:
            raise
        except KpixError as error:
            if self._role is not None:
                raise
            said = instead(error_text(error), _("Press r to try again."), ascii=self.kpix.ascii)
            self.query_one("#role-about", Static).update(said)
            return
        self._role, kept = role, self.matrix.changes
        actor = self.kpix.actor
        limits = actor.grants if actor else {}
        self.matrix.show(role.cells, limits, locked=not role.editable)
        self.matrix.apply(kept)
        self.refresh_crumbs()
        self._say()
        self.refresh_bindings()

    async def _first_holders(self, role: RoleDetail) -> tuple[str, ...]:
        """The names of a few, where the actor may know them."""
        if not role.holders:
            return ()
        few = PageRequest(limit=NAMED)
        page = await self.bridge.read(people.list_holders, role.id, few)
        return tuple(plain(one.name) for one in page.rows)

    def _say(self) -> None:
        role = self._role
        if role is not None:
            self.query_one("#role-about", Static).update(self._about(role))
            self.query_one("#role-cell", Static).update(self._cell())
            self.query_one("#role-legend", Static).update(self._glyphs())
            self.query_one("#role-state", Static).update(self._state())

    def _about(self, role: RoleDetail) -> Content:
        """What it is for, why it cannot be changed, and who holds it."""
        lines = [Content(clip(role_note(role), 200))] if role_note(role) else []
        reason = self._why_locked(role)
        if reason is not None:
            lines.append(Content.styled(reason, "$text-warning"))
        lines.append(Content.styled(self._held(role), "$text-muted"))
        return Content("\n").join(lines)

    def _held(self, role: RoleDetail) -> str:
        if role.holders is None:
            return _("You may not see who holds it.")
        text = ngettext("Held by {count} person", "Held by {count} people", role.holders)
        held = text.format(count=role.holders)
        if not self._holders:
            return held
        more = role.holders > len(self._holders)
        names = ", ".join(self._holders) + ("…" if more else "")
        return _("{held}: {names}").format(held=held, names=names)

    def _why_locked(self, role: RoleDetail) -> str | None:
        if role.built_in:
            return _("Built-in roles stay as they are: press c to make your own from this one.")
        if role.editable:
            return None
        actor = self.kpix.actor
        wider = beyond(actor.grants if actor else {}, role.cells)
        if wider:
            return error_text(RoleBeyondOwn(cells=clip(", ".join(wider), 80)))
        return _("Your role shows you this one and does not let you change it.")

    def _cell(self) -> Content:
        """What the cell under the cursor lets people do, and what comes next or is in the way."""
        here = self.matrix.here
        if here is None:
            nothing = _("This cell means nothing: there is nothing to allow.")
            return Content.styled(nothing, "$text-muted")
        scope = self.matrix.scope_of(here)
        mark = REACHES[scope].mark(ascii=self.kpix.ascii)
        said = Content.assemble(
            (meaning(here), "bold"), "  ", (f"{mark} {how_far(here, scope)}", "$accent")
        )
        return Content.assemble(said, "\n", self._hint(here))

    def _hint(self, here: Permission) -> Content:
        """What may surprise about the cell; else what Space makes of it."""
        scope = self.matrix.scope_of(here)
        needed = self._lacking(here) if scope is not None else None
        if needed is not None:
            text = _("Worth nothing without: {meaning}").format(meaning=meaning(needed))
            return Content.styled(text, "$text-warning")
        if self.matrix.locked:
            return Content("")
        possible = steps(here, self.matrix.limit_of(here))
        arrow = " -> " if self.kpix.ascii else " → "
        scopes = Content.styled(arrow, "$text-muted").join(
            Content.styled(_(REACHES[one].word), "bold" if one is scope else "$text-muted")
            for one in possible
        )
        return Content.assemble((_("Space:") + " ", "$text-muted"), scopes)

    def _lacking(self, here: Permission) -> Permission | None:
        """What the permission leans on and the role does not have."""
        cells = self.matrix.cells
        resource = here.value.partition(":")[0]
        reading = next((one for one in Permission if one.value == f"{resource}:read"), None)
        leans = (reading, LEANS_ON.get(here))
        return next((one for one in leans if one is not None and one not in cells), None)

    def _state(self) -> Content:
        """How much the role allows, or how much is not saved yet."""
        count = len(self.matrix.changes)
        if not count:
            rights = len(self.matrix.cells)
            text = ngettext("{count} right", "{count} rights", rights).format(count=rights)
            return Content.styled(text, "$text-muted")
        text = ngettext(
            "{count} cell changed and not saved. Ctrl+S shows who is affected.",
            "{count} cells changed and not saved. Ctrl+S shows who is affected.",
            count,
        )
        return Content.styled(text.format(count=count), "$text-warning bold")

    def _glyphs(self) -> Content:
        """How far each one reaches, in full where there is room."""
        ascii = self.kpix.ascii
        if self.size.height < ROOMY:
            words = (f"{one.mark(ascii=ascii)} {_(one.word)}" for one in REACHES.values())
            return Content.styled("   ".join(words), "$text-muted")
        wide = max(cell_len(_(one.word)) for one in REACHES.values())
        return Content("\n").join(
            Content.assemble(
                f"{one.mark(ascii=ascii)} {_(one.word)}",
                " " * (wide - cell_len(_(one.word)) + 3),
                (_(one.sentence), "$text-muted"),
            )
            for one in REACHES.values()
        )

    # -- permissions ---------------------------------------------------------------------------

    def why_not(self, action: Action) -> str | None:
        """Nothing that was changed is lost by going elsewhere."""
        dirty = bool(self.matrix.changes)
        if dirty and action.id.startswith(_LEAVES) and action.id != "administration.back":
            return _("Your changes are not saved: Ctrl+S saves them, Esc leaves them.")
        if reason := super().why_not(action):
            return reason
        role = self._role
        if role is not None and not role.editable and action.id in self.CHANGES:
            return self._why_locked(role)
        if action.id in ("role.save", "matrix.undo") and not dirty:
            return _("Nothing has been changed.")
        if action.id == "matrix.toggle":
            return self._why_fixed()
        return None

    def _why_fixed(self) -> str | None:
        here = self.matrix.here
        if here is None:
            return _("This cell means nothing: there is nothing to allow.")
        if self.matrix.limit_of(here) is None:
            return _("You do not hold this yourself: you cannot pass it on.")
        return None

    # -- actions -------------------------------------------------------------------------------

    @on(Matrix.Moved)
    def _moved(self) -> None:
        self._say()
        self.query_one("#role-sheet").scroll_to_region(self.matrix.line, animate=False)
        self.refresh_bindings()

    def opened(self, role: RoleDetail) -> None:
        """The role that was made from this one."""
        self.kpix.open(RoleScreen(role.id, name=role.name))

    def do_back(self) -> None:
        """Leave; asks first when something was changed."""
        if not self.matrix.changes:
            super().do_back()
            return
        question = Confirm(
            _("Leave without saving?"), _("What you changed will be lost."), yes=_("Leave")
        )
        self.app.push_screen(question, self._left)

    def _left(self, sure: bool | None) -> None:
        if sure:
            super().do_back()

    def do_save(self) -> None:
        """Show what saving would change, and for whom."""
        role = self._role
        if role is None:
            return
        command = UpdateRole(
            role.id, role.version, role.name, role.description, dict(self.matrix.cells)
        )

        async def preview() -> None:
            impact = None
            if too_narrow(self.kpix.actor, Permission.USER_READ) is None:
                impact = await self.bridge.read(people.preview_role, command)
            self.kpix.open(ReviewScreen(command, self.matrix.changes, impact))

        self.attempt(preview, group="open", exclusive=True)

    def on_screen_resume(self) -> None:
        """Back from saving: what was saved is not a change any more."""
        if self._role is not None:
            self.reload()

    def again(self) -> KpixScreen[Any]:
        """This role anew."""
        return RoleScreen(self._role_id, name=self._called)
