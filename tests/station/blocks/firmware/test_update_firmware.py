"""UpdateFirmware (1.6 §4.5, §5.19, E 3.12, E 3.47–3.49, E 3.63): when, how often, what is told, and what survives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import CallErrorReceived
from ocppcore.session.commands import Cancel
from ocppcore.station import Capabilities
from ocppcore.station.blocks.firmware.state import DOWNLOAD_TIME, INSTALL_TIME, RESET_TIME
from ocppcore.station.retrying import INTERVAL, MOST, RETRIES
from ocppcore.testing.bench import Bench

Status = v16.FirmwareStatusNotificationRequest
HERE = "https://files.example/image"
WHOLE = ["Downloading", "Downloaded", "Installing"]


def bench(**how: Any) -> Bench:
    return Bench(**{"capabilities": Capabilities(install=True, reset=True), "secure_firmware": False, **how})


def update(rig: Bench, location: str = HERE, wait: float = 0.0, **fields: Any) -> Any:
    date = rig.utc + timedelta(seconds=wait)
    return rig.ask(v16.UpdateFirmwareRequest(location=location, retrieve_date=date, **fields))


def told(rig: Bench) -> list[str]:
    return [str(status.status) for status in rig.take(Status)]


def trigger(rig: Bench) -> str:
    message = v16.MessageTrigger.FirmwareStatusNotification
    return str(rig.ask(v16.TriggerMessageRequest(requested_message=message)).status)


def refusal(answer: Any) -> str:
    assert isinstance(answer, CallErrorReceived)
    return str(answer.code)


# When, and how often


@pytest.mark.parametrize("wait", [-86_400.0 * 365, -1.0, 0.0])
def test_a_date_that_is_over_means_now(wait: float) -> None:
    rig = bench()
    update(rig, wait=wait)
    assert told(rig) == WHOLE


def test_nothing_is_fetched_before_the_date() -> None:
    """E 3.63."""
    rig = bench()
    update(rig, wait=10_000.0)
    rig.advance(9_999)
    assert told(rig) == [] and rig.downloads == []
    assert trigger(rig) == "Accepted" and told(rig) == ["Idle"]
    rig.advance(1)
    assert told(rig) == WHOLE


def test_the_date_survives_a_restart() -> None:
    rig = bench()
    update(rig, wait=1000.0)
    rig.restart()
    rig.advance(999)
    assert rig.downloads == []
    rig.advance(1)
    assert told(rig) == WHOLE


def test_a_station_without_the_time_waits_until_it_has_it() -> None:
    rig = bench()
    update(rig, wait=100.0)
    rig.clock_known = False
    rig.reachable = False
    rig.restart()
    rig.advance(500)
    assert rig.downloads == []
    rig.restore()
    assert told(rig) == WHOLE


def test_a_clock_that_is_put_right_moves_the_date() -> None:
    rig = bench()
    update(rig, wait=3000.0)
    rig.station.set_utc(rig.utc + timedelta(seconds=3000), rig.now)
    rig.run()
    assert told(rig) == WHOLE


@pytest.mark.parametrize(("retries", "attempts"), [(None, RETRIES + 1), (0, 1), (1, 2), (-5, 1), (10**9, MOST + 1)])
def test_retries_are_additional_and_each_attempt_is_told(retries: int | None, attempts: int) -> None:
    rig = bench()
    rig.transfers_work = False
    update(rig, retries=retries, retry_interval=10)
    rig.advance(10 * attempts + 60)
    assert told(rig) == ["Downloading", "DownloadFailed"] * attempts
    assert len(rig.downloads) == attempts


@pytest.mark.parametrize(("interval", "seconds"), [(None, INTERVAL), (7, 7), (0, 0), (-1, 0)])
def test_the_next_attempt_waits_for_the_interval(interval: int | None, seconds: int) -> None:
    rig = bench()
    rig.transfers_work = False
    update(rig, retries=1, retry_interval=interval)
    rig.advance(600)
    first, _, second, _ = rig.when(Status)
    assert second - first == seconds


def test_an_attempt_that_succeeds_goes_on_to_the_installation() -> None:
    rig = bench()
    rig.transfers_work = False
    update(rig, retries=3, retry_interval=10)
    rig.transfers_work = True
    rig.advance(10)
    assert told(rig) == ["Downloading", "DownloadFailed", *WHOLE]


def test_retries_that_were_used_stay_used_over_a_restart() -> None:
    rig = bench()
    rig.transfers_work = False
    update(rig, retries=2, retry_interval=10)
    rig.restart()
    rig.advance(600)
    assert told(rig) == ["Downloading", "DownloadFailed"] * 3


def test_a_download_that_never_ends_fails() -> None:
    rig = bench()
    rig.transfers_work = None
    update(rig, retries=0)
    rig.advance(DOWNLOAD_TIME)
    assert told(rig) == ["Downloading", "DownloadFailed"]
    rig.end(rig.downloads[0], "/late")
    rig.run()
    assert told(rig) == [] and not rig.installations


# What can't be


@pytest.mark.parametrize("location", ["sftp://h/x", "file:///etc/shadow", "mailto:x@y.example"])
def test_a_location_that_cannot_be_used_fails_without_a_try(location: str) -> None:
    rig = bench()
    assert update(rig, location, wait=1000.0) == v16.UpdateFirmwareResponse()
    assert told(rig) == ["DownloadFailed"] and rig.downloads == []
    assert "firmware" not in rig.store or rig.store["firmware"] == {}


def test_hardware_that_takes_no_firmware_says_so() -> None:
    rig = bench(capabilities=Capabilities(diagnostics=True))
    assert refusal(update(rig)) == "NotSupported"
    assert trigger(rig) == "NotImplemented"
    assert "FirmwareManagement" not in str(rig.get_key("SupportedFeatureProfiles"))


def test_the_profile_is_offered_or_left_out() -> None:
    rig = bench()
    assert "FirmwareManagement" in str(rig.get_key("SupportedFeatureProfiles"))
    assert rig.get_key("SupportedFileTransferProtocols") == "FTP,FTPS,HTTP,HTTPS"
    rig.setup.without = frozenset({"FirmwareManagement"})
    assert refusal(update(rig)) == "NotSupported"


@pytest.mark.parametrize("secure", [True, False])
def test_unsigned_firmware_is_served_as_long_as_signed_is_not(secure: bool) -> None:
    """Decisions: 22."""
    rig = bench()
    rig.setup.secure_firmware = secure
    served = v16.SignedUpdateFirmwareRequest in rig.station._handlers
    answer = update(rig)
    assert (refusal(answer) == "NotSupported") if secure and served else answer == v16.UpdateFirmwareResponse()


# Users


def test_the_installation_waits_for_those_who_charge() -> None:
    """E 3.49: and what is free goes out of service meanwhile."""
    rig = bench()
    rig.charge()
    update(rig)
    assert told(rig) == ["Downloading", "Downloaded"]
    assert rig.energy() and (rig.status(1), rig.status(2)) == ("Charging", "Unavailable")
    assert trigger(rig) == "Accepted" and told(rig) == ["Downloaded"]
    rig.advance(3600)
    assert rig.energy() and not rig.installations
    rig.swipe("TAG1", 1)
    assert told(rig) == ["Installing"]
    assert (rig.status(1), rig.status(2)) == ("Unavailable", "Unavailable")


def test_charging_begins_during_the_download_and_not_after_it() -> None:
    """W19."""
    rig = bench()
    rig.transfers_work = None
    update(rig)
    rig.charge(1)
    rig.plug(2)
    rig.end(rig.downloads[0], "/f")
    rig.run()
    assert rig.energy(1) and not rig.installations
    rig.installs = None
    rig.swipe("TAG1", 1)
    rig.swipe("TAG2", 2)
    assert not rig.energy(2) and rig.status(2) == "Unavailable"
    start = v16.RemoteStartTransactionRequest(connector_id=2, id_tag="TAG2")
    assert rig.ask(start).status == "Rejected"


@pytest.mark.parametrize("failing", ["download", "install", "restart"])
def test_W19_all_is_in_service_again_when_an_update_fails(failing: str) -> None:
    rig = bench()
    rig.transfers_work, rig.installs = failing != "download", failing != "install"
    update(rig, retries=0)
    if failing == "restart":
        for _ in range(1 + int(str(rig.get_key("ResetRetries")))):
            rig.advance(RESET_TIME + 10)
        assert len(rig.resets) == 1 + int(str(rig.get_key("ResetRetries")))
    assert told(rig)[-1] == ("DownloadFailed" if failing == "download" else "InstallationFailed")
    assert [rig.status(evse) for evse in (1, 2)] == ["Available", "Available"]
    reserve = v16.ReserveNowRequest(
        connector_id=1, id_tag="TAG1", reservation_id=1, expiry_date=rig.utc + timedelta(hours=1)
    )
    assert rig.ask(reserve).status == "Accepted"


def test_W19_what_was_out_of_service_before_stays_so() -> None:
    rig = bench()
    off = v16.ChangeAvailabilityRequest(connector_id=2, type=v16.AvailabilityType.Inoperative)
    assert rig.ask(off).status == "Accepted"
    rig.installs = False
    update(rig)
    assert [rig.status(evse) for evse in (1, 2)] == ["Available", "Unavailable"]


# What survives


def test_W19_an_update_goes_on_after_a_restart() -> None:
    rig = bench()
    rig.transfers_work = None
    update(rig)
    rig.transfers_work = True
    rig.restart()
    assert told(rig) == WHOLE
    rig.restart()
    assert told(rig) == ["Installed"]
    assert [rig.status(evse) for evse in (1, 2)] == ["Available", "Available"]
    rig.restart()
    assert told(rig) == [] and rig.store["firmware"] == {}


def test_an_image_that_is_here_is_installed_after_a_restart() -> None:
    rig = bench()
    rig.charge()
    update(rig)
    rig.restart()
    rig.advance(RESET_TIME / 2)
    assert len(rig.downloads) == 1
    assert told(rig) == WHOLE


@pytest.mark.parametrize(("version", "status"), [("1.0", "InstallationFailed"), ("2.0", "Installed")])
def test_a_power_failure_during_the_installation(version: str, status: str) -> None:
    """What runs afterwards says how it went."""
    rig = bench(boot=False)
    rig.setup.firmware_version = "1.0"
    rig.boot()
    rig.installs = None
    update(rig)
    assert told(rig) == WHOLE
    rig.setup.firmware_version = version
    rig.restart()
    assert told(rig) == [status]
    assert rig.status(1) == "Available"


@pytest.mark.parametrize("kind", list(v16.ResetType))
def test_a_reset_does_not_interrupt_the_installation(kind: v16.ResetType) -> None:
    """It would leave the hardware with half of it."""
    rig = bench()
    rig.installs = None
    update(rig)
    assert rig.ask(v16.ResetRequest(type=kind)).status == "Rejected"
    rig.end(rig.installations[0], None, works=False)
    rig.run()
    assert rig.ask(v16.ResetRequest(type=kind)).status == "Accepted" and len(rig.resets) == 1


@pytest.mark.parametrize("end", ["Soft", "Hard", "power_failing", "program_ending"])
def test_nothing_is_installed_when_the_station_is_about_to_go_down(end: str) -> None:
    """What ends the transactions that were waited for."""
    rig = bench(config={"ResetRetries": "0"})
    rig.charge()
    update(rig)
    reset = end in ("Soft", "Hard")
    if not reset:
        getattr(rig.station, end)(rig.now)
        rig.run()
    else:
        assert rig.ask(v16.ResetRequest(type=v16.ResetType(end))).status == "Accepted"
    assert not rig.energy() and not rig.installations and len(rig.resets) == reset
    if not reset:  # it did not
        rig.advance(61)
    else:
        rig.station.failed(rig.resets[0].id, "it hangs", rig.now)
        rig.run()
    assert len(rig.installations) == 1


def test_it_is_stored_that_it_begins_before_it_begins() -> None:
    rig = bench()
    rig.transfers_work = None
    update(rig)
    rig.store_works = False
    rig.end(rig.downloads[0], "/f")
    rig.run()
    assert not rig.installations
    rig.store_works = True
    rig.advance(60)
    assert len(rig.installations) == 1


def test_offline_it_goes_on_and_all_is_told_later() -> None:
    rig = bench()
    rig.transfers_work = None
    update(rig)
    rig.cut()
    rig.end(rig.downloads[0], "/f")
    rig.run()
    assert len(rig.installations) == len(rig.resets) == 1
    rig.reachable = True
    rig.restart()
    assert told(rig) == [*WHOLE, "Installed"]


def test_without_a_restart_by_the_host_it_is_installed_at_once() -> None:
    rig = bench(capabilities=Capabilities(install=True))
    update(rig)
    assert told(rig) == [*WHOLE, "Installed"] and not rig.resets
    assert rig.status(1) == "Available"


def test_an_installation_that_never_ends_has_failed() -> None:
    rig = bench()
    rig.installs = None
    update(rig)
    rig.advance(INSTALL_TIME)
    assert told(rig) == [*WHOLE, "InstallationFailed"]
    assert rig.status(1) == "Available"


# A second request


def test_a_new_request_replaces_a_download() -> None:
    rig = bench()
    rig.transfers_work = None
    update(rig, retries=5)
    first = rig.downloads[0]
    rig.transfers_work = True
    update(rig, "https://files.example/other")
    assert [c.command for c in rig.carried_out if isinstance(c, Cancel)] == [first.id]
    assert told(rig) == ["Downloading", "DownloadFailed", *WHOLE]
    rig.end(first, "/old")
    rig.run()
    assert told(rig) == [] and len(rig.installations) == 1


def test_a_new_request_replaces_one_that_waits() -> None:
    rig = bench()
    update(rig, wait=1000.0)
    update(rig, "https://files.example/other", wait=2000.0)
    rig.advance(3000)
    assert [command.url for command in rig.downloads] == ["https://files.example/other"]


def test_a_new_request_replaces_an_image_that_is_here() -> None:
    rig = bench()
    rig.charge()
    update(rig)
    told(rig)
    rig.transfers_work = False
    update(rig, retries=0)
    assert told(rig) == ["InstallationFailed", "Downloading", "DownloadFailed"]
    assert rig.status(2) == "Available"


def test_while_it_is_installed_no_other_can_be() -> None:
    rig = bench()
    rig.installs = None
    update(rig)
    assert refusal(update(rig)) == "GenericError"
    assert trigger(rig) == "Accepted"
    assert told(rig) == [*WHOLE, "Installing"]
