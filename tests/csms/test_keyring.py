"""A new AuthorizationKey: which keys open while it is on its way, and afterwards (W A01)."""

from __future__ import annotations

import shelve
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.csms import HandlerFailed, KeyChanged, Keyring, keys
from ocppcore.csms.keyring import MAX_NEW
from ocppcore.csms.v16 import new_key
from ocppcore.errors import SetupError
from ocppcore.session.events import Lost

OLD, NEW = b"0123456789abcdef", bytes(range(20))
ANSWERS = {
    "Accepted": '[3,"{id}",{{"status":"Accepted"}}]',
    "Rejected": '[3,"{id}",{{"status":"Rejected"}}]',
    "NotSupported": '[3,"{id}",{{"status":"NotSupported"}}]',
    "RebootRequired": '[3,"{id}",{{"status":"RebootRequired"}}]',
    "error": '[4,"{id}","InternalError","",{{}}]',
    "nonsense": '[3,"{id}",{{"status":"Yes"}}]',
}


def change(key: bytes = NEW, name: str = "AuthorizationKey") -> v16.ChangeConfigurationRequest:
    return v16.ChangeConfigurationRequest(key=name, value=key.hex())


def opens(bench: Any, key: bytes) -> bool:
    """A station that comes with this key is let in; it leaves again."""
    link = bench.knock(key=key)
    let_in = link.stage.name in ("Accepted", "Waiting")
    link.disconnected(Lost("gone"), bench.now)
    return let_in


def asked(bench: Any, answer: str | None = None, key: bytes = NEW) -> list[Any]:
    """The back end sends a new key, and the station answers so, or is cut off; what is told of it."""
    link = bench.enter()
    id = bench.csms.call("CP1", change(key), bench.now)
    bench.texts(link)
    if answer is not None:
        link.receive(ANSWERS[answer].format(id=id), bench.now)
    link.disconnected(Lost("cut"), bench.now)
    return [event for event in bench.events(link) if isinstance(event, KeyChanged)]


@pytest.fixture
def store() -> dict[str, bytes]:
    return {"CP1": OLD}


@pytest.fixture
def bench(make_bench: Any, store: dict[str, bytes]) -> Any:
    return make_bench(authenticate=keys(store))


def test_once_it_is_accepted_only_the_new_key_opens(bench: Any, store: dict[str, bytes]) -> None:  # A01.FR.03
    (event,) = asked(bench, "Accepted")
    assert (event.identity, event.accepted) == ("CP1", True)
    assert not opens(bench, OLD) and opens(bench, NEW) and store == {"CP1": NEW}


@pytest.mark.parametrize("answer", ["Rejected", "NotSupported", "error"])
def test_if_it_is_refused_only_the_old_key_opens(bench: Any, store: dict[str, bytes], answer: str) -> None:  # A01.FR.04
    (event,) = asked(bench, answer)
    assert event.accepted is False
    assert not opens(bench, NEW) and opens(bench, OLD) and store == {"CP1": OLD}


@pytest.mark.parametrize("answer", [None, "RebootRequired", "nonsense"])
def test_while_nobody_knows_both_open_until_the_station_shows_the_new_one(
    bench: Any, store: dict[str, bytes], answer: str | None
) -> None:
    (event,) = asked(bench, answer)
    assert event.accepted is None
    assert opens(bench, OLD) and opens(bench, OLD) and store == {"CP1": OLD}
    assert opens(bench, NEW) and not opens(bench, OLD) and store == {"CP1": NEW}


def test_while_the_request_is_out_both_open(bench: Any) -> None:
    link = bench.enter()
    bench.csms.call("CP1", change(), bench.now)
    assert opens(bench, OLD) and opens(bench, NEW)
    link.disconnected(Lost("cut"), bench.now)
    assert not opens(bench, OLD)


def test_an_answer_behind_the_stations_return_changes_nothing(bench: Any, store: dict[str, bytes]) -> None:
    ring = Keyring(store)
    ring.changing("CP1", NEW)
    assert ring("CP1", "CP1", NEW)
    ring.changed("CP1", NEW, False)
    assert store == {"CP1": NEW} and ring("CP1", "CP1", NEW) and not ring("CP1", "CP1", OLD)


def test_with_an_overlap_the_old_key_opens_until_the_station_shows_the_new_one(
    make_bench: Any, store: dict[str, bytes]
) -> None:
    bench = make_bench(authenticate=keys(store, overlap=True))
    asked(bench, "Accepted")
    assert opens(bench, OLD) and store == {"CP1": OLD}
    assert opens(bench, NEW) and not opens(bench, OLD) and store == {"CP1": NEW}


