# Strings of JSON: where they end, whether they are UTF-8, what their escapes stand for; each is looked at once, and
# written once into a str of the right width. A lone surrogate is noted in the reader and read on: it counts only if
# the text is JSON otherwise.

from cpython.ref cimport PyObject
from libc.stdint cimport uint32_t
from ocppcore.wire.fast_capi cimport objects_ascii, scan_plain, unicode_data, unicode_kind, unicode_new, unicode_write
from ocppcore.wire.fast_reader cimport OK, STOP, SYNTAX, UTF8, Reader, refuse

cdef struct Text:
    const char *start  # behind the opening quote
    Py_ssize_t size  # bytes up to the closing quote
    Py_ssize_t length  # characters, once escapes are decoded
    uint32_t highest  # the highest of them, or more
    bint escaped  # there are escapes

cdef inline int hex_digit(char c) noexcept nogil:
    if c"0" <= c <= c"9":
        return c - c"0"
    c |= 32
    return c - c"a" + 10 if c"a" <= c <= c"f" else -1

cdef inline int hex_unit(const char *at) noexcept nogil:
    """The value of 4 hexadecimal digits; -1 for anything else. The NUL behind the text stops it."""
    cdef int index, digit, value = 0
    for index in range(4):
        digit = hex_digit(at[index])
        if digit < 0:
            return -1
        value = value << 4 | digit
    return value

cdef inline bint is_tail(char c) noexcept nogil:
    return (<unsigned char>c & 0xC0) == 0x80

cdef inline int utf8_size(const char *at) noexcept nogil:
    """The bytes of a character beyond ASCII; 0 if they are no UTF-8 (RFC 3629 §4)."""
    cdef unsigned char first = <unsigned char>at[0], second
    if first < 0xC2 or first > 0xF4 or not is_tail(at[1]):
        return 0
    if first < 0xE0:
        return 2
    second = <unsigned char>at[1]
    if first < 0xF0:
        if (first == 0xE0 and second < 0xA0) or (first == 0xED and second > 0x9F):
            return 0
        return 3 if is_tail(at[2]) else 0
    if (first == 0xF0 and second < 0x90) or (first == 0xF4 and second > 0x8F):
        return 0
    return 4 if is_tail(at[2]) and is_tail(at[3]) else 0

cdef inline uint32_t utf8_char(const char *at, int size) noexcept nogil:
    cdef const unsigned char *b = <const unsigned char *>at
    if size == 2:
        return (b[0] & 0x1Fu) << 6 | (b[1] & 0x3Fu)
    if size == 3:
        return (b[0] & 0x0Fu) << 12 | (b[1] & 0x3Fu) << 6 | (b[2] & 0x3Fu)
    return (b[0] & 0x07u) << 18 | (b[1] & 0x3Fu) << 12 | (b[2] & 0x3Fu) << 6 | (b[3] & 0x3Fu)

cdef inline uint32_t escaped_char(const char *at, int *size) noexcept nogil:
    """The character that a well-formed escape stands for, at its backslash; size: how many bytes it takes."""
    cdef uint32_t unit
    cdef int low
    size[0] = 2
    if at[1] == c"n":
        return 10
    if at[1] == c"t":
        return 9
    if at[1] == c"r":
        return 13
    if at[1] == c"b":
        return 8
    if at[1] == c"f":
        return 12
    if at[1] != c"u":
        return <unsigned char>at[1]
    size[0] = 6
    unit = hex_unit(at + 2)
    if 0xD800 <= unit <= 0xDBFF and at[6] == c"\\" and at[7] == c"u":
        low = hex_unit(at + 8)
        if 0xDC00 <= low <= 0xDFFF:
            size[0] = 12
            return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
    return unit

cdef inline int check_escape(Reader *r, const char *at) noexcept:
    """Refuse what is no escape, at its backslash. The places are those that the standard library's parser names."""
    cdef char c = at[1]
    if at + 1 >= r.end:
        return OK  # the string is not closed: the caller sees it next
    if c == c"u":
        # Its digits must not be the end of the text, either: that is said of the u, not of the string.
        if hex_unit(at + 2) < 0 or at + 6 >= r.end:
            return refuse(r, SYNTAX, at + 1, at, True)
        return OK
    if (c == c'"' or c == c"\\" or c == c"/" or c == c"b" or c == c"f" or c == c"n" or c == c"r" or c == c"t"):
        return OK
    return refuse(r, SYNTAX, at, at, True)

cdef inline int scan_slow(Reader *r, Text *t, const char *at) noexcept:
    """The rest of a string that is not plain, from its first character that is not."""
    cdef Py_ssize_t length = at - t.start
    cdef uint32_t c, highest = 127
    cdef int size
    cdef const char *plain
    while True:
        if at >= r.end:
            return refuse(r, SYNTAX, t.start - 1, at, True)
        if at[0] == c'"':
            break
        if at[0] == c"\\":
            if check_escape(r, at) == STOP:
                return STOP
            if at + 1 >= r.end:
                return refuse(r, SYNTAX, t.start - 1, at + 1, True)
            t.escaped = True
            c = escaped_char(at, &size)
            if size == 12 and at + 12 >= r.end:
                return refuse(r, SYNTAX, at + 7, at, True)
            if 0xD800 <= c <= 0xDFFF:
                r.surrogate = True
                r.build = False
        elif <unsigned char>at[0] >= 0x80:
            size = utf8_size(at)
            if size == 0:
                return refuse(r, UTF8, at, at, True)
            c = utf8_char(at, size)
        elif <unsigned char>at[0] < 0x20:
            return refuse(r, SYNTAX, at, at, True)
        else:
            plain = scan_plain(at, r.end)
            length += plain - at
            at = plain
            continue
        if c > highest:
            highest = c
        length += 1
        at += size
    t.size = at - t.start
    t.length = length
    t.highest = highest
    r.at = at + 1
    return OK

cdef inline int scan_text(Reader *r, Text *t) noexcept:
    """Read a string whose opening quote is next."""
    cdef const char *start = r.at + 1
    cdef const char *at = scan_plain(start, r.end)
    t.start = start
    t.escaped = False
    if at[0] == c'"' and at < r.end:
        t.size = t.length = at - start
        t.highest = 127
        r.at = at + 1
        return OK
    return scan_slow(r, t, at)

cdef inline PyObject *make_wide(const Text *t) noexcept:
    cdef PyObject *text = unicode_new(t.length, t.highest)
    cdef const char *at = t.start
    cdef int kind, size
    cdef void *data
    cdef Py_ssize_t index
    cdef uint32_t c
    if text == NULL:
        return NULL
    kind = unicode_kind(text)
    data = unicode_data(text)
    for index in range(t.length):
        if at[0] == c"\\":
            c = escaped_char(at, &size)
        elif <unsigned char>at[0] >= 0x80:
            size = utf8_size(at)
            c = utf8_char(at, size)
        else:
            c = <unsigned char>at[0]
            size = 1
        unicode_write(kind, data, index, c)
        at += size
    return text

cdef inline PyObject *make_text(const Text *t) noexcept:
    """The string as a str: a new reference, NULL if Python raised."""
    return objects_ascii(t.start, t.size) if t.size == t.length and not t.escaped else make_wide(t)
