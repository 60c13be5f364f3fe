"""What went wrong, said where it happened, and what to do next; copyable over SSH."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.kernel.errors import KpixError, Unavailable
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.widgets.status import failed_mark
from kpix_tui.tui.widgets.text import plain


class Notice(Widget, can_focus=True):
    """A line or two, hidden while there is nothing to say. ``y`` copies it when focused."""

    PLACE = "notice"
    BINDINGS = bindings_for("notice")

    text: reactive[str] = reactive("", layout=True)
    next_step: reactive[str] = reactive("", layout=True)
    failed: reactive[bool] = reactive(True, layout=True)

    def show_error(self, error: KpixError, next_step: str | None = None) -> None:
        """Say ``error``, and what to do about it."""
        self.show(error_text(error), next_step or _next_step(error))

    def show(self, text: str, next_step: str = "") -> None:
        """Say ``text``, which went wrong."""
        self.failed = True
        self._say(text, next_step)

    def wait(self, text: str) -> None:
        """Say ``text``, which goes on."""
        self.failed = False
        self._say(text)

    def _say(self, text: str, next_step: str = "") -> None:
        self.text = " ".join(plain(line) for line in text.splitlines())
        self.next_step = next_step
        self.set_class(True, "-shown")

    def clear(self) -> None:
        """Nothing to say any more."""
        self.text = ""
        self.set_class(False, "-shown")

    def allow_focus(self) -> bool:
        """Only while there is something to copy."""
        return self.has_class("-shown")

    def render(self) -> Content:
        """The sentence, then the next step, dimmed."""
        mark = failed_mark(ascii=bool(getattr(self.app, "ascii", False)))
        return Content.assemble(
            (f"{mark} " if self.failed else "", "$text-error bold"),
            self.text,
            "  ",
            (self.next_step, "$text-muted"),
        )

    def do_copy(self) -> None:
        """Copy the sentence to the clipboard."""
        self.app.copy_to_clipboard(self.text)


def instead(why: str, step: str = "", *, ascii: bool) -> Content:
    """What stands in the place of a page that could not be read: why, and what to do then."""
    mark = failed_mark(ascii=ascii)
    return Content.assemble((f"{mark} ", "$text-error bold"), why, "\n", (step, "$text-muted"))


def _next_step(error: KpixError) -> str:
    if isinstance(error, Unavailable):
        return _("Press r to try again; kpix doctor says more.")
    return ""
