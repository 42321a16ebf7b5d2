"""`ocppcore csms`: a back end in a process of its own, a station at a real socket, and who may come in."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.bindings.asyncio import Client
from ocppcore.cli import main
from ocppcore.cli.csms import keys_in
from ocppcore.errors import ConnectionLost, SetupError
from ocppcore.session.commands import BasicAuth
from ocppcore.session.events import Disconnected, Refused
from ocppcore.session.session import Endpoint, Session
from ocppcore.testing.certificates import Authority

KEY = bytes(range(16))
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NASTY = "\x1b[2J\u202eA"


class Process:
    """The command, with its output line by line."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-W", "error", "-m", "ocppcore", "csms", "--port", "0", *arguments]
        self.popen = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONIOENCODING": "utf-8"}
        )
        assert self.popen.stdout is not None
        self.first = self.popen.stdout.readline().decode()

    @property
    def url(self) -> str:
        if self.first.startswith("{"):
            return str(json.loads(self.first)["url"])
        return self.first.split("/IDENTITY")[0].split(" at ")[1]

    def end(self, number: int = signal.SIGINT) -> list[str]:
        """The rest of the output. It must end well, and have nothing to complain about."""
        self.popen.send_signal(number)
        output, errors = self.popen.communicate(timeout=60)
        assert (self.popen.returncode, errors) == (0, b"")
        return output.decode().splitlines()


@pytest.fixture
def started() -> Iterator[Any]:
    running: list[Process] = []

    def start(*arguments: str) -> Process:
        running.append(Process(*arguments))
        return running[-1]

    yield start
    for process in running:
        with process.popen:
            process.popen.kill()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys"
    path.write_text(f"# our stations\n\nCP1 {KEY.hex()}\nCP 2   a-key-in-plain-text\n")
    return path


def client(url: str, identity: str = "CP1", key: bytes | None = KEY, context: ssl.SSLContext | None = None) -> Client:
    auth = None if key is None else BasicAuth(identity, key)
    endpoint = Endpoint(f"{url}/{identity.replace(' ', '%20')}", auth)
    return Client(Session(v16.ACTIONS, rng=Random(2), endpoint=endpoint), ssl=context)


async def charge(url: str, **options: Any) -> None:
    """A station boots and charges."""
    async with client(url, **options) as peer:
        await peer.call(v16.BootNotificationRequest(charge_point_vendor=NASTY, charge_point_model="M"))
        started = await peer.call(
            v16.StartTransactionRequest(connector_id=1, id_tag="ANNA", meter_start=100, timestamp=NOON)
        )
        await peer.call(
            v16.StopTransactionRequest(transaction_id=started.transaction_id, meter_stop=1600, timestamp=NOON)
        )


async def refused(peer: Client) -> int:
    """The status with which a station is turned away."""
    ended: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    peer.on_event(lambda e: isinstance(e, Disconnected) and not ended.done() and ended.set_result(e.reason))
    entering = asyncio.create_task(peer.__aenter__())
    reason = await ended
    entering.cancel()
    await asyncio.gather(entering, return_exceptions=True)
    assert isinstance(reason, Refused), reason
    return reason.status


def test_what_a_station_tells_and_what_was_booked(started: Any) -> None:
    process = started("--insecure")
    asyncio.run(charge(process.url, key=None))
    lines = process.end()
    assert process.first.startswith(" A back end for OCPP 1.6 at ws://127.0.0.1:")
    shown = "\n".join(lines)
    assert "CP1           ─                       connected, security profile 0" in shown
    assert "→ StartTransaction      EVSE 1, ANNA, 0.100 kWh" in shown and "→ Accepted, transaction 1" in shown
    assert lines[-2].split() == ["id", "station", "EVSE", "card", "from", "to", "energy", "stopped", "by"]
    expected = ["1", "CP1", "1", "ANNA", "2026-06-01", "12:00", "2026-06-01", "12:00", "1.500", "kWh", "Local"]
    assert lines[-1].split() == expected
    assert NASTY not in shown and "\\x1b[2J\\u202eA" in shown  # a terminal is not to obey a station


