"""The local list against a dict: any updates, in any order, with restarts in between (1.6 §5.15)."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.testing.bench import Bench
from ocppcore.version import ErrorCode

LONGEST, AT_ONCE = 4, 3
TOKENS = ["A", "a", "B", "ß", "SS", "c", "\U0001f50c"]
INFOS = st.tuples(st.sampled_from(["Accepted", "Blocked", "ConcurrentTx"]), st.none() | st.sampled_from(["G", "H"]))
ENTRIES = st.lists(st.tuples(st.sampled_from(TOKENS), st.none() | INFOS), max_size=AT_ONCE + 1)
UPDATES = st.tuples(st.booleans(), st.integers(-2, 6), ENTRIES)


class Model:
    """The list as the standard tells it."""

    def __init__(self) -> None:
        self.version = 0
        self.entries: dict[str, tuple[str, str | None]] = {}

    def send(self, full: bool, version: int, entries: list[Any]) -> str | ErrorCode:
        tokens = [token.casefold() for token, _ in entries]
        if len(entries) > AT_ONCE:
            return ErrorCode.OccurrenceConstraintViolation
        if version in (0, -1) or len(set(tokens)) < len(tokens) or (full and any(info is None for _, info in entries)):
            return "Failed"
        if not full and version <= self.version:
            return "VersionMismatch"
        new = {} if full else dict(self.entries)
        for token, (_, info) in zip(tokens, entries, strict=True):
            new.pop(token, None)
            if info is not None:
                new[token] = info
        if len(new) > LONGEST:
            return "Failed"
        self.entries, self.version = new, version if new else 0
        return "Accepted"


def request(full: bool, version: int, entries: list[Any]) -> v16.SendLocalListRequest:
    data = [
        v16.AuthorizationData(
            id_tag=token,
            id_tag_info=None
            if info is None
            else v16.IdTagInfo(status=v16.AuthorizationStatus(info[0]), parent_id_tag=info[1]),
        )
        for token, info in entries
    ]
    kind = v16.UpdateType.Full if full else v16.UpdateType.Differential
    return v16.SendLocalListRequest(list_version=version, update_type=kind, local_authorization_list=data)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.none() | UPDATES, max_size=12))
def test_the_list_is_what_a_dict_would_be(steps: list[Any]) -> None:
    bench = Bench(config={"LocalAuthListMaxLength": str(LONGEST), "SendLocalListMaxLength": str(AT_ONCE)})
    model = Model()
    for step in steps:
        if step is None:
            bench.restart()
        else:
            answer = bench.insist(request(*step))
            told = answer.status if isinstance(answer, v16.SendLocalListResponse) else answer.code
            assert told == model.send(*step)
        assert bench.ask(v16.GetLocalListVersionRequest()).list_version == model.version
        known = bench.station.ctx.local_list
        assert known is not None
        for token in TOKENS:
            assert known.lookup(token) == model.entries.get(token.casefold())
