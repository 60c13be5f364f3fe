"""What a comment must be like, and what its text holds. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kpix_tui.domains.comments.errors import (
    CommentEmpty,
    CommentTooLong,
    MentionAmbiguous,
    TooManyMentions,
)
from kpix_tui.domains.comments.views import Mention, Mentionable, Span, SpanKind

MAXIMUM_TEXT: Final = 10_000
MAXIMUM_MENTIONS: Final = 50
MAXIMUM_NAME: Final = 200
"""The longest name of a person or a team: nothing after an ``@`` is looked at beyond it."""
EXCERPT: Final = 200
"""Characters of a comment that lists show."""

_LINK: Final = re.compile(r"\bhttps?://[^\s<>\"'`|]+", re.IGNORECASE)
_AFTER_A_LINK: Final = ".,;:!?…»”’*"
_BRACKETS: Final = (("(", ")"), ("[", "]"), ("{", "}"))
_AT: Final = re.compile(r"(?<![^\W_])@(?=\w)")
"""An ``@`` that begins a word: that of an e-mail address stands inside one."""


def valid_text(text: str) -> str:
    """The text with the line ends of every system made one, and no blanks around it.

    Raises:
        CommentEmpty: nothing is left.
        CommentTooLong: over 10 000 characters; said before anything is sent.
    """
    if len(text) > MAXIMUM_TEXT:
        check_length(text)
    found = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not found:
        raise CommentEmpty(fields=("text",))
    return found


def check_length(text: str) -> None:
    """Refuse a text that is longer than a comment may be.

    Raises:
        CommentTooLong: over 10 000 characters, without the blanks around them.
    """
    length = len(text.strip())
    if length > MAXIMUM_TEXT:
        raise CommentTooLong(maximum=MAXIMUM_TEXT, length=length, fields=("text",))


def links_in(text: str) -> tuple[Span, ...]:
    """Where a text names pages of the web, without the punctuation of the sentence around them."""
    return tuple(
        Span(found.start(), found.start() + len(link), SpanKind.LINK)
        for found in _LINK.finditer(text)
        if len(link := _bare(found[0])) > len("https://")
    )


def _bare(link: str) -> str:
    """A link without what belongs to the sentence: brackets stay that were opened inside it. It
    ends at its slashes at the latest."""
    while True:
        unopened = any(
            link[-1] == end and link.count(end) > link.count(start) for start, end in _BRACKETS
        )
        if not unopened and link[-1] not in _AFTER_A_LINK:
            return link
        link = link[:-1]


def fold(text: str) -> str:
    """The text without case and accents, every character still in its place."""
    return "".join(unicodedata.normalize("NFKD", one)[0].casefold()[:1] or one for one in text)


def after_ats(text: str) -> tuple[str, ...]:
    """What follows each ``@`` that begins a word, as far as a name could reach."""
    return tuple(tail for _at, tail in _tails(text))


def _tails(text: str) -> Iterator[tuple[int, str]]:
    taken = [(span.start, span.end) for span in links_in(text)]
    for found in _AT.finditer(text):
        if not any(start <= found.start() < end for start, end in taken):
            line = text[found.end() : found.end() + MAXIMUM_NAME].partition("\n")[0]
            yield found.start(), line


@dataclass(frozen=True, slots=True)
class Resolved:
    """Whom a text names: spans of mentions, those who are meant, and what stays open."""

    spans: tuple[Span, ...]
    meant: tuple[Mentionable, ...]
    unknown: tuple[str, ...]
    ambiguous: tuple[str, ...]


def resolve(
    text: str, candidates: Sequence[Mentionable], chosen: frozenset[UUID] = frozenset()
) -> Resolved:
    """Whom the words after each ``@`` mean: the longest name among ``candidates`` that they are.

    Where several have that name, those among them that were ``chosen``.
    """
    spans: list[Span] = []
    meant: dict[UUID, Mentionable] = {}
    unknown: dict[str, None] = {}
    ambiguous: dict[str, None] = {}
    for at, tail in _tails(text):
        named = _longest(tail, candidates)
        if not named:
            unknown[re.split(r"[^\w.'’-]", tail, maxsplit=1)[0]] = None
            continue
        spans.append(Span(at, at + 1 + len(named[0].name), SpanKind.MENTION))
        picked = [one for one in named if one.id in chosen] if len(named) > 1 else named
        if not picked:
            ambiguous[named[0].name] = None
        meant.update({one.id: one for one in picked})
    return Resolved(tuple(spans), tuple(meant.values()), tuple(unknown), tuple(ambiguous))


def _longest(tail: str, candidates: Iterable[Mentionable]) -> list[Mentionable]:
    """Those with the longest name that ``tail`` begins with, as whole words."""
    found: list[Mentionable] = []
    for one in candidates:
        if _begins_with(tail, one.name) and (not found or len(one.name) >= len(found[0].name)):
            longer = found and len(one.name) > len(found[0].name)
            found = [one] if longer else [*found, one]
    return found


def _begins_with(tail: str, name: str) -> bool:
    rest = tail[len(name) : len(name) + 1]
    return fold(tail[: len(name)]) == fold(name) and not (rest.isalnum() or rest == "_")


def check_mentions(resolved: Resolved) -> None:
    """Refuse a text that leaves open whom it means, or means too many.

    Raises:
        MentionAmbiguous: several have a name, and none of them was chosen.
        TooManyMentions: over 50.
    """
    if resolved.ambiguous:
        raise MentionAmbiguous(name=resolved.ambiguous[0], fields=("text",))
    if len(resolved.meant) > MAXIMUM_MENTIONS:
        raise TooManyMentions(maximum=MAXIMUM_MENTIONS, fields=("text",))


def spans_of(text: str, mentions: Iterable[Mention]) -> tuple[Span, ...]:
    """The links in a text and the places where it names those whom it mentions, in order.

    Whoever was renamed since is mentioned still, and not found.
    """
    known = tuple(Mentionable(one.kind, one.id, one.name) for one in mentions)
    found = (*links_in(text), *resolve(text, known).spans)
    return tuple(sorted(found, key=lambda span: span.start))


def excerpt(text: str) -> str:
    """The beginning of a text on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= EXCERPT else flat[: EXCERPT - 1].rstrip() + "…"
