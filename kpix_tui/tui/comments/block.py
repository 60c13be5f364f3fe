"""One comment as lines: who, when and what became of it, then its text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from kpix_tui.domains.comments.rules import spans_of
from kpix_tui.domains.comments.views import Comment, SpanKind
from kpix_tui.i18n.catalog import _
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.text import clip, plain

INDENT: Final = 4
"""Cells that a reply stands to the right of what it answers."""

_STYLES: Final = {SpanKind.LINK: "underline", SpanKind.MENTION: "$accent bold"}


@dataclass(frozen=True, slots=True)
class Speech:
    """How comments are said here. ``wide``: each says which value or action it stands on."""

    writing: Writing
    timezone: str
    wide: bool = False

    def lines(self, row: Comment, width: int) -> tuple[Content, ...]:
        """The comment in lines of at most ``width`` cells, a blank one before each thread."""
        indent = INDENT if row.is_reply else 0
        room = max(10, width - indent)
        said = [self._head(row, room), *self._body(row, room)]
        lines = [line.pad_left(indent) for line in said]
        return tuple(lines) if row.is_reply else (Content(""), *lines)

    def _head(self, row: Comment, width: int) -> Content:
        """``Author · moment · edited``, and whether it is new."""
        separator = " - " if self.writing.ascii else " · "
        when = [self.writing.moment(row.created_at, self.timezone)]
        if row.edited_at is not None and row.deleted_at is None:
            when.append(_("edited"))
        if self.wide and row.period_start is not None:
            when.append(self.writing.period(row.period_start, row.frequency))
        after = separator.join(["", *when])
        mark = Content.styled(f"  {self._new_mark} " + _("new"), "$accent bold")
        arrow = ("> " if self.writing.ascii else "↳ ") if row.is_reply else ""
        left = width - cell_len(arrow + after) - (mark.cell_length if row.unread else 0)
        name = clip(plain(row.author_name), max(8, left))
        head = Content.assemble((arrow, "$text-muted"), (name, "bold"), (after, "$text-muted"))
        return (head + mark if row.unread else head).truncate(width, ellipsis=True)

    @property
    def _new_mark(self) -> str:
        return "*" if self.writing.ascii else "●"

    def _body(self, row: Comment, width: int) -> list[Content]:
        if row.deleted_at is not None:
            return [Content.styled(clip(self._gone(row), width), "$text-disabled italic")]
        return said(row).wrap(width)

    def _gone(self, row: Comment) -> str:
        when = self.writing.moment(row.deleted_at or row.created_at, self.timezone)
        if row.deleted_by is None or row.deleted_by == row.author_name:
            return _("Deleted on {when}.").format(when=when)
        return _("Deleted by {name} on {when}.").format(name=plain(row.deleted_by), when=when)


def said(row: Comment) -> Content:
    """The text of a comment, its links and mentions set off; never markup."""
    return Content.assemble(*_pieces(row))


def links_of(row: Comment) -> list[str]:
    """The addresses in a comment, each once, in their order."""
    found = spans_of(row.text, row.mentions)
    links = (row.text[one.start : one.end] for one in found if one.kind is SpanKind.LINK)
    return list(dict.fromkeys(links))


def _pieces(row: Comment) -> Iterator[tuple[str, str]]:
    at = 0
    for span in spans_of(row.text, row.mentions):
        yield clean(row.text[at : span.start]), ""
        yield clean(row.text[span.start : span.end]), _STYLES[span.kind]
        at = span.end
    yield clean(row.text[at:]), ""


def clean(text: str) -> str:
    """Every line made harmless; the lines stay."""
    return "\n".join(plain(line) for line in text.split("\n"))