def test_several_changes_that_nobody_knows_about(bench: Any, store: dict[str, bytes]) -> None:
    made = [bytes([number]) * 16 for number in range(1, MAX_NEW + 2)]
    for key in made:
        asked(bench, None, key)
    assert not opens(bench, made[0]) and opens(bench, OLD)
    assert opens(bench, made[-1]) and not opens(bench, made[-2]) and not opens(bench, OLD)
    assert store == {"CP1": made[-1]}


def test_a_refused_change_leaves_an_earlier_one_in_doubt(bench: Any) -> None:
    other = b"\1" * 16
    asked(bench, None, NEW)
    asked(bench, "Rejected", other)
    assert not opens(bench, other) and opens(bench, OLD) and opens(bench, NEW)


def test_the_key_that_it_has_already(bench: Any, store: dict[str, bytes]) -> None:
    asked(bench, None, OLD)
    assert opens(bench, OLD)
    asked(bench, "Accepted", OLD)
    assert opens(bench, OLD) and store == {"CP1": OLD}


@pytest.mark.parametrize("name", ["authorizationkey", "AUTHORIZATIONKEY"])
def test_the_name_of_the_key_is_a_cistring(name: str) -> None:  # 1.6 §3.2
    assert new_key(change(name=name)) == NEW


@pytest.mark.parametrize(
    ("value", "octets"),
    [
        ("aB" * 16, b"\xab" * 16), ("00" * 20, b"\0" * 20), ("a" * 31, b"a" * 31), ("a" * 33, b"a" * 33),
        ("ab" * 21, b"ab" * 21), ("plain text, 16 ü", "plain text, 16 ü".encode()), ("g" * 32, b"g" * 32),
        ("aB" * 16 + "\n", b"aB" * 16 + b"\n"),
    ],
)  # fmt: skip
def test_hex_digits_are_octets_and_anything_else_is_a_text(value: str, octets: bytes) -> None:  # A00.FR.205
    assert new_key(v16.ChangeConfigurationRequest(key="AuthorizationKey", value=value)) == octets


def test_other_requests_change_no_key(bench: Any) -> None:
    assert new_key(change(name="AuthorizationKey2")) is None and new_key(v16.HeartbeatRequest()) is None
    link = bench.enter()
    bench.csms.call("CP1", v16.ChangeConfigurationRequest(key="HeartbeatInterval", value=NEW.hex()), bench.now)
    link.disconnected(Lost("cut"), bench.now)
    assert not opens(bench, NEW) and not any(isinstance(event, KeyChanged) for event in bench.events(link))


def test_keys_that_cannot_be_written_are_copied(bench: Any) -> None:
    given: Mapping[str, bytes] = MappingProxyType({"CP1": OLD})
    ring = keys(given)
    ring.changing("CP1", NEW)
    ring.changed("CP1", NEW, True)
    assert ring("CP1", "CP1", NEW) and given["CP1"] == OLD


def test_an_empty_key_opens_nothing() -> None:
    ring = keys({"CP1": b""})
    assert not ring("CP1", "CP1", b"") and not ring("CP2", "CP2", b"")
    ring.changing("CP1", b"")
    assert not ring("CP1", "CP1", b"")
    ring.changed("CP1", b"", True)
    assert not ring("CP1", "CP1", b"")


def test_an_author_of_an_own_authenticator_is_told(make_bench: Any) -> None:
    bench = make_bench(authenticate=lambda identity, user, key: key == OLD)
    (event,) = asked(bench, "Accepted")
    assert event.accepted is True and "bytes" not in repr(event)


def test_no_event_shows_a_key(bench: Any) -> None:
    link = bench.enter()
    id = bench.csms.call("CP1", change(), bench.now)
    link.receive(ANSWERS["Accepted"].format(id=id), bench.now)
    told = "".join(map(repr, bench.events(link)))
    assert "KeyChanged" in told and NEW.hex() not in told and repr(NEW) not in told


class Full(dict[str, Any]):
    """Nothing more can be written into it."""

    def __setitem__(self, identity: str, key: Any) -> None:
        raise OSError("no space left")


def test_keys_that_cannot_be_written_down_are_kept_in_doubt(make_bench: Any) -> None:
    bench = make_bench(authenticate=keys(Full(CP1=OLD)))
    link = bench.enter()
    id = bench.csms.call("CP1", change(), bench.now)
    bench.texts(link)
    link.receive(ANSWERS["Accepted"].format(id=id), bench.now)
    told = bench.events(link)
    assert [event.accepted for event in told if isinstance(event, KeyChanged)] == [True]
    assert [str(event.error) for event in told if isinstance(event, HandlerFailed)] == ["no space left"]
    assert bench.ask(link, '[2,"h","Heartbeat",{}]')[0] == 3
    link.disconnected(Lost("gone"), bench.now)
    assert opens(bench, OLD)
    assert bench.refusal(bench.knock(key=NEW)) == 503


