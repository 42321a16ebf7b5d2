"""Transfers by FTP and FTPS with a real server: resume, folders, protected data, and a server that means ill."""

from __future__ import annotations

import ftplib
import json
import ssl
from collections.abc import Callable, Coroutine
from http.client import BadStatusLine, RemoteDisconnected
from pathlib import Path
from typing import Any

import pytest

from ocppcore.bindings.transfer import FileTransfer, TransferFailed
from ocppcore.bindings.transfer.faults import fault_of
from ocppcore.session.commands import UploadFault

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def transfer(tmp_path: Path, **options: Any) -> FileTransfer:
    return FileTransfer(tmp_path / "ours", **{"loopback": True, "patience": 10.0, **options})


def refused(run: Run, work: Coroutine[Any, Any, Any]) -> str:
    with pytest.raises(TransferFailed) as failure:
        run(work)
    return str(failure.value)


def image(site: Any) -> bytes:
    content: bytes = (site.folder / "sub" / "image.bin").read_bytes()
    return content


def test_a_file_is_fetched(run: Run, tmp_path: Path, ftp_site: Any) -> None:
    site = ftp_site()
    assert run(transfer(tmp_path).download(site.url("/sub/image.bin"))).read_bytes() == image(site)
    assert run(transfer(tmp_path).download(site.url("/sub/image.bin;type=i", login=""))).read_bytes() == image(site)


def test_a_folder_gets_the_file(run: Run, tmp_path: Path, ftp_site: Any) -> None:
    site = ftp_site()
    for folder in ("/sub", "/sub/", "", "/"):
        run(transfer(tmp_path).upload(b"log" + folder.encode(), site.url(folder), "d.log"))
    assert (site.folder / "sub" / "d.log").read_bytes() == b"log/sub/"
    assert (site.folder / "d.log").read_bytes() == b"log/"


def test_a_download_that_broke_off_goes_on_where_it_ended(run: Run, tmp_path: Path, ftp_site: Any) -> None:
    site = ftp_site()
    whole = image(site)
    url = site.url("/sub/image.bin")

    service = transfer(tmp_path)
    file = run(service.download(url))
    file.with_suffix(".part").write_bytes(whole[:100_000])
    file.with_suffix(".json").write_text(
        json.dumps({"validator": f"{time_of(site)} {len(whole)}", "durable": 100_000})
    )
    site.commands.clear()
    assert run(service.download(url)).read_bytes() == whole
    assert "REST 100000" in site.commands


def time_of(site: Any) -> str:
    """What the server says about the time of the file."""
    with ftplib.FTP() as ftp:
        ftp.connect("127.0.0.1", site.port)
        ftp.login("u", "p@ss")
        return ftp.sendcmd("MDTM sub/image.bin")


def test_another_version_is_fetched_anew(run: Run, tmp_path: Path, ftp_site: Any) -> None:
    site = ftp_site()
    service, url = transfer(tmp_path), site.url("/sub/image.bin")
    file = run(service.download(url))
    file.with_suffix(".part").write_bytes(b"old")
    file.with_suffix(".json").write_text('{"validator": "213 19700101000000 3", "durable": 3}')
    site.commands.clear()
    assert run(service.download(url)).read_bytes() == image(site)
    assert not any(line.startswith("REST") for line in site.commands)


def test_what_the_server_refuses(run: Run, tmp_path: Path, ftp_site: Any) -> None:
    site = ftp_site()
    assert refused(run, transfer(tmp_path).download(site.url("/sub/none"))) == "the server answers 550"
    assert refused(run, transfer(tmp_path).upload(b"x", site.url("/none"), "d")) == "the server answers 550"
    assert refused(run, transfer(tmp_path).download(site.url("/x", login="u:secret@"))) == "the server answers 530"


def test_an_upload_that_the_server_refuses_says_why_in_the_words_of_OCPP(
    run: Run, tmp_path: Path, ftp_site: Any
) -> None:
    """W 6.19."""
    with pytest.raises(TransferFailed) as failure:
        run(transfer(tmp_path).upload(b"x", ftp_site().url("/", login="u:secret@"), "d"))
    assert failure.value.fault is UploadFault.PermissionDenied


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (ftplib.error_perm("502 Command not implemented."), UploadFault.NotSupportedOperation),
        (ftplib.error_perm("500 Unknown command"), UploadFault.BadMessage),
        (ftplib.error_perm("550 No such file"), None),
        (ftplib.error_temp("452 No room"), None),
        (ftplib.error_proto("SSH-2.0-OpenSSH"), UploadFault.BadMessage),
        (BadStatusLine("SSH-2.0-OpenSSH"), UploadFault.BadMessage),
        (RemoteDisconnected(), None),
        (TimeoutError(), None),
    ],
)
def test_what_an_answer_means(error: Exception, fault: UploadFault | None) -> None:
    assert fault_of(error) is fault


def test_a_passive_answer_that_names_another_host_is_refused(run: Run, tmp_path: Path, ftp_site: Any) -> None:
    """H15: the station is no tool to reach others."""
    site = ftp_site(masquerade_address="10.0.0.1")
    reason = refused(run, transfer(tmp_path).download(site.url("/sub/image.bin")))
    assert reason == "the server wants the data to go to another host"


def test_an_answer_without_end_is_no_answer(run: Run, tmp_path: Path, ftp_site: Any) -> None:
    site = ftp_site(banner="\r\n".join(["220-more"] * 1000))
    assert refused(run, transfer(tmp_path).download(site.url("/sub/image.bin"))) == "the server does not speak FTP"


def test_an_answer_of_several_lines_is_one(run: Run, tmp_path: Path, ftp_site: Any) -> None:
    site = ftp_site(banner="Welcome\r\n220-to\r\n 220 the site\r\n" + "-" * 60)  # longer than 75: 220-…
    assert run(transfer(tmp_path).download(site.url("/sub/image.bin"))).read_bytes() == image(site)


def test_a_file_is_no_larger_than_the_cap(run: Run, tmp_path: Path, ftp_site: Any) -> None:
    site = ftp_site()
    assert refused(run, transfer(tmp_path, most=1000).download(site.url("/sub/image.bin"))) == "the file is too large"


def test_ftps_protects_control_and_data(
    run: Run, tmp_path: Path, ftp_site: Any, trusting: ssl.SSLContext
) -> None:
    site = ftp_site(tls=True)
    service = transfer(tmp_path, ssl=trusting)
    assert run(service.download(site.url("/sub/image.bin", "ftps"))).read_bytes() == image(site)
    run(service.upload(b"log" * 100_000, site.url("/sub", "ftps"), "d.log"))
    assert (site.folder / "sub" / "d.log").read_bytes() == b"log" * 100_000
    assert "PROT P" in site.commands


def test_ftps_with_a_certificate_that_is_not_trusted(run: Run, tmp_path: Path, ftp_site: Any) -> None:
    site = ftp_site(tls=True)
    reason = refused(run, transfer(tmp_path).download(site.url("/sub/image.bin", "ftps")))
    assert reason == "the certificate of the server is not valid"
    assert not any(line.startswith(("USER", "PASS")) for line in site.commands)


def test_plain_ftp_is_no_way_around_ftps(run: Run, tmp_path: Path, ftp_site: Any) -> None:
    """A server without TLS gets no login."""
    site = ftp_site()
    reason = refused(run, transfer(tmp_path).download(site.url("/sub/image.bin", "ftps")))
    assert reason.startswith("the server answers 5")
    assert not any(line.startswith(("USER", "PASS")) for line in site.commands)