def test_json_is_one_object_a_line(started: Any) -> None:
    process = started("--insecure", "--json")
    asyncio.run(charge(process.url, key=None))
    found = [json.loads(line) for line in process.end(signal.SIGTERM)]
    assert [entry["event"] for entry in found] == [
        "StationConnected", "CallServed", "CallServed", "CallServed", "StationDisconnected", "Ledger",
    ]  # fmt: skip
    assert {entry["station"] for entry in found[:-1]} == {"CP1"}
    start = found[2]
    assert (start["action"], start["request"]["idTag"]) == ("StartTransaction", "ANNA")
    assert start["response"] == {"idTagInfo": {"status": "Accepted"}, "transactionId": 1}
    (booked,) = found[-1]["transactions"]
    assert (booked["station"], booked["energy_wh"], booked["reason"]) == ("CP1", 1500, "Local")


def test_who_has_a_key_comes_in(started: Any, key_file: Path) -> None:
    process = started("--keys", str(key_file), "--card", "anna")

    async def story() -> None:
        await charge(process.url)
        async with client(process.url, "CP 2", b"a-key-in-plain-text") as peer:
            await peer.call(v16.BootNotificationRequest(charge_point_vendor="V", charge_point_model="M"))
            for card, accepted in (("ANNA", "Accepted"), ("ZOE", "Invalid")):
                assert (await peer.call(v16.AuthorizeRequest(id_tag=card))).id_tag_info.status == accepted
        assert await refused(client(process.url, key=b"wrong")) == 401
        assert await refused(client(process.url, key=None)) == 401

    asyncio.run(story())
    shown = "\n".join(process.end())
    assert "turned away with 401: wrong credentials (127.0.0.1:" in shown
    assert "connected, security profile 1" in shown and KEY.hex() not in shown and "a-key" not in shown


def test_profiles_2_and_3_over_tls(started: Any, key_file: Path, cpo_root: Authority, tmp_path: Path) -> None:
    files: dict[str, Path] = {}
    server, own = cpo_root.issue("localhost", dns=["localhost"]), cpo_root.issue("CP1")
    for name, text in {
        "roots": cpo_root.pem, "cert": server.chain, "key": server.key, "own": own.chain + own.key,
    }.items():  # fmt: skip
        files[name] = tmp_path / f"{name}.pem"
        files[name].write_text(text)
    process = started(
        *("--host", "localhost", "--keys", str(key_file), "--certificate", str(files["cert"])),
        *("--key", str(files["key"]), "--client-roots", str(files["roots"]), "--organization", "ACME"),
    )

    def context(certified: bool) -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=str(files["roots"]))
        if certified:
            made.load_cert_chain(files["own"])
        return made

    async def story() -> None:
        await charge(process.url, context=context(False))
        await charge(process.url, key=None, context=context(True))

    asyncio.run(story())
    shown = "\n".join(process.end())
    assert process.url.startswith("wss://localhost:")
    assert "connected, security profile 2" in shown and "connected, security profile 3" in shown


def test_what_breaks_the_standard_is_shown(started: Any) -> None:
    process = started("--insecure")

    async def story() -> None:
        async with client(process.url, key=None) as peer:
            await peer.call(v16.BootNotificationRequest(charge_point_vendor="V", charge_point_model="M"))
            assert peer.link is not None
            peer.link.send('[2,"1","Authorize",{"idTag":5}]')
            await peer.call(v16.HeartbeatRequest())

    asyncio.run(story())
    assert any("! " in line and "Authorize: type string at /idTag" in line for line in process.end())


