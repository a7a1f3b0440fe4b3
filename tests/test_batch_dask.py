"""The same map on a real Dask cluster of worker processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from vlmagic.batch import map as vlmap
from vlmagic.emulator import Emulator
from vlmagic.ledger import LEDGER

distributed = pytest.importorskip(
    "distributed", reason='needs distributed: pip install "vlmagic[dask]"'
)


@pytest.fixture(scope="module")
def service() -> Iterator[Emulator]:
    """The emulator that the workers ask."""
    with Emulator() as running:
        yield running


@pytest.fixture(scope="module")
def client(service: Emulator) -> Iterator[Any]:
    """Two worker processes; their environment holds the key, this one's does not."""
    key = "DASHSCOPE_API_KEY"
    before = os.environ.get(key)
    os.environ[key] = service.key
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        if before is None:
            del os.environ[key]
        else:
            os.environ[key] = before
        with distributed.Client(cluster) as running:
            yield running


def wishes(service: Emulator, client: Any) -> dict[str, Any]:
    """Options that lead over the cluster to the emulator."""
    return {
        "base_url": service.compatible_url,
        "think": False,
        "progress": False,
        "max_cost": 1000.0,
        "executor": client.get_executor(),
    }


def pictures(count: int) -> list[Any]:
    """Small pictures, all different."""
    return [np.full((24, 32, 3), 7 * number % 256, "uint8") for number in range(count)]


def test_workers_ask_and_the_rows_come_back(service: Emulator, client: Any) -> None:
    """Rows of both worker processes come back in order, are booked here, and keep no picture."""
    booked = sum(line.calls for line in LEDGER.lines)
    found = vlmap("What is it?", [*pictures(10), b"none"], **wishes(service, client))
    assert [row.ok for row in found] == [True] * 10 + [False]
    assert found[10].error is not None
    assert found[10].error.kind == "image"
    assert sum(line.calls for line in LEDGER.lines) == booked + 10
    first = found[0].result
    assert first is not None
    assert "data" not in vars(first.images[0])
    assert len(first.images[0].data) > 60
    assert found.cost["CNY"] > 0
    assert len(found.frame()) == 11


def test_a_storm_slows_the_cluster_down_and_loses_nothing(service: Emulator, client: Any) -> None:
    """Refusals for rate are lined up again by the workers, and the pace here goes down."""
    service.fault = ["http-429-retry-after"] * 4
    found = vlmap([f"Row {n}" for n in range(8)], None, **wishes(service, client))
    assert len(found.ok) == 8


def test_a_worker_without_a_key_says_so(service: Emulator, client: Any) -> None:
    """The error names the worker and the variable; no key ever left this process."""

    def forget() -> str | None:
        import os

        return os.environ.pop("DASHSCOPE_API_KEY", None)

    def remember(key: str) -> None:
        import os

        os.environ["DASHSCOPE_API_KEY"] = key

    client.run(forget)
    try:
        found = vlmap(["a", "b"], None, **wishes(service, client))
    finally:
        client.run(remember, service.key)
    assert "DASHSCOPE_API_KEY" in str(found[0].error)
    assert "The worker" in str(found[0].error)
    assert len(found.retry().ok) == 2


def test_workers_import_only_what_they_use() -> None:
    """Reading the work item imports neither SDK nor pictures nor IPython into a worker."""
    import subprocess
    import sys

    code = "import vlmagic.many.task, sys; print(*{m.split('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"openai", "dashscope", "PIL", "numpy", "pandas", "matplotlib", "IPython", "tqdm"}
    assert not set(done.stdout.split()) & heavy
