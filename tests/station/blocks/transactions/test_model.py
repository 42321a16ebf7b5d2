"""Anything may happen in any order: what is booked in the end is what flowed, and energy never flows without leave."""

from __future__ import annotations

import json
from datetime import timedelta
from math import floor
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ocppcore import v16
from ocppcore.csms.ledger import Ledger
from ocppcore.errors import RpcError
from ocppcore.hardware import EvState
from ocppcore.station.evse import EvseError
from ocppcore.testing.bench import Bench
from ocppcore.testing.rig import BEGIN
from ocppcore.version import ErrorCode

START, STOP, VALUES = v16.StartTransactionRequest, v16.StopTransactionRequest, v16.MeterValuesRequest
EVSES = st.integers(1, 2)
READERS = st.sampled_from([None, 1, 2])
TOKENS = st.sampled_from(["A1", "A2", "b1", "B1", "C1"])
CARDS = {"a1": "GROUP", "a2": "GROUP", "b1": None, "c1": None}
STATUSES = st.sampled_from(["Accepted", "Accepted", "Blocked", "ConcurrentTx"])
SETTINGS = st.sampled_from(
    [
        ("StopTransactionOnInvalidId", "true"),
        ("StopTransactionOnInvalidId", "false"),
        ("StopTransactionOnEVSideDisconnect", "true"),
        ("StopTransactionOnEVSideDisconnect", "false"),
        ("UnlockConnectorOnEVSideDisconnect", "false"),
        ("MaxEnergyOnInvalidId", "50"),
        ("LocalPreAuthorize", "true"),
        ("AllowOfflineTxForUnknownId", "true"),
        ("AuthorizeRemoteTxRequests", "true"),
        ("MeterValueSampleInterval", "7"),
        ("ConnectionTimeOut", "5"),
        ("TransactionMessageRetryInterval", "1"),
        ("FreeVend", "true"),
        ("AuthorizationTimeout", "2"),
        ("PreBootTransactions", "true"),
        ("OfflineTransactionsMaxLength", "2"),
        ("MeterValuesInTransactionsOnly", "true"),
    ]
)


class Watched(Bench):
    """A bench that notes which transactions were ever stored."""

    def __init__(self, config: dict[str, str]) -> None:
        self.stored: set[str] = set()
        super().__init__(config={"MeterValueSampleInterval": "60", "ConnectionTimeOut": "30"} | config)

    def _store_batches(self) -> bool:
        moved = super()._store_batches()
        self.stored.update(self.store.get("transactions", ()))
        return moved


