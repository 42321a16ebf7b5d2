"""Each way to read a frame into a validated message, and to write one: ours and those of packages from PyPI.

A peer turns samples into a function and its inputs; all that can be prepared is prepared there, outside of what is
timed. Each peer is handed what it takes most cheaply: `ocpp` a str, the others bytes.

    ocppcore        bytes to validated typed message; written validated
    validate only   ocppcore, the same verdict without objects, as proxies and loggers want it
    msgspec         the frame as tuple[int, str, str, Raw], then the Struct of its action (two steps); written unchecked
    msgspec, texts  the same with date-time left as unchecked text
    orjson          bytes to dicts, and back: nothing is checked
    jsonschema-rs   orjson, then the official JSON Schema file
    ocpp            unpack, validation, keys to snake_case, as its route_message() does; written as its call() does
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import ocpp.messages
import ocpp.v16.call
import ocpp.v16.call_result
import orjson
from ocpp.charge_point import camel_to_snake_case, remove_nones, serialize_as_dict, snake_to_camel_case

from benchmarks.corpus import Sample
from benchmarks.structs import struct
from ocppcore import v16
from ocppcore.wire import decode, encode_message, validate_only

Job = tuple[Callable[[list[Any]], Any], list[Any]]
"""What runs over a batch of inputs, in a loop of its own, so that nothing but the work is measured; and the inputs. It
returns the last result, which is the exception if there was one."""


def each(function: Callable[[Any], Any], inputs: list[Any]) -> Job:
    """A job for a function of one argument."""

    def run(batch: list[Any]) -> Any:
        result = None
        for item in batch:
            try:
                result = function(item)
            except Exception as error:
                result = error
        return result

    return run, inputs


SCHEMAS = Path(ocpp.__file__).parent / "v16" / "schemas"


def schema_file(sample: Sample) -> str:
    """The official JSON Schema of a sample's payload."""
    name = sample.action + ("Response" if sample.kind == 3 else "")
    return (SCHEMAS / f"{name}.json").read_text("utf-8-sig")


def _bytes(samples: Sequence[Sample]) -> list[Any]:
    return [sample.data for sample in samples]


# Ours


def read_ours(samples: Sequence[Sample]) -> Job:
    pending = {sample.id: v16.ACTIONS.responses[sample.action] for sample in samples if sample.kind == 3}
    actions = v16.ACTIONS

    def run(batch: list[Any]) -> Any:
        frame = None
        for data in batch:
            frame = decode(data, actions, pending)
        return frame

    return run, _bytes(samples)


def judge_ours(samples: Sequence[Sample]) -> Job:
    """validate_only(): the verdict of decode(), and no objects."""
    pending = {sample.id: v16.ACTIONS.responses[sample.action] for sample in samples if sample.kind == 3}
    actions = v16.ACTIONS

    def run(batch: list[Any]) -> Any:
        fault = None
        for data in batch:
            fault = validate_only(data, actions, pending)
        return fault

    return run, _bytes(samples)


def write_ours(samples: Sequence[Sample]) -> Job:
    shape, action = samples[0].message.shape, samples[0].action
    inputs = [(sample.id, sample.read().payload) for sample in samples]

    def run_calls(batch: list[Any]) -> Any:
        text = None
        for id, payload in batch:
            text = encode_message(2, id, action, shape, payload)
        return text

    def run_results(batch: list[Any]) -> Any:
        text = None
        for id, payload in batch:
            text = encode_message(3, id, action, shape, payload)
        return text

    return run_calls if samples[0].kind == 2 else run_results, inputs


# msgspec


def _msgspec_reader(samples: Sequence[Sample], dates: bool) -> Callable[[list[Any]], Any]:
    call = msgspec.json.Decoder(tuple[int, str, str, msgspec.Raw]).decode
    result = msgspec.json.Decoder(tuple[int, str, msgspec.Raw]).decode
    payload = msgspec.json.Decoder(struct(samples[0].message, dates)).decode
    actions = {samples[0].action: payload}
    pending = {sample.id: payload for sample in samples}

    def run_calls(batch: list[Any]) -> Any:
        frame: Any = None
        for data in batch:
            try:
                kind, id, action, raw = call(data)
                frame = kind, id, action, actions[action](raw)
            except Exception as error:
                frame = error
        return frame

    def run_results(batch: list[Any]) -> Any:
        frame: Any = None
        for data in batch:
            try:
                kind, id, raw = result(data)
                frame = kind, id, pending[id](raw)
            except Exception as error:
                frame = error
        return frame

    return run_calls if samples[0].kind == 2 else run_results


