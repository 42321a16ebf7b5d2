"""The opening handshake: what is offered, what is accepted, and what ends it (RFC 6455 §4, J §3 and §6.2.2, H12)."""

from __future__ import annotations

import base64
import hashlib
import time

import pytest

from ocppcore.bindings._handshake import MAX_HEADERS, identity_of
from ocppcore.bindings._ws import Closed, Event, Opened, State, WebSocket
from ocppcore.csms.admission import Offer
from ocppcore.errors import SetupError
from ocppcore.session.commands import BasicAuth
from ocppcore.session.events import ClosedByPeer, Lost, Refused

URL = "ws://csms.example/ocpp/CP%201"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
REQUEST = (
    "GET /ocpp/CP001 HTTP/1.1\r\nHost: csms.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Protocol: ocpp1.6, ocpp1.5\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def offered(request: str | bytes, *, lenient: bool = False, path: str | None = None) -> tuple[WebSocket, Event]:
    """A server that was sent this request, and its first event."""
    server = WebSocket.server(lenient=lenient, path=path)
    server.receive(request if isinstance(request, bytes) else request.encode("latin-1"))
    events = list(server.events())
    assert len(events) == 1
    return server, events[0]


def status(server: WebSocket) -> int:
    return int(server.data_to_send().split(b" ")[1])


def answered(change: dict[str, str | None], status: str = "101 Switching Protocols", **options: bool) -> list[Event]:
    """What a client makes of a server's answer with these headers changed (None: left out)."""
    client = WebSocket.client(URL, ("ocpp1.6",), lenient=options.pop("lenient", False))
    request = client.data_to_send().decode()
    key = request.partition("Sec-WebSocket-Key: ")[2].partition("\r\n")[0]
    token = base64.b64encode(hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()).decode()
    headers: dict[str, str | None] = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Accept": token,
        "Sec-WebSocket-Protocol": "ocpp1.6",
    }
    headers.update({name: value and value.replace("TOKEN", token) for name, value in change.items()})
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    client.receive("\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1"))
    return list(client.events())


def why_not(events: list[Event]) -> str:
    """Why the client gave up."""
    (event,) = events
    assert isinstance(event, Closed) and isinstance(event.reason, Lost), event
    return event.reason.why


# The client's request.


def test_the_request_of_the_standard() -> None:  # J §3.1.3
    client = WebSocket.client("ws://some.server.com:33033/webServices/ocpp/CP3211?x=1", ("ocpp1.6", "ocpp1.5"))
    lines = client.data_to_send().decode("ascii").split("\r\n")
    assert lines[0] == "GET /webServices/ocpp/CP3211?x=1 HTTP/1.1"
    assert {"Host: some.server.com:33033", "Sec-WebSocket-Protocol: ocpp1.6, ocpp1.5"} < set(lines)
    assert not any(line.startswith(("Authorization", "Sec-WebSocket-Extensions")) for line in lines)


def test_the_key_is_sent_as_octets() -> None:  # J §6.2.2, its example
    key = bytes.fromhex("0001020304050607FFFFFFFFCCCCCCCCCCCCCCCC")
    client = WebSocket.client("ws://h/AL1000", ("ocpp1.6",), BasicAuth("AL1000", key))
    assert b"\r\nAuthorization: Basic QUwxMDAwOgABAgMEBQYH////" in client.data_to_send()


@pytest.mark.parametrize(
    "url",
    [
        "http://h/CP", "CP1", "", "ws://", "ws:///CP", "ws://h:99999/CP", "ws://[::1/CP", "ws://u:secret@h/CP",
        "ws://h/CP#x", "ws://h/C P", "ws://h/CP\r\nX: y", "ws://h/CPü", "ws://" + "a" * 64 + ".example/CP", "ws://a..b/CP",
    ],
)  # fmt: skip
def test_a_bad_url_is_one_clear_line(url: str) -> None:
    with pytest.raises(SetupError) as caught:
        WebSocket.client(url, ("ocpp1.6",))
    assert "\n" not in str(caught.value) and "secret" not in str(caught.value)


