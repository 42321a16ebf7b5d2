"""TLS at the back end, between the loop's transport and a Socket: what asyncio has for this keeps 256 KiB for each
connection from its first moment on, and hangs up on a failed handshake without saying why.

Its rules: nothing is kept for a peer that has said nothing, and never more than a few records for one that has. A
handshake that fails is answered with TLS's alert, and the peer has time to read it. Renegotiation is the context's
business, which has to forbid it. Deadlines are those of the Socket.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, Final, cast

from ocppcore.bindings._receiver import Receiver

PIECE: Final = 16 * 1024  # bytes: a record of TLS
FAREWELL: Final = 2.0  # seconds that a peer has to read an alert


class TlsTransport(asyncio.Transport, Receiver):
    """A Protocol towards the loop; a Transport towards app, which hears what comes out of TLS.

    failed: is told why TLS did not come about, or broke.
    """

    def __init__(self, context: ssl.SSLContext, app: Receiver, failed: Callable[[ssl.SSLError], object]) -> None:
        super().__init__()
        self._context = context
        self._app = app
        self._failed = failed
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self._agreed = False  # the handshake is done
        self._error: ssl.SSLError | None = None
        self._farewell: asyncio.TimerHandle | None = None
        self._raw: asyncio.Transport

    # From the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._raw = cast(asyncio.Transport, transport)
        self._app.connection_made(self)

    def data_received(self, data: bytes) -> None:
        for at in range(0, len(data), PIECE):
            if self._error is not None or self._raw.is_closing():
                return
            self._incoming.write(data[at : at + PIECE])
            self._step()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._farewell is not None:
            self._farewell.cancel()
        self._app.connection_lost(self._error or exc)

    def pause_writing(self) -> None:
        self._app.pause_writing()

    def resume_writing(self) -> None:
        self._app.resume_writing()

    # TLS

    def _step(self) -> None:
        """Take all that has come as a whole."""
        if self._tls is None:
            self._tls = self._context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        try:
            if not self._agreed:
                self._tls.do_handshake()
                self._agreed = True
            while data := self._tls.read(PIECE):
                self._app.data_received(data)
                if self._raw.is_closing():
                    return
            self._error = ssl.SSLZeroReturnError()  # the peer has said goodbye
            self.close()
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as error:
            self._break(error)

    def _break(self, error: ssl.SSLError) -> None:
        """It is over. Closing over unread bytes would take the alert back, so the peer is to hang up first."""
        self._error = error
        self._failed(error)
        self._flush()
        if not self._raw.is_closing():
            self._raw.write_eof()
            self._farewell = asyncio.get_running_loop().call_later(FAREWELL, self._raw.abort)

    def _flush(self) -> None:
        if self._outgoing.pending and not self._raw.is_closing():
            self._raw.write(self._outgoing.read())

    # A transport

    def write(self, data: Any) -> None:
        """What is written when TLS is not there, or no more, is dropped."""
        tls, view = self._tls, memoryview(data)
        if tls is None or not self._agreed or self._error is not None:
            return
        try:
            while view:
                view = view[tls.write(view[:PIECE]) :]
                self._flush()
        except ssl.SSLError as error:
            self._break(error)

    def close(self) -> None:
        """Say goodbye, and do not wait for the answer (RFC 8446 §6.1)."""
        if self._tls is not None and self._agreed and not self._raw.is_closing():
            try:
                self._tls.unwrap()
            except ssl.SSLError:
                pass  # it would like to wait for the peer's goodbye
            self._flush()
        self._raw.close()

    def abort(self) -> None:
        self._raw.abort()

    def is_closing(self) -> bool:
        return self._error is not None or self._raw.is_closing()

    def can_write_eof(self) -> bool:
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """ssl_object: the ssl.SSLObject, once the handshake is done."""
        if name == "ssl_object":
            return self._tls if self._agreed else default
        return self._raw.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._raw.pause_reading()

    def resume_reading(self) -> None:
        self._raw.resume_reading()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._raw.set_write_buffer_limits(high, low)
