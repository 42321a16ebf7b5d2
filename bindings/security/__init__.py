"""Keys, certificates and signatures for a station (`pip install ocppcore[security]`).

    base.py          Security: what a host may put in its place, with an HSM or a TPM behind it
    service.py       SoftwareSecurity: all of it in software, by the library `cryptography`
    certificates.py  PEM, and the properties that the white paper wants of a certificate
    path.py          the path from a certificate up to a root
    signatures.py    the signature of a file
    meter_key.py     SoftwareMeterKey: the key pair of a simulated meter
"""