# The back end restarts


class Plant:
    """A back end whose keys, those in doubt included, are in a file."""

    def __init__(self, make_bench: Any, folder: Path) -> None:
        self._make_bench = make_bench
        self._path = str(folder / "keys")
        self._tables: list[shelve.Shelf[Any]] = []
        with shelve.open(f"{self._path}.known") as known:
            known["CP1"] = OLD

    def start(self, **options: Any) -> Any:
        """From what is written down, as after a crash: nothing else of an earlier life is left."""
        self.close()
        known, undecided = self._tables = [shelve.open(f"{self._path}.{name}") for name in ("known", "undecided")]
        return self._make_bench(authenticate=keys(known, undecided=undecided, **options))

    @property
    def written(self) -> tuple[dict[str, Any], dict[str, Any]]:
        known, undecided = self._tables
        return dict(known), dict(undecided)

    def close(self) -> None:
        while self._tables:
            self._tables.pop().close()


@pytest.fixture
def plant(make_bench: Any, tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(make_bench, tmp_path)
    yield plant
    plant.close()


@pytest.mark.parametrize("answer", [None, "RebootRequired", "nonsense"])
def test_after_a_restart_both_open_until_the_station_shows_the_new_one(plant: Plant, answer: str | None) -> None:
    """A01.FR.03 and .04 hang on an answer that this back end will never see."""
    asked(plant.start(), answer)
    bench = plant.start()
    assert opens(bench, OLD) and not opens(bench, b"guess")
    assert opens(plant.start(), OLD) and plant.written == ({"CP1": OLD}, {"CP1": (NEW,)})
    bench = plant.start()
    assert opens(bench, NEW) and not opens(bench, OLD)
    bench = plant.start()
    assert not opens(bench, OLD) and opens(bench, NEW) and plant.written == ({"CP1": NEW}, {})


def test_it_is_written_down_before_the_request_leaves(plant: Plant) -> None:
    bench = plant.start()
    link = bench.enter()
    bench.csms.call("CP1", change(), bench.now)
    assert plant.written == ({"CP1": OLD}, {"CP1": (NEW,)})
    assert bench.texts(link)


@pytest.mark.parametrize(("answer", "key"), [("Accepted", NEW), ("Rejected", OLD), ("error", OLD)])
def test_what_was_decided_stays_so(plant: Plant, answer: str, key: bytes) -> None:  # A01.FR.03, .04
    asked(plant.start(), answer)
    assert plant.written == ({"CP1": key}, {})
    bench = plant.start()
    assert opens(bench, key) and not opens(bench, NEW if key == OLD else OLD)


def test_an_overlap_outlives_a_restart(plant: Plant) -> None:
    asked(plant.start(overlap=True), "Accepted")
    bench = plant.start(overlap=True)
    assert opens(bench, OLD) and opens(bench, NEW) and not opens(bench, OLD)


def test_several_changes_over_restarts(plant: Plant) -> None:
    made = [bytes([number]) * 16 for number in range(1, MAX_NEW + 2)]
    for key in made:
        asked(plant.start(), None, key)
    bench = plant.start()
    assert not opens(bench, made[0]) and opens(bench, OLD)
    assert opens(bench, made[1]) and not opens(bench, made[-1]) and plant.written == ({"CP1": made[1]}, {})


def test_a_doubt_that_cannot_be_written_down_holds_in_this_life_and_is_told(make_bench: Any) -> None:
    store = {"CP1": OLD}
    bench = make_bench(authenticate=keys(store, undecided=Full()))
    link = bench.enter()
    id = bench.csms.call("CP1", change(), bench.now)
    told = bench.events(link)
    assert [str(event.error) for event in told if isinstance(event, HandlerFailed)] == ["no space left"]
    assert opens(bench, NEW) and store == {"CP1": NEW}
    link.receive(ANSWERS["Accepted"].format(id=id), bench.now)
    assert not opens(bench, OLD) and opens(bench, NEW)


def test_a_refused_key_that_cannot_be_taken_out_opens_nothing(make_bench: Any) -> None:  # A01.FR.04
    class Stuck(dict[str, Any]):
        def pop(self, *arguments: Any) -> Any:
            raise OSError("read-only now")

    bench = make_bench(authenticate=keys({"CP1": OLD}, undecided=Stuck()))
    asked(bench, "Rejected")
    assert not opens(bench, NEW) and opens(bench, OLD)


def test_doubts_beside_keys_that_cannot_be_written_are_a_mistake() -> None:
    with pytest.raises(SetupError, match="cannot be written"):
        keys(MappingProxyType({"CP1": OLD}), undecided={})
