"""Transfers by HTTP and HTTPS with real servers: resume, redirects, caps, cancel, and what each failure is called."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from ocppcore.bindings.transfer import FileTransfer, TransferFailed

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def transfer(tmp_path: Path, **options: Any) -> FileTransfer:
    return FileTransfer(tmp_path / "ours", **{"loopback": True, "patience": 10.0, **options})


def refused(run: Run, work: Coroutine[Any, Any, Any]) -> str:
    with pytest.raises(TransferFailed) as failure:
        run(work)
    return str(failure.value)


def test_a_file_is_fetched_and_progress_is_told(run: Run, tmp_path: Path, web: Any) -> None:
    told: list[tuple[int, int | None]] = []
    work = transfer(tmp_path).download(web.url("/image"), progress=lambda *so_far: told.append(so_far))
    assert run(work).read_bytes() == web.image
    assert told[-1] == (len(web.image), len(web.image))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_name_of_the_file_is_ours(run: Run, tmp_path: Path, web: Any) -> None:
    """H15: nothing of the URL gets into a path."""
    file = run(transfer(tmp_path).download(web.url("/..%2f..%2fetc/$(reboot);x")))
    assert file.parent == tmp_path / "ours"
    assert file.name.startswith("firmware-") and file.suffix == ".bin"


def test_a_download_that_broke_off_goes_on_where_it_ended(run: Run, tmp_path: Path, web: Any) -> None:
    web.break_after = 100_000
    assert "not" in refused(run, transfer(tmp_path).download(web.url("/image")))
    assert run(transfer(tmp_path).download(web.url("/image"))).read_bytes() == web.image
    headers = web.requests[1][1]
    assert headers["If-Range"] == '"one"'
    assert headers["Range"] == "bytes=100000-"


@pytest.mark.parametrize(
    ("note", "asked"),
    [
        (lambda note: note, "bytes=100000-"),
        (lambda note: note.replace("100000", "70000"), "bytes=70000-"),
        (lambda note: note[:-3], None),
        (lambda note: note.replace("100000", "200000"), None),
        (lambda note: "7", None),
    ],
)
def test_after_a_power_cut_it_goes_on_behind_what_is_durable(
    run: Run, tmp_path: Path, web: Any, note: Callable[[str], str], asked: str | None
) -> None:
    """What was written last may be anything then; and so may the note."""
    web.break_after = 100_000
    refused(run, transfer(tmp_path).download(web.url("/image")))
    (part,), (json,) = (tmp_path / "ours").glob("*.part"), (tmp_path / "ours").glob("*.json")
    if asked != "bytes=100000-":
        part.write_bytes(part.read_bytes()[:70_000] + bytes(30_000))
    json.write_text(note(json.read_text()))
    assert run(transfer(tmp_path).download(web.url("/image"))).read_bytes() == web.image
    assert web.requests[1][1].get("Range") == asked


def test_a_file_that_changed_meanwhile_is_fetched_anew(run: Run, tmp_path: Path, web: Any) -> None:
    web.break_after = 100_000
    refused(run, transfer(tmp_path).download(web.url("/image")))
    web.image, web.etag = b"new" * 1000, '"two"'
    assert run(transfer(tmp_path).download(web.url("/image"))).read_bytes() == web.image


def test_what_is_left_of_another_download_is_removed(run: Run, tmp_path: Path, web: Any) -> None:
    web.break_after = 1000
    refused(run, transfer(tmp_path).download(web.url("/old")))
    file = run(transfer(tmp_path).download(web.url("/new")))
    assert list((tmp_path / "ours").iterdir()) == [file]


def test_a_file_is_no_larger_than_the_cap(run: Run, tmp_path: Path, web: Any) -> None:
    assert refused(run, transfer(tmp_path, most=1000).download(web.url("/image"))) == "the file is too large"
    assert refused(run, transfer(tmp_path, most=10).upload(b"x" * 11, web.url("/"), "f")) == "the file is too large"


def test_a_file_leaves_room_on_the_disk(run: Run, tmp_path: Path, web: Any) -> None:
    """A station that cannot store any more could not even charge."""
    service = transfer(tmp_path, reserve=1 << 62)
    assert refused(run, service.download(web.url("/image"))) == "the disk has no room for the file"
    assert list((tmp_path / "ours").iterdir()) == []


def test_a_file_whose_end_cannot_be_told_from_a_broken_link_is_not_taken(run: Run, tmp_path: Path, web: Any) -> None:
    web.tells_length = False
    reason = refused(run, transfer(tmp_path).download(web.url("/image")))
    assert reason == "the server does not say how large the file is"


def test_a_file_in_chunks_says_itself_where_it_ends(run: Run, tmp_path: Path, web: Any) -> None:
    web.tells_length, web.more_headers = False, {"Transfer-Encoding": "chunked"}
    web.image = b"5\r\nhello\r\n0\r\n\r\n"
    assert run(transfer(tmp_path).download(web.url("/image"))).read_bytes() == b"hello"
    web.image = b"5\r\nhello\r\n"
    assert refused(run, transfer(tmp_path).download(web.url("/image"))) == "the server does not keep to HTTP"


def test_a_file_that_is_packed_on_its_way_is_not_taken(run: Run, tmp_path: Path, web: Any) -> None:
    """It was not asked for, and the signature is that of the file."""
    web.more_headers = {"Content-Encoding": "gzip"}
    assert refused(run, transfer(tmp_path).download(web.url("/image"))) == "the server changes the file on its way"


def test_a_folder_gets_the_file_and_a_login_is_shown_to_its_host(run: Run, tmp_path: Path, web: Any) -> None:
    run(transfer(tmp_path).upload(b"log", web.url("/up", login="me:s%3Acret@"), "d.log"))
    run(transfer(tmp_path).upload(b"log", web.url("/up/"), "e.log"))
    assert web.put == {"/up/d.log": b"log", "/up/e.log": b"log"}
    assert web.requests[0][1]["Authorization"] == "Basic " + base64.b64encode(b"me:s:cret").decode()
    assert "Authorization" not in web.requests[1][1]


def test_a_url_with_a_query_is_that_of_the_file_itself(run: Run, tmp_path: Path, web: Any) -> None:
    run(transfer(tmp_path).upload(b"log", web.url("/up/x?signature=abc"), "d.log"))
    assert web.put == {"/up/x?signature=abc": b"log"}


def test_a_file_is_uploaded_whole_with_its_secrets_hidden(run: Run, tmp_path: Path, web: Any) -> None:
    """H16: the length stays, so the header is right, and a secret across two chunks is found, too."""
    log = tmp_path / "log"
    secret = b"0123456789abcdef"
    log.write_bytes(b"a" * (64 * 1024 - 5) + secret + b"b" * 70_000 + secret + secret[:5])
    run(transfer(tmp_path).upload(log, web.url("/up"), "d.log", hide=[secret, b""]))
    body = web.put["/up/d.log"]
    assert len(body) == log.stat().st_size
    assert secret not in body and body.count(b"*") == 32 and body.endswith(secret[:5])


@pytest.mark.parametrize("status", [200, 201, 204])
def test_an_upload_that_is_taken(run: Run, tmp_path: Path, web: Any, status: int) -> None:
    web.put_status = status
    run(transfer(tmp_path).upload(b"log", web.url("/up"), "d"))


def test_answers_that_are_no_success(run: Run, tmp_path: Path, web: Any) -> None:
    assert refused(run, transfer(tmp_path).download(web.url("/missing"))) == "the server answers 404"
    web.put_status = 403
    assert refused(run, transfer(tmp_path).upload(b"x", web.url("/up"), "d")) == "the server answers 403"
    assert refused(run, transfer(tmp_path).upload(tmp_path / "none", web.url("/up"), "d")) == "there is no such file"


def test_a_redirect_within_the_protocol_is_followed(run: Run, tmp_path: Path, web: Any) -> None:
    web.moved = {"/a": "/b", "/b": web.url("/image")}
    assert run(transfer(tmp_path).download(web.url("/a"))).read_bytes() == web.image


def test_a_redirect_takes_the_login_along_to_the_same_place_only(
    run: Run, tmp_path: Path, web: Any, other_web: Any
) -> None:
    """Another port may be another's."""
    web.moved = {"/a": "/b", "/b": other_web.url("/image", login="their:own@")}
    run(transfer(tmp_path).download(web.url("/a", login="me:secret@")))
    assert [bool(headers.get("Authorization")) for _, headers in web.requests] == [True, True]
    assert "Authorization" not in other_web.requests[0][1]


