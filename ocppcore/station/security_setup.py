"""What a maker ships a station with, so that it can prove who it is and knows its back end (W 2.6.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ocppcore.errors import SetupError

PEM: Final = "-----BEGIN CERTIFICATE-----"
SECURE: Final = range(2, 4)  # the security profiles with TLS (W 2.1)


class SecuritySetup:
    """Certificates, keys and addresses from the factory. Certificates are taken over into the store once, each: what
    the back end deletes or replaces stays so.

    roots: of the operator's hierarchy, each in PEM (1.6: CentralSystemRootCertificate); manufacturer_roots: of the
    maker's, for firmware. certificate, key: the station's own for security profile 3, in PEM with its sub CAs above it,
    and its private key in PEM, or whatever names it to the host's Security.
    urls: addresses by security profile, where one has its own (W A00.FR.006). Else profiles 2 and 3 take the Setup's
    url, as wss://, and profile 3 takes that of profile 2.
    plain_key: the back end sends the AuthorizationKey as plain text of 16 to 40 characters, not in hex digits.
    """

    __slots__ = ("roots", "manufacturer_roots", "certificate", "key", "urls", "plain_key")

    def __init__(
        self,
        *,
        roots: Iterable[str] = (),
        manufacturer_roots: Iterable[str] = (),
        certificate: str | None = None,
        key: str | None = None,
        urls: Mapping[int, str] | None = None,
        plain_key: bool = False,
    ) -> None:
        self.roots = tuple(roots)
        self.manufacturer_roots = tuple(manufacturer_roots)
        self.certificate = certificate
        self.key = key
        self.urls = dict(urls or {})
        self.plain_key = plain_key
        self._check()

    def _check(self) -> None:
        """What is wrong is one clear line."""
        own = () if self.certificate is None else (self.certificate,)
        for text in (*self.roots, *self.manufacturer_roots, *own):
            if not isinstance(text, str) or PEM not in text:
                raise SetupError("security: a certificate is a text in PEM: -----BEGIN CERTIFICATE-----", "security")
        if (self.certificate is None) is not (self.key is None):
            raise SetupError("security: certificate and key go together", "security")
        for profile, url in self.urls.items():
            if profile not in SECURE or not isinstance(url, str) or not url.startswith("wss://"):
                raise SetupError("security: urls has wss:// addresses for the security profiles 2 and 3", "security")

    def key_text(self, key: bytes) -> str:
        """An AuthorizationKey as the back end would send it (W A00.FR.205, J §6.2.2). Raises SetupError."""
        longest = 40 if self.plain_key else 20
        try:
            text = key.decode() if self.plain_key else key.hex()
        except UnicodeDecodeError:
            text = ""
        if not 16 <= len(key) <= longest or not text.isprintable() or not text:
            kind = ", of text" if self.plain_key else ""
            raise SetupError(f"authorization_key: 16 to {longest} octets{kind}", "authorization_key")
        return text

    def url(self, profile: int, url: str) -> str:
        """The address of the back end for a security profile. url: the Setup's."""
        if profile not in SECURE:
            return url
        secure = url if url.startswith("wss://") else "wss" + url.removeprefix("ws")
        return self.urls.get(profile) or self.urls.get(SECURE[0]) or secure
