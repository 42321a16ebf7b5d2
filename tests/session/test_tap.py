"""The tap shows each text, and no secret in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.session.outbox import Direction
from ocppcore.session.tap import MASK, redact

KEY = "0001020304050607ffffffcccccccccccccccccc"


def test_the_tap_sees_both_directions_and_may_be_set_at_any_time(make_bench: Any) -> None:
    seen: list[tuple[Direction, str]] = []
    bench = make_bench().up()
    bench.hear('[2,"0","ClearCache",{}]')
    bench.session.tap = lambda direction, text: seen.append((direction, text))
    id = bench.call()
    bench.hear(b'[2,"1","ClearCache",{}]')
    bench.session.tap = None
    bench.hear('[2,"2","ClearCache",{}]')
    assert seen == [(Direction.Out, f'[2,"{id}","Heartbeat",{{}}]'), (Direction.In, '[2,"1","ClearCache",{}]')]


def test_the_tap_masks_what_the_session_sends(bench: Any) -> None:
    seen: list[str] = []
    bench.session.tap = lambda direction, text: seen.append(text)
    bench.call(v16.ChangeConfigurationRequest(key="AuthorizationKey", value=KEY))
    assert KEY in bench.sent()[0]
    assert KEY not in seen[0] and MASK in seen[0]


def call(action: str, payload: Any) -> str:
    return json.dumps([2, "1", action, payload])


SECRETS = {
    "ChangeConfiguration": call("ChangeConfiguration", {"key": "AuthorizationKey", "value": KEY}),
    "its fields the other way round": call("ChangeConfiguration", {"value": KEY, "key": "AuthorizationKey"}),
    "in another case": call("ChangeConfiguration", {"key": "authorizationkey", "value": KEY}),
    "with a blank": call("ChangeConfiguration", {"key": "AuthorizationKey ", "value": KEY}),
    "a name behind an escape": '[2,"1","ChangeConfiguration",{"key":"Authorization\\u004bey","value":"%s"}]' % KEY,
    "a key that comes twice": '[2,"1","X",{"key":"AuthorizationKey","key":"a","value":"%s"}]' % KEY,
    "a password of the host": call("ChangeConfiguration", {"key": "WiFiPassword", "value": KEY}),
    "GetConfiguration.conf": '[3,"1",{"configurationKey":[{"key":"A","readonly":true,"value":"b"},'
    '{"key":"AuthorizationKey","readonly":false,"value":"%s"}]}]' % KEY,
    "SetVariables": call(
        "SetVariables",
        {"setVariableData": [{"variable": {"name": "BasicAuthPassword"}, "attributeValue": KEY}]},
    ),
    "a member": call("DataTransfer", {"vendorId": "v", "password": KEY}),
    "JSON inside a text": call("DataTransfer", {"vendorId": "v", "data": json.dumps({"AuthorizationKey": KEY})}),
    "a URL": call("UpdateFirmware", {"location": f"ftp://user:{KEY}@host.example/fw.bin"}),
    "a URL with escaped slashes": '[2,"1","GetDiagnostics",{"location":"ftp:\\/\\/user:%s@host\\/x"}]' % KEY,
    "a password with a slash": call("GetDiagnostics", {"location": f"ftp://user:a/{KEY}@host.example/"}),
    "a private key": call("DataTransfer", {"data": f"-----BEGIN EC PRIVATE KEY-----\n{KEY}\n-----END"}),
    "cut off": call("ChangeConfiguration", {"value": KEY, "key": "AuthorizationKey"})[:-2],
    "a URL, cut off": call("UpdateFirmware", {"location": f"ftp://user:{KEY}@host.example/fw.bin"})[:-1],
    "nested too deep": call("X", {"key": "AuthorizationKey", "value": KEY})[:-2] + ',"d":' + "[" * 100_000,
    "no JSON at all": f"AuthorizationKey={KEY}",
}


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS)
def test_a_secret_is_masked(text: str) -> None:
    shown = redact(text)
    assert KEY not in shown and MASK in shown


@pytest.mark.parametrize(
    "text",
    [
        call("Authorize", {"idTag": "04AABBCCDD"}),
        '[2, "1",  "Authorize", {"idTag" : "x"}]',
        call("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "300"}),
        '[3,"1",{"configurationKey":[],"unknownKey":["AuthorizationKey"]}]',
        '[2,"1","DataTransfer",{"vendorId":"caf\\u00e9"}]',
        call("UpdateFirmware", {"location": "ftp://host.example/fw.bin"}),
        call("ChangeConfiguration", {"key": "AuthorizationKey", "value": ""}),
        "not JSON",
        "[" * 1000,
    ],
)
def test_what_holds_no_secret_is_shown_to_the_byte(text: str) -> None:
    assert redact(text) == text


def test_all_but_the_secret_is_still_there() -> None:
    shown = json.loads(redact(SECRETS["a URL"]))
    assert shown == [2, "1", "UpdateFirmware", {"location": f"ftp://{MASK}@host.example/fw.bin"}]
    shown = json.loads(redact(SECRETS["GetConfiguration.conf"]))
    assert shown[2]["configurationKey"][0] == {"key": "A", "readonly": True, "value": "b"}
    assert shown[2]["configurationKey"][1]["value"] == MASK


@given(st.text() | st.text(alphabet='{}[]",:\\ /@u004bpassword'))
def test_redacting_never_fails(text: str) -> None:
    redact(text)
    redact('{"key":"AuthorizationKey","value":' + text)
