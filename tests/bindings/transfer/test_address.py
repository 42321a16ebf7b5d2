"""Where a transfer may not go (H15)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from ocppcore.bindings.transfer import PROTOCOLS, FileTransfer, TransferFailed
from ocppcore.bindings.transfer.address import Target, address_of, connect, denied, kind, reaches_itself
from ocppcore.bindings.transfer.base import Job
from ocppcore.errors import SetupError

Run = Callable[[Coroutine[Any, Any, Any]], Any]
SCHEMES = [name.lower() for name in PROTOCOLS]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "file:///etc/shadow",
        "sftp://h/x",
        "gopher://h/x",
        "-K/etc/passwd",
        "http://",
        "http:///x",
        "http://h:0/x",
        "http://h:99999/x",
        "http://h:x/x",
        r"https://h\@evil/",
        "http://a@b@h/",
        "ftp://u:p%0d%0aDELE@h/",
        "ftp://u%00:p@h/",
        "ftp://h/a%0d%0aDELE%20b",
        "http://h/x y",
        "http://h/\r\nX: y",
        "http://h/\x00",
        "http://h\tx/",
        "https://ex\u0430mple.com/",
        "http://[::1/",
        "http://[v1.x]/",
        "http://-h/",
        "http://h_-/",
        "http://h/" + "x" * 2100,
    ],
)
def test_a_url_that_is_refused(url: str) -> None:
    with pytest.raises(TransferFailed) as failure:
        Target(url, SCHEMES)
    assert "\n" not in str(failure.value)


def test_a_url_is_taken_apart() -> None:
    target = Target("HTTPS://us%40er:pass@Example.COM/a/b?c=d", SCHEMES)
    assert (target.scheme, target.host, target.port, target.resource) == ("https", "example.com", 443, "/a/b?c=d")
    assert (target.user, target.password) == ("us@er", "pass")
    assert "pass" not in repr(target)
    assert Target("ftp://[fd00::1]:2121/x", SCHEMES).host == "fd00::1"
    Target("ftp://h/$(reboot)", SCHEMES)  # only a shell would mind


def test_a_host_may_narrow_the_protocols(run: Run, tmp_path: Path) -> None:
    service = FileTransfer(tmp_path, protocols=["HTTPS"])
    with pytest.raises(TransferFailed, match="not supported"):
        run(service.download("ftp://example.com/x"))
    with pytest.raises(SetupError, match="SFTP"):
        FileTransfer(tmp_path, protocols=["SFTP"])


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "fe80::1%eth0",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "::ffff:127.0.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
    ],
)
def test_addresses_that_are_denied(address: str) -> None:
    assert denied(address_of(address), loopback=False)


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "172.16.0.1", "fd00::1", "8.8.8.8", "2001:4860::1"])
def test_addresses_that_are_allowed(address: str) -> None:
    assert not denied(address_of(address), loopback=False)


def test_loopback_is_allowed_only_when_asked_for() -> None:
    for text in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert not denied(address_of(text), loopback=True)
    assert [kind(address_of(text)) for text in ("::ffff:127.0.0.1", "10.1.1.1", "8.8.8.8")] == [
        "loopback",
        "private",
        "public",
    ]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "::ffff:127.0.0.1"])
def test_what_a_name_resolves_to_is_judged(host: str) -> None:
    """However it is written: it is the address that counts, and the one that is connected to."""
    with socket.create_server(("127.0.0.1", 0)) as listening, pytest.raises(TransferFailed, match="not allowed"):
        connect(host, listening.getsockname()[1], loopback=False, timeout=5.0, job=Job())


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/shadow",
        "-K/etc/passwd",
        "http://169.254.169.254/",
        "http://[::ffff:127.0.0.1]:22/",
        "http://[::ffff:169.254.169.254]/",
        "http://127.1/",
        "http://0/",
        "ftp://127.0.0.1/$(reboot)",
        "ftp://u:p%0d%0aDELE@h/",
        r"https://h\@evil/",
        "https://ex\u0430mple.com/",
        "http://localhost/" + "x" * 495,
    ],
)
def test_H15_where_a_back_end_in_foreign_hands_would_send_a_station(run: Run, tmp_path: Path, url: str) -> None:
    """Up and down, and nothing is left of it. A server of its own on the way: see the tests of HTTP and FTP."""
    service = FileTransfer(tmp_path / "ours")
    for work in (service.download(url), service.upload(b"log", url, "d.log")):
        with pytest.raises(TransferFailed) as failure:
            run(work)
        assert url not in str(failure.value) and "\n" not in str(failure.value)
    assert not (tmp_path / "ours").exists() or not list((tmp_path / "ours").iterdir())


def test_a_machine_that_calls_its_own_address_is_found_out() -> None:
    """By whatever address: it calls from the one that it calls."""
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as caller:
        caller.connect(listening.getsockname())
        assert reaches_itself(caller)
    with socket.create_server(("127.0.0.2", 0)) as listening, socket.socket() as caller:
        caller.bind(("127.0.0.1", 0))
        caller.connect(listening.getsockname())
        assert not reaches_itself(caller)


def test_a_cancelled_job_connects_no_more() -> None:
    job = Job()
    job.cancel()
    with socket.create_server(("127.0.0.1", 0)) as listening, pytest.raises(TransferFailed, match="cancelled"):
        connect("127.0.0.1", listening.getsockname()[1], loopback=True, timeout=5.0, job=job)
