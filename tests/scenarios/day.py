"""A whole day at a site: 44 visits to two EVSEs, each kind of visit at each of them, and what goes wrong meanwhile.

    site = play(SEED)                           # the day of the test, with its faults at their times
    site = play(seed=n, faults=random_faults)   # the same visits in another order, with faults at any time

People behave as people do: who cannot get the cable out shows the card again, and in the end calls the back end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import NamedTuple

from ocppcore import v16
from ocppcore.hardware.ev import ElectricVehicle
from ocppcore.messages.base import Response
from ocppcore.station.evse import EvseError
from ocppcore.testing.charging import profile

from .site import BEGIN, BLOCKED_LATER, HOUR, UNKNOWN, Site

SEED = 21  # of the test's day: it has every way in which a transaction can end
MINUTE = 60.0
END = 25 * HOUR + 5 * MINUTE  # the day, and time to come to rest
PATIENCE = 60  # tries to get a cable out
MOST_A = 40.0  # of the whole station, from MORNING to EVENING
OWN_A = 12.0  # of a transaction with a profile of its own
NIGHT_A = 10.0  # of each EVSE, from NIGHT to MORNING
MORNING, NIGHT = 6 * HOUR, 22 * HOUR
MANUFACTURER = v16.CertificateUseEnumType.ManufacturerRootCertificate
CARDS = ("ANNA", "BEN", "CARA", "DAN", "ELA", "FINN")


class Visit(NamedTuple):
    """Somebody comes. begin, stay: seconds; full: how full the battery is, in percent."""

    site: Site
    evse: int
    begin: float
    stay: float
    tag: str
    full: float
    phases: int

    @property
    def middle(self) -> float:
        return self.begin + self.stay / 2

    @property
    def end(self) -> float:
        return self.begin + self.stay

    def at(self, when: float, act: Callable[[], object]) -> None:
        self.site.at(when, act)

    # What the visitor does

    def plug(self) -> None:
        ev = ElectricVehicle(capacity_wh=50_000, soc=self.full, max_current_a=16 if self.phases == 3 else 32,
                             phases=self.phases)  # fmt: skip
        self.site.plug_in(self.evse, ev)

    def show(self, tag: str | None = None) -> None:
        self.site.card(tag or self.tag, self.evse)

    def go(self, tag: str | None = None, tries: int = 1) -> None:
        """Leave with the cable; as long as it is locked, show the card, and every fifth time call the back end."""
        site = self.site
        if not site.hardware.evse[self.evse].cable or site.hardware.unplug(self.evse):
            return
        assert tries < PATIENCE, f"nobody gets the cable out of EVSE {self.evse}"
        if tries % 5:
            self.show(tag if tries < 3 else None)
        else:
            site.tell(v16.UnlockConnectorRequest(connector_id=self.evse))
        site.after(20, lambda: self.go(tag, tries + 1))

    def tell_of_mine(self, make: Callable[[int], object]) -> None:
        """The back end sends a request about the transaction that runs here, if it knows of one."""
        id = self.site.running(self.evse)
        if id is not None:
            self.site.tell(make(id))


# The kinds of visits. Each begins with its own arrival; `end` is when the visitor goes.


def card_first(visit: Visit) -> None:
    visit.at(visit.begin, visit.show)
    visit.at(visit.begin + 25, visit.plug)
    visit.at(visit.end, visit.go)


def cable_first(visit: Visit) -> None:
    arrive(visit)
    visit.at(visit.end, visit.go)


def arrive(visit: Visit) -> None:
    visit.at(visit.begin, visit.plug)
    visit.at(visit.begin + 25, visit.show)


def offline(visit: Visit) -> None:
    """The back end hears of it when all is over."""
    cable_first(visit)
    visit.at(visit.begin - MINUTE, lambda: visit.site.offline(visit.stay + 3 * MINUTE))


def remote(visit: Visit) -> None:
    """An app starts and stops."""
    start = v16.RemoteStartTransactionRequest(connector_id=visit.evse, id_tag=visit.tag)
    visit.at(visit.begin, visit.plug)
    visit.at(visit.begin + 20, lambda: visit.site.tell(start) or visit.show())
    visit.at(visit.end, lambda: visit.tell_of_mine(lambda id: v16.RemoteStopTransactionRequest(transaction_id=id)))
    visit.at(visit.end + 10, visit.go)


def family(visit: Visit) -> None:
    """One of them starts, another one stops."""
    visit = visit._replace(tag="FAMILY-1")
    arrive(visit)
    visit.at(visit.end, lambda: visit.go("FAMILY-2"))


def reserved(visit: Visit) -> None:
    """A quarter of an hour before; a stranger tries meanwhile."""
    expiry = BEGIN + timedelta(seconds=visit.begin + 10 * MINUTE)
    request = v16.ReserveNowRequest(
        connector_id=visit.evse, expiry_date=expiry, id_tag=visit.tag, reservation_id=int(visit.begin)
    )
    visit.at(visit.begin - 5 * MINUTE, lambda: visit.site.tell(request))
    visit.at(visit.begin - 2 * MINUTE, lambda: visit.show("GUEST"))
    card_first(visit)


def stranger(visit: Visit) -> None:
    """A card that nobody knows, twice."""
    visit = visit._replace(tag=UNKNOWN)
    cable_first(visit)
    visit.at(visit.begin + 60, visit.show)


def stolen(visit: Visit) -> None:
    """The back end takes the authorization back when the transaction has started."""
    cable_first(visit._replace(tag=BLOCKED_LATER))


def listed(visit: Visit) -> None:
    cable_first(visit._replace(tag="LISTED"))


def ev_side(visit: Visit) -> None:
    """The cable is pulled out at the car, and later at the station."""
    cable_first(visit._replace(stay=visit.stay + 3 * MINUTE))
    visit.at(visit.end, lambda: visit.site.hardware.leave(visit.evse))


def nearly_full(visit: Visit) -> None:
    """The battery is full before the visitor is back."""
    cable_first(visit._replace(full=98.5))


def button(visit: Visit) -> None:
    cable_first(visit)
    visit.at(visit.end - 5, lambda: visit.site.station and visit.site.station.stop_button(visit.evse, visit.site.now))


def unlocked(visit: Visit) -> None:
    cable_first(visit)
    request = v16.UnlockConnectorRequest(connector_id=visit.evse)
    visit.at(visit.end - 5, lambda: visit.site.tell(request))


def power_lost(visit: Visit) -> None:
    """All goes dark in the middle; the visitor shows the card again afterwards."""
    cable_first(visit)
    visit.at(visit.middle, lambda: visit.site.power_cut(100))
    visit.at(visit.middle + 150, visit.show)


def killed(visit: Visit) -> None:
    """The program dies between two writes of the start or the stop."""
    card_first(visit)
    visit.at(visit.begin + 24, lambda: visit.site.kill(commits=2, written=int(visit.begin) % 2 == 0))
    visit.at(visit.begin + 120, visit.show)


def reset(visit: Visit) -> None:
    cable_first(visit)
    kind = v16.ResetType.Soft if int(visit.begin) % 2 else v16.ResetType.Hard
    visit.at(visit.middle, lambda: visit.site.tell(v16.ResetRequest(type=kind)))


def faulted(visit: Visit) -> None:
    """A fault in the middle, gone after two minutes: the transaction goes on."""
    site = visit.site
    cable_first(visit)
    error = EvseError("GroundFailure")
    visit.at(visit.middle, lambda: site.station and site.station.error(visit.evse, error, site.now))
    visit.at(visit.middle + 120, lambda: site.station and site.station.clear_error(visit.evse, error.code, site.now))


def emergency(visit: Visit) -> None:
    site = visit.site
    cable_first(visit)
    visit.at(visit.middle, lambda: site.station and site.station.emergency_stop(True, site.now))
    visit.at(visit.middle + 60, lambda: site.station and site.station.emergency_stop(False, site.now))


def unavailable(visit: Visit) -> None:
    """Out of service as soon as it is free, and back again later."""
    inoperative, operative = v16.AvailabilityType.Inoperative, v16.AvailabilityType.Operative
    cable_first(visit)
    for when, kind in ((visit.middle, inoperative), (visit.end + 5 * MINUTE, operative)):
        request = v16.ChangeAvailabilityRequest(connector_id=visit.evse, type=kind)
        ask(visit.site, when, request)


def limited(visit: Visit) -> None:
    """A profile of this transaction alone: eight amperes, then twelve."""

    def give() -> None:
        mine = profile(
            100 + visit.evse, (0, 8), (300, OWN_A), purpose="TxProfile", transaction=site.running(visit.evse)
        )
        site.tell(v16.SetChargingProfileRequest(connector_id=visit.evse, cs_charging_profiles=mine))

    site = visit.site
    cable_first(visit)
    visit.at(visit.begin + 3 * MINUTE, lambda: give() if site.running(visit.evse) is not None else None)
    trigger = v16.TriggerMessageRequest(requested_message=v16.MessageTrigger.MeterValues, connector_id=visit.evse)
    visit.at(visit.middle, lambda: site.tell(trigger))


KINDS: tuple[Callable[[Visit], None], ...] = (
    card_first, cable_first, remote, family, reserved, stranger, stolen, listed, ev_side, nearly_full,
    button, unlocked, power_lost, killed, reset, faulted, emergency, unavailable, limited, cable_first, offline, remote,
)  # fmt: skip


# The day


def play(seed: int, faults: Callable[[Site, Random], None] | None = None) -> Site:
    """The site after the day. faults: what goes wrong; those of the test's day by default."""
    rng = Random(seed)
    site = Site(seed)
    visit_all(site, rng)
    operate(site)
    site.at(5 * MINUTE, lambda: look(site))
    (faults or the_faults)(site, rng)
    site.run(END)
    return site


