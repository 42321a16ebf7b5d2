"""A simulated electric vehicle: a battery behind an on-board charger. It has no clock: energy is handed to it.

All amounts are whole numbers, so that books balance whatever the steps: power in mW, energy in nJ (1 Wh = 3.6e12 nJ).
"""

from __future__ import annotations

NJ_PER_WH = 3_600_000_000_000
NJ_PER_UJ = 1000
MIN_POWER_SHARE = 5  # percent of the full power that is left at the end of the taper


class ElectricVehicle:
    """A battery, and how fast it takes energy.

    capacity_wh: of the battery; soc: how full it is, in percent; max_current_a: of the on-board charger, per phase;
    phases: 1 or 3; efficiency: share of the energy from the grid that reaches the battery; taper_soc: percent from
    which the power falls, in a straight line, to 5 % of the full power when the battery is full.
    """

    def __init__(
        self,
        *,
        capacity_wh: int = 60_000,
        soc: float = 20.0,
        max_current_a: float = 16.0,
        phases: int = 3,
        efficiency: float = 0.92,
        taper_soc: float = 80.0,
    ) -> None:
        if not (0 <= soc <= 100 and 0 <= taper_soc <= 100 and 0 < efficiency <= 1 and capacity_wh > 0):
            raise ValueError("an electric vehicle with impossible values")
        if phases not in (1, 3) or max_current_a < 0:
            raise ValueError("an on-board charger has 1 or 3 phases, and no negative current")
        self.phases = phases
        self.max_current_ma = int(max_current_a * 1000)
        self._yield = max(1, round(efficiency * NJ_PER_UJ))  # nJ that reach the battery, of each uJ from the grid
        self._capacity = capacity_wh * NJ_PER_WH
        self._taper = int(self._capacity * taper_soc / 100)
        self._stored = int(self._capacity * soc / 100)

    @property
    def soc(self) -> float:
        """State of charge in percent, to a tenth."""
        return self.soc_after(0)

    def soc_after(self, uj: int) -> float:
        """What soc would be after that much more energy from the grid."""
        return ((self._stored + uj * self._yield) * 1000 + self._capacity // 2) // self._capacity / 10

    @property
    def room_uj(self) -> int:
        """How much energy from the grid, in uJ, the battery still takes."""
        return (self._capacity - self._stored) // self._yield

    @property
    def room_before_taper_uj(self) -> int:
        """How much energy from the grid, in uJ (rounded up), until the power begins to fall; 0 once it does."""
        return max(0, -(-(self._taper - self._stored) // self._yield))

    def take(self, uj: int) -> None:
        """Energy from the grid, in uJ; at most room_uj."""
        if not 0 <= uj <= self.room_uj:
            raise ValueError("more energy than the battery takes")
        self._stored += uj * self._yield

    def draw_mw(self, offered_mw: int, full_mw: int) -> int:
        """The power that it draws when it is offered so much. full_mw: what its charger can draw at most here."""
        if not self.room_uj:
            return 0
        most = min(offered_mw, full_mw)
        if self._stored <= self._taper:
            return most
        share = 100 - (100 - MIN_POWER_SHARE) * (self._stored - self._taper) // (self._capacity - self._taper)
        return min(most, full_mw * share // 100)
