"""Every text that a comment had."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kpix_tui.domains.comments.views import Comment, CommentRevision
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.kernel.paging import Page
from kpix_tui.tui.comments.block import clean
from kpix_tui.tui.screen import KpixModal
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.footer import KpixFooter
from kpix_tui.tui.widgets.text import clip, plain


class Trace(KpixModal[None]):
    """The present text first, each with the time that it stood."""

    def __init__(self, row: Comment, texts: Page[CommentRevision], timezone: str) -> None:
        super().__init__()
        self._row = row
        self._texts = texts
        self._timezone = timezone

    def compose(self) -> ComposeResult:
        """A title, the texts, keys."""
        name = clip(plain(self._row.author_name), 60)
        title = _("What {name} wrote").format(name=name)
        with Vertical(classes="dialog trace"):
            yield Static(title, classes="dialog--title", markup=False)
            with VerticalScroll(classes="trace--list"):
                for text in self._texts.rows:
                    yield Static(self._text(text), classes="trace--text", markup=False)
                yield Static(self._rest(), classes="trace--text", markup=False)
            yield KpixFooter()

    def on_resize(self) -> None:
        """The texts scroll before the keys leave a small terminal."""
        self.query_one(".trace--list").styles.max_height = max(3, self.size.height - 7)

    def _text(self, text: CommentRevision) -> Content:
        writing = Writing(self.kpix.locale, self.kpix.ascii)
        since = writing.moment(text.since, self._timezone)
        if text.until is not None:
            until = writing.moment(text.until, self._timezone)
            when = _("from {since} to {until}").format(since=since, until=until)
        else:
            when = _("since {day}").format(day=since)
        return Content.assemble((when, "$text-muted"), "\n", clean(text.text))

    def _rest(self) -> Content:
        """What is not shown: older ones, or those of a comment that somebody else deleted."""
        more = self._texts.total - len(self._texts.rows)
        if not self._texts.total:
            return Content.styled(_("Its author and who may delete it can read it."), "$text-muted")
        text = ngettext("And {count} before.", "And {count} before.", more).format(count=more)
        return Content.styled(text if more else "", "$text-muted")
