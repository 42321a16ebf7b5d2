"""Certificates: the station's own, the roots that it trusts, and the security profile that it connects by."""
