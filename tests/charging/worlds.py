"""Random stations: profiles of all purposes and kinds, caps, transactions. One random generator makes one world."""

from __future__ import annotations

from random import Random

from ocppcore.charging import Cap, Profile, ProfileSet

from .oracle import World

NOW = 1_772_352_000  # 2026-03-01T08:00:00Z
HOUR, DAY = 3600, 86_400
LIMITS = (0, 0.1, 6, 6.5, 10, 16, 22.3, 31.9, 32, 63, 230, 1380, 3680.5, 11_000, 22_080, 2_147_483_647)
OFFSETS = (1, 59, 60, 900, HOUR, 5 * HOUR, DAY - 1, DAY, DAY + 1, 3 * DAY, 7 * DAY, 8 * DAY)


def moment(random: Random) -> int:
    near = NOW + random.choice((-1, 1)) * random.choice((0, *OFFSETS))
    return near + random.choice((0, 0, 1, random.randrange(-DAY, DAY)))


def periods(random: Random) -> list[tuple[int, float, int | None]]:
    starts = {0, *(random.choice(OFFSETS) * random.randint(1, 3) for _ in range(random.randint(0, 5)))}
    one_phases = random.choice((None, 1, 3))
    rows: list[tuple[int, float, int | None]] = []
    for start in sorted(starts):
        phases = random.choice((None, 1, 2, 3)) if random.random() < 0.3 else one_phases
        rows.append((start, random.choice(LIMITS), phases))
    return rows


def profile(random: Random, id: int, evses: int, transactions: dict[int, tuple[int, int | None]]) -> Profile:
    purpose = random.choice(("ChargingStationMaxProfile", "TxDefaultProfile", "TxDefaultProfile", "TxProfile"))
    if purpose == "TxProfile" and not transactions:
        purpose = "TxDefaultProfile"
    evse = 0
    transaction = None
    if purpose == "TxDefaultProfile":
        evse = random.randint(0, evses)
    elif purpose == "TxProfile":
        evse = random.choice(list(transactions))
        transaction = random.choice((None, transactions[evse][1]))
    kind = random.choice(("Absolute", "Recurring", "Recurring", "Relative"))
    valid_from = moment(random) if random.random() < 0.3 else None
    valid_to = moment(random) if random.random() < 0.3 else None
    if valid_from is not None and valid_to is not None and valid_to <= valid_from:
        valid_to = None
    return Profile(
        id, evse, purpose, random.randint(0, 3), kind, random.choice("AAW"), periods(random),
        start_schedule=moment(random) if random.random() < 0.8 else None,
        duration=random.choice(OFFSETS) * random.randint(1, 3) if random.random() < 0.6 else None,
        recurrency=random.choice(("Daily", "Weekly")) if kind == "Recurring" else None,
        valid_from=valid_from, valid_to=valid_to, transaction=transaction, received=moment(random),
        min_charging_rate=random.choice((None, None, 0.5, 6, 4140)),
    )  # fmt: skip


def cap(random: Random, evse: int) -> tuple[float, str, int]:
    unit = random.choice("AAW")
    limit = random.choice((16, 32, 63.5) if unit == "A" else (7360, 11_000, 22_000.7))
    return limit * (1 if evse else 2), unit, random.choice((1, 3, 3))


def world(random: Random) -> tuple[ProfileSet, World]:
    """The station under test, and the same for the oracle."""
    evses = random.choice((1, 1, 2, 3))
    caps = {evse: [cap(random, evse)] for evse in range(evses + 1)}
    if random.random() < 0.3:
        caps[0] = []
    volts = random.choice((230, 110, 120))
    profiles = ProfileSet(
        [Cap(*caps[evse][0]) for evse in range(1, evses + 1)], Cap(*caps[0][0]) if caps[0] else None, volts=volts
    )
    if random.random() < 0.3:
        evse = random.randint(0, evses)
        caps[evse].append(cap(random, evse))
        profiles.restrict(evse, "cable", *caps[evse][-1])
    transactions: dict[int, tuple[int, int | None]] = {}
    for evse in range(1, evses + 1):
        if random.random() < 0.6:
            transactions[evse] = (moment(random), random.choice((None, 0, -1, 4711)))
            profiles.begin(evse, *transactions[evse])
    for id in range(random.randint(0, 8)):
        profiles.install(profile(random, id, evses, transactions))
    return profiles, World(profiles.profiles, caps, transactions, volts)
