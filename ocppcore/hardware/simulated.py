"""A simulated charger: EVSEs with a plug, a lock, a contactor and a meter, and the EVs that come to them.

Nothing here reads a clock or draws randomness: a SimulatedEvse is told `now` (monotonic seconds), SimulatedHardware is
handed a Clock. Energy is counted in whole microjoules over whole milliseconds, so the register is the same however
often one looks, and what the meter counted is what the battery was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from ocppcore.clock import Clock
from ocppcore.hardware.base import Hardware
from ocppcore.hardware.ev import ElectricVehicle
from ocppcore.hardware.ev_state import EvState
from ocppcore.hardware.reading import MeterReading, ReadingPurpose, Sample
from ocppcore.hardware.want import Want

if TYPE_CHECKING:
    from pathlib import Path

TICK_MS = 5000  # how often an EV that tapers adjusts its power
VOLT = 230  # of each phase against neutral
MIN_CURRENT_MA = 6000  # IEC 61851: less can't be offered
UJ_PER_WH = 3_600_000_000

MEASURANDS = (
    "Energy.Active.Import.Register",
    "Power.Active.Import",
    "Current.Import",
    "Current.Offered",
    "Power.Offered",
    "Voltage",
    "SoC",
)


class StationInputs(Protocol):
    """What a simulated EVSE tells: a part of Station's inputs."""

    def plug(self, evse: int, now: float) -> None: ...

    def unplug(self, evse: int, now: float) -> None: ...

    def ev_state(self, evse: int, state: EvState, now: float) -> None: ...


