"""What a comment must be like, and what its text holds."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpix_tui.domains.comments.errors import (
    CommentEmpty,
    CommentTooLong,
    MentionAmbiguous,
    TooManyMentions,
)
from kpix_tui.domains.comments.rules import (
    after_ats,
    check_mentions,
    excerpt,
    fold,
    links_in,
    resolve,
    spans_of,
    valid_text,
)
from kpix_tui.domains.comments.views import Mention, Mentionable, MentionKind, SpanKind

ANN = Mentionable(MentionKind.USER, UUID(int=1), "Ann")
ANN_LEE = Mentionable(MentionKind.USER, UUID(int=2), "Ann Lee")
ELOISE = Mentionable(MentionKind.USER, UUID(int=3), "Éloïse")
CREW = Mentionable(MentionKind.TEAM, UUID(int=4), "ann")
PEOPLE = (ANN, ANN_LEE, ELOISE)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://kpix.test/a?b=c#d.", ["https://kpix.test/a?b=c#d"]),
        (
            "(http://kpix.test/a_(b)) and HTTPS://KPIX.TEST!",
            ["http://kpix.test/a_(b)", "HTTPS://KPIX.TEST"],
        ),
        (
            "https://kpix.test/é/日本,\nhttps://b.test",
            ["https://kpix.test/é/日本", "https://b.test"],
        ),
        ("<https://kpix.test> [https://kpix.test/x]", ["https://kpix.test", "https://kpix.test/x"]),
        ("ftp://kpix.test javascript:alert(1) kpix.test xhttps://a https://...", []),
        ("", []),
    ],
)
def test_links_are_found_without_the_sentence_around_them(text: str, links: list[str]) -> None:
    found = links_in(text)
    assert [text[span.start : span.end] for span in found] == links
    assert {span.kind for span in found} <= {SpanKind.LINK}


@given(st.text(alphabet=st.sampled_from('https://:.()[]@ aé\n"<>日'), max_size=60))
def test_spans_stand_in_the_text_in_order_and_apart(text: str) -> None:
    mentions = tuple(Mention(one.kind, one.id, one.name) for one in PEOPLE)
    spans = spans_of(text, mentions)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


@given(st.text())
def test_folding_moves_no_character(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_folding_forgets_case_and_accents() -> None:
    assert fold("ÉLOÏSE Straße Ǆ") == "eloise strase d"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_are_made_one(newline: str) -> None:
    assert valid_text(f"  a{newline}{newline}b {newline}") == "a\n\nb"


def test_the_length_is_that_of_what_is_kept() -> None:
    assert valid_text(" " * 20_000 + "x" * 10_000 + "\n") == "x" * 10_000
    with pytest.raises(CommentTooLong) as refused:
        valid_text("é" * 10_001)
    assert refused.value.params == {"maximum": 10_000, "length": 10_001}
    with pytest.raises(CommentEmpty):
        valid_text(" " * 20_000)


@pytest.mark.parametrize(
    ("text", "tails"),
    [
        ("@Ann (@b)\n@c", ["Ann (@b)", "b)", "c"]),
        ("a@b @ c @@d", ["d"]),
        ("https://x.test/@ann @e", ["e"]),
        ("@" + "x" * 300, ["x" * 200]),
    ],
)
def test_what_follows_an_at(text: str, tails: list[str]) -> None:
    assert list(after_ats(text)) == tails


@pytest.mark.parametrize(
    ("text", "meant", "unknown"),
    [
        ("@Ann", [ANN], []),
        ("@ann lee!", [ANN_LEE], []),
        ("@Ann Leeward", [ANN], []),
        ("@Annie @Ann_1", [], ["Annie", "Ann_1"]),
        ("@ELOISE, @Ann and @Ann", [ELOISE, ANN], []),
        ("@Jean-Luc's @o'Neil. @12", [], ["Jean-Luc's", "o'Neil.", "12"]),
    ],
)
def test_the_longest_name_as_whole_words(
    text: str, meant: list[Mentionable], unknown: list[str]
) -> None:
    found = resolve(text, PEOPLE)
    assert list(found.meant) == meant
    assert list(found.unknown) == unknown
    assert found.ambiguous == ()
    assert resolve(text, PEOPLE[::-1]).meant == found.meant, "in whatever order they are known"


def test_of_several_the_chosen_ones_are_meant() -> None:
    both = (*PEOPLE, CREW)
    assert resolve("@Ann", both).ambiguous == ("Ann",)
    assert resolve("@Ann", both, frozenset({CREW.id})).meant == (CREW,)
    assert resolve("@Ann", both, frozenset({CREW.id, ANN.id})).meant == (ANN, CREW)
    assert resolve("@Ann Lee", both, frozenset({CREW.id})).meant == (ANN_LEE,)


def test_what_is_left_open_is_refused() -> None:
    check_mentions(resolve("@Ann @Nobody", PEOPLE))
    with pytest.raises(MentionAmbiguous):
        check_mentions(resolve("@Ann", (*PEOPLE, CREW)))
    crowd = [Mentionable(MentionKind.USER, UUID(int=n), f"p{n:02}") for n in range(51)]
    with pytest.raises(TooManyMentions):
        check_mentions(resolve(" ".join(f"@{one.name}" for one in crowd), crowd))


def test_mentions_are_marked_where_they_are_named() -> None:
    text = "ask @Éloïse: https://a.test/@Ann @Ann"
    spans = spans_of(text, (Mention(MentionKind.USER, ELOISE.id, "Eloise"),))
    assert [(text[s.start : s.end], s.kind) for s in spans] == [
        ("@Éloïse", SpanKind.MENTION),
        ("https://a.test/@Ann", SpanKind.LINK),
    ]


def test_an_excerpt_is_the_beginning_on_one_line() -> None:
    assert excerpt("a\n b") == "a b"
    long = excerpt("word " * 100)
    assert len(long) <= 200
    assert long.endswith("word…")
