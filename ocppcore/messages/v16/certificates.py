"""Certificates: the station's own, and the roots that it trusts. W A02, A03, M03, M04, M05."""

from __future__ import annotations

from enum import StrEnum

from ocppcore.messages.base import Record, Request, Response
from ocppcore.messages.fields import enum, listof, record, text

__all__ = [
    "CertificateHashDataType", "CertificateSignedRequest", "CertificateSignedResponse",
    "CertificateSignedStatusEnumType", "CertificateUseEnumType", "DeleteCertificateRequest",
    "DeleteCertificateResponse", "DeleteCertificateStatusEnumType", "GenericStatusEnumType",
    "GetInstalledCertificateIdsRequest", "GetInstalledCertificateIdsResponse",
    "GetInstalledCertificateStatusEnumType", "HashAlgorithmEnumType", "InstallCertificateRequest",
    "InstallCertificateResponse", "InstallCertificateStatusEnumType", "SignCertificateRequest",
    "SignCertificateResponse",
]


class GenericStatusEnumType(StrEnum):
    """W 6.10."""

    Accepted = "Accepted"
    Rejected = "Rejected"


class SignCertificateResponse(Response, draft=6):
    """W 5.18."""

    status: GenericStatusEnumType = enum(GenericStatusEnumType)


class SignCertificateRequest(Request[SignCertificateResponse], draft=6):
    """Station to CSMS. W 5.17. csr: PKCS#10 (RFC 2986) in PEM."""

    csr: str = text(5500)


class CertificateSignedStatusEnumType(StrEnum):
    """W 6.2."""

    Accepted = "Accepted"
    Rejected = "Rejected"


class CertificateSignedResponse(Response, draft=6):
    """W 5.2."""

    status: CertificateSignedStatusEnumType = enum(CertificateSignedStatusEnumType)


class CertificateSignedRequest(Request[CertificateSignedResponse], draft=6):
    """CSMS to station. W 5.1. certificate_chain: X.509 in PEM, the station's first, then sub CAs."""

    certificate_chain: str = text(10000)


class CertificateUseEnumType(StrEnum):
    """W 6.4."""

    CentralSystemRootCertificate = "CentralSystemRootCertificate"
    ManufacturerRootCertificate = "ManufacturerRootCertificate"


class InstallCertificateStatusEnumType(StrEnum):
    """W 6.3, called CertificateStatusEnumType there. Failed: the certificate is good, but could not be installed."""

    Accepted = "Accepted"
    Failed = "Failed"
    Rejected = "Rejected"


class InstallCertificateResponse(Response, draft=6):
    """W 5.12."""

    status: InstallCertificateStatusEnumType = enum(InstallCertificateStatusEnumType)


class InstallCertificateRequest(Request[InstallCertificateResponse], draft=6):
    """CSMS to station. W 5.11. certificate: X.509 in PEM."""

    certificate_type: CertificateUseEnumType = enum(CertificateUseEnumType)
    certificate: str = text(5500)


class HashAlgorithmEnumType(StrEnum):
    """W 6.12."""

    SHA256 = "SHA256"
    SHA384 = "SHA384"
    SHA512 = "SHA512"


class CertificateHashDataType(Record, draft=6):
    """Names a certificate (RFC 6960). W 6.1. Hashes and serial number: hex digits, the latter without leading zeros."""

    hash_algorithm: HashAlgorithmEnumType = enum(HashAlgorithmEnumType)
    issuer_name_hash: str = text(128)
    issuer_key_hash: str = text(128)
    serial_number: str = text(40)


class DeleteCertificateStatusEnumType(StrEnum):
    """W 6.7."""

    Accepted = "Accepted"
    Failed = "Failed"
    NotFound = "NotFound"


class DeleteCertificateResponse(Response, draft=6):
    """W 5.4."""

    status: DeleteCertificateStatusEnumType = enum(DeleteCertificateStatusEnumType)


class DeleteCertificateRequest(Request[DeleteCertificateResponse], draft=6):
    """CSMS to station. W 5.3."""

    certificate_hash_data: CertificateHashDataType = record(CertificateHashDataType)


class GetInstalledCertificateStatusEnumType(StrEnum):
    """W 6.11."""

    Accepted = "Accepted"
    NotFound = "NotFound"


class GetInstalledCertificateIdsResponse(Response, draft=6):
    """W 5.8. certificate_hash_data: absent where none is installed."""

    certificate_hash_data: list[CertificateHashDataType] | None = listof(
        record(CertificateHashDataType), min=1, default=None
    )
    status: GetInstalledCertificateStatusEnumType = enum(GetInstalledCertificateStatusEnumType)


class GetInstalledCertificateIdsRequest(Request[GetInstalledCertificateIdsResponse], draft=6):
    """CSMS to station. W 5.7."""

    certificate_type: CertificateUseEnumType = enum(CertificateUseEnumType)