class SimulatedEvse:
    """One EVSE. max_current_a: per phase; phases: 1 or 3; register_wh: what the meter shows at the beginning.

    visits: for every EV that has left, what the meter counted from plug to unplug, in Wh: the books to compare with.
    cable: one hangs in the socket; the EV at its other end may be gone.
    Between two events (plug, want, and each tick while the EV tapers) the power is constant: a segment.
    """

    def __init__(self, *, max_current_a: float = 32.0, phases: int = 3, register_wh: int = 0) -> None:
        self.want = Want()
        self.ev: ElectricVehicle | None = None
        self.cable = False
        self.locked = False
        self.jammed = False  # the lock sticks: unlock() fails
        self.visits: list[int] = []
        self._max_ma = int(max_current_a * 1000)
        self._phases = phases
        self._register = register_wh * UJ_PER_WH  # at the beginning of the segment
        self._came_wh = register_wh
        self._since = 0  # ms, the beginning of the segment
        self._until: int | None = None  # ms, when the EV adjusts its power; None for never
        self._power = 0  # mW, in this segment

    # What happens to it

    def plug_in(self, ev: ElectricVehicle, now: float) -> None:
        """An EV comes and the cable is plugged in. Raises ValueError if there is one already."""
        if self.cable:
            raise ValueError("an EV is plugged in already, or its cable hangs there")
        self._close(_ms(now))
        self.ev, self.cable = ev, True
        self._came_wh = self._register // UJ_PER_WH
        self._open()

    def unplug(self, now: float) -> bool:
        """The cable is pulled out, and the EV leaves. False if the lock holds it, or there is none."""
        if not self.cable or self.locked:
            return False
        self.leave(now)
        self.cable = False
        return True

    def leave(self, now: float) -> bool:
        """The EV leaves without its cable, which hangs in the socket until unplug(). False without an EV."""
        if self.ev is None:
            return False
        self._close(_ms(now))
        self.ev = None
        self.visits.append(self._register // UJ_PER_WH - self._came_wh)
        self._open()
        return True

    def apply(self, want: Want, now: float) -> None:
        """Be as wanted."""
        if want != self.want:
            self._close(_ms(now))
            self.locked = want.lock or (self.jammed and self.locked)
            self.want = want
            self._open()

    def unlock(self) -> bool:
        """Release the cable; False if the lock sticks."""
        self.locked = self.locked and self.jammed
        return not self.locked

    # What it shows

    def register_wh(self, now: float) -> int:
        """The register of the meter, in whole Wh as its display has it."""
        flown = self._flown(_ms(now))
        return (self._register + flown) // UJ_PER_WH

    def visit_wh(self, now: float) -> int:
        """What the meter has counted since the EV came, in Wh; 0 without one."""
        return 0 if self.ev is None else self.register_wh(now) - self._came_wh

    def power_mw(self, now: float) -> int:
        """The power that flows, in mW."""
        flown = self._flown(_ms(now))
        return self._power if self.ev is not None and flown < self.ev.room_uj else 0

    def state(self, now: float) -> EvState:
        """What the EV does."""
        if self.ev is None:
            return EvState.Absent
        return EvState.Charging if self.power_mw(now) else EvState.Connected

    def soc(self, now: float) -> float | None:
        """How full the battery is, in percent; None without an EV."""
        flown = self._flown(_ms(now))
        return None if self.ev is None else self.ev.soc_after(flown)

    def next_change(self) -> float | None:
        """When the power, and with it the state of the EV, may change by itself: monotonic seconds; None for never."""
        return None if self._until is None else self._until / 1000

    def read(self, now: float) -> MeterReading:
        """All that the meter and the EV tell."""
        power, phases = self.power_mw(now), self._phases_in_use()
        offered = self._offered_ma() if self.ev is not None else 0
        samples = [
            Sample("Power.Active.Import", power / 1000, "W"),
            Sample("Current.Offered", offered / 1000, "A"),
            Sample("Power.Offered", offered * VOLT * phases / 1000, "W"),
        ]
        for phase in range(1, self._phases + 1):
            current = power // (VOLT * phases) if phase <= phases else 0
            samples.append(Sample("Current.Import", current / 1000, "A", phase=f"L{phase}"))
            samples.append(Sample("Voltage", float(VOLT), "V", phase=f"L{phase}-N"))
        if (soc := self.soc(now)) is not None:
            samples.append(Sample("SoC", soc, "Percent", location="EV"))
        return MeterReading(float(self.register_wh(now)), tuple(samples))

    # Segments

    def _phases_in_use(self) -> int:
        phases = min(self._phases, self.want.phases or self._phases)
        return phases if self.ev is None else min(phases, self.ev.phases)

    def _offered_ma(self) -> int:
        """The current per phase that the EV is told it may draw."""
        if not self.want.energy:
            return 0
        limit = self._max_ma if self.want.limit_a is None else min(self._max_ma, int(self.want.limit_a * 1000))
        return limit if limit >= MIN_CURRENT_MA else 0

    def _flown(self, at: int) -> int:
        """Go through all segments that have ended by then; uJ that have flown in the one under way."""
        while self._until is not None and self._until <= at:
            self._end(self._until)
            self._open()
        return self._energy(at)

    def _energy(self, at: int) -> int:
        return 0 if self.ev is None else min(self._power * max(0, at - self._since), self.ev.room_uj)

    def _close(self, at: int) -> None:
        """Something happens then: the segment ends; _open() must follow."""
        self._flown(at)
        self._end(at)

    def _end(self, at: int) -> None:
        energy = self._energy(at)
        self._register += energy
        if self.ev is not None:
            self.ev.take(energy)
        self._since = max(self._since, at)

    def _open(self) -> None:
        """Begin a segment with the power of this moment, and know when the EV will change it."""
        self._power, self._until = 0, None
        if self.ev is None:
            return
        per_ma = VOLT * self._phases_in_use()
        self._power = self.ev.draw_mw(self._offered_ma() * per_ma, self.ev.max_current_ma * per_ma)
        if self._power:
            steady = -(-self.ev.room_before_taper_uj // self._power)
            self._until = ((self._since + max(steady - 1, 0)) // TICK_MS + 1) * TICK_MS


class SimulatedHardware(Hardware):
    """The hardware of a simulated station; its EVSEs are in `evse`, by number from 1.

    clock: what time it is when the binding calls; registers_wh: what meters show at the beginning, by EVSE, 0 if left
    out; main_meter: EVSE 0 has a meter, which shows the sum of the others.
    firmware_version: the one that runs, for the Setup. image: the version that the files have which install() is given,
    None for files that are broken; installed: the last one that it took, to run after the next reset().
    resets: what reset() was called with. on_change: called when there may be something to forward(), never from within
    forward(); what comes with time (a battery is full) is only seen by calling forward(), at next_change() or later.
    """

    measurands = MEASURANDS
    volts = VOLT
    min_current_a = MIN_CURRENT_MA / 1000
    switches_phases = True

    def __init__(
        self,
        clock: Clock,
        *,
        evses: int = 2,
        max_current_a: float = 32.0,
        phases: int = 3,
        registers_wh: Mapping[int, int] | None = None,
        main_meter: bool = False,
    ) -> None:
        shown = registers_wh or {}
        self._clock = clock
        self.has_main_meter = main_meter
        self.max_current_a, self.phases = max_current_a, phases
        self.evse = {
            number: SimulatedEvse(max_current_a=max_current_a, phases=phases, register_wh=shown.get(number, 0))
            for number in range(1, evses + 1)
        }
        self.firmware_version = "1.0"
        self.image: str | None = "2.0"
        self.installed: Path | None = None
        self._next_version = self.firmware_version
        self.resets: list[bool] = []
        self.on_change: Callable[[], object] = lambda: None
        # By EVSE, what was forwarded: how many EVs have left, whether there is a cable, and the state of the EV.
        self._told: dict[int, tuple[int, bool, EvState]] = {}
        self.forget()

    def apply(self, evse: int, want: Want) -> None:
        self.evse[evse].apply(want, self._clock.now())
        self.on_change()

    def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        now = self._clock.now()
        if evse == 0 and self.has_main_meter:
            return MeterReading(float(sum(each.register_wh(now) for each in self.evse.values())))
        return self.evse[evse].read(now)

    def unlock(self, evse: int) -> bool:
        return self.evse[evse].unlock()

    def install(self, firmware: Path) -> str:
        """Raises ValueError for an image that is broken."""
        if self.image is None:
            raise ValueError("the image is broken")
        self.installed, self._next_version = firmware, self.image
        return self.image

    def reset(self, hard: bool) -> None:
        self.resets.append(hard)
        self.firmware_version = self._next_version

    def plug_in(self, evse: int, ev: ElectricVehicle) -> None:
        """An EV comes to an EVSE. Raises ValueError if there is one already."""
        self.evse[evse].plug_in(ev, self._clock.now())
        self.on_change()

    def unplug(self, evse: int) -> bool:
        """The EV leaves. False if the lock holds the cable, or there is no EV."""
        done = self.evse[evse].unplug(self._clock.now())
        self.on_change()
        return done

    def leave(self, evse: int) -> bool:
        """The EV leaves without its cable, which hangs in the socket until unplug(). False if there is no EV."""
        done = self.evse[evse].leave(self._clock.now())
        self.on_change()
        return done

    def next_change(self) -> float | None:
        """When to call forward() again, if nothing else happens before."""
        return min((when for each in self.evse.values() if (when := each.next_change()) is not None), default=None)

    def forget(self) -> None:
        """The station's program was restarted: forward() tells the new one everything again."""
        self._told = {number: (len(each.visits), False, EvState.Absent) for number, each in self.evse.items()}

    def forward(self, station: StationInputs, now: float) -> bool:
        """Tell the station what has changed since the last time; True if something has."""
        changed = False
        for number, each in self.evse.items():
            news = (len(each.visits), each.cable, each.state(now))
            (left, plugged, before), self._told[number] = self._told[number], news
            if news == (left, plugged, before):
                continue
            changed = True
            _, cable, state = news
            another = news[0] != left and state is not EvState.Absent  # the one before took its cable along
            if plugged and (another or not cable):
                station.unplug(number, now)
                plugged, before = False, EvState.Absent
            if cable and not plugged:
                station.plug(number, now)
            if cable and (state is not before or another):
                station.ev_state(number, state, now)
        return changed


def _ms(now: float) -> int:
    return round(now * 1000)
