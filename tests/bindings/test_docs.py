"""What the docs and the examples show is run as it stands, over real sockets."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import socket
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest
import uvicorn

from ocppcore import v16
from ocppcore.bindings.asyncio import Client, serve
from ocppcore.bindings.clock import SystemClock
from ocppcore.csms import Csms
from ocppcore.errors import ConnectionLost
from ocppcore.session.commands import BasicAuth
from ocppcore.session.events import Connected, Event, ResultReceived
from ocppcore.session.session import Endpoint, Session

ROOT = Path(__file__).parents[2]
Run = Callable[[Coroutine[Any, Any, Any]], Any]
BOOT = v16.BootNotificationRequest(charge_point_vendor="V", charge_point_model="M")


def example(name: str) -> ModuleType:
    """A file of examples/ as a module."""
    spec = importlib.util.spec_from_file_location(f"examples_{name}", ROOT / "examples" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_csms() -> Csms:
    return Csms(utc=lambda: datetime.now(UTC), rng=Random(1), insecure=True)


def client(url: str, auth: BasicAuth | None = None) -> Client:
    return Client(Session(v16.ACTIONS, rng=Random(2), endpoint=Endpoint(url, auth)))


def test_the_select_loop_of_the_docs(run: Run) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/bindings.md").read_text("utf-8"), re.DOTALL)
    namespace: dict[str, Any] = {}
    exec(compile(blocks[-1], "docs/bindings.md", "exec"), namespace)

    def boot(port: int) -> list[str]:
        session = Session(v16.ACTIONS, rng=Random(2), endpoint=Endpoint(f"ws://127.0.0.1:{port}/CP1"))
        clock, seen = SystemClock(), list[str]()

        def notice(event: Event) -> bool:
            seen.append(type(event).__name__)
            if isinstance(event, Connected):
                session.call(BOOT, clock.now())
            return isinstance(event, ResultReceived)

        session.start(clock.now())
        namespace["run"](session, clock, notice).close()
        return seen

    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server:
            seen = await asyncio.to_thread(boot, server.port)
        assert seen == ["Connected", "CallSent", "ResultReceived"]

    run(main())


def test_a_peer_inside_websockets(run: Run) -> None:
    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server:
            answer = await example("peer_websockets").main(f"ws://127.0.0.1:{server.port}/CP1")
            assert answer.status is v16.RegistrationStatus.Accepted

    run(main())


def test_a_peer_inside_starlette(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    module = example("peer_starlette")
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(module.app, log_config=None, lifespan="off", ws="wsproto")
    server = uvicorn.Server(config)
    monkeypatch.setattr(server, "install_signal_handlers", lambda: None, raising=False)

    async def main() -> None:
        serving = asyncio.create_task(server.serve([listening]))
        async with client(f"ws://127.0.0.1:{listening.getsockname()[1]}/ocpp/CP1") as peer:
            assert (await peer.call(BOOT)).status is v16.RegistrationStatus.Accepted
            peer.on(v16.ClearCacheRequest)(
                lambda request: v16.ClearCacheResponse(status=v16.ClearCacheStatus.Accepted)
            )
            answer = await module.peers["CP1"].call(v16.ClearCacheRequest())
            assert answer.status is v16.ClearCacheStatus.Accepted
        server.should_exit = True
        await serving
        with pytest.raises(ConnectionLost):
            await module.peers["CP1"].call(v16.ClearCacheRequest())

    run(main())


def test_a_back_end(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    module = example("backend")

    async def main() -> None:
        async with await module.start(0) as server:
            auth = BasicAuth("CP1", module.KEYS["CP1"])
            async with client(f"ws://127.0.0.1:{server.port}/ocpp/CP1", auth) as peer:
                @peer.on(v16.GetConfigurationRequest)
                def configuration(request: v16.GetConfigurationRequest) -> v16.GetConfigurationResponse:
                    return v16.GetConfigurationResponse(unknown_key=["x"])

                await peer.call(BOOT)
                no_error, free = v16.ChargePointErrorCode.NoError, v16.ChargePointStatus.Available
                await peer.call(v16.StatusNotificationRequest(connector_id=0, error_code=no_error, status=free))
                assert (await peer.call(v16.AuthorizeRequest(id_tag="CARD1"))).id_tag_info.status == "Accepted"

    run(main())
    shown = capsys.readouterr().out
    assert "CP1 0 Available" in shown and "unknown_key=['x']" in shown


@pytest.mark.parametrize("name", ["backend", "peer_starlette", "peer_websockets"])
def test_examples_are_short(name: str) -> None:
    lines = (ROOT / "examples" / f"{name}.py").read_text("utf-8").splitlines()
    code = [line for line in lines if line.strip() and not line.startswith(("from", "import", '"""'))]
    assert len(code) <= 25, len(code)
    assert name not in sys.modules
