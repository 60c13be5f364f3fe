"""Reports say which code failed, and nothing about anybody."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from kpix_tui.app.telemetry import SentryDsnInvalid, report, start_telemetry
from kpix_tui.config import Settings
from kpix_tui.kernel.correlation import new_correlation_id
from kpix_tui.kernel.errors import NotFound

SECRET = "correct horse battery staple"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with the address of a project that nobody listens to."""
    made = Settings(tmp_path, tmp_path / "state", tmp_path / "kpix.toml")
    return replace(made, sentry_dsn="https://public@sentry.invalid/1")


class Recorder(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        """Keep the report."""
        event = envelope.get_event()
        assert event is not None
        self.sent.append(dict(event))


@pytest.fixture
def reports(settings: Settings) -> Iterator[list[dict[str, Any]]]:
    """What would be sent."""
    recorder = Recorder()
    assert start_telemetry(settings, transport=recorder)
    yield recorder.sent
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


def fail(password: str, email: str) -> None:
    """A defect close to secrets."""
    raise RuntimeError(f"{email} could not sign in with {password}")


def test_a_defect_is_reported_without_what_it_was_about(reports: list[dict[str, Any]]) -> None:
    begun = new_correlation_id()
    sentry_sdk.set_user({"email": "ada@acme.test"})
    sentry_sdk.add_breadcrumb(message=SECRET)
    try:
        fail(SECRET, "ada@acme.test")
    except RuntimeError as error:
        error.add_note(SECRET)
        report(error)
    (sent,) = reports
    text = json.dumps(sent, default=str)
    assert SECRET not in text
    assert "ada@acme.test" not in text
    (found,) = sent["exception"]["values"]
    assert found["type"] == "RuntimeError"
    assert found["stacktrace"]["frames"][-1]["function"] == "fail"
    assert sent["tags"]["correlation_id"] == begun
    assert "server_name" not in sent
    assert "user" not in sent


def test_what_kpix_refuses_is_no_defect(reports: list[dict[str, Any]]) -> None:
    report(NotFound())
    assert reports == []


def test_nothing_is_sent_unless_it_is_asked_for(settings: Settings) -> None:
    assert not start_telemetry(replace(settings, sentry_dsn=None))
    report(RuntimeError(SECRET))


def test_an_address_that_is_none_is_refused_without_repeating_it(settings: Settings) -> None:
    with pytest.raises(SentryDsnInvalid) as caught:
        start_telemetry(replace(settings, sentry_dsn=f"nonsense {SECRET}"))
    assert SECRET not in str(caught.value)


def test_sentry_is_loaded_only_when_it_is_asked_for() -> None:
    code = "import sys, kpix_tui.app.telemetry; sys.exit('sentry_sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
