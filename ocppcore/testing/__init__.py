"""Test tools, for this package and for its users: a fake link with a clock that is turned by hand, and pytest fixtures.

    link.py    Pair: two connections, joined by a link that can be delayed, cut, refused, and tampered with
    store.py   FaultyStore: a store that can be told to fail or to be slow
    plugin.py  pytest fixtures
"""
