"""The cases of session/: see cases.py. What grows with use is made anew for each call of a case."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

from ocppcore import v16
from ocppcore.csms import events as back_end
from ocppcore.errors import CallTimeout, OcppError, RpcError
from ocppcore.session import calls, counters, events, incoming, link, outbox, pump, session, settings
from ocppcore.session.policy import LENIENT, STRICT
from ocppcore.session.session import Endpoint, Session
from ocppcore.version import V16, ErrorCode
from ocppcore.wire import Call, CallError, CallResult, Fault

Case = Callable[[], object]
Some = list[tuple[Any, ...]]

ODD: list[Any] = [None, 0, -1, 2**70, 1.5, float("nan"), "x", "\ud800", b"x", [], object()]
NOW = 5.0
OURS = f"{Random(1).getrandbits(64):016x}-1"  # the id of the first call
REQUEST = v16.AuthorizeRequest(id_tag="a")
RESPONSE = v16.HeartbeatResponse(current_time=datetime(2026, 3, 1, tzinfo=UTC))
REFUSAL = RpcError(ErrorCode.GenericError)
LOST = events.Lost("x")
FAULT = Fault(ErrorCode.FormatViolation, "", "x", type=2, id="1", action="Reset")
RESULT, ERROR = CallResult(OURS, RESPONSE), CallError(OURS, "x", "", {})
TEXTS: list[Any] = [
    *('[2,"1","Heartbeat",{}]', '[2,"1","Heartbeat",{}]', '[2,"2","Reset",{}]', '[2,"3","Heartbeat"]', "\ud800", b"["),
    *(f'[3,"{OURS}",{{"idTagInfo":{{"status":"Accepted"}}}}]', f'[4,"{OURS}","x","",{{}}]', '[3,"0",{}]'),
]


def on_fresh(make: Callable[[], Any], method: str, arguments: Some) -> Case:
    """A case that makes an object and calls a method of it with each of the arguments; errors are paths too."""

    def run() -> None:
        owner = make()
        for some in arguments:
            try:
                getattr(owner, method)(*some)
            except (OcppError, TypeError, ValueError, AttributeError, ArithmeticError, LookupError, AssertionError):
                pass

    return run


def each_method(label: str, make: Callable[[], Any], given: dict[str, Some]) -> Iterator[tuple[str, Case]]:
    """Methods with what they like, then with odd values in the first place, in the last, and in a wrong number."""
    for method, likes in given.items():
        usual = likes[0]
        odd = [(value, *usual[1:]) for value in ODD] + [(*usual[:-1], value) for value in ODD] if usual else []
        yield f"{label}.{method}", on_fresh(make, method, [*likes, *odd, (), (1,) * 7])


def _parts() -> tuple[Any, settings.SessionSettings, outbox.Outbox]:
    return v16.ACTIONS, settings.SessionSettings(), outbox.Outbox(None, lambda direction, text: None)


def _session() -> Session:
    """With a link, and a call out each way."""
    made = Session(v16.ACTIONS, rng=Random(1), endpoint=Endpoint("ws://x/CP1"), policy=LENIENT)
    made.start(0.0)
    made.connected(V16, 0.0)
    made.call(REQUEST, 0.0)
    made.receive(TEXTS[0], 0.0)
    return made


def _calls() -> calls.Calls:
    made = calls.Calls(*_parts(), Random(1))
    for _ in range(3):
        made.add(REQUEST, 2, None, LENIENT)
    made.pump(0.0)
    return made


def _incoming() -> incoming.Incoming:
    made = incoming.Incoming(*_parts())
    made.call(Call("1", "Heartbeat", None), 0.0)
    return made


def _link() -> link.Link:
    _, times, sink = _parts()
    made = link.Link(V16, Endpoint("ws://x"), times, sink, Random(1))
    made.start(0.0)
    return made


def _events() -> outbox.Events:
    """Full."""
    made = outbox.Events(3)
    for _ in range(3):
        made.put(events.Event())
    return made


def _outbox() -> outbox.Outbox:
    made = _parts()[2]
    made.event(events.Event())
    made.send("\u20ac")
    return made


TIMERS: dict[str, Some] = {"next_timer": [()], "handle_timer": [(NOW,), (1e9,)]}


def of_parts() -> Iterator[tuple[str, Case]]:
    """Calls, Incoming, Link, Outbox."""
    added: Some = [(REQUEST, 2, None, LENIENT), (RESPONSE, 2, 5.0, LENIENT), (REQUEST, 0, 5, None)]
    ended: dict[str, Some] = {"result": [(RESULT,)], "refused": [(ERROR,)], "broken": [(FAULT,)], "stray": [("x", NOW)]}
    others: dict[str, Some] = {"pump": [(NOW,)], "cancel": [(OURS,), ("x",)], "lost": [()], **TIMERS}
    yield from each_method("calls.Calls", _calls, {"add": added, **ended, **others})
    yield "calls.OutCall", lambda: calls.OutCall("1", REQUEST, "Authorize", "[]", None).deadline
    ids: Some = [(str(number % 70), events.Stray.Late) for number in range(80)]
    yield from each_method("calls.Recent", calls.Recent, {"remember": ids, "kind": [("1",)]})

    heard: Some = [(Call(str(number), "Heartbeat", None), NOW) for number in range(20)]
    answers: dict[str, Some] = {"reply": [("1", RESPONSE, LENIENT)], "fail": [("1", REFUSAL)], "drop": [("1",)]}
    others = {"call": heard, "fault": [(FAULT, NOW)], "lost": [()], **TIMERS}
    yield from each_method("incoming.Incoming", _incoming, answers | others)

    inputs: dict[str, Some] = {name: [(NOW,)] for name in ("start", "stop", "reconnect", "close")}
    told: dict[str, Some] = {"connected": [(V16, NOW)], "disconnected": [(LOST, NOW)], "failed": [(1, "x", NOW)]}
    yield from each_method("link.Link", _link, {**inputs, **told, "alive": [()], **TIMERS})

    takes = ("take_event", "take_command", "take_texts", "command_id", "drop_texts")
    yield from each_method("outbox.Outbox", _outbox, {name: [()] for name in takes})
    noise: Some = [(events.Event(), outbox.Trickle(2, 1.0), NOW)]
    texts: dict[str, Some] = {"send": [("x",), ("\u20ac",)], "received": [("x",), (b"\xff",)], "command": [(None,)]}
    yield from each_method("outbox.Outbox", _outbox, {"event": [(events.Event(),)], "noise": noise, **texts})
    queued: dict[str, Some] = {"put": [(events.Event(),)], "take": [()]}
    yield from each_method("outbox.Events", _events, queued)
    yield from each_method("outbox.Trickle", lambda: outbox.Trickle(2, 1.0), {"allows": [(NOW,), (1.0,), (2.0,)]})
    written: Some = [(3, "1", "Heartbeat", RESPONSE.shape, RESPONSE, policy) for policy in (LENIENT, STRICT)]
    yield from each_method("outbox", lambda: outbox, {"utf8_length": [("x",), ("\u20ac",)], "write": written})
    yield "counters.Counters.as_dict", lambda: (counters.Counters().as_dict(), repr(counters.Counters()))


def of_settings() -> Iterator[tuple[str, Case]]:
    """What a session may be told."""
    yield from each_method("settings.Backoff", settings.Backoff, {"wait": [(3, 0.5), (10**6, 0.5)]})
    times = {"Reset": 5.0}
    yield from each_method(
        "settings.SessionSettings", lambda: settings.SessionSettings(timeouts=times), {"timeout": [("Reset",)]}
    )
    yield "settings.Endpoint", lambda: repr([Endpoint("ws://a:b@x"), Endpoint("ws://x")])


def of_sessions() -> Iterator[tuple[str, Case]]:
    """Session, from outside."""
    inputs: dict[str, Some] = {name: [(NOW,)] for name in ("start", "stop", "reconnect", "pong")}
    told: dict[str, Some] = {"connected": [(V16, NOW)], "disconnected": [(LOST, NOW)]}
    asked: dict[str, Some] = {"call": [(REQUEST, NOW), (RESPONSE, NOW)], "cancel": [(OURS, NOW)], "drop": [("1",)]}
    answers: dict[str, Some] = {"reply": [("1", RESPONSE, NOW)], "fail": [("1", REFUSAL, NOW)]}
    takes: dict[str, Some] = {name: [()] for name in ("next_event", "next_command", "next_batch", "data_to_send")}
    done: dict[str, Some] = {name: [(1, "x", NOW)] for name in ("done", "failed", "store_failed")}
    yield from each_method("session.Session", _session, inputs | told | asked | answers | takes | done | TIMERS)
    yield from each_method("session.Session", _session, {"stored": [(1, NOW)], "receive": [(t, NOW) for t in TEXTS]})
    yield from each_method("session", lambda: session, {"earlier": [(1.0, 2.0), (2, 1), (None, 1.0), (1.0, None)]})
    yield "session.Session: made wrongly", on_fresh(lambda: Session, "__call__", [(), (1,), (None, 5)])
    yield "session.Session: attributes", _attributes


def _attributes() -> None:
    made = _session()
    for name in ("max_message", "endpoint", "tap", "silent", "settings", "limits", "policy"):
        for value in (getattr(made, name), 5):
            setattr(made, name, value)
    repr([made.actions, made.counters, made.is_open, made.has_events])


class _Host(pump.Stepper):
    """Answers each call at once, and keeps nothing."""

    def carry_out(self, command: Any) -> None: ...

    ACTS = {events.CallReceived: "reply"}

    def reply(self, event: events.CallReceived) -> None:
        self.feed(self.connection.reply, event.id, RESPONSE)

    def listener_failed(self, error: Exception) -> None: ...

    def wake_at(self, due: float | None) -> None: ...


class _Told:
    def notice(self, event: events.Event) -> None: ...


class _Wire:
    def send(self, text: str) -> None: ...


class _Future:
    def done(self) -> bool:
        return False

    def set_result(self, result: Any) -> None: ...

    def set_exception(self, error: Any) -> None: ...


class _Line:
    """A connection that is no Driven: it tells an event once."""

    def __init__(self, event: events.Event) -> None:
        self.told = [event]

    def call(self, request: Any, now: float) -> str:
        return "7"

    def reply(self, id: str, response: Any, now: float) -> bool:
        return True

    def receive(self, data: Any, now: float) -> None: ...

    def next_batch(self) -> None: ...

    def next_command(self) -> None: ...

    def next_timer(self) -> None: ...

    def data_to_send(self) -> list[str]:
        return []

    def next_event(self) -> events.Event | None:
        return self.told.pop() if self.told else None


class _Clock:
    def now(self) -> float:
        return NOW

    def utc(self) -> None: ...


def of_pump() -> Iterator[tuple[str, Case]]:
    """The loop body, and the class around it."""

    def host() -> _Host:
        made = _Host(_session(), _Clock())
        made.link = _Wire()
        made.listeners += [lambda event: None, lambda event: 1 / 0]
        return made

    heard: dict[str, Some] = {
        "receive": [(text,) for text in TEXTS],
        "step": [()],
        "wake": [()],
        "after_step": [()],
        "begin": [(REQUEST, None), (REQUEST, _Future())],
        "take_back": [("1",)],
    }
    fed: Some = [(_session().call, REQUEST), (len,), (pump.pump, None)]
    yield from each_method("pump.Stepper", host, {**heard, "feed": fed})
    for event in (
        events.Event(),
        events.CallReceived("1", REQUEST),
        events.ResultReceived("7", REQUEST, RESPONSE),
        events.CallEnded("7", REQUEST, CallTimeout("7", "x", "x")),
    ):

        def told(event: events.Event = event) -> _Host:
            made = _Host(_Line(event), _Clock())
            made.begin(REQUEST, _Future())
            made.listeners += [lambda event: None, lambda event: 1 / 0]
            return made

        yield f"pump.Stepper: {type(event).__name__}", on_fresh(told, "step", [()])
    yield from each_method("pump", lambda: pump, {"pump": [(_session(), object()), (_Line(events.Event()), _Told())]})
    outlets = ("next_batch", "data_to_send", "next_command", "next_event", "next_timer")
    line: dict[str, Some] = {"receive": [("x", NOW)], **{name: [()] for name in outlets}}
    yield from each_method("pump.Driven", lambda: pump.Driven(_Line(events.Event())), line)
    yield from each_method("pump", lambda: pump, {name: [(None,)] for name in ("Driven", "Sink")})
    yield (
        "pump.Stepper: without the methods of a host",
        on_fresh(lambda: pump.Stepper(_session(), _Clock()), "step", [()]),
    )


def of_events() -> Iterator[tuple[str, Case]]:
    """Events and reasons, made and shown; and the enumerations."""
    for name, kind in [*vars(events).items(), *vars(back_end).items()]:
        if inspect.isclass(kind) and issubclass(kind, (events.Event, events.Disconnect)):
            error = CallTimeout("1", "Reset", "x")
            size = sum(len(base.__dict__.get("__slots__", ())) for base in kind.__mro__)
            values: Some = [(value,) * size for value in (None, "x", error)]
            yield f"events.{name}", on_fresh(lambda kind=kind: _Shown(kind), "show", values)  # type: ignore[misc]
    for some in (events.TlsFailure, events.Stray, calls.Priority, link.State, link.Input, outbox.Direction):
        label = f"{some.__module__.rpartition('.')[2]}.{some.__name__}"
        yield label, on_fresh(lambda some=some: some, "__call__", [(value,) for value in (*ODD, 1)])  # type: ignore[misc]


class _Shown:
    """Makes an event and shows it."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind

    def show(self, *values: Any) -> None:
        repr(self.kind(*values))
