"""Stations with real certificates."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ocppcore.station import SecuritySetup
from ocppcore.testing.certificates import Authority
from ocppcore.testing.rig import BEGIN
from ocppcore.testing.secure import KEY, SecureRig


@pytest.fixture
def rig() -> SecureRig:
    """Booted, by profile 1."""
    made = SecureRig(profile=1, authorization_key=KEY)
    made.boot()
    made.take()
    return made


@pytest.fixture
def secure(cpo_root: Authority) -> SecureRig:
    """Booted, by profile 3: its own certificate and the root are from the factory."""
    issued = cpo_root.issue("CP1", begin=BEGIN - timedelta(days=100), end=BEGIN + timedelta(days=265))
    setup = SecuritySetup(roots=[cpo_root.pem], certificate=issued.chain, key=issued.key)
    made = SecureRig(profile=3, security=setup)
    made.boot()
    made.take()
    return made
