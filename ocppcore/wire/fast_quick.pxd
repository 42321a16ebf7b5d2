# Scalars in their common forms. Where the text goes on is kept in a register: nothing is written to the reader. Each
# function returns that place; NULL: this one is for the general function (fast_values.pxd). *item owns what was made.

from cpython.ref cimport PyObject
from libc.stdint cimport int64_t
from libc.string cimport memcmp
from ocppcore.wire.fast_capi cimport (
    INCREF,
    Py_False,
    Py_True,
    error_clear,
    float_new,
    int_from_int64,
    objects_ascii,
    scan_plain,
)
from ocppcore.wire.fast_number cimport NUMBER_POWERS, Digits, is_digit
from ocppcore.wire.fast_reader cimport Reader
from ocppcore.wire.fast_tables cimport BOOLEAN, CHOICE, INTEGER, NUMBER, TEXT, Node, find

cdef enum:
    QUICK_DIGITS = 15

cdef inline const char *quick_string(
    const Node *node, const char *at, const char *end, bint build, PyObject **item
) noexcept:
    cdef const char *stop = scan_plain(at + 1, end)
    cdef Py_ssize_t size = stop - at - 1
    cdef int index
    if stop[0] != c'"':
        return NULL
    if node.kind == CHOICE:
        index = find(node, at + 1, size, end)
        if index < 0:
            return NULL
        if build:
            item[0] = node.entries[index].value
            INCREF(item[0])
        return stop + 1
    if node.kind != TEXT or node.format != NULL or (node.many >= 0 and size > node.many):
        return NULL
    if build:
        item[0] = objects_ascii(at + 1, size)
        if item[0] == NULL:
            error_clear()
            return NULL
    return stop + 1

cdef inline bint ends_value(char c) noexcept nogil:
    return c == c"," or c == c"}" or c == c"]"

cdef inline const char *quick_number(
    Reader *r, const Node *node, const char *at, bint build, PyObject **item
) noexcept:
    """Digits, at most QUICK_DIGITS, and for a NUMBER perhaps a point among them."""
    cdef const char *first = at
    cdef int64_t value = 0
    cdef int places = 0
    while is_digit(at[0]):
        value = value * 10 + (at[0] - c"0")
        at += 1
        if at - first > QUICK_DIGITS:
            return NULL
    if at == first or (first[0] == c"0" and at - first > 1):
        return NULL
    if at[0] == c"." and node.kind == NUMBER and is_digit(at[1]):
        at += 1
        while is_digit(at[0]):
            value = value * 10 + (at[0] - c"0")
            places += 1
            at += 1
            if at - first > QUICK_DIGITS:
                return NULL
    if not ends_value(at[0]) or node.slow or at - first > r.max_digits:
        return NULL
    if node.kind == INTEGER:
        if node.bounded and (value < node.least or value > node.most):
            return NULL
        if build:
            item[0] = int_from_int64(value)
    elif node.kind == NUMBER:
        if node.places >= 0 and places > node.places:
            return NULL
        if build:
            item[0] = float_new(<double>value / NUMBER_POWERS[places])
    else:
        return NULL
    if build and item[0] == NULL:
        error_clear()
        return NULL
    return at

cdef inline const char *quick_boolean(const char *at, const char *end, bint build, PyObject **item) noexcept:
    cdef PyObject *value = Py_True
    if end - at >= 5 and memcmp(at, b"true", 4) == 0:
        at += 4
    elif end - at >= 5 and memcmp(at, b"false", 5) == 0:
        value = Py_False
        at += 5
    else:
        return NULL
    if build:
        INCREF(value)
        item[0] = value
    return at

cdef inline const char *quick_value(Reader *r, const Node *node, const char *at, bint build, PyObject **item) noexcept:
    if at[0] == c'"':
        return quick_string(node, at, r.end, build, item) if node.kind == CHOICE or node.kind == TEXT else NULL
    if node.kind == BOOLEAN:
        return quick_boolean(at, r.end, build, item)
    return quick_number(r, node, at, build, item) if is_digit(at[0]) else NULL
