"""A station with real certificates, and what its back end, and who listens, come to know of them.

    rig = SecureRig(profile=1, authorization_key=KEY); rig.boot()
    rig.install(cpo_root); rig.renew(cpo_root)
    assert rig.set_key("SecurityProfile", "3") == "Accepted"; rig.advance(1)
    assert rig.last.tls                                     # how it connects now
"""

from __future__ import annotations

from typing import Any, Final

from ocppcore import v16
from ocppcore.session.commands import Connect
from ocppcore.station.events import SecurityEventLogged
from ocppcore.testing.certificates import Authority
from ocppcore.testing.rig import Rig

KEY: Final = bytes(range(16))
NEW_KEY: Final = bytes(range(100, 120))
CENTRAL: Final = v16.CertificateUseEnumType.CentralSystemRootCertificate
MANUFACTURER: Final = v16.CertificateUseEnumType.ManufacturerRootCertificate


class SecureRig(Rig):
    """profile: the security profile that it begins with. said: all texts that left it, as they were."""

    def __init__(self, *, profile: int = 0, **options: Any) -> None:
        config = {"SecurityProfile": str(profile), "CpoName": "ACME", "WebSocketPingInterval": "0"}
        config |= options.pop("config", {})
        self.said: list[str] = []
        self._told = 0
        super().__init__(config=config, **options)
        self.answer_boot(v16.RegistrationStatus.Accepted, 86_400)  # months pass: few heartbeats

    def _send(self, text: str) -> None:
        self.said.append(text)
        super()._send(text)

    @property
    def connects(self) -> list[Connect]:
        return [command for command in self.carried_out if isinstance(command, Connect)]

    @property
    def last(self) -> Connect:
        """The last attempt to connect."""
        return self.connects[-1]

    def told(self) -> list[str]:
        """The types of security events since the last time, but for those of a start."""
        found, self._told = self.events[self._told :], len(self.events)
        types = [event.type for event in found if isinstance(event, SecurityEventLogged)]
        return [type for type in types if type != "StartupOfTheDevice"]

    def install(self, authority: Authority | str, use: v16.CertificateUseEnumType = CENTRAL) -> str:
        """InstallCertificate; returns the status."""
        pem = authority if isinstance(authority, str) else authority.pem
        return str(self.ask(v16.InstallCertificateRequest(certificate_type=use, certificate=pem)).status)

    def installed(self, use: v16.CertificateUseEnumType = CENTRAL) -> list[v16.CertificateHashDataType]:
        """What GetInstalledCertificateIds tells."""
        answer = self.ask(v16.GetInstalledCertificateIdsRequest(certificate_type=use))
        assert (str(answer.status) == "NotFound") is (answer.certificate_hash_data is None)
        return answer.certificate_hash_data or []

    def delete(self, name: v16.CertificateHashDataType) -> str:
        """DeleteCertificate; returns the status."""
        return str(self.ask(v16.DeleteCertificateRequest(certificate_hash_data=name)).status)

    def trigger(self) -> str:
        """ExtendedTriggerMessage(SignChargePointCertificate)."""
        wanted = v16.MessageTriggerEnumType.SignChargePointCertificate
        return str(self.ask(v16.ExtendedTriggerMessageRequest(requested_message=wanted)).status)

    def csr(self) -> str:
        """What the station wants signed."""
        assert self.trigger() == "Accepted"
        *_, request = self.take(v16.SignCertificateRequest)
        return request.csr

    def hand_out(self, chain: str) -> str:
        """CertificateSigned."""
        return str(self.ask(v16.CertificateSignedRequest(certificate_chain=chain)).status)

    def renew(self, authority: Authority, **options: Any) -> str:
        """The station gets a new certificate; returns its chain."""
        chain = authority.sign_request(self.csr(), **options)
        assert self.hand_out(chain) == "Accepted"
        self.advance(1)
        return chain

    def configured(self, name: str) -> str | None:
        """The value in force of a key."""
        return self.station.configuration.text(name)

    def days(self, count: float) -> None:
        """Time passes, an hour at a time: what was due in it happens at its end."""
        for _ in range(round(count * 24)):
            self.now += 3540
            self.advance(60)

    def leaks(self, *secrets: str | bytes) -> list[str]:
        """What of it shows in texts, in events, or where a command is printed."""
        shown = "".join(self.said) + repr(self.events) + repr(self.carried_out)
        shown += repr([getattr(c, "tls", None) for c in self.connects]) + repr([c.auth for c in self.connects])
        return [str(secret) for secret in secrets if (secret if isinstance(secret, str) else repr(secret)) in shown]