def visit_all(site: Site, rng: Random) -> None:
    """Each EVSE gets every kind of visit once, in an order of its own."""
    pitch = 24 * HOUR / len(KINDS)
    for evse in (1, 2):
        kinds = list(KINDS)
        rng.shuffle(kinds)
        for number, kind in enumerate(kinds):
            begin = number * pitch + rng.uniform(6, 12) * MINUTE
            stay = rng.uniform(15, 38) * MINUTE
            tag = CARDS[rng.randrange(len(CARDS) // 2) + (evse - 1) * len(CARDS) // 2]
            kind(Visit(site, evse, round(begin), round(stay), tag, rng.uniform(5, 85), rng.choice((1, 3, 3))))


def operate(site: Site) -> None:
    """What the back end does: a list of cards, profiles, an update, diagnostics."""
    accepted = v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted)
    listed = [v16.AuthorizationData(id_tag="LISTED", id_tag_info=accepted)]
    full = v16.SendLocalListRequest(list_version=1, update_type=v16.UpdateType.Full, local_authorization_list=listed)
    night = profile(1, (0, NIGHT_A), (int(MORNING), 32.0), (int(NIGHT), NIGHT_A), kind="Recurring", recurrency="Daily",
                    start=BEGIN)  # fmt: skip
    most = profile(
        2, (0, MOST_A), purpose="ChargePointMaxProfile", kind="Absolute", start=BEGIN + timedelta(seconds=MORNING),
        duration=int(NIGHT - MORNING),
    )  # fmt: skip
    update = v16.UpdateFirmwareRequest(
        location="https://files.example/firmware", retrieve_date=BEGIN + timedelta(hours=4), retries=3
    )
    signed = v16.FirmwareType(
        location="https://files.example/firmware", retrieve_date_time=BEGIN + timedelta(hours=16), signature="c2ln",
        signing_certificate="PEM",
    )  # fmt: skip
    asked = [
        (1 * MINUTE, full),
        (2 * MINUTE, v16.SetChargingProfileRequest(connector_id=0, cs_charging_profiles=night)),
        (3 * HOUR, update),
        (5 * HOUR, v16.SetChargingProfileRequest(connector_id=0, cs_charging_profiles=most)),
        (9 * HOUR, v16.InstallCertificateRequest(certificate_type=MANUFACTURER, certificate="PEM")),
        (15 * HOUR, v16.GetDiagnosticsRequest(location="ftp://files.example/in")),
        (15.5 * HOUR, v16.SignedUpdateFirmwareRequest(request_id=7, firmware=signed, retries=3)),
        (24.5 * HOUR, v16.ChangeAvailabilityRequest(connector_id=0, type=v16.AvailabilityType.Operative)),
    ]
    for when, request in asked:
        ask(site, when, request)


def look(site: Site) -> None:
    """Every minute: what is offered, beside what the profiles that the station has allow. Not while
    the clock is wrong, and a minute longer."""
    site.after(MINUTE, lambda: look(site))
    stored = site.store.tables.get("charging_profiles", {})
    clock_is_right = all(end + MINUTE < site.now for _, end in site.wrong)
    wants = {number: evse.want for number, evse in site.hardware.evse.items()}
    offered = {number: (want.limit_a or 0.0) if want.energy else 0.0 for number, want in wants.items()}
    hour = site.now % (24 * HOUR)
    if "2" in stored and clock_is_right and MORNING + MINUTE < hour < NIGHT and sum(offered.values()) > MOST_A:
        site.excesses.append(f"{site.now:.0f} s: {offered} offered, {MOST_A} A allowed")
    night = hour < MORNING or hour > NIGHT + MINUTE
    for evse, amperes in offered.items():
        own = str(100 + evse) in stored  # a profile of the transaction overrules the default one
        if "1" in stored and clock_is_right and night and amperes > (OWN_A if own else NIGHT_A):
            site.excesses.append(f"{site.now:.0f} s: {amperes} A offered at EVSE {evse}, {NIGHT_A} A allowed")


def ask(site: Site, when: float, request: object) -> None:
    """A request of the back end, again every two minutes until it is answered."""

    def send() -> None:
        id = site.tell(request)

        def look() -> None:
            if id is None or not isinstance(site.backend.answer(id), Response):
                send()

        site.after(2 * MINUTE, look)

    site.at(when, send)


def the_faults(site: Site, rng: Random) -> None:
    """What goes wrong on the test's day."""
    for hour, minutes in ((2.2, 50), (9.5, 95), (13.1, 20), (19.8, 70)):
        site.at(hour * HOUR, lambda minutes=minutes: site.offline(minutes * MINUTE))  # type: ignore[misc]
    site.at(8.02 * HOUR, lambda: site.half_open(240))
    site.at(11.7 * HOUR, lambda: site.set_clock(timedelta(minutes=4)))
    site.at(16.55 * HOUR, lambda: site.set_clock(timedelta(hours=-1)))
    site.at(17.9 * HOUR, lambda: site.power_cut(30 * MINUTE, None))
    site.at(12.3 * HOUR, lambda: setattr(site.store, "failures", 3))
    site.at(14.0 * HOUR, lambda: site.trouble.extend(["again", "and again"]))


def random_faults(site: Site, rng: Random) -> None:
    """The same kinds, any number of each, at any time."""

    def any_time(most: int, act: Callable[[float], object], low: float, high: float) -> None:
        for _ in range(rng.randrange(most + 1)):
            value = rng.uniform(low, high)
            site.at(rng.uniform(0.05, 22.5) * HOUR, lambda value=value: act(value))  # type: ignore[misc]

    any_time(8, lambda minutes: site.offline(minutes * MINUTE), 0.1, 100)
    any_time(6, site.half_open, 5, 400)
    any_time(3, lambda hours: site.set_clock(timedelta(hours=hours)), -2, 2)
    any_time(4, site.power_cut, 1, 2000)
    any_time(1, lambda seconds: site.power_cut(seconds, None), 1, 2000)
    any_time(1, lambda seconds: site.power_cut(seconds, timedelta(days=-900)), 1, 2000)
    any_time(8, lambda commits: site.kill(int(commits), written=int(commits) % 2 == 0), 1, 12)
    any_time(5, lambda times: setattr(site.store, "failures", int(times)), 1, 6)
    any_time(5, lambda times: setattr(site, "trouble", ["again"] * int(times)), 1, 4)
    site.delay = rng.choice((0.0, 0.1, 3.0))