class Evening(RuleBasedStateMachine):
    """Users, back end, link, store and meter do what they like."""

    @initialize(
        config=st.lists(SETTINGS, max_size=4).map(dict), blocked=st.sets(st.sampled_from(sorted(CARDS)), max_size=2)
    )
    def begin(self, config: dict[str, str], blocked: set[str]) -> None:
        self.bench = Watched(config)
        self.slow_since = 0.0
        self.answers = dict(self.bench.answers)
        for token, parent in CARDS.items():
            self.bench.file(token, "Blocked" if token in blocked else "Accepted", parent)

    def pass_time(self, seconds: float = 1.0) -> None:
        """Between two things that happen there is time. A slow meter answers before its deadline."""
        if self.bench.now + seconds - self.slow_since > 4:
            self.bench.quicken_meter()
        self.bench.advance(seconds)

    @property
    def linked(self) -> bool:
        """The back end can ask, and be answered: else its questions would wait, to be answered all in one instant."""
        return self.bench._backend is not None and self.bench.store_works

    # Users

    @rule(evse=EVSES)
    def plug(self, evse: int) -> None:
        self.pass_time()
        if not self.bench.station.ctx.evses[evse].plugged:
            self.bench.plug(evse)

    @rule(evse=EVSES)
    def unplug(self, evse: int) -> None:
        self.pass_time()
        self.bench.unplug(evse)

    @rule(evse=EVSES)
    def leave_or_come_back(self, evse: int) -> None:
        self.pass_time()
        facts = self.bench.station.ctx.evses[evse]
        if facts.plugged:
            state = EvState.Charging if facts.ev is EvState.Absent else EvState.Absent
            self.bench.station.ev_state(evse, state, self.bench.now)
            self.bench.run()

    @rule(token=TOKENS, reader=READERS)
    def swipe(self, token: str, reader: int | None) -> None:
        self.pass_time()
        self.bench.swipe(token, reader)

    @rule(token=TOKENS, evse=EVSES)
    def begin_as_users_do(self, token: str, evse: int) -> None:
        self.pass_time()
        self.bench.plug(evse)
        self.bench.swipe(token, evse)

    @rule(evse=EVSES)
    def press_stop(self, evse: int) -> None:
        self.pass_time()
        self.bench.press_stop(evse)

    # Back end

    @precondition(lambda self: self.linked)
    @rule(evse=READERS, token=TOKENS)
    def remote_start(self, evse: int | None, token: str) -> None:
        self.pass_time()
        if self.linked:
            self.bench.tell(v16.RemoteStartTransactionRequest(connector_id=evse, id_tag=token))

    @precondition(lambda self: self.linked)
    @rule(evse=EVSES, token=TOKENS)
    def begin_as_apps_do(self, evse: int, token: str) -> None:
        self.pass_time()
        self.bench.plug(evse)
        if self.linked:
            self.bench.tell(v16.RemoteStartTransactionRequest(connector_id=evse, id_tag=token))

    @precondition(lambda self: self.linked)
    @rule(back=st.integers(0, 2))
    def remote_stop(self, back: int) -> None:
        self.pass_time()
        if self.linked:
            id = self.bench._transaction_ids - back
            self.bench.tell(v16.RemoteStopTransactionRequest(transaction_id=id))

    @precondition(lambda self: self.linked)
    @rule(evse=EVSES)
    def unlock(self, evse: int) -> None:
        self.pass_time()
        if self.linked:
            self.bench.tell(v16.UnlockConnectorRequest(connector_id=evse))

    @precondition(lambda self: self.linked)
    @rule(change=SETTINGS)
    def configure(self, change: tuple[str, str]) -> None:
        self.pass_time()
        if self.linked:
            self.bench.tell(v16.ChangeConfigurationRequest(key=change[0], value=change[1]))

    @rule(token=TOKENS, status=STATUSES)
    def change_a_card(self, token: str, status: str) -> None:
        self.pass_time()
        self.bench.file(token, status, CARDS[token.lower()])

    @rule(kind=st.sampled_from([START, STOP, VALUES, v16.AuthorizeRequest]), how=st.sampled_from(["error", "silence"]))
    def be_out_of_order(self, kind: type[Any], how: str) -> None:
        self.pass_time()
        self.bench.answers[kind] = lambda _: RpcError(ErrorCode.InternalError) if how == "error" else None

    @rule()
    def be_in_order(self) -> None:
        self.pass_time()
        self.bench.answers.update(self.answers)

    # World

    @rule(seconds=st.sampled_from([1, 10, 45, 200]))
    def wait(self, seconds: int) -> None:
        self.pass_time(seconds)

    @rule()
    def cut(self) -> None:
        self.pass_time()
        self.bench.cut()

    @rule()
    def restore(self) -> None:
        self.bench.reachable = True
        self.pass_time(30)

    @rule()
    def restart(self) -> None:
        self.pass_time()
        plugged = [evse for evse, facts in self.bench.station.ctx.evses.items() if facts.plugged]
        self.bench.restart()
        for evse in plugged:
            self.bench.plug(evse)

    @rule(evse=st.integers(0, 2))
    def fault_or_repair(self, evse: int) -> None:
        self.pass_time()
        facts = self.bench.station.ctx.evse(evse)
        assert facts is not None
        if facts.errors:
            self.bench.station.clear_error(evse, "GroundFailure", self.bench.now)
        else:
            self.bench.station.error(evse, EvseError("GroundFailure"), self.bench.now)
        self.bench.run()

    @rule(pressed=st.booleans())
    def emergency_stop(self, pressed: bool) -> None:
        self.pass_time()
        self.bench.station.emergency_stop(pressed, self.bench.now)
        self.bench.run()

    @rule()
    def the_meter_is_slow(self) -> None:
        self.pass_time()
        if not self.bench.meter_is_slow:
            self.bench.meter_is_slow = True
            self.slow_since = self.bench.now

    @rule(works=st.booleans())
    def the_store_fails_or_works(self, works: bool) -> None:
        self.pass_time()
        self.bench.store_works = works
        self.bench.run()

    # What always holds

    @invariant()
    def energy_only_with_leave(self) -> None:
        if not hasattr(self, "bench"):
            return
        for evse, facts in self.bench.station.ctx.evses.items():
            if self.bench.energy(evse):
                transaction = facts.transaction
                assert transaction is not None and facts.plugged and facts.ev is not EvState.Absent
                assert not facts.faulted
                assert json.loads(self.bench.store["transactions"][transaction.uid])["state"] == "running"
                if transaction.deauthorized:
                    assert self.bench.station.ctx.config.int("MaxEnergyOnInvalidId") > 0

    @invariant()
    def one_transaction_at_a_time(self) -> None:
        if hasattr(self, "bench"):
            rows = [json.loads(row) for row in self.bench.store.get("transactions", {}).values()]
            active = [row["evse"] for row in rows if row["state"] == "running"]
            assert len(active) == len(set(active))

    # The end

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self.come_to_rest()
            self.check_books()
            self.check_order()

    def come_to_rest(self) -> None:
        bench = self.bench
        bench.answers.update(self.answers)
        bench.store_works = True
        bench.reachable = True
        self.pass_time(300)
        for evse in (1, 2):
            bench.press_stop(evse)
            bench.unplug(evse)
        self.pass_time(2000)
        assert not bench.store.get("queue") and not bench.store.get("transactions")

    def check_books(self) -> None:
        """Every stored transaction is told once with start and stop, and the Wh are those of the meters."""
        bench = self.bench
        lost = [json.loads(row) for row in bench.store.get("undelivered", {}).values()]
        starts = [row["request"]["meterStart"] for row in lost if row["kind"] == "StartTransaction"]
        starts += [entry.meter_start for entry in bench.ledger.transactions]
        stops = [row["request"]["meterStop"] for row in lost if row["kind"] == "StopTransaction"]
        stops += [entry.meter_stop for entry in bench.ledger.transactions if entry.meter_stop is not None]
        strays = [request for _, request in bench.ledger.strays]
        assert all(stray.transaction_id == -1 for stray in strays)
        stops += [stray.meter_stop for stray in strays]
        assert len(starts) == len(stops) == len(bench.stored)
        assert sum(stops) - sum(starts) == sum(floor(bench.meters[evse]) for evse in (1, 2))

    def check_order(self) -> None:
        """One queue: times go up (a slow meter apart); each message after its start, none after its stop."""
        books, last = Ledger(), BEGIN
        for message in self.bench.log:
            if isinstance(message, START):
                at = books.start("CP1", message).start
            elif isinstance(message, VALUES):
                at = message.meter_value[0].timestamp
                if message.transaction_id not in (None, -1):
                    transaction = books.find("CP1", message.transaction_id)
                    assert transaction is not None
                    assert transaction.stop is None or transaction.stop >= at
            elif isinstance(message, STOP):
                at = message.timestamp
                assert message.transaction_id == -1 or books.stop("CP1", message) is not None
            else:
                continue
            assert at >= last - timedelta(seconds=6)
            last = max(last, at)


Evening.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestEvening = Evening.TestCase
