"""examples/charger.py, against a back end on loopback: it boots, charges, and its books survive a restart."""

from __future__ import annotations

import asyncio
import importlib.util
import random
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from ocppcore.bindings.asyncio import serve
from ocppcore.csms import CallServed, Csms
from ocppcore.demo.pace import PacedClock, PacedLoop
from ocppcore.session.events import Event

EXAMPLES = Path(__file__).parents[2] / "examples"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def charger() -> ModuleType:
    return example("charger")


@pytest.fixture
def backend() -> ModuleType:
    return example("backend")


def test_the_example_charges(charger: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, PacedLoop)
        clock = PacedClock(loop, BEGIN)
        csms = Csms(utc=clock.utc, rng=random.Random(1), insecure=True)
        metered = loop.create_future()
        async with await serve(csms, "127.0.0.1", clock=clock) as server:

            @server.on_event
            def look(identity: str, event: Event) -> None:
                if isinstance(event, CallServed) and type(event.request).action == "MeterValues" and not metered.done():
                    metered.set_result(identity)

            url = f"ws://127.0.0.1:{server.port}"
            running = loop.create_task(charger.main(url, str(tmp_path / "charger.db"), clock))
            assert await asyncio.wait_for(metered, 600) == "CP1"
            running.cancel()
            await asyncio.wait([running])
            assert running.cancelled()
            running = loop.create_task(charger.main(url, str(tmp_path / "charger.db"), clock))
            await asyncio.sleep(30)
            running.cancel()
            await asyncio.wait([running])
        first, second = csms.ledger.transactions
        assert (first.id_tag, first.reason) == ("04A1B2C3", "Reboot")
        assert (first.meter_start, first.meter_stop) == (1234, 1234)
        assert second.reason in ("Reboot", None)  # told before the link was closed, or at the next start

    with asyncio.Runner(loop_factory=lambda: PacedLoop(100_000)) as runner:
        runner.run(story())
    shown = capsys.readouterr().out
    assert "EVSE 1: contactor closed, charging" in shown or "EVSE 1: contactor closed, suspended" in shown
    assert shown.splitlines()[-1] == "EVSE 1: contactor open, available"


def test_the_charger_and_the_back_end_of_the_examples_get_on(
    charger: ModuleType, backend: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the README has it: the back end with --insecure, the charger at its default path."""

    async def story() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, PacedLoop) and charger.URL.endswith("/ocpp")
        charging = loop.create_future()
        async with await backend.start(0, insecure=True) as server:

            @server.on_event
            def look(identity: str, event: Event) -> None:
                if isinstance(event, CallServed) and getattr(event.request, "status", "") == "SuspendedEV":
                    charging.set_result(identity)

            url = f"ws://127.0.0.1:{server.port}/ocpp"
            clock = PacedClock(loop, BEGIN)
            running = loop.create_task(charger.main(url, str(tmp_path / "charger.db"), clock))
            assert await asyncio.wait_for(charging, 600) == "CP1"
            running.cancel()
            await asyncio.wait([running])

    with asyncio.Runner(loop_factory=lambda: PacedLoop(100_000)) as runner:
        runner.run(story())
    assert "CP1 1 Preparing" in capsys.readouterr().out
