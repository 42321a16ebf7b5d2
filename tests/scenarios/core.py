"""The script of the Core profile of 1.6: an evening of a station with two EVSEs. Each step is a coroutine of a world.

The steps are played in the order of CORE; each leaves both EVSEs free. Waits are generous: what counts is what happens.
"""

from __future__ import annotations

from ocppcore import v16

from .world import HEARTBEAT, World

FREE = "Available"
SAMPLE_INTERVAL = 60


async def boot(world: World) -> None:
    """1.6 §4.2: registered first, then the status of every connector."""
    await world.until(lambda: world.statuses(2) == [FREE], within=30)
    boot, *statuses = [heard.action for heard in world.heard if heard.action != "SecurityEventNotification"]
    assert boot == "BootNotification" and statuses == ["StatusNotification"] * 3
    assert world.heard[0].payload == {"chargePointVendor": "ocppcore", "chargePointModel": "Scenario"}


async def configuration(world: World) -> None:
    """1.6 §5.3, §5.8."""
    wanted = [
        ("MeterValueSampleInterval", str(SAMPLE_INTERVAL), "Accepted"),
        ("metervaluessampleddata", "Energy.Active.Import.Register,Power.Active.Import", "Accepted"),
        ("MeterValueSampleInterval", "often", "Rejected"),
        ("NumberOfConnectors", "3", "Rejected"),
        ("Nonsense", "1", "NotSupported"),
    ]
    for key, value, status in wanted:
        assert (await world.ask(v16.ChangeConfigurationRequest(key=key, value=value))).status == status, key
    names = ["HeartbeatInterval", "NumberOfConnectors", "metervaluesampleinterval", "Nonsense"]
    answer = await world.ask(v16.GetConfigurationRequest(key=names))
    assert answer.configuration_key is not None and answer.unknown_key == ["Nonsense"]
    assert [(found.key, found.readonly, found.value) for found in answer.configuration_key] == [
        ("HeartbeatInterval", False, str(HEARTBEAT)),
        ("NumberOfConnectors", True, "2"),
        ("MeterValueSampleInterval", False, "60"),
    ]


async def a_card_that_nobody_knows(world: World) -> None:
    """1.6 §4.1: nothing begins, not even for a plugged EV."""
    world.card("STRANGER", 1)
    await world.until(lambda: world.heard[-1] == ("Authorize", {"idTag": "STRANGER"}), within=10)
    assert world.statuses(1) == [FREE] and not world.booked


async def card_and_plug(world: World) -> None:
    """1.6 §3.8: authorized, plugged, charging; then the same card again."""
    world.card("ANNA", 1)
    await world.until(lambda: world.statuses(1)[-1] == "Preparing", within=10)
    await charge(world, 1)
    assert not world.unplug(1), "the lock holds the cable while it charges"
    world.card("ANNA", 1)
    await leave(world, 1)


async def remote_start_and_stop(world: World) -> None:
    """1.6 §5.11, §5.12."""
    start = v16.RemoteStartTransactionRequest(connector_id=2, id_tag="BEN")
    assert (await world.ask(start)).status is v16.RemoteStartStopStatus.Accepted
    await world.until(lambda: world.statuses(2)[-1] == "Preparing", within=10)
    await charge(world, 2)
    unknown = v16.RemoteStopTransactionRequest(transaction_id=world.booked[-1].id + 1000)
    assert (await world.ask(unknown)).status is v16.RemoteStartStopStatus.Rejected
    stop = v16.RemoteStopTransactionRequest(transaction_id=world.booked[-1].id)
    assert (await world.ask(stop)).status is v16.RemoteStartStopStatus.Accepted
    await leave(world, 2)


async def offline(world: World) -> None:
    """1.6 §3.4, §3.7: a card in the cache begins and ends a transaction that is told afterwards."""
    await world.shut()
    await world.until(lambda: not world.station.snapshot().connected, within=120)
    before = len(world.heard)
    world.card("BEN", 2)
    world.plug_in(2)
    await world.until(lambda: world.station.snapshot().undelivered == 4, within=600)  # its start, three meter values
    world.card("BEN", 2)
    await world.until(lambda: world.station.snapshot().evses[1].status == "Finishing", within=10)
    assert world.unplug(2)
    await world.until(lambda: world.station.snapshot().evses[1].status == FREE, within=10)
    assert len(world.heard) == before
    await world.reopen()
    await world.until(lambda: world.station.snapshot().undelivered == 0, within=900)
    told = [heard.action for heard in world.heard[before:]]
    assert told == ["StartTransaction"] + ["MeterValues"] * 3 + ["StopTransaction"]  # and no status: it is as before


async def unlock(world: World) -> None:
    """1.6 §5.18: unlocking ends the transaction, with its own reason."""
    world.card("ANNA", 1)
    await charge(world, 1)
    answer = await world.ask(v16.UnlockConnectorRequest(connector_id=1))
    assert answer.status is v16.UnlockStatus.Unlocked
    assert (await world.ask(v16.UnlockConnectorRequest(connector_id=3))).status is v16.UnlockStatus.NotSupported
    await leave(world, 1)


async def reset(world: World) -> None:
    """1.6 §5.14: a soft reset ends transactions in order; a station that restarts boots again, with its settings."""
    world.card("BEN", 2)
    await charge(world, 2)
    assert (await world.ask(v16.ResetRequest(type=v16.ResetType.Soft))).status is v16.ResetStatus.Accepted
    await world.until(lambda: world.count("BootNotification") == 2 and world.booked[-1].reason is not None, within=300)
    assert world.unplug(2), "nothing holds the cable of a transaction that is over"
    await world.until(lambda: world.statuses(2)[-1] == FREE, within=60)
    assert (await world.ask(v16.ResetRequest(type=v16.ResetType.Hard))).status is v16.ResetStatus.Accepted
    await world.until(lambda: world.count("BootNotification") == 3, within=300)
    answer = await world.ask(v16.GetConfigurationRequest(key=["MeterValueSampleInterval"]))
    assert answer.configuration_key is not None
    assert answer.configuration_key[0].value == str(SAMPLE_INTERVAL)


async def charge(world: World, evse: int) -> None:
    """An EV comes to an EVSE that was promised to its driver, and takes energy until its meter was sampled twice."""
    world.plug_in(evse)
    await world.until(lambda: world.statuses(evse)[-1] == "Charging", within=60)
    sampled = world.count("MeterValues")
    await world.until(lambda: world.count("MeterValues") == sampled + 2, within=10 * SAMPLE_INTERVAL)


async def leave(world: World, evse: int) -> None:
    """The transaction is over, and the EV goes."""
    await world.until(lambda: world.statuses(evse)[-1] == "Finishing", within=60)
    assert world.unplug(evse), "nothing holds the cable of a transaction that is over"
    await world.until(lambda: world.statuses(evse)[-1] == FREE, within=60)


CORE = (
    boot,
    configuration,
    a_card_that_nobody_knows,
    card_and_plug,
    remote_start_and_stop,
    offline,
    unlock,
    reset,
)


async def play(world: World) -> None:
    """All of it."""
    for step in CORE:
        await step(world)