def test_a_security_event_is_shown_by_its_name(started: Any) -> None:
    process = started("--insecure")

    async def story() -> None:
        async with client(process.url, key=None) as peer:
            await peer.call(v16.BootNotificationRequest(charge_point_vendor="V", charge_point_model="M"))
            await peer.call(v16.SecurityEventNotificationRequest(type="TamperDetectionActivated", timestamp=NOON))
            await peer.call(v16.DataTransferRequest(vendor_id="com.example", message_id="hello"))
            status = v16.FirmwareStatus.Downloading
            await peer.call(v16.FirmwareStatusNotificationRequest(status=status))

    asyncio.run(story())
    shown = "\n".join(process.end())
    assert "SecurityEventNotification TamperDetectionActivated" in shown
    assert "com.example, hello → UnknownVendorId" in shown and "FirmwareStatusNotification Downloading" in shown


def test_nothing_was_booked(started: Any) -> None:
    assert started("--insecure").end() == ["", "  No transactions."]


WHO = "ocppcore: say who may come in: --keys FILE, or --client-roots FILE with --organization NAME, or for a try-out"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], WHO),
        (["--certificate", "c", "--key", "k"], WHO),
        (["--insecure", "--keys", "{keys}"], "ocppcore: --insecure lets in everybody"),
        (["--keys", "{keys}", "--certificate", "c"], "ocppcore: --certificate and --key go together"),
        (["--client-roots", "r"], "ocppcore: --client-roots and --organization go together"),
        (["--client-roots", "r", "--organization", "O"], "ocppcore: --client-roots needs TLS"),
        (["--keys", "{tmp}/none"], "ocppcore: {tmp}/none: No such file or directory"),
        (["--keys", "{keys}", "--certificate", "{tmp}/c", "--key", "{tmp}/k"], "ocppcore: '{tmp}/c' with the key"),
        (["--insecure", "--port", "70000"], "use a number from 0 to 65535"),
        (["--insecure", "--port", "-1"], "use a number from 0 to 65535"),
        (["--insecure", "--interval", "0"], "use a number from 1 to"),
        (["--insecure", "--host", "no.such.host.invalid"], "ocppcore: cannot listen on no.such.host.invalid, "),
    ],
)
def test_a_wrong_usage_is_one_clear_line(
    key_file: Path, tmp_path: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [argument.format(keys=key_file, tmp=tmp_path) for argument in arguments]
    try:
        assert main(["csms", *given]) == 2
    except SystemExit as ended:  # argparse
        assert ended.code == 2
    output = capsys.readouterr()
    assert output.out == "" and message.format(tmp=tmp_path) in output.err.splitlines()[-1]


def test_a_port_that_is_taken_is_one_clear_line(started: Any, capsys: pytest.CaptureFixture[str]) -> None:
    port = started("--insecure").url.rpartition(":")[2]
    assert main(["csms", "--insecure", "--port", port]) == 2
    assert capsys.readouterr().err == f"ocppcore: cannot listen on 127.0.0.1, port {port}: Address already in use\n"


def test_a_reader_that_goes_away_ends_it(started: Any) -> None:
    process = started("--insecure", "--json")
    process.popen.stdout.close()
    with pytest.raises(ConnectionLost):
        asyncio.run(charge(process.url, key=None))
    assert process.popen.wait(60) == 141 and process.popen.stderr.read() == b""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"CP1\n", "line 1: a line is IDENTITY KEY"), (b"CP1 secret1\n\nCP1 secret2\n", "line 3: CP1 is there already"),
        (b"# nothing\n", "no keys in it"), (b"\xff\xfe", "not a text in UTF-8"), (b"", "no keys in it"),
        (b"A\x1b[2J k\nA\x1b[2J k\n", r"A\x1b[2J is there already"),
    ],
)  # fmt: skip
def test_a_file_of_keys_that_will_not_do(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "keys"
    path.write_bytes(content)
    with pytest.raises(SetupError) as caught:
        keys_in(str(path))
    assert message in str(caught.value) and "secret" not in str(caught.value)


def test_a_file_of_keys(key_file: Path) -> None:
    assert keys_in(str(key_file)) == {"CP1": KEY, "CP 2": b"a-key-in-plain-text"}
