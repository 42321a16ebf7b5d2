"""The calls that refleak.py repeats: each public name of the compiled modules, with what it likes and what not.

A label begins with the module's last name and the name in it, `shape.MessageShape.load: …`, so that missing() can tell
what has no case yet.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from charging_cases import of_charging
from csms_cases import of_csms
from session_cases import of_events, of_parts, of_pump, of_sessions, of_settings

from ocppcore import v16
from ocppcore.errors import OcppError
from ocppcore.messages import base
from ocppcore.messages.export import schema_of
from ocppcore.messages.schema import nodes, shape
from ocppcore.messages.schema.compile import compile_schema
from ocppcore.wire import check, decode, validate_only

try:
    from ocppcore.wire import fast
except ImportError:  # a build without extensions
    fast = None  # type: ignore[assignment]

ROOT = Path(__file__).parents[2]
Case = Callable[[], object]

DATE = datetime(2026, 3, 1, tzinfo=UTC)
# Values as they come from JSON, and what no JSON has.
VALUES: list[Any] = [
    *(None, True, 0, -1, 7, 2**63, 2**200, 0.1, 4.11, 1e300, float("nan"), Decimal("4.1"), Decimal("1e400")),
    *("", "Accepted", "x" * 300, "\u20ac", "\ud800", "2026-03-01T08:00:00.5+01:00", "2026-02-30T08:00:00Z", b"x"),
    *([], [None], ["a", 1], {}, {"x": 1}, {"idTag": "a" * 21}, {"": {}}, object(), DATE, DATE.replace(tzinfo=None)),
    *(v16.AuthorizeRequest(id_tag="a"), v16.ResetType.Soft, v16.IdTagInfo(status=v16.AuthorizationStatus.Blocked)),
]


def quietly(call: Callable[..., object], *arguments: object) -> object:
    """The result, or the exception, which is a path as well."""
    try:
        return call(*arguments)
    except (OcppError, TypeError, ValueError, AttributeError, ArithmeticError, LookupError) as error:
        return error.__traceback__ is None


def each(call: Callable[..., object], arguments: Iterable[Any]) -> Case:
    """A case that makes the call with each of the arguments, a tuple standing for several."""
    given = [argument if isinstance(argument, tuple) else (argument,) for argument in arguments]

    def run() -> None:
        for some in given:
            quietly(call, *some)

    return run


def on_all(owners: Sequence[Any], method: str) -> Callable[..., object]:
    """A call of this method of each of them."""
    methods = [getattr(owner, method) for owner in owners]

    def call(*arguments: object) -> None:
        for method in methods:
            quietly(method, *arguments)

    return call


def below(node: nodes.Node) -> Iterator[nodes.Node]:
    """A node and those in it."""
    yield node
    for inner in [member.node for member in getattr(node, "members", ()) if isinstance(member, nodes.Member)]:
        yield from below(inner)
    if isinstance(node, nodes.Array):
        yield from below(node.items)


def of_nodes() -> Iterator[tuple[str, Case]]:
    """Each class of node, with a few of its nodes: made, and asked with good and bad values."""
    everything = [node for request in v16.REQUESTS.values() for node in below(request.node)]
    everything.append(nodes.Node())
    kinds = [value for value in vars(nodes).values() if inspect.isclass(value) and issubclass(value, nodes.Node)]
    for kind in kinds:
        some = [node for node in everything if type(node) is kind][:40:8]
        name = f"nodes.{kind.__name__}"
        judged = [(value, mode) for value in VALUES for mode in (0, 1, 2)]
        yield f"{name}.check", each(on_all(some, "check"), judged)
        yield f"{name}.build", each(on_all(some, "build"), VALUES)
        yield f"{name}.plain", each(on_all(some, "plain"), VALUES)
        yield f"{name}.broken", each(on_all(some, "broken"), [(value, True) for value in VALUES])
        yield f"{name}.in_draft", each(on_all(some, "in_draft"), [4, 6])
        yield f"{name}: made wrongly", each(kind, [(object(),) * 7, ([1],), ({1: 2}, 3, 4)])
    number = nodes.Number(0.1, 0, 10)
    yield "nodes.Number.check_range", each(number.check_range, VALUES)
    yield "nodes.Member", each(nodes.Member, [("a", "a", number, True), ("a",), ("a", "a", 1, True), (1, 2, 3, 4)])
    yield "nodes.pointer_to", each(nodes.pointer_to, ["a", "~/", "\u20ac" * 90, 5])
    yield "nodes.Wrong", each(nodes.Wrong, ["text", ()])
    yield "nodes.wrong_type", each(nodes.wrong_type, [(1, "string"), (nodes.Wrong("datetime"), "string"), (1,)])
    yield "nodes.under", each(lambda step: nodes.under(step, nodes.wrong_type(1, "x")), ["a", 5, None])


def of_shapes() -> Iterator[tuple[str, Case]]:
    shapes = [kind.shape for request in v16.REQUESTS.values() for kind in (request, request.response)]
    for made in shapes[::6]:
        name = made.name
        yield f"shape.MessageShape.load: {name}", each(made.load, VALUES)
        yield f"shape.MessageShape.dump: {name}", each(made.dump, VALUES)
        yield f"shape.MessageShape.plain: {name}", each(made.plain, VALUES)
    document = schema_of(v16.SetChargingProfileRequest)
    yield "shape.Schema.validate", each(compile_schema(document).validate, VALUES)
    yield "shape.Schema: made wrongly", each(shape.Schema, [(), (1, "x")])
    broken = [{**document, "type": 5}, {"$schema": ""}, {**document, "pattern": ""}, {**document, "multipleOf": 0}, 7]
    yield "compile_schema", each(compile_schema, [document, schema_of(v16.SignedUpdateFirmwareRequest), *broken])


def frames() -> Iterator[tuple[str, bytes]]:
    """The corpus, what is hostile, and every frame of the corpus that ends early or has a changed byte somewhere."""
    corpus = [e["frame"].encode() for e in json.loads((ROOT / "benchmarks/data/corpus.json").read_text("utf-8"))]
    for index, data in enumerate(corpus):
        yield f"frame {index}", data
        for part in range(1, 12):
            at = len(data) * part // 12
            yield f"frame {index}, cut at {at}", data[:at]
            yield f"frame {index}, changed at {at}", data[:at] + b"\xff" + data[at + 1 :]
            yield f"frame {index}, other text at {at}", data[:at] + b"0" + data[at + 1 :]
    for entry in json.loads((ROOT / "tests/hostile/frames.json").read_text("utf-8"))["frames"]:
        if all(isinstance(part, str) for part in entry["frame"]):
            yield f"hostile, {entry['name']}", "".join(entry["frame"]).encode()


def of_frames() -> Iterator[tuple[str, Case]]:
    """What reads and writes whole frames, by groups, so that a thousand calls of each stay affordable."""
    responses = v16.ACTIONS.responses
    pending = {f"f6c3a5f8-8a7e-4d2b-9d35-0f6a1f2c7b{n}": responses["GetConfiguration"] for n in ("02", "10")}
    pending["f6c3a5f8-8a7e-4d2b-9d35-0f6a1f2c7b02"] = responses["BootNotification"]

    found = list(frames())
    small = [(data, v16.ACTIONS, pending) for _, data in found if len(data) < 500]
    large = [(label, (data, v16.ACTIONS, pending)) for label, data in found if len(data) >= 500]
    data = found[0][1]
    forms = [data.decode(), bytearray(data), memoryview(data), memoryview(data)[::2], None, 5, [data], "\ud800"]
    odd = [(data, None, {}), (data, v16.ACTIONS, None), (data, v16.ACTIONS, {}, 5), (data,), (data, 1, 2, 3, 4)]
    for name, call in (("decode", decode), ("validate_only", validate_only)):
        for start in range(0, len(small), 40):
            yield f"fast.{name}: {start}", each(call, small[start : start + 40])
        yield f"fast.{name}: forms of input", each(call, [(form, v16.ACTIONS, pending) for form in forms])
        yield f"fast.{name}: other arguments", each(call, odd)
        for label, some in large[:: 1 if call is decode else 7]:
            yield f"fast.{name}: {label}", each(call, [some])


def of_tables() -> Iterator[tuple[str, Case]]:
    """Tables, and what else is done with them."""
    from ocppcore.messages.schema.tables import table_of

    kinds = [kind for request in v16.REQUESTS.values() for kind in (request, request.response)]
    table = v16.AuthorizeRequest.shape.tabulate()
    schema = compile_schema(schema_of(v16.SetChargingProfileRequest))
    texts = [data for _, data in frames() if len(data) < 500]
    yield "shape.MessageShape.tabulate", each(v16.AuthorizeRequest.shape.tabulate, [()])
    yield "shape.Schema.validate_text", each(schema.validate_text, [*texts, *VALUES, ("{}", 5)])
    yield "fast.Table: made", each(table_of, [kind.node for kind in kinds[::9]])
    yield "fast.check", each(check, [(data, some, schema.validate) for data in texts for some in (table, False, None)])
    if fast is None:
        return
    plan: list[Any] = [{}, {"kind": 99}, {"kind": "object"}, {"kind": None}, 5]
    yield "fast.Table: made wrongly", each(fast.Table, [([one], None) for one in plan] + [(plan, None), (5, 5), ()])
    for kind in kinds[::4]:
        some = [(2, "id", "A", kind.shape.tabulate(), message) for message in messages(kind)]
        yield f"fast.encode: {kind.__name__}", each(fast.encode, some)
        shaped = [(*one[:3], kind.shape, one[4]) for one in some]
        yield f"fast.encode_message: {kind.__name__}", each(fast.encode_message, shaped)
    heads = [(kind, id, action) for kind in (2, 3, "x") for id in ("x", 5, "\ud800") for action in ("A", None, 5)]
    yield "fast.encode: odd arguments", each(fast.encode, [(*head, table, value) for head in heads for value in VALUES])
    sources: list[Any] = [v16.ACTIONS.requests, {}, {"a\n": 1, 5: 2, "a": None}, {"x" * 300: 1}, None, ["a"]]
    yield "fast.Names", each(fast.Names, sources)  # type: ignore[attr-defined]


def of_messages() -> Iterator[tuple[str, Case]]:
    """Messages made, compared, shown and changed."""
    request, other = (v16.AuthorizeRequest(id_tag=text) for text in "ab")
    for kind in (base.Message, base.Record, base.Response, base.Request, v16.AuthorizeRequest, v16.IdTagInfo):
        yield f"base.{kind.__name__}", each(lambda kind=kind, **values: kind(**values), [()])  # type: ignore[misc]
        yield f"base.{kind.__name__}: with values", each(lambda value, kind=kind: kind(id_tag=value), VALUES)  # type: ignore[misc]
    yield "base.replace", each(lambda value: base.replace(request, id_tag=value), VALUES)
    yield "base.replace: other fields", each(lambda value: base.replace(request, x=value), VALUES)
    yield "base.Message: compared", each(request.__eq__, [request, other, v16.AuthorizeRequest(id_tag="a"), 5])
    shown = [*messages(v16.ChangeConfigurationRequest), *messages(v16.IdTagInfo)]
    yield "base.Message: shown", each(repr, shown)
    yield "base.MessageType", each(base.MessageType, [(), ("X", 5, {}), ("X", (), 5)])


def messages(kind: Any) -> list[Any]:
    """Messages of a class: as they should be, and with odd values, one field at a time."""
    made = []
    for data in samples():
        frame = decode(data, v16.ACTIONS, {"0": kind.shape})
        if type(getattr(frame, "payload", None)) is kind:
            made.append(frame.payload)
    for field in kind._fields:
        for value in VALUES:
            message = object.__new__(kind)
            for other in kind._fields:
                setattr(message, other.attribute, value if other is field else None)
            made.append(message)
    return made


def samples() -> list[bytes]:
    return [data for label, data in frames() if "," not in label]


GROUPS = (
    of_nodes,
    of_shapes,
    of_frames,
    of_tables,
    of_charging,
    of_csms,
    of_events,
    of_parts,
    of_pump,
    of_sessions,
    of_settings,
    of_messages,
)


def cases() -> dict[str, Case]:
    return dict(case for group in GROUPS for case in group())


def compiled() -> list[str]:
    """The names of the compiled modules, from the text of setup.py."""
    for node in ast.parse((ROOT / "setup.py").read_text("utf-8")).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "COMPILED" and node.value:
            return list(ast.literal_eval(node.value))
    raise AssertionError("setup.py has no COMPILED")


def public(module: str) -> Iterator[str]:
    """The functions, classes and methods that a module makes public, without its package's name."""
    try:
        made = importlib.import_module(module)
    except ImportError:  # a .pyx, in a build without extensions
        return
    short = module.rpartition(".")[2]
    for name, value in vars(made).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module:
            continue
        if inspect.isclass(value):
            methods = [method for method, what in vars(value).items() if callable(what) and not method.startswith("_")]
            yield from [f"{short}.{name}.{method}" for method in methods] or [f"{short}.{name}"]
        elif callable(value):
            yield f"{short}.{name}"


def missing() -> list[str]:
    """What is public in a compiled module and has no case."""
    labels = list(cases())
    names = [name for module in compiled() for name in public(module)]
    return [name for name in names if not any(f"{label}:".startswith(f"{name}:") for label in labels)]
