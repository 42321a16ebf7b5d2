# What is wrong with a text as a whole, once it is known that something is: which of several faults counts (UTF-8, byte
# order mark, depth, then what the parser met first), and where it is.

from ocppcore.wire.fast_capi cimport scan_is_ascii
from ocppcore.wire.fast_reader cimport DEPTH, MARK, RAISED, UTF8, Reader
from ocppcore.wire.fast_text cimport is_tail, utf8_size

cdef inline const char *bad_utf8(const char *at, const char *end) noexcept nogil:
    """The first byte that is no UTF-8, or NULL."""
    cdef int size
    if scan_is_ascii(at, end):
        return NULL
    while at < end:
        if <unsigned char>at[0] < 0x80:
            at += 1
            continue
        size = utf8_size(at)
        if size == 0:
            return at
        at += size
    return NULL

cdef inline bint gets_deeper(const Reader *r) noexcept nogil:
    """True if brackets outside strings go too deep in what was not looked at. It is no JSON, so brackets are counted as
    they come, and quotes taken to delimit strings, as the plain twin does."""
    cdef const char *at = r.rest
    cdef Py_ssize_t depth = r.depth
    cdef bint in_string = r.in_string
    while at < r.end:
        if at[0] == c"\\":
            if at[1] == c"\\" or at[1] == c'"':
                at += 1
        elif at[0] == c'"':
            in_string = not in_string
        elif not in_string:
            if at[0] == c"[" or at[0] == c"{":
                depth += 1
                if depth > r.max_depth:
                    return True
            elif at[0] == c"]" or at[0] == c"}":
                depth -= 1
        at += 1
    return False

cdef inline void weigh(Reader *r) noexcept nogil:
    """Turn what the parser met first into the fault that counts."""
    cdef const char *spot
    if r.broken == UTF8 or r.broken == RAISED:
        return
    spot = bad_utf8(r.rest, r.end)
    if spot != NULL:
        r.broken = UTF8
        r.spot = spot
    elif r.end - r.begin >= 3 and r.begin[0] == <char>0xEF and r.begin[1] == <char>0xBB and r.begin[2] == <char>0xBF:
        r.broken = MARK
    elif r.broken != DEPTH and gets_deeper(r):
        r.broken = DEPTH

cdef inline Py_ssize_t character_at(const Reader *r) noexcept nogil:
    """The index of spot in characters."""
    cdef const char *at = r.begin
    cdef Py_ssize_t count = 0
    while at < r.spot:
        count += not is_tail(at[0])
        at += 1
    return count
