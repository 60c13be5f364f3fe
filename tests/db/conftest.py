"""What the database promises is tested on the embedded version and on the oldest supported one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import servers


@pytest.fixture(scope="session", params=[servers.EMBEDDED, servers.DEBIAN])
def server(request: pytest.FixtureRequest, run_id: str) -> Iterator[servers.Server]:
    """Both servers, one after the other."""
    joined = servers.join(request.param, run_id)
    yield joined
    servers.leave(joined, run_id)
