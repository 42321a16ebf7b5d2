"""What both ends of TLS have in common (W A00.FR.317, .318, .501 to .504)."""

from __future__ import annotations

from typing import Final

# For TLS 1.2: the four of the white paper in its order; for RSA certificates, those with forward secrecy go before
# those without. The suites of TLS 1.3 stand beside them: OpenSSL has them all on.
SUITES: Final = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
# OpenSSL's level of 112 bits: RSA from 2048 bits, curves from 224, no SHA-1 in any certificate.
LEVEL: Final = "@SECLEVEL=2"
