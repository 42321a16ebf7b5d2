# cython: language_level=3, boundscheck=False, wraparound=False
"""Planted bugs. A sanitizer that lets them pass is not looking: sanitize.py and fuzz.py end with an error then.

Each is one of those that go unseen when a run is set up wrongly: without PYTHONMALLOC=malloc the heap is Python's own,
with CPython's -fwrapv a signed overflow is no error.
"""


def over_read(bytes data):
    """Reads 40 bytes past the end of a heap object."""
    cdef const unsigned char* text = data
    return text[len(data) + 40]


def overflow(bytes data):
    """Adds until an int is too small for it."""
    cdef int total = 2147483647
    total += <int>len(data)
    return total


def nothing(bytes data):
    """No bug: what a run without a report looks like."""
    return len(data)


def hidden(bytes data):
    """Over-reads only behind a certain word."""
    cdef const unsigned char* text = data
    if len(data) > 4 and text[0] == c"H" and text[1] == c"e" and text[2] == c"a" and text[3] == c"p" and text[4] == c"!":
        return text[len(data) + 40]
    return 0
