"""Listening: what others do is told on no channel that can be guessed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from kpix_tui.db.principal import token_bytes
from tests.db.attacks.conftest import Attacker

Become = Callable[[str | None], Attacker]

GUESSES: dict[str, Callable[[Attacker], str]] = {
    "the product's name": lambda someone: "kpix",
    "an organisation's identifier": lambda someone: str(someone.victim.organization_id),
    "the product and the identifier": lambda someone: f"kpix_{someone.victim.organization_id}",
    "the identifier without hyphens": lambda someone: f"kpix_{someone.victim.organization_id.hex}",
    "the identifier's SHA-256": lambda someone: (
        "kpix_" + hashlib.sha256(str(someone.victim.organization_id).encode()).hexdigest()[:32]
    ),
    "the identifier's MD5": lambda someone: (
        "kpix_" + hashlib.md5(str(someone.victim.organization_id).encode()).hexdigest()
    ),
    "a dashboard's identifier": lambda someone: str(someone.victim.dashboard_id),
    "the table's name": lambda someone: "kpi_value",
}


@pytest.mark.parametrize("guess", GUESSES)
@pytest.mark.parametrize("who", [None, "globex/admin"])
def test_nothing_is_told_on_a_guessed_channel(
    guess: str, who: str | None, attacker: Become
) -> None:
    someone, victim = attacker(who), attacker("acme/admin")
    with someone.connection() as listener:
        listener.execute(f'listen "{GUESSES[guess](someone)}"'.encode())
        with victim.connection() as writer, writer.transaction():
            writer.execute("select auth.begin(%b)", (token_bytes(victim.token or ""),))
            writer.execute(
                "update kpix.kpi_value set reason = reason || '.' where kpi_id = %s",
                (victim.victim.kpi_id,),
            )
        assert list(listener.notifies(timeout=0.2, stop_after=1)) == []
