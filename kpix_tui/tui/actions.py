"""The one registry of what can be done with a key.

It feeds the bindings, the footer, the help, the palette, the user's keymap file and
``docs/guide/keys.md``. A screen names its place (``PLACE``), takes its bindings from
:func:`bindings_for` and answers the action ``kpi.enter`` with a method ``do_enter``. Places with
many actions keep them in a module of their own (``administration/actions.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from textual.binding import Binding, BindingType

from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.action import GLOBAL as GLOBAL
from kpix_tui.tui.action import Action as Action
from kpix_tui.tui.action import local as _local
from kpix_tui.tui.action import quiet as _quiet
from kpix_tui.tui.administration.actions import ADMINISTRATION
from kpix_tui.tui.audit.actions import AUDIT
from kpix_tui.tui.comments.actions import COMMENTS
from kpix_tui.tui.dashboards.actions import DASHBOARDS
from kpix_tui.tui.lock.actions import SESSIONS
from kpix_tui.tui.modals.actions import DIALOGS
from kpix_tui.tui.my_work.actions import MY_WORK
from kpix_tui.tui.overview.actions import OVERVIEW
from kpix_tui.tui.plans.actions import PLANS
from kpix_tui.tui.search.actions import SEARCH
from kpix_tui.tui.sharing.actions import SHARING

_TABLE: Final = ("table",)

ACTIONS: Final[tuple[Action, ...]] = (
    # Lists: the keys of every paged table.
    Action("table.open", _m("Open"), _m("Open the row under the cursor."), ("enter",), _TABLE),
    Action(
        "table.filter",
        _m("Filter"),
        _m("Keep the rows that contain what you type."),
        ("slash",),
        _TABLE,
    ),
    Action(
        "table.sort",
        _m("Sort"),
        _m("Sort by the column under the cursor; again to reverse."),
        ("s",),
        _TABLE,
    ),
    _quiet("table.up", _m("Up"), _m("One row up."), ("up", "k"), _TABLE),
    _quiet("table.down", _m("Down"), _m("One row down."), ("down", "j"), _TABLE),
    _quiet("table.left", _m("Left"), _m("One column to the left."), ("left", "h"), _TABLE),
    _quiet("table.right", _m("Right"), _m("One column to the right."), ("right", "l"), _TABLE),
    _quiet("table.first", _m("First"), _m("The first row."), ("home",), _TABLE),
    _quiet("table.last", _m("Last"), _m("The last row."), ("end",), _TABLE),
    _quiet("table.page_up", _m("Page up"), _m("A page up."), ("pageup",), _TABLE),
    _quiet("table.page_down", _m("Page down"), _m("A page down."), ("pagedown",), _TABLE),
    Action(
        "table.copy",
        _m("Copy"),
        _m("Copy the cell under the cursor to the clipboard, over SSH too."),
        ("y",),
        _TABLE,
        None,
        False,
    ),
    _quiet(
        "table.clear",
        _m("Drop the filter"),
        _m("Show every row again; without a filter, leave the screen."),
        ("escape",),
        _TABLE,
    ),
    _local(
        "table.mark",
        _m("Mark"),
        _m("Mark the row, or not any more: what you do next concerns all that are marked."),
        ("space",),
        ("marks",),
    ),
    _local(
        "filter.done",
        _m("Keep"),
        _m("Back to the rows, with the filter."),
        ("enter", "down"),
        ("filter",),
    ),
    _local(
        "filter.clear", _m("Drop the filter"), _m("Show every row again."), ("escape",), ("filter",)
    ),
    *DASHBOARDS,
    *DIALOGS,
    _local(
        "notice.copy",
        _m("Copy"),
        _m("Copy the message to the clipboard, over SSH too."),
        ("y",),
        ("notice",),
    ),
    _local(
        "login.sign_in",
        _m("Sign in"),
        _m("Sign in with what was typed."),
        ("ctrl+s",),
        ("login", "switch"),
    ),
    Action(
        "first_run.create",
        _m("Create"),
        _m("Create the organisation and its first administrator."),
        ("enter",),
        ("first_run",),
    ),
    Action(
        "first_run.demo",
        _m("Demonstration"),
        _m("Look at a demonstration made of public data, in a database of its own."),
        ("d",),
        ("first_run",),
    ),
    _quiet("help.scroll_up", _m("Up"), _m("Towards the first key."), ("up",), ("help",)),
    _quiet("help.scroll_down", _m("Down"), _m("Towards the last key."), ("down",), ("help",)),
    _local("palette.choose", _m("Do it"), _m("Do it."), ("enter",), ("palette",)),
    _local("palette.up", _m("Up"), _m("The line above."), ("up",), ("palette",)),
    _local("palette.down", _m("Down"), _m("The line below."), ("down",), ("palette",)),
    Action("start.refresh", _m("Try again"), _m("Try again."), ("r",), ("start",)),
    # Everywhere.
    _local(
        "nav.back",
        _m("Back"),
        _m("Back to where you came from."),
        ("escape",),
        ("dashboard", "kpi", "administration", "my_work"),
    ),
    Action("nav.refresh", _m("Refresh"), _m("Read again."), ("r",), (GLOBAL,), None, False),
    Action(
        "nav.previous",
        _m("Previous view"),
        _m("The view you left last."),
        ("minus",),
        (GLOBAL,),
        None,
        False,
    ),
    Action(
        "nav.dashboards",
        _m("Dashboards"),
        _m("The list of dashboards."),
        ("2",),
        (GLOBAL,),
        None,
        False,
    ),
    Action("app.help", _m("Help"), _m("The keys of this place."), ("question_mark",), (GLOBAL,)),
    _local(
        "app.palette",
        _m("Palette"),
        _m("Every action, dashboard and KPI by name."),
        ("colon", "ctrl+p"),
        (GLOBAL,),
    ),
    Action(
        "app.settings",
        _m("Settings"),
        _m("Theme, language, characters and password."),
        ("comma",),
        (GLOBAL,),
        None,
        False,
    ),
    Action(
        "app.sign_out",
        _m("Sign out"),
        _m("End this session and sign in as somebody else."),
        (),
        (GLOBAL,),
        None,
        False,
    ),
    Action(
        "app.password",
        _m("Change my password"),
        _m("Replace your password; your other sessions end."),
        (),
        (GLOBAL,),
        None,
        False,
    ),
    Action("app.quit", _m("Quit"), _m("Leave kpix."), ("ctrl+q",), (GLOBAL,), None, False),
    *OVERVIEW,
    *MY_WORK,
    *PLANS,
    *COMMENTS,
    *SHARING,
    *ADMINISTRATION,
    *AUDIT,
    *SEARCH,
    *SESSIONS,
)

_EVEN_IN_DIALOGS: Final = ("app.quit", "app.lock")

PLACES: Final = {
    GLOBAL: _m("Everywhere"),
    "table": _m("Lists"),
    "filter": _m("Filter line of a list"),
    "marks": _m("Lists with marks"),
    "overview": _m("Overview"),
    "concerns": _m("KPIs that need somebody"),
    "kpis": _m("List of KPIs"),
    "dashboards": _m("Dashboards"),
    "dashboard": _m("Dashboard"),
    "kpi": _m("KPI"),
    "chart": _m("Chart"),
    "my_work": _m("My work"),
    "plans": _m("Actions"),
    "board": _m("Board of actions"),
    "cards": _m("Cards"),
    "plan": _m("Action"),
    "comments": _m("Comments"),
    "thread": _m("Comments, one by one"),
    "writer": _m("Comment being written"),
    "mentions": _m("Names after @"),
    "sharing": _m("Sharing"),
    "access": _m("Who can see it"),
    "entry": _m("Who enters values"),
    "administration": _m("Administration"),
    "menu": _m("Places"),
    "users": _m("Users"),
    "user": _m("User"),
    "teams": _m("Teams"),
    "team": _m("Team"),
    "roles": _m("Roles"),
    "role": _m("Role"),
    "holders": _m("Who holds it"),
    "matrix": _m("Cells of a role"),
    "review": _m("Before a role is saved"),
    "audit": _m("Audit log"),
    "audit_entry": _m("Entry of the audit log"),
    "audit_form": _m("Search of the audit log"),
    "search": _m("Search"),
    "search_line": _m("Line of the search"),
    "form": _m("Forms"),
    "checks": _m("Lines to tick"),
    "pick": _m("Line to choose in"),
    "code": _m("One-time code"),
    "confirm": _m("Questions"),
    "merge": _m("Fields to merge"),
    "merging": _m("Merging"),
    "modal": _m("Windows"),
    "help": _m("Help"),
    "palette": _m("Palette"),
    "picker": _m("Choices"),
    "notice": _m("Messages"),
    "login": _m("Login"),
    "lock": _m("Locked terminal"),
    "switch": _m("Another user at a locked terminal"),
    "sessions": _m("Sessions"),
    "first_run": _m("First run"),
    "start": _m("Start"),
}
"""What the places are called, in the order of the keyboard page."""

_BY_ID: Final = {action.id: action for action in ACTIONS}


def action_of(action_id: str) -> Action:
    """The action of this id.

    Raises:
        KeyError: the registry has no such action.
    """
    return _BY_ID[action_id]


def actions_at(*places: str) -> Iterator[Action]:
    """The actions that apply in any of ``places``, in the order of the registry."""
    return (action for action in ACTIONS if not set(places).isdisjoint(action.places))


def bindings_for(place: str) -> list[BindingType]:
    """The bindings of a place, for a ``BINDINGS`` attribute."""
    return [
        Binding(
            ",".join(action.keys),
            f"app.do('{action.id}')",
            action.title,
            show=False,
            id=action.id,
            priority=action.id in _EVEN_IN_DIALOGS,
        )
        for action in actions_at(place)
        if action.keys
    ]