def read_msgspec(samples: Sequence[Sample]) -> Job:
    return _msgspec_reader(samples, True), _bytes(samples)


def read_msgspec_texts(samples: Sequence[Sample]) -> Job:
    return _msgspec_reader(samples, False), _bytes(samples)


def _msgspec_writer(samples: Sequence[Sample], dates: bool) -> Job:
    read = _msgspec_reader(samples, dates)
    return each(msgspec.json.Encoder().encode, [read([sample.data]) for sample in samples])


def write_msgspec(samples: Sequence[Sample]) -> Job:
    return _msgspec_writer(samples, True)


def write_msgspec_texts(samples: Sequence[Sample]) -> Job:
    return _msgspec_writer(samples, False)


# orjson, with and without jsonschema-rs


def read_orjson(samples: Sequence[Sample]) -> Job:
    return each(orjson.loads, _bytes(samples))


def write_orjson(samples: Sequence[Sample]) -> Job:
    return each(orjson.dumps, [orjson.loads(sample.data) for sample in samples])


@cache
def _validator(text: str) -> Any:
    return jsonschema_rs.validator_for(json.loads(text))


def read_jsonschema_rs(samples: Sequence[Sample]) -> Job:
    validate = _validator(schema_file(samples[0])).validate
    actions = {samples[0].action: validate}
    pending = {sample.id: validate for sample in samples}

    def run_calls(batch: list[Any]) -> Any:
        frame: Any = None
        for data in batch:
            try:
                frame = orjson.loads(data)
                kind, id, action, payload = frame
                if kind != 2 or type(id) is not str:
                    raise ValueError("not a call")
                actions[action](payload)
            except Exception as error:
                frame = error
        return frame

    def run_results(batch: list[Any]) -> Any:
        frame: Any = None
        for data in batch:
            try:
                frame = orjson.loads(data)
                kind, id, payload = frame
                if kind != 3:
                    raise ValueError("not a result")
                pending[id](payload)
            except Exception as error:
                frame = error
        return frame

    return run_calls if samples[0].kind == 2 else run_results, _bytes(samples)


# ocpp


def read_ocpp(samples: Sequence[Sample]) -> Job:
    action = samples[0].action

    def read(text: str) -> Any:
        message = ocpp.messages.unpack(text)
        if message.action is None:
            message.action = action
        ocpp.messages._validate_payload(message, "1.6")
        return camel_to_snake_case(message.payload)

    return each(read, [sample.data.decode() for sample in samples])


def write_ocpp(samples: Sequence[Sample]) -> Job:
    """From its dataclass to text, as ChargePoint.call() and _handle_call() do."""
    first = samples[0]
    kind = getattr(ocpp.v16.call_result if first.kind == 3 else ocpp.v16.call, first.action)

    def build(sample: Sample) -> Any:
        return sample.id, kind(**camel_to_snake_case(json.loads(sample.data)[-1]))

    def write(item: Any) -> str:
        payload = remove_nones(snake_to_camel_case(serialize_as_dict(item[1])))
        message: Any
        if first.kind == 3:
            message = ocpp.messages.CallResult(item[0], payload, first.action)
        else:
            message = ocpp.messages.Call(item[0], first.action, payload)
        ocpp.messages._validate_payload(message, "1.6")
        return str(message.to_json())

    return each(write, [build(sample) for sample in samples])


Make = Callable[[Sequence[Sample]], Job]
READERS: dict[str, Make] = {
    "ocppcore": read_ours,
    "validate only": judge_ours,
    "msgspec": read_msgspec,
    "msgspec, texts": read_msgspec_texts,
    "orjson": read_orjson,
    "jsonschema-rs": read_jsonschema_rs,
    "ocpp": read_ocpp,
}
WRITERS: dict[str, Make] = {
    "ocppcore": write_ours,
    "msgspec": write_msgspec,
    "msgspec, texts": write_msgspec_texts,
    "orjson": write_orjson,
    "ocpp": write_ocpp,
}


def same_json(one: str | bytes, other: str | bytes) -> bool:
    """Equal as JSON, but for zeros at the end of an instant's fraction."""
    return bool(json.loads(_bare(one)) == json.loads(_bare(other)))


def _bare(text: str | bytes) -> str:
    text = text.decode() if isinstance(text, bytes) else text
    return re.sub(r"(:\d\d(?:\.\d*[1-9])?)(?:\.0+|0*)Z", r"\1Z", text)
