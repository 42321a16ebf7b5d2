"""Certificates in OCPP 1.6: InstallCertificate, DeleteCertificate, GetInstalledCertificateIds, CertificateSigned, and
SignCertificate of the station."""

from __future__ import annotations

from typing import ClassVar, Final

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.session.commands import CertificatePurpose
from ocppcore.station.block import Answer
from ocppcore.station.blocks.certificates.facts import Name
from ocppcore.station.blocks.certificates.state import Certificates
from ocppcore.version import ErrorCode

USES: Final = {
    v16.CertificateUseEnumType.CentralSystemRootCertificate: CertificatePurpose.CentralSystemRoot,
    v16.CertificateUseEnumType.ManufacturerRootCertificate: CertificatePurpose.ManufacturerRoot,
}
LISTED: Final = v16.HashAlgorithmEnumType.SHA256  # a back end may use any of the three to delete (M04.FR.07)


class Certificates16(Certificates):
    """W 5.1 to 5.4, 5.7, 5.8, 5.11, 5.12, 5.17, 5.18."""

    handlers: ClassVar = {
        v16.InstallCertificateRequest: "_install_certificate",
        v16.DeleteCertificateRequest: "_delete_certificate",
        v16.GetInstalledCertificateIdsRequest: "_get_installed_certificate_ids",
        v16.CertificateSignedRequest: "_certificate_signed",
    }

    def request(self, csr: str) -> v16.SignCertificateRequest:
        return v16.SignCertificateRequest(csr=csr)

    def _served(self) -> None:
        if not self.available:
            raise RpcError(ErrorCode.NotSupported, "Security is left out")

    def _install_certificate(self, request: v16.InstallCertificateRequest, answer: Answer) -> None:
        self._served()
        self.installing.install(
            USES[request.certificate_type],
            request.certificate,
            lambda status: answer(
                v16.InstallCertificateResponse(status=v16.InstallCertificateStatusEnumType(status))
            ),
        )

    def _delete_certificate(self, request: v16.DeleteCertificateRequest, answer: Answer) -> None:
        self._served()
        data = request.certificate_hash_data
        name = Name(str(data.hash_algorithm), data.issuer_name_hash, data.issuer_key_hash, data.serial_number)
        answer(v16.DeleteCertificateResponse(status=v16.DeleteCertificateStatusEnumType(self.installing.delete(name))))

    def _get_installed_certificate_ids(
        self, request: v16.GetInstalledCertificateIdsRequest, answer: Answer
    ) -> None:
        self._served()
        found = []
        for root in self.roots.of(USES[request.certificate_type]):
            if root.facts is not None:
                name_hash, key_hash = root.facts.hashes[LISTED.value]
                found.append(
                    v16.CertificateHashDataType(
                        hash_algorithm=LISTED,
                        issuer_name_hash=name_hash,
                        issuer_key_hash=key_hash,
                        serial_number=root.facts.serial_number,
                    )
                )
        statuses = v16.GetInstalledCertificateStatusEnumType
        status = statuses.Accepted if found else statuses.NotFound
        answer(v16.GetInstalledCertificateIdsResponse(certificate_hash_data=found or None, status=status))

    def _certificate_signed(self, request: v16.CertificateSignedRequest, answer: Answer) -> None:
        self._served()
        statuses = v16.CertificateSignedStatusEnumType

        def judged(good: bool) -> None:
            answer(v16.CertificateSignedResponse(status=statuses.Accepted if good else statuses.Rejected))
            self.certified(good)

        self.renewal.signed(request.certificate_chain, judged)
