"""Whatever happens to a station, in any order: its statuses keep to the table, and the back end knows them."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ocppcore import v16
from ocppcore.hardware import EvState
from ocppcore.station.blocks.availability.transitions import TRANSITIONS
from ocppcore.station.events import StatusChanged
from ocppcore.station.evse import EvseError
from ocppcore.station.transaction import TransactionState
from ocppcore.testing.rig import Rig

EVSES = st.integers(1, 2)
CODES = st.sampled_from(["GroundFailure", "HighTemperature", "EVCommunicationError"])
ERRORS = st.builds(EvseError, CODES, st.booleans())
IN_TRANSACTION = ("Charging", "SuspendedEV", "SuspendedEVSE")


class StationModel(RuleBasedStateMachine):
    """A station on the bench, and the statuses that it went through."""

    @initialize(duration=st.sampled_from([0, 5]), stop=st.booleans())
    def boot(self, duration: int, stop: bool) -> None:
        config = {
            "MinimumStatusDuration": str(duration),
            "ConnectionTimeOut": "30",
            "StopTransactionOnEVSideDisconnect": str(stop),
            "StopTransactionOnInvalidId": "false",
        }
        self.rig = Rig(config=config)
        accept = self.rig.answers[v16.StartTransactionRequest]

        def refuse_b(request: v16.StartTransactionRequest) -> v16.StartTransactionResponse:
            answer: v16.StartTransactionResponse = accept(request)
            if request.id_tag == "B":
                answer.id_tag_info.status = v16.AuthorizationStatus.Invalid
            return answer

        self.rig.answers[v16.StartTransactionRequest] = refuse_b
        self.duration = duration
        self.begin()

    def begin(self) -> None:
        """A station starts: every EVSE is Available, as far as anybody knows."""
        self.status = dict.fromkeys(range(3), "Available")
        self.last: dict[int, Any] = {}
        self.rig.events.clear()
        self.rig.take()
        self.rig.boot()

    @rule(evse=EVSES, state=st.sampled_from(EvState))
    def ev(self, evse: int, state: EvState) -> None:
        self.rig.station.ev_state(evse, state, self.rig.now)

    @rule(evse=EVSES, token=st.sampled_from(["A", "B"]))
    def charge(self, evse: int, token: str) -> None:
        self.rig.charge(evse, token)

    @rule(evse=EVSES, what=st.sampled_from(["plug", "unplug", "stop_button"]))
    def user(self, evse: int, what: str) -> None:
        getattr(self.rig.station, what)(evse, self.rig.now)

    @rule(evse=EVSES | st.none(), token=st.sampled_from(["A", "B"]))
    def card(self, evse: int | None, token: str) -> None:
        self.rig.station.present_id_token(token, self.rig.now, evse)

    @rule(evse=EVSES, occupied=st.booleans())
    def bay(self, evse: int, occupied: bool) -> None:
        self.rig.station.bay_occupied(evse, occupied, self.rig.now)

    @rule(evse=st.integers(0, 2), error=ERRORS)
    def error(self, evse: int, error: EvseError) -> None:
        self.rig.station.error(evse, error, self.rig.now)

    @rule(evse=st.integers(0, 2), error=ERRORS)
    def clear(self, evse: int, error: EvseError) -> None:
        self.rig.station.clear_error(evse, error.code, self.rig.now)

    @rule(evse=EVSES, failed=st.booleans())
    def hardware(self, evse: int, failed: bool) -> None:
        if failed:
            self.rig.station.hardware_failed(evse, "why", self.rig.now)
        else:
            self.rig.station.hardware_recovered(evse, self.rig.now)

    @rule(evse=st.integers(0, 2), kind=st.sampled_from(v16.AvailabilityType))
    def change(self, evse: int, kind: v16.AvailabilityType) -> None:
        if self.rig.station.ctx.online:
            self.rig.ask(v16.ChangeAvailabilityRequest(connector_id=evse, type=kind))

    @rule(id=st.integers(1, 4))
    def remote_stop(self, id: int) -> None:
        if self.rig.station.ctx.online:
            self.rig.ask(v16.RemoteStopTransactionRequest(transaction_id=id))

    @rule(reachable=st.booleans())
    def link(self, reachable: bool) -> None:
        if reachable and not self.rig.station.ctx.connected:
            self.rig.restore()
        elif not reachable:
            self.rig.cut()

    @rule(seconds=st.sampled_from([1, 6, 31, 300]))
    def wait(self, seconds: int) -> None:
        self.rig.advance(seconds)

    @rule()
    def power_cut(self) -> None:
        self.rig.run()
        self.check()
        self.rig.reachable = True
        self.rig._backend = None
        self.rig.station = self.rig._make()
        self.begin()

    @invariant()
    def check(self) -> None:
        self.rig.run()
        self.follow_statuses()
        self.check_facts()
        self.check_reports()

    def follow_statuses(self) -> None:
        events, self.rig.events = self.rig.events, []
        for event in events:
            if isinstance(event, StatusChanged):
                if event.evse == 0:
                    assert event.status in ("Available", "Unavailable", "Faulted")
                else:
                    assert (self.status[event.evse], event.status) in TRANSITIONS
                self.status[event.evse] = event.status

    def check_facts(self) -> None:
        ctx = self.rig.station.ctx
        for number, evse in ctx.evses.items():
            assert evse.status == self.status[number]
            assert (evse.status == "Faulted") == evse.faulted
            running = evse.transaction is not None and evse.transaction.state is TransactionState.Running
            assert evse.faulted or (evse.status in IN_TRANSACTION) == running
            if self.rig.station.want(number).energy:
                assert evse.status in ("Charging", "SuspendedEV")
            if evse.status == "Unavailable":
                assert not ctx.evses[number].operative

    def check_reports(self) -> None:
        before = None
        for report in self.rig.take(v16.StatusNotificationRequest):
            number = report.connector_id
            told = (report.status, report.error_code, report.info)
            assert self.last.get(number) != told, "nothing is told twice"
            assert before is None or report.timestamp >= before, "in the order of the changes"
            self.last[number], before = told, report.timestamp
        if self.rig.station.ctx.online and not self.duration:
            assert {number: told[0] for number, told in self.last.items()} == {
                0: self.status[0],
                1: self.status[1],
                2: self.status[2],
            }


StationModel.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestStation = StationModel.TestCase
