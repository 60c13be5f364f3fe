"""Where the session token is kept: a file that only its owner reads, or nowhere."""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kpix_tui.app.tokens import FileTokens, MemoryTokens, SessionFileUnusable, token_store
from kpix_tui.config import Settings
from kpix_tui.db.errors import SessionEnded
from kpix_tui.db.principal import token_bytes


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, tmp_path / "state", tmp_path / "kpix.toml")


def test_it_is_kept_in_a_file_of_ones_own(settings: Settings) -> None:
    previous = os.umask(0)
    try:
        token_store(settings).save("secret")
    finally:
        os.umask(previous)
    assert token_store(settings).load() == "secret"
    assert stat.S_IMODE(settings.token_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.state.stat().st_mode) == 0o700


def test_saving_narrows_a_file_that_was_open_to_others(settings: Settings) -> None:
    settings.state.mkdir()
    settings.token_file.write_text("old\n")
    settings.token_file.chmod(0o644)
    token_store(settings).save("new")
    assert stat.S_IMODE(settings.token_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_nobody_is_signed_in(settings: Settings, content: str | None) -> None:
    if content is not None:
        settings.state.mkdir()
        settings.token_file.write_text(content)
    assert token_store(settings).load() is None


def test_rubbish_is_a_session_that_has_ended(settings: Settings) -> None:
    settings.state.mkdir()
    settings.token_file.write_bytes(b"\xff\x00\x80")
    found = token_store(settings).load()
    assert found is not None
    with pytest.raises(SessionEnded):
        token_bytes(found)


def test_it_is_forgotten(settings: Settings) -> None:
    store = token_store(settings)
    store.save("secret")
    store.clear()
    store.clear()
    assert store.load() is None
    assert list(settings.state.iterdir()) == []


def test_another_process_sees_the_new_one(settings: Settings) -> None:
    mine, theirs = FileTokens(settings.token_file), FileTokens(settings.token_file)
    mine.save("first")
    theirs.save("second")
    assert mine.load() == "second"


def test_no_reader_ever_sees_half_a_token(settings: Settings) -> None:
    store = token_store(settings)
    tokens = {"a" * 43, "b" * 43}
    store.save("a" * 43)
    seen: set[str | None] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(store.load())

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(100):
        for token in tokens:
            store.save(token)
    stop.set()
    reader.join()
    assert seen <= tokens


def test_a_save_that_fails_leaves_the_old_one_and_no_rubbish(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = token_store(settings)
    store.save("old")

    def no_room(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_room)
    with pytest.raises(SessionFileUnusable, match="No space"):
        store.save("new")
    assert store.load() == "old"
    assert [path.name for path in settings.state.iterdir()] == ["session"]


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"shared_terminal": True}, None),
        ({"token": "given"}, "given"),
        ({"shared_terminal": True, "token": "given"}, None),
    ],
)
def test_shared_terminals_and_given_tokens_write_nothing(
    settings: Settings, changes: dict[str, Any], kept: str | None
) -> None:
    store = token_store(replace(settings, **changes))
    assert isinstance(store, MemoryTokens)
    assert store.load() == kept
    store.save("other")
    assert store.load() == "other"
    store.clear()
    assert store.load() is None
    assert not settings.state.exists()


def test_a_session_file_that_is_a_folder_is_said(settings: Settings) -> None:
    settings.token_file.mkdir(parents=True)
    store = token_store(settings)
    with pytest.raises(SessionFileUnusable, match="Is a directory"):
        store.load()
    with pytest.raises(SessionFileUnusable):
        store.save("new")
