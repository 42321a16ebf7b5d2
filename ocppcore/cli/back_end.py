"""A back end that shows what stations tell it, and at the end what it booked.

Stations write into these lines: nothing of theirs reaches a terminal but as printable characters, and keys and
credentials are masked.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import ssl
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from ocppcore.bindings.asyncio import serve
from ocppcore.csms import (
    CallBeforeBoot,
    CallServed,
    Csms,
    HandlerFailed,
    StationConnected,
    StationDisconnected,
    StationRefused,
    Transaction,
)
from ocppcore.demo.books import as_object
from ocppcore.demo.lines import essentials, kwh
from ocppcore.errors import SetupError
from ocppcore.session.events import Event, FaultReceived
from ocppcore.session.tap import redact
from ocppcore.tools.show import escaped

HEADER: Final = ("id", "station", "EVSE", "card", "from", "to", "energy", "stopped by")
LONGEST: Final = 200  # characters of what a line shows of one message


def _connected(event: StationConnected, report: Report) -> str:
    station = report.csms.stations[event.identity]
    profile = station.link.profile if station.link is not None else 0
    return f"connected, security profile {profile}"


def _refused(event: StationRefused, report: Report) -> str:
    status = f" with {event.status}" if event.status else ""
    return f"turned away{status}: {event.why} ({event.peer})"


# What is shown beside the calls that are served: a mark, and the words.
_TOLD: Final[dict[type[Event], tuple[str, Callable[[Any, Any], str]]]] = {
    StationConnected: ("─", _connected),
    StationDisconnected: ("─", lambda event, report: f"gone: {event.reason!r}"),
    StationRefused: ("!", _refused),
    CallBeforeBoot: ("!", lambda event, report: f"{event.action} before it was accepted: answered SecurityError"),
    FaultReceived: ("!", lambda event, report: f"{event.fault.action or 'a message'}: {event.fault.describe()}"),
    HandlerFailed: ("!", lambda event, report: f"{event.action}: the back end failed"),
}


class Report:
    """Prints what happens at a back end. as_json: an object a line, and nothing else."""

    def __init__(self, csms: Csms, *, as_json: bool = False) -> None:
        self.csms = csms
        self.ended = asyncio.Event()
        self.failure: OSError | None = None  # of the output
        self._as_json = as_json

    def notice(self, identity: str, event: Event) -> None:
        """A listener."""
        name = identity or getattr(event, "identity", None) or "?"
        if isinstance(event, CallServed):
            self._served(name, event)
        elif (told := _TOLD.get(type(event))) is not None:
            mark, words = told
            self._say(name, mark, "", words(event, self), event=type(event).__name__)

    def listening(self, url: str) -> None:
        """Where stations are to connect."""
        if self._as_json:
            self._print(json.dumps({"event": "Listening", "url": url}))
        else:
            self._print(f" A back end for OCPP 1.6 at {url}/IDENTITY; Ctrl-C ends it")

    def _served(self, name: str, event: CallServed) -> None:
        action, now = type(event.request).action, self.csms.utc()
        if self._as_json:
            response = event.response
            members = {"request": _plain(event.request), "response": response and _plain(response)}
            self._say(name, "", action, "", event="CallServed", **members)
        elif event.response is None:
            self._say(name, "→", action, "answered with an error")
        else:
            self._say(name, "→", action, essentials(event.request, event.response, now))

    def _say(self, name: str, mark: str, action: str, text: str, **members: Any) -> None:
        now = self.csms.utc()
        if self._as_json:
            entry = {"at": now.isoformat(timespec="milliseconds"), "station": name, **members}
            entry |= {key: value for key, value in (("action", action), ("text", text)) if value}
            self._print(json.dumps(json.loads(redact(json.dumps(entry)))))
        else:
            shown = escaped(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
            self._print(f" {now:%H:%M:%S}  {escaped(name):<12}  {mark} {action:<21} {shown}".rstrip())

    def books(self) -> None:
        """What was booked."""
        booked = self.csms.ledger.transactions
        if self._as_json:
            objects = [{"station": entry.identity, **as_object(entry)} for entry in booked]
            self._print(json.dumps({"event": "Ledger", "transactions": objects}))
            return
        self._print("")
        rows = [HEADER, *map(_row, booked)] if booked else [("No transactions.",)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            self._print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def _print(self, line: str) -> None:
        if self.failure is None:
            try:
                print(line, flush=True)
            except OSError as error:  # whoever read this went away
                self.failure = error
                self.ended.set()


def _plain(message: Any) -> dict[str, Any]:
    plain: dict[str, Any] = type(message).shape.plain(message)
    return plain


def _row(entry: Transaction) -> tuple[str, ...]:
    return (
        str(entry.id),
        escaped(entry.identity),
        str(entry.evse),
        escaped(entry.id_tag),
        _time(entry.start),
        "" if entry.stop is None else _time(entry.stop),
        "" if entry.energy_wh is None else kwh(entry.energy_wh),
        "" if entry.reason is None else escaped(entry.reason),
    )


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def run_back_end(
    report: Report, host: str, port: int, context: ssl.SSLContext | None, path: str | None, lenient: bool
) -> int:
    """Serve until a signal says that it is enough; the exit code. Raises SetupError if it cannot listen there."""
    try:
        asyncio.run(_serve(report, host, port, context, path, lenient))
    except KeyboardInterrupt:  # where the loop knows no signals
        pass
    if report.failure is None:
        report.books()
    if report.failure is not None:
        raise report.failure
    return 0


async def _serve(
    report: Report, host: str, port: int, context: ssl.SSLContext | None, path: str | None, lenient: bool
) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, report.ended.set)
        except RuntimeError:  # not on Windows
            pass
    try:
        server = await serve(report.csms, host, port, ssl=context, path=path, lenient=lenient)
    except (OSError, UnicodeError) as error:
        code = getattr(error, "errno", None) or 0  # asyncio wraps the system's words in its own
        why = os.strerror(code) if code > 0 else getattr(error, "strerror", None) or str(error)
        raise SetupError(f"cannot listen on {escaped(host)}, port {port}: {why}") from None
    server.on_event(report.notice)
    async with server:
        scheme = "ws" if context is None else "wss"
        shown = f"[{host}]" if ":" in host else host
        report.listening(f"{scheme}://{shown}:{server.port}{(path or '').rstrip('/')}")
        await report.ended.wait()
