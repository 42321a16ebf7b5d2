"""SignedUpdateFirmware (W L01): who signed, what is told and when, what is verified, and what survives."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import CallErrorReceived
from ocppcore.session.commands import (
    Cancel,
    CertificateFacts,
    CertificateFault,
    CertificatePurpose,
    CheckCertificate,
    VerifySignature,
)
from ocppcore.station import Capabilities
from ocppcore.station.blocks.firmware.signer import CHECK_TIME
from ocppcore.station.blocks.firmware.stages import SIGNED
from ocppcore.station.blocks.firmware.state import DOWNLOAD_TIME, INSTALL_TIME, RESET_TIME, VERIFY_TIME
from ocppcore.testing.rig import BEGIN

Status = v16.SignedFirmwareStatusNotificationRequest
FACTS = CertificateFacts({}, "1", BEGIN, BEGIN)
HERE = "https://files.example/image"
FETCHED = ["Downloading", "Downloaded", "SignatureVerified"]
WHOLE = [*FETCHED, "Installing", "InstallRebooting"]


def request(
    rig: Any, id: int = 7, location: str = HERE, wait: float = 0.0, install: float | None = None, **fields: Any
) -> Any:
    firmware = v16.FirmwareType(
        location=location,
        retrieve_date_time=rig.utc + timedelta(seconds=wait),
        install_date_time=None if install is None else rig.utc + timedelta(seconds=install),
        signing_certificate="PEM",
        signature="c2ln",
    )
    return v16.SignedUpdateFirmwareRequest(request_id=id, firmware=firmware, **fields)


def update(rig: Any, *args: Any, **fields: Any) -> str:
    answer = rig.ask(request(rig, *args, **fields))
    return str(answer.code if isinstance(answer, CallErrorReceived) else answer.status)


def told(rig: Any, id: int = 7) -> list[str]:
    """The statuses, each with that request id (W L01.FR.10)."""
    statuses = rig.take(Status)
    assert {status.request_id for status in statuses} <= {id}
    return [str(status.status) for status in statuses]


def types(rig: Any) -> list[str]:
    """The types of the security events about firmware."""
    return [type for type, _ in rig.desk()]


# Who signed


def test_L01_FR_23_the_certificate_is_judged_before_the_answer(signed: Any) -> None:
    rig = signed()
    rig.slow = (CheckCertificate,)
    call = rig.tell(request(rig))
    assert rig.answer(call) is None and told(rig) == [] and not rig.downloads
    (check,) = rig.commands(CheckCertificate)
    assert (check.purpose, check.chain, check.roots) == (CertificatePurpose.Firmware, "PEM", ("the manufacturer",))
    assert check.at == rig.utc
    rig.end(check, FACTS)
    rig.run()
    answer = rig.answer(call)
    assert answer is not None and answer.status == "Accepted"
    assert told(rig) == WHOLE


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (CertificateFault.MALFORMED, "InvalidCertificate"),
        (CertificateFault.INVALID, "InvalidCertificate"),
        (CertificateFault.REVOKED, "RevokedCertificate"),
    ],
)
def test_L01_FR_24_and_25_a_certificate_that_is_not_in_order(signed: Any, kind: str, status: str) -> None:
    rig = signed()
    rig.judge.certificate = CertificateFault(kind, "why " * 100)
    assert update(rig) == status
    ((type, info),) = rig.desk()
    assert type == "InvalidFirmwareSigningCertificate"
    assert str(info).startswith("why") and len(str(info)) <= 255
    assert told(rig) == [] and not rig.downloads and "update" not in rig.store.get("firmware", {})


def test_a_check_that_does_not_end_says_invalid_before_the_back_end_gives_up(signed: Any) -> None:
    rig = signed()
    rig.slow = (CheckCertificate,)
    call = rig.tell(request(rig))
    rig.advance(CHECK_TIME)
    answer = rig.answer(call)
    assert answer is not None and answer.status == "InvalidCertificate"
    assert types(rig) == ["InvalidFirmwareSigningCertificate"]


def test_without_a_root_of_the_manufacturer_nobody_may_sign(signed: Any) -> None:
    """And no host is asked: for it, no roots means that none are needed."""
    rig = signed()
    rig.roots = ()
    assert update(rig) == "InvalidCertificate"
    assert types(rig) == ["InvalidFirmwareSigningCertificate"] and not rig.commands(CheckCertificate)


def test_without_the_time_nobody_may_sign(signed: Any) -> None:
    rig = signed()
    rig.clock_known = False
    rig.answers[v16.BootNotificationRequest] = lambda _: None
    rig.restart()
    assert update(rig) == "InvalidCertificate"
    assert types(rig) == ["InvalidFirmwareSigningCertificate"] and not rig.commands(CheckCertificate)


def test_a_bad_certificate_leaves_the_update_under_way_alone(signed: Any) -> None:
    rig = signed()
    rig.transfers_work = None
    assert update(rig) == "Accepted"
    rig.judge.certificate = CertificateFault(CertificateFault.INVALID, "why")
    assert update(rig, 8) == "InvalidCertificate"
    rig.end(rig.downloads[0], "/f")
    rig.run()
    assert told(rig) == WHOLE


# The way


def test_an_update_from_the_request_to_the_new_firmware(signed: Any) -> None:
    rig = signed()
    rig.setup.firmware_version = "1.0"
    assert update(rig) == "Accepted"
    assert told(rig) == WHOLE
    assert [command.file for command in rig.installations] == ["/firmware.bin"] and len(rig.resets) == 1
    assert (rig.status(1), rig.status(2)) == ("Unavailable", "Unavailable")
    rig.setup.firmware_version = "2.0"
    rig.restart()
    assert told(rig) == ["Installed"]
    assert rig.desk() == [("FirmwareUpdated", "request 7, firmware 2.0, before 1.0")]
    assert (rig.status(1), rig.status(2)) == ("Available", "Available")


def test_L01_FR_13_a_download_that_waits_for_its_date_is_scheduled(signed: Any) -> None:
    rig = signed()
    assert update(rig, wait=10_000.0) == "Accepted"
    assert told(rig) == ["DownloadScheduled"]
    rig.restart()
    rig.advance(9_999)
    assert told(rig) == [] and not rig.downloads
    rig.advance(1)
    assert told(rig) == WHOLE


def test_L01_FR_14_between_two_attempts_it_pauses(signed: Any) -> None:
    """DownloadFailed is an end (W 6.8)."""
    rig = signed()
    rig.transfers_work = False
    update(rig, retries=2, retry_interval=10)
    rig.advance(60)
    assert told(rig) == ["Downloading", "DownloadPaused"] * 2 + ["Downloading", "DownloadFailed"]
    assert rig.when(Status)[2] - rig.when(Status)[1] == 10


def test_a_download_that_never_ends_fails(signed: Any) -> None:
    rig = signed()
    rig.transfers_work = None
    update(rig, retries=0)
    rig.advance(DOWNLOAD_TIME)
    assert told(rig) == ["Downloading", "DownloadFailed"]


def test_a_location_that_cannot_be_used_is_accepted_and_fails(signed: Any) -> None:
    """W L01.FR.26: whether there is a file is not looked at before, so that a back end can cancel."""
    rig = signed()
    assert update(rig, location="sftp://h/x") == "Accepted"
    assert told(rig) == ["DownloadFailed"] and not rig.downloads


def test_L01_FR_04_the_signature_is_that_of_the_whole_file(signed: Any) -> None:
    rig = signed()
    update(rig)
    first, second = rig.commands(VerifySignature)
    for command in (first, second):
        assert (command.file, command.signature, command.certificate) == ("/firmware.bin", "c2ln", "PEM")


@pytest.mark.parametrize("verdict", [False, None])
def test_L01_FR_03_a_signature_that_is_not_valid(signed: Any, verdict: bool | None) -> None:
    """Or that nobody could say anything about."""
    rig = signed()
    rig.judge.signature = bool(verdict)
    rig.slow = (VerifySignature,) if verdict is None else ()
    update(rig)
    rig.advance(VERIFY_TIME)
    assert told(rig) == ["Downloading", "Downloaded", "InvalidSignature"]
    assert types(rig) == ["InvalidFirmwareSignature"]
    assert not rig.installations and rig.status(1) == rig.status(2) == "Available"


def test_L01_FR_16_the_installation_waits_for_its_date(signed: Any) -> None:
    """Until then all is in service (W L01.FR.17 to .19)."""
    rig = signed()
    update(rig, install=5000.0)
    assert told(rig) == [*FETCHED, "InstallScheduled"]
    rig.charge(1)
    rig.restart()
    rig.swipe("TAG2", 2)
    rig.advance(4_000)
    assert rig.status(2) == "Available" and not rig.installations
    rig.charge(1)
    rig.advance(1_000)
    assert rig.energy(1) and (rig.status(1), rig.status(2)) == ("Charging", "Unavailable")
    assert told(rig) == []
    rig.swipe("TAG1", 1)
    assert told(rig) == ["Installing", "InstallRebooting"]
    assert rig.when(Status)[-1] - rig.when(Status)[0] >= 5000


@pytest.mark.parametrize("install", [-10.0, 0.0, None])
def test_L01_FR_05_a_date_that_is_over_means_as_soon_as_possible(signed: Any, install: float | None) -> None:
    rig = signed()
    update(rig, install=install)
    assert told(rig) == WHOLE


def test_a_station_without_the_time_installs_when_it_has_it(signed: Any) -> None:
    rig = signed()
    update(rig, install=100.0)
    rig.clock_known = rig.reachable = False
    rig.restart()
    rig.advance(500)
    assert not rig.installations
    rig.restore()
    assert told(rig) == [*FETCHED, "InstallScheduled", "Installing", "InstallRebooting"]


def test_L01_FR_06_and_07_it_waits_for_those_who_charge(signed: Any) -> None:
    rig = signed()
    rig.charge(1)
    update(rig)
    assert told(rig) == FETCHED
    assert rig.energy(1) and (rig.status(1), rig.status(2)) == ("Charging", "Unavailable")
    rig.advance(36_000)
    assert rig.energy(1) and not rig.installations
    rig.swipe("TAG1", 1)
    assert told(rig) == ["Installing", "InstallRebooting"]
    assert rig.status(1) == "Unavailable"


def test_without_a_restart_by_the_host_it_is_installed_at_once(signed: Any) -> None:
    rig = signed(capabilities=Capabilities(install=True))
    update(rig)
    assert told(rig) == [*FETCHED, "Installing", "Installed"] and types(rig) == ["FirmwareUpdated"]


@pytest.mark.parametrize("failing", ["install", "never", "restart"])
def test_W19_all_is_in_service_again_when_it_fails(signed: Any, failing: str) -> None:
    rig = signed()
    rig.installs = {"install": False, "never": None, "restart": True}[failing]
    update(rig)
    rig.advance(INSTALL_TIME + 4 * RESET_TIME + 60)
    assert told(rig)[-1] == "InstallationFailed"
    assert [rig.status(evse) for evse in (1, 2)] == ["Available", "Available"]
    assert rig.desk() == []


# What is verified is what is installed


def test_H14_a_file_that_was_changed_while_it_waited_is_not_installed(signed: Any) -> None:
    rig = signed()
    update(rig, install=5000.0)
    rig.restart()
    rig.judge.signature = False
    rig.advance(5000)
    assert told(rig) == [*FETCHED, "InstallScheduled", "Installing", "InstallVerificationFailed"]
    assert types(rig) == ["InvalidFirmwareSignature"]
    assert not rig.installations and rig.status(1) == rig.status(2) == "Available"


def test_H14_nothing_comes_between_the_verification_and_the_installation(signed: Any) -> None:
    """But the write that says that it begins."""
    rig = signed()
    update(rig)
    names = [type(command).__name__ for command in rig.carried_out]
    assert names[-3:] == ["VerifySignature", "Install", "Reset"]


def test_H14_when_storing_takes_long_it_is_verified_again(signed: Any) -> None:
    rig = signed()
    rig.charge(1)
    update(rig)
    rig.slow = (VerifySignature,)
    rig.swipe("TAG1", 1)
    rig.store_works = False
    rig.end(rig.commands(VerifySignature)[-1], True)
    rig.advance(60)
    assert not rig.installations
    rig.store_works = True
    rig.advance(10)
    assert len(rig.commands(VerifySignature)) == 3 and not rig.installations
    rig.end(rig.commands(VerifySignature)[-1], True)
    rig.run()
    assert len(rig.installations) == 1
    assert told(rig) == WHOLE


# A second request


@pytest.mark.parametrize("stage", ["scheduled", "downloading", "paused", "verifying", "postponed", "waiting"])
def test_L01_FR_26_a_new_request_cancels(signed: Any, stage: str) -> None:
    rig = signed()
    if stage == "waiting":
        rig.charge(1)
    rig.transfers_work = {"downloading": None, "paused": False}.get(stage, True)
    rig.slow = (VerifySignature,) if stage == "verifying" else ()
    dates = {"wait": 1000.0 if stage == "scheduled" else 0.0, "install": 1000.0 if stage == "postponed" else None}
    assert update(rig, 7, **dates) == "Accepted"
    running = rig.carried_out[-1].id if stage in ("downloading", "verifying") else None
    told(rig)
    rig.transfers_work, rig.slow = True, ()
    assert update(rig, 8, HERE + "2") == "AcceptedCanceled"
    assert [command.command for command in rig.commands(Cancel)] == ([] if running is None else [running])
    if stage == "waiting":
        rig.swipe("TAG1", 1)
    assert told(rig, 8) == WHOLE
    assert rig.downloads[-1].url == HERE + "2" and len(rig.installations) == 1
    rig.advance(5000)
    assert len(rig.installations) == 1


def test_L01_FR_26_a_back_end_can_cancel_without_a_new_one(signed: Any) -> None:
    rig = signed()
    update(rig, install=5000.0)
    told(rig)
    rig.transfers_work = False
    assert update(rig, 8, retries=0) == "AcceptedCanceled"
    assert told(rig, 8) == ["Downloading", "DownloadFailed"]
    rig.advance(9000)
    assert not rig.installations and rig.status(1) == "Available"


def test_L01_FR_27_what_is_being_installed_cannot_be_cancelled(signed: Any) -> None:
    rig = signed()
    rig.installs = None
    update(rig)
    assert update(rig, 8) == "Rejected"
    rig.end(rig.installations[0], None)
    rig.run()
    assert update(rig, 8) == "Rejected"
    assert told(rig) == WHOLE


def test_a_request_that_comes_while_another_one_is_judged(signed: Any) -> None:
    """A back end that does not wait for an answer: the later one cancels the earlier one all the same."""
    rig = signed()
    rig.slow, rig.transfers_work = (CheckCertificate,), None
    first = rig.tell(request(rig, 7))
    fields = {"location": HERE, "retrieveDateTime": "2026-01-01T00:00:00Z", "signingCertificate": "", "signature": ""}
    text = json.dumps([2, "second", "SignedUpdateFirmware", {"requestId": 8, "firmware": fields}])
    rig.station.receive(text, rig.now)
    rig.run()
    for check in rig.commands(CheckCertificate):
        rig.end(check, FACTS)
        rig.run()
    answer = rig.answer(first)
    assert answer is not None and answer.status == "Accepted"
    assert [(told.status, told.request_id) for told in rig.sent(Status)] == [("Downloading", 7), ("Downloading", 8)]


# What survives


def interrupted(rig: Any, stage: str) -> None:
    """An update that is in that stage."""
    rig.transfers_work = {"downloading": None, "paused": False}.get(stage, True)
    rig.installs = None if stage == "replacing" else True
    if stage == "waiting":
        rig.charge(1)
    if stage == "installing":
        rig.answers[Status] = lambda status: None if status.status == "Installing" else ANSWER
    rig.slow = (VerifySignature,) if stage == "downloaded" else ()
    dates = {"wait": 900.0 if stage == "scheduled" else 0.0, "install": 900.0 if stage == "postponed" else None}
    update(rig, **dates)
    assert rig.station.ctx.store.get("firmware", "update")["phase"] == stage


ANSWER = v16.SignedFirmwareStatusNotificationResponse()


@pytest.mark.parametrize("stage", sorted(SIGNED.keys() - {"verified"}))  # there it never stops
def test_in_each_stage_it_goes_on_after_a_restart(signed: Any, stage: str) -> None:
    rig = signed()
    rig.setup.firmware_version = "1.0"
    interrupted(rig, stage)
    rig.transfers_work = rig.installs = True
    rig.slow = ()
    rig.answers[Status] = lambda _: ANSWER
    installed = stage in ("replacing", "rebooting")
    if installed:
        rig.setup.firmware_version = "2.0"
    rig.restart()
    for _ in range(0 if installed else 100):
        if rig.resets:
            rig.setup.firmware_version = "2.0"
            rig.restart()
            break
        rig.advance(10)
    assert len(rig.installations) == 1
    statuses = told(rig)
    assert statuses[-1] == "Installed"
    repeated = [status for status in statuses if statuses.count(status) > 1]
    assert repeated == {"paused": ["Downloading"] * 2, "installing": ["Installing"] * 2}.get(stage, [])
    assert rig.status(1) == rig.status(2) == "Available"
    assert rig.station.ctx.store.keys("firmware") == []


def test_a_power_failure_during_the_installation_is_judged_by_the_version_that_runs(signed: Any) -> None:
    rig = signed()
    rig.setup.firmware_version = "1.0"
    interrupted(rig, "replacing")
    rig.restart()
    assert told(rig)[-1] == "InstallationFailed" and rig.desk() == []
    assert rig.status(1) == "Available"


@pytest.mark.parametrize(("runs", "status"), [("2.0", "Installed"), ("1.0", "InstallationFailed")])
def test_a_boot_loader_that_goes_back_to_the_old_firmware_is_noticed(signed: Any, runs: str, status: str) -> None:
    """Where install() has said which version is to run."""
    rig = signed()
    rig.setup.firmware_version = "1.0"
    rig.installs = None
    update(rig)
    rig.end(rig.installations[0], "2.0")
    rig.run()
    rig.setup.firmware_version = runs
    rig.restart()
    assert told(rig) == [*WHOLE, status]


@pytest.mark.parametrize("stored", ['["downloaded", "http://h/x"]', '{"phase": "flashing"}', "null", "7"])
def test_what_cannot_be_read_any_more_is_forgotten(signed: Any, stored: str) -> None:
    """Firmware that was updated may have stored it otherwise."""
    rig = signed()
    rig.store["firmware"] = {"update": stored}
    rig.restart()
    assert rig.store["firmware"] == {} and rig.status(1) == "Available"
    assert update(rig) == "Accepted" and told(rig) == WHOLE


def test_what_another_version_added_is_no_trouble(signed: Any) -> None:
    rig = signed()
    interrupted(rig, "rebooting")
    stored = json.loads(rig.store["firmware"]["update"])
    del stored["after"]
    rig.store["firmware"]["update"] = json.dumps(stored | {"mood": "good"})
    rig.restart()
    assert told(rig)[-1] == "Installed"


def test_offline_it_goes_on_and_all_is_told_later_with_its_request_id(signed: Any) -> None:
    rig = signed()
    rig.transfers_work = None
    update(rig, -3)
    rig.cut()
    rig.end(rig.downloads[0], "/f")
    rig.run()
    assert len(rig.installations) == len(rig.resets) == 1
    rig.reachable = True
    rig.restart()
    assert told(rig, -3) == [*WHOLE, "Installed"]


# One way or the other


@pytest.mark.parametrize("secure", [True, False])
def test_L01_FR_20_a_station_serves_one_way(signed: Any, secure: bool) -> None:
    """Decisions: 22."""
    rig = signed(secure_firmware=secure)
    plain = rig.ask(v16.UpdateFirmwareRequest(location=HERE, retrieve_date=rig.utc + timedelta(hours=1)))
    signed = update(rig, wait=3600.0)
    if secure:
        assert isinstance(plain, CallErrorReceived) and str(plain.code) == "NotSupported"
        assert signed == "Accepted"
    else:
        assert plain == v16.UpdateFirmwareResponse() and signed == "NotSupported"


def test_hardware_that_takes_no_firmware_says_so(signed: Any) -> None:
    assert update(signed(capabilities=Capabilities())) == "NotSupported"


def test_an_unsigned_image_is_not_installed_once_signatures_are_wanted(signed: Any) -> None:
    rig = signed(secure_firmware=False)
    rig.charge(1)
    rig.ask(v16.UpdateFirmwareRequest(location=HERE, retrieve_date=rig.utc))
    rig.setup.secure_firmware = True
    rig.restart()
    rig.advance(100)
    assert not rig.installations
    statuses = rig.sent(v16.FirmwareStatusNotificationRequest)
    assert [str(status.status) for status in statuses] == ["Downloading", "Downloaded", "InstallationFailed"]


@pytest.mark.parametrize("left_out", ["Security", "FirmwareManagement"])
def test_without_the_security_extension_the_plain_way_is_served(signed: Any, left_out: str) -> None:
    rig = signed(without=[left_out])
    plain = rig.ask(v16.UpdateFirmwareRequest(location=HERE, retrieve_date=rig.utc))
    assert (plain == v16.UpdateFirmwareResponse()) is (left_out == "Security")
    assert update(rig) == "NotSupported"


# Triggers


def trigger(rig: Any, extended: bool = True) -> str:
    """The status that a trigger makes it tell, or the answer that says why not."""
    rig.take(Status)
    ask = v16.ExtendedTriggerMessageRequest if extended else v16.TriggerMessageRequest
    kind = v16.MessageTriggerEnumType if extended else v16.MessageTrigger
    answer = rig.ask(ask(requested_message=kind.FirmwareStatusNotification))
    if answer.status != "Accepted":
        return str(answer.status)
    (status,) = rig.take(Status)
    return f"{status.status} {status.request_id}"


def test_L01_FR_28_after_Installed_it_is_idle(signed: Any) -> None:
    rig = signed()
    assert trigger(rig) == "Idle None"
    update(rig)
    rig.restart()
    assert trigger(rig) == "Idle None"


def test_L01_FR_29_else_it_is_what_was_told_last(signed: Any) -> None:
    """Also of an update that has failed, and after a restart."""
    rig = signed()
    update(rig, install=1000.0)
    assert trigger(rig) == "InstallScheduled 7"
    rig.judge.signature = False
    rig.advance(1000)
    assert trigger(rig) == "InstallVerificationFailed 7"
    rig.restart()
    assert trigger(rig) == "InstallVerificationFailed 7"
    rig.transfers_work = None
    update(rig, 8)
    assert trigger(rig) == "Downloading 8"


def test_each_way_has_its_trigger(signed: Any) -> None:
    rig = signed()
    assert trigger(rig, extended=False) == "NotImplemented"
    update(rig, install=1000.0)
    rig.setup.secure_firmware = False
    rig.restart()
    assert trigger(rig) == "NotImplemented"
    message = v16.MessageTrigger.FirmwareStatusNotification
    rig.ask(v16.TriggerMessageRequest(requested_message=message))
    assert [str(told.status) for told in rig.sent(v16.FirmwareStatusNotificationRequest)] == ["Idle"]