@pytest.mark.parametrize(
    "location", ["file:///etc/shadow", "https://127.0.0.1/x", "ftp://127.0.0.1/x", "http://169.254.169.254/", "/a"]
)
def test_a_redirect_elsewhere_is_not(run: Run, tmp_path: Path, web: Any, location: str) -> None:
    web.moved = {"/a": location}
    assert refused(run, transfer(tmp_path).download(web.url("/a")))
    assert {path for path, _ in web.requests} == {"/a"}


def test_a_silent_server_is_not_waited_for(run: Run, tmp_path: Path, web: Any) -> None:
    assert refused(run, transfer(tmp_path, patience=0.05).download(web.url("/silent"))) == "the server is silent"


def test_a_transfer_can_be_cancelled(run: Run, tmp_path: Path, web: Any) -> None:
    async def main() -> None:
        task = asyncio.create_task(transfer(tmp_path).download(web.url("/silent")))
        await asyncio.to_thread(web.reached.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())


def test_https_with_a_certificate_that_is_trusted(
    run: Run, tmp_path: Path, secure_web: Any, trusting: ssl.SSLContext
) -> None:
    service = transfer(tmp_path, ssl=trusting)
    assert run(service.download(secure_web.url("/image", "https"))).read_bytes() == secure_web.image
    run(service.upload(b"log", secure_web.url("/up", "https"), "d"))
    assert secure_web.put == {"/up/d": b"log"}


def test_https_with_one_that_is_not(run: Run, tmp_path: Path, secure_web: Any) -> None:
    reason = refused(run, transfer(tmp_path).download(secure_web.url("/image", "https", "me:secret@")))
    assert reason == "the certificate of the server is not valid"


def test_nothing_listens_there(run: Run, tmp_path: Path, unused_port: int) -> None:
    reason = refused(run, transfer(tmp_path).download(f"http://me:secret@127.0.0.1:{unused_port}/x"))
    assert reason == "the host cannot be reached"
