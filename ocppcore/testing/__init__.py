"""Test tools, for this package and for its users: a fake link with a clock that is turned by hand, and pytest fixtures.

    link.py    Pair: two connections, joined by a link that can be delayed, cut, refused, and tampered with
    store.py   FaultyStore: a store that can be told to fail or to be slow
    rig.py     Rig: a real station, and a scripted back end that answers as it is told
    bench.py   Bench: a Rig with users, meters that run, a card index and books
    signing.py SigningBench: a Bench whose meters sign
    certificates.py Authority: real certificates and keys (needs `cryptography`)
    secure.py  SecureRig: a Rig with certificates, and what shows of its secrets
    backend.py Backend: a real back end on a memory link
    plugin.py  pytest fixtures
"""
