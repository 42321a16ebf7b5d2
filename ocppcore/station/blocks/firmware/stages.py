"""The stages of a firmware update: one table for UpdateFirmware (1.6 §5.19), one for SignedUpdateFirmware (W L01).

A stage begins with its status being told. Not before its date, and once its condition holds, its work is done; then the
next one begins. Conditions and works are methods of Firmware, by name. What both ways have in common is one row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ocppcore.station.retrying import Retrying

OPEN, CLOSING, CLOSED = range(3)
"""Whether EVSEs are in service: all of them; those in use, as long as they are (E 3.49, W L01.FR.07); none."""

SCHEDULED: Final = "scheduled"
DOWNLOADING: Final = "downloading"
PAUSED: Final = "paused"
DOWNLOADED: Final = "downloaded"
VERIFIED: Final = "verified"
POSTPONED: Final = "postponed"
WAITING: Final = "waiting"
INSTALLING: Final = "installing"
REPLACING: Final = "replacing"
REBOOTING: Final = "rebooting"


class Stage:
    """A row. status: what is told when it begins (1.6 §7.25, W 6.8), None for nothing. until: the date of the Update
    that is waited for; where it has come already the stage is left out. when: the condition; work: what is done, if
    anything. then: the next stage. failed: the status that the update ends with if the work cannot be done. resumed:
    what is done instead after a restart. service: see above."""

    __slots__ = ("status", "until", "when", "work", "then", "failed", "resumed", "service")

    def __init__(
        self,
        status: str | None = None,
        *,
        until: str | None = None,
        when: str | None = None,
        work: str | None = None,
        then: str = "",
        failed: str = "",
        resumed: str | None = None,
        service: int = OPEN,
    ) -> None:
        self.status = status
        self.until = until
        self.when = when
        self.work = work
        self.then = then
        self.failed = failed
        self.resumed = resumed
        self.service = service


_DOWNLOADING: Final = Stage("Downloading", work="_download", then=DOWNLOADED, failed="DownloadFailed")
_WAITING: Final = Stage(when="_nobody_charges", then=INSTALLING, failed="InstallationFailed", service=CLOSING)
_REPLACING: Final = Stage(
    when="_noted",
    work="_install",
    then=REBOOTING,
    failed="InstallationFailed",
    resumed="_interrupted",
    service=CLOSED,
)


def _rebooting(status: str | None) -> Stage:
    failed = "InstallationFailed"
    return Stage(status, when="_noted", work="_reboot", failed=failed, resumed="_rebooted", service=CLOSED)


# An attempt that failed is told as such: 1.6 has no other word for it (E 3.50).
PLAIN: Final[Mapping[str, Stage]] = {
    SCHEDULED: Stage(until="retrieve", then=DOWNLOADING, failed="DownloadFailed"),
    DOWNLOADING: _DOWNLOADING,
    PAUSED: Stage("DownloadFailed", work="_pause", then=DOWNLOADING, failed="DownloadFailed"),
    DOWNLOADED: Stage("Downloaded", then=WAITING, failed="InstallationFailed"),
    WAITING: _WAITING,
    INSTALLING: Stage("Installing", when="_noted", then=REPLACING, failed="InstallationFailed", service=CLOSED),
    REPLACING: _REPLACING,
    REBOOTING: _rebooting(None),
}
# DownloadFailed is an end here (W 6.8). The signature is verified twice: what was downloaded (W L01.FR.04), and what is
# installed, right before it is.
SIGNED: Final[Mapping[str, Stage]] = {
    SCHEDULED: Stage("DownloadScheduled", until="retrieve", then=DOWNLOADING),  # W L01.FR.13
    DOWNLOADING: _DOWNLOADING,
    PAUSED: Stage("DownloadPaused", work="_pause", then=DOWNLOADING),  # W L01.FR.14
    DOWNLOADED: Stage("Downloaded", work="_verify", then=VERIFIED, failed="InvalidSignature"),
    VERIFIED: Stage("SignatureVerified", then=POSTPONED),
    POSTPONED: Stage("InstallScheduled", until="install", then=WAITING),  # W L01.FR.16
    WAITING: _WAITING,  # W L01.FR.06 and .18
    INSTALLING: Stage(
        "Installing",
        when="_noted",
        work="_verify",
        then=REPLACING,
        failed="InstallVerificationFailed",
        service=CLOSED,
    ),
    REPLACING: _REPLACING,
    REBOOTING: _rebooting("InstallRebooting"),  # W L01.FR.15
}


class Update:
    """An update under way.

    location: where the image is. retrieve, install: not before then, RFC 3339 texts; install is None for as soon as
    possible. request_id, certificate (PEM) and signature (base64): of a signed one; request_id is None for a plain one.
    file: the image, once it is here. before: the version that ran when it began; after: the one that is to run, where
    the hardware has told it.
    """

    __slots__ = (
        "phase", "location", "retrieve", "install", "retrying", "request_id", "certificate", "signature", "file",
        "before", "after",
    )  # fmt: skip

    def __init__(
        self,
        location: str,
        retrieve: str,
        retrying: Retrying,
        *,
        request_id: int | None = None,
        install: str | None = None,
        certificate: str = "",
        signature: str = "",
    ) -> None:
        self.phase = SCHEDULED
        self.location = location
        self.retrieve = retrieve
        self.install = install
        self.retrying = retrying
        self.request_id = request_id
        self.certificate = certificate
        self.signature = signature
        self.file = ""
        self.before: str | None = None
        self.after: str | None = None

    @property
    def stages(self) -> Mapping[str, Stage]:
        """The way that it goes."""
        return PLAIN if self.request_id is None else SIGNED

    @property
    def stage(self) -> Stage:
        """Where it is."""
        return self.stages[self.phase]

    def dump(self) -> dict[str, Any]:
        """For the store."""
        pace = self.retrying
        return {name: getattr(self, name) for name in self.__slots__} | {"retrying": [pace.left, pace.interval]}

    @classmethod
    def load(cls, value: Any) -> Update | None:
        """From the store, where the version before the update may have put it; None if it cannot be read."""
        try:
            update = cls(value["location"], value["retrieve"], Retrying(*value["retrying"]))
            for name in value.keys() & set(cls.__slots__) - {"retrying"}:
                setattr(update, name, value[name])
            return update if update.phase in update.stages else None
        except (AttributeError, KeyError, TypeError):
            return None