# The server's judgement.


def test_what_a_station_offers() -> None:
    login = base64.b64encode(b"CP001:\x00\xff:x").decode()
    _, offer = offered(REQUEST.replace("Host:", f"Authorization: basic {login}\r\nHost:"))
    assert isinstance(offer, Offer)
    assert (offer.identity, offer.subprotocols) == ("CP001", ("ocpp1.6", "ocpp1.5"))
    assert offer.auth is not None and (offer.auth.user, offer.auth.key) == ("CP001", b"\x00\xff:x")
    assert "\\xff" not in repr(offer)


@pytest.mark.parametrize("header", ["Bearer x", "Basic", "Basic !", "Basic Q1A=", "Basic /zo="])
def test_credentials_that_cannot_be_read_are_none(header: str) -> None:
    _, offer = offered(REQUEST.replace("Host:", f"Authorization: {header}\r\nHost:"))
    assert isinstance(offer, Offer) and offer.auth is None


BAD_REQUESTS = {
    "no get": (REQUEST.replace("GET", "POST"), 400),
    "http 1.0": (REQUEST.replace("HTTP/1.1", "HTTP/1.0"), 400),
    "no host": (REQUEST.replace("Host: csms.example\r\n", ""), 400),
    "two hosts": (REQUEST.replace("Host:", "Host: a\r\nHost:"), 400),
    "two keys": (REQUEST.replace("Host:", f"Sec-WebSocket-Key: {KEY}\r\nHost:"), 400),
    "two logins": (REQUEST.replace("Host:", "Authorization: Basic QTpi\r\nAuthorization: Basic QTpi\r\nHost:"), 400),
    "short key": (REQUEST.replace(KEY, "c2hvcnQ="), 400),
    "key no base64": (REQUEST.replace(KEY, "*"), 400),
    "no key": (REQUEST.replace("Sec-WebSocket-Key", "X"), 400),
    "no upgrade": (REQUEST.replace("Upgrade: websocket", "Upgrade: h2c"), 400),
    "no connection": (REQUEST.replace("Connection: Upgrade", "Connection: close"), 400),
    "no version": (REQUEST.replace("Sec-WebSocket-Version: 13\r\n", ""), 400),
    "old version": (REQUEST.replace("Version: 13", "Version: 8"), 426),
    "body": (REQUEST.replace("Host:", "Content-Length: 5\r\nHost:"), 400),
    "chunked": (REQUEST.replace("Host:", "Transfer-Encoding: chunked\r\nHost:"), 400),
    "folded": (REQUEST.replace("Host: csms", "Host:\r\n csms"), 400),
    "blank in name": (REQUEST.replace("Host:", "Host :"), 400),
    "bare line feed": (REQUEST.replace("Host:", "X: a\nHost:"), 400),
    "nul": (REQUEST.replace("Host:", "X: a\x00\r\nHost:"), 400),
    "many headers": (REQUEST.replace("Host:", "X: y\r\n" * MAX_HEADERS + "Host:"), 431),
    "long line": (REQUEST.replace("Host:", "X: " + "y" * 8200 + "\r\nHost:"), 431),
    "endless": ("GET /" + "a" * 20_000, 431),
    "protocol not ascii": (REQUEST.replace("ocpp1.5", "ocpp\xfc"), 400),
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_a_bad_request_is_answered_and_over(name: str) -> None:
    request, expected = BAD_REQUESTS[name]
    server, event = offered(request)
    assert isinstance(event, Closed) and server.closed
    assert status(server) == expected


def test_spaces_in_a_header_cost_no_time() -> None:  # as CVE-2021-32640
    server = WebSocket.server()
    begin = time.process_time()
    server.receive(REQUEST.replace("ocpp1.5", "x" + " " * 8000 + "y").encode())
    assert time.process_time() - begin < 0.1
    assert isinstance(list(server.events())[0], Offer)


def test_headers_that_do_not_matter_may_be_of_any_kind() -> None:
    request = REQUEST.replace("Host: csms.example", "Host: \xfc\xfc..\r\nUser-Agent: \xff\r\nX:")
    _, offer = offered(request)
    assert isinstance(offer, Offer)


def test_a_list_in_several_headers_is_one_list() -> None:
    request = REQUEST.replace("Connection: Upgrade", "Connection: Upgrade\r\nConnection: keep-alive")
    _, offer = offered(request.replace(", ocpp1.5", "\r\nSec-WebSocket-Protocol: ocpp1.5"))
    assert isinstance(offer, Offer) and offer.subprotocols == ("ocpp1.6", "ocpp1.5")


def test_no_compression_is_agreed_to() -> None:
    server, _ = offered(REQUEST.replace("Host:", "Sec-WebSocket-Extensions: permessage-deflate\r\nHost:"))
    server.accept("ocpp1.6")
    assert b"Extensions" not in server.data_to_send()


def test_the_answer_of_the_standard() -> None:
    server, _ = offered(REQUEST)
    server.accept("ocpp1.6")
    head = server.data_to_send().decode()
    assert head.startswith("HTTP/1.1 101 ") and server.state is State.Open
    assert "\r\nSec-WebSocket-Protocol: ocpp1.6\r\n" in head
    assert "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in head  # J §3.2


def test_no_common_subprotocol_is_answered_101_without_the_header_and_closed() -> None:  # J §3.2
    server, _ = offered(REQUEST)
    server.accept(None)
    head, _, frame = server.data_to_send().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101") and b"sec-websocket-protocol" not in head.lower()
    assert frame[:1] == b"\x88" and server.closed


@pytest.mark.parametrize("code", [401, 403, 404, 409, 503])
def test_a_rejection_says_its_status_and_no_more(code: int) -> None:
    server, _ = offered(REQUEST)
    server.reject(code)
    answer = server.data_to_send()
    assert answer.startswith(f"HTTP/1.1 {code} ".encode()) and answer.endswith(b"Content-Length: 0\r\n\r\n")
    assert (b"WWW-Authenticate: Basic" in answer) is (code == 401)
    assert server.closed


def test_a_station_that_talks_before_it_is_let_in_is_heard_afterwards() -> None:
    server, _ = offered(REQUEST)
    server.receive(b"\x81\x83\x00\x00\x00\x00abc")
    assert list(server.events()) == []
    server.accept("ocpp1.6")
    assert list(server.events()) == ["abc"]


def test_a_station_that_talks_too_much_before_is_turned_away() -> None:
    server, _ = offered(REQUEST)
    server.receive(b"x" * 20_000)
    assert server.closed and status(server) == 400


# Identities.


@pytest.mark.parametrize(
    ("target", "identity"),
    [
        ("/ocpp/CP001", "CP001"), ("/CP001", "CP001"), ("/ocppj/RDAM%20123", "RDAM 123"), ("/o/%C3%BC", "ü"),
        ("/o/CP?token=x", "CP"), ("ws://h:9/o/CP?x", "CP"), ("http://h/CP", "CP"), ("/o/A%2FB", "A/B"), ("//CP", None),
        ("/", None), ("", None), ("*", "*"), ("/o/", None), ("/o/CP%0d%0aX:y", None), ("/o/CP%00", None),
        ("/o/A%3AB", None), ("/o/%zz", None), ("/o/%f", None), ("/o/%ff", None), ("/o/%E2%80%AE", None),
        ("/o/" + "a" * 256, None),
        ("/o/" + "a" * 255, "a" * 255), ("http://[::1/CP", None),
    ],
)  # fmt: skip
def test_the_identity_in_a_target(target: str, identity: str | None) -> None:
    assert identity_of(target) == identity


def test_the_path_in_front_of_the_identity() -> None:
    assert identity_of("/ocpp/CP", "/ocpp") == identity_of("/ocpp/CP", "/ocpp/") == "CP"
    assert identity_of("/CP", "/") == identity_of("/CP", "") == "CP"
    assert identity_of("/other/CP", "/ocpp") is None and identity_of("/ocpp/CP_1/SER", "/ocpp") is None
    assert identity_of("/ocpp/CP/", "/ocpp", lenient=True) == "CP"


@pytest.mark.parametrize(
    ("headers", "address", "secure"),
    [
        ("X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\n", "198.51.100.7", True),
        ("X-Forwarded-For: 10.9.9.9, 2001:db8::1\r\nX-Forwarded-Proto: wss\r\n", "2001:db8::1", True),
        ("X-Forwarded-For: 10.9.9.9\r\nX-Forwarded-For: 198.51.100.7\r\n", "198.51.100.7", False),
        ("X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https, http\r\n", "198.51.100.7", False),
    ],
)
def test_what_a_proxy_says_counts_where_there_is_one(headers: str, address: str, secure: bool) -> None:
    request = REQUEST.replace("Host:", f"{headers}Host:")
    server = WebSocket.server(proxied=True)
    server.receive(request.encode())
    (offer,) = server.events()
    assert isinstance(offer, Offer) and (offer.address, offer.secure) == (address, secure)
    _, stranger = offered(request)
    assert isinstance(stranger, Offer) and (stranger.address, stranger.secure) == ("", False)


@pytest.mark.parametrize("header", ["", "X-Forwarded-For: unknown\r\n", "X-Forwarded-For: 10.0.0.1,\r\n"])
def test_who_goes_round_the_proxy_is_turned_away(header: str) -> None:
    server = WebSocket.server(proxied=True)
    server.receive(REQUEST.replace("Host:", f"{header}Host:").encode())
    assert "the proxy" in why_not(list(server.events())) and status(server) == 400


# The client's judgement.


def test_an_answer_as_it_should_be() -> None:
    (event,) = answered({})
    assert isinstance(event, Opened) and event.subprotocol == "ocpp1.6"


@pytest.mark.parametrize("line", ["404 Not Found", "401 No", "302 Found", "200 OK", "503 x", "100 Continue", "302"])
def test_any_other_status_is_a_refusal_and_never_a_redirect(line: str) -> None:
    (event,) = answered({"Location": "ws://evil.example/CP"}, line)
    assert isinstance(event, Closed) and isinstance(event.reason, Refused)
    assert event.reason.status == int(line[:3])


@pytest.mark.parametrize(
    "change",
    [
        {"Sec-WebSocket-Accept": "AAAA"}, {"Sec-WebSocket-Accept": None}, {"Sec-WebSocket-Accept": "TOKEN, TOKEN"},
        {"Sec-WebSocket-Accept": "TOKEN\r\nSec-WebSocket-Accept: TOKEN"}, {"Upgrade": "h2c"}, {"Upgrade": None},
        {"Connection": "close"}, {"Connection": None}, {"Transfer-Encoding": "chunked"}, {"Content-Length": "3"},
        {"Sec-WebSocket-Protocol": "ocpp1.6x"}, {"Sec-WebSocket-Protocol": "ocpp2.0.1"},
        {"Sec-WebSocket-Protocol": "OCPP1.6"}, {"Sec-WebSocket-Protocol": ""}, {"Sec-WebSocket-Protocol": None},
        {"Sec-WebSocket-Protocol": "ocpp1.6, ocpp1.5"},
        {"Sec-WebSocket-Protocol": "ocpp1.6\r\nSec-WebSocket-Protocol: ocpp1.6"}, {"X": "a\x00"}, {"X": "a\r\n b"},
        {"Sec-WebSocket-Extensions": "permessage-deflate"}, {"X": "y" * 9000}, {"X": "y\r\nX: y" * 130},
    ],
)  # fmt: skip
def test_anything_else_in_a_101_ends_the_handshake(change: dict[str, str | None]) -> None:
    assert why_not(answered(change)).startswith("bad handshake")


def test_something_that_is_no_web_server() -> None:
    client = WebSocket.client(URL, ("ocpp1.6",))
    client.receive(b"220 mail.example ESMTP\r\n\r\n")
    assert "no WebSocket" in why_not(list(client.events()))


def test_what_speaks_another_protocol_is_not_waited_for() -> None:
    client, server = WebSocket.client(URL, ("ocpp1.6",)), WebSocket.server()
    client.receive(b"S")
    server.receive(b"\x16\x03\x01")
    assert why_not(list(client.events())) and why_not(list(server.events()))


def test_an_endless_answer_is_cut() -> None:
    client = WebSocket.client(URL, ("ocpp1.6",))
    client.receive(b"HTTP/1.1 200 ")
    for _ in range(20):
        client.receive(b"x" * 1000)
    assert "too long" in why_not(list(client.events()))


# What devices get wrong.


@pytest.mark.parametrize("echo", ["OCPP1.6", "", None, "ocpp1.6, ocpp1.5", " ocpp1.6", ", "])
def test_a_lenient_client_knows_what_was_meant(echo: str | None) -> None:
    (event,) = answered({"Sec-WebSocket-Protocol": echo}, lenient=True)
    assert isinstance(event, Opened) and event.subprotocol == "ocpp1.6"


def test_a_lenient_client_takes_no_other_protocol() -> None:
    assert why_not(answered({"Sec-WebSocket-Protocol": "ocpp2.0.1"}, lenient=True))


def test_a_lenient_server_knows_what_was_meant() -> None:
    sloppy = REQUEST.replace("Sec-WebSocket-Protocol: ocpp1.6, ocpp1.5\r\n", "").replace("Connection: Upgrade\r\n", "")
    server, offer = offered(sloppy.replace("CP001 ", "CP001/ "), lenient=True)
    assert isinstance(offer, Offer) and (offer.identity, offer.subprotocols) == ("CP001", ("ocpp1.6",))
    server.accept("ocpp1.6")
    assert b"-protocol" not in server.data_to_send().lower()  # RFC 6455 §4.2.2: nothing that was not offered


def test_a_lenient_server_echoes_what_the_station_wrote() -> None:
    server, offer = offered(REQUEST.replace("ocpp1.6", "OCPP1.6"), lenient=True)
    assert isinstance(offer, Offer) and offer.subprotocols[0] == "ocpp1.6"
    server.accept("ocpp1.6")
    assert b"OCPP1.6" in server.data_to_send()


# The handshake as a whole.


def test_both_ends_understand_each_other_byte_by_byte() -> None:
    client, server = WebSocket.client(URL, ("ocpp1.6",), BasicAuth("CP 1", b"\xff" * 20)), WebSocket.server()
    for at, byte in enumerate(request := client.data_to_send()):
        assert not list(server.events()), f"decided after {at} of {len(request)} bytes"
        server.receive(bytes([byte]))
    (offer,) = list(server.events())
    assert isinstance(offer, Offer) and offer.identity == "CP 1" and offer.auth and offer.auth.key == b"\xff" * 20
    server.accept("ocpp1.6")
    server.send("hello")
    for byte in server.data_to_send():
        client.receive(bytes([byte]))
    opened, hello = list(client.events())
    assert isinstance(opened, Opened) and hello == "hello"


def test_closing_while_the_handshake_lasts() -> None:
    client = WebSocket.client(URL, ("ocpp1.6",))
    client.close()
    assert client.closed and why_not(list(client.events())) == "closed by us"
    server, _ = offered(REQUEST)
    server.close()
    assert status(server) == 503


def test_a_lost_transport_is_reported_once() -> None:
    client = WebSocket.client(URL, ("ocpp1.6",))
    client.lost(ClosedByPeer(1006))
    client.lost(Lost("again"))
    (event,) = list(client.events())
    assert isinstance(event, Closed) and isinstance(event.reason, ClosedByPeer)
