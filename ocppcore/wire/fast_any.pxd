# Any JSON value, described by no schema: opaque fields, and what is read only to see that it is JSON.
#
# What is made is what the plain twin's parser makes: dict, list, str, int, decimal.Decimal, bool, None. Keys that come
# twice refuse the text, but only at the closing brace: what is wrong in front of it counts first.

from cpython.ref cimport PyObject
from libc.string cimport memcmp
from ocppcore.wire.fast_capi cimport (
    DECREF,
    INCREF,
    Py_False,
    Py_None,
    Py_True,
    XDECREF,
    dict_new,
    dict_set,
    dict_size,
    list_append,
    list_new,
    set_add,
    set_has,
    set_new,
)
from ocppcore.wire.fast_number cimport Digits, is_digit, make_number, scan_number
from ocppcore.wire.fast_reader cimport (
    CONSTANT,
    DUPLICATE,
    OK,
    STOP,
    TYPE,
    Reader,
    enter,
    next_char,
    raised,
    record,
    refuse,
    syntax,
)
from ocppcore.wire.fast_tables cimport Node
from ocppcore.wire.fast_text cimport Text, make_text, scan_text

cdef enum:
    FEW_KEYS = 8

cdef struct Keys:  # of an object that no schema describes: a key that comes twice must be seen
    int count
    PyObject *names  # a set, from the ninth key on or as soon as one has an escape
    Text known[FEW_KEYS]

cdef inline int add_to_set(PyObject *names, const Text *t) noexcept:
    """1 if the name was in the set, 0 if it was not, -1 if Python raised."""
    cdef PyObject *name = make_text(t)
    cdef int found
    if name == NULL:
        return -1
    found = set_has(names, name)
    if found == 0 and set_add(names, name) < 0:
        found = -1
    DECREF(name)
    return found

cdef inline int add_key(Keys *keys, const Text *t) noexcept:
    """1 if the key came before, 0 if not, -1 if Python raised."""
    cdef int index
    if keys.names == NULL and not t.escaped and keys.count < FEW_KEYS:
        for index in range(keys.count):
            if keys.known[index].size == t.size and memcmp(keys.known[index].start, t.start, t.size) == 0:
                return 1
        keys.known[keys.count] = t[0]
        keys.count += 1
        return 0
    if keys.names == NULL:
        keys.names = set_new(NULL)
        if keys.names == NULL:
            return -1
        for index in range(keys.count):
            if add_to_set(keys.names, &keys.known[index]) < 0:
                return -1
    return add_to_set(keys.names, t)

cdef inline int read_literal(Reader *r, PyObject **out) noexcept:
    """true, false or null; out: borrowed."""
    cdef const char *at = r.at
    if r.end - at >= 4 and memcmp(at, b"true", 4) == 0:
        out[0] = Py_True
        r.at += 4
    elif r.end - at >= 5 and memcmp(at, b"false", 5) == 0:
        out[0] = Py_False
        r.at += 5
    elif r.end - at >= 4 and memcmp(at, b"null", 4) == 0:
        out[0] = Py_None
        r.at += 4
    elif ((r.end - at >= 3 and memcmp(at, b"NaN", 3) == 0)
            or (r.end - at >= 8 and memcmp(at, b"Infinity", 8) == 0)):
        return refuse(r, CONSTANT, at, at, False)
    else:
        return syntax(r, at)
    return OK

cdef inline int read_key(Reader *r, Text *t) noexcept:
    """The key of a field, and the colon behind it; white space in front is skipped already."""
    if r.at[0] != c'"':
        return syntax(r, r.at)
    if scan_text(r, t) == STOP:
        return STOP
    if next_char(r) != c":":
        return syntax(r, r.at)
    r.at += 1
    return OK

cdef inline int more(Reader *r, char closing, bint *again) noexcept:
    """Behind an item: again, there is another one; else the closing bracket is next."""
    cdef char c = r.at[0]
    if c != c"," and c != closing:
        c = next_char(r)
    if c == c",":
        r.at += 1
        again[0] = True
        return OK
    again[0] = False
    return OK if c == closing else syntax(r, r.at)

cdef inline int fill_any_object(Reader *r, PyObject *made, Keys *keys) noexcept:
    """The fields of an object whose opening brace is read; made: a dict, or NULL."""
    cdef Text t
    cdef PyObject *name
    cdef PyObject *item
    cdef Py_ssize_t before
    cdef bint again = next_char(r) != c"}"
    cdef bint twice = False
    cdef int code
    while again:
        next_char(r)
        if read_key(r, &t) == STOP or any_value(r, made != NULL, &item) == STOP:
            return STOP
        if made != NULL:
            name = make_text(&t)
            before = dict_size(made)
            code = -1 if name == NULL else dict_set(made, name, item)
            XDECREF(name)
            DECREF(item)
            twice |= dict_size(made) == before
        else:
            code = add_key(keys, &t)
            twice |= code == 1
        if code < 0:
            return raised(r)
        if more(r, c"}", &again) == STOP:
            return STOP
    if twice:
        return refuse(r, DUPLICATE, r.at, r.at, False)
    r.at += 1
    r.depth -= 1
    return OK

cdef inline int any_object(Reader *r, bint make, PyObject **out) noexcept:
    cdef PyObject *made = NULL
    cdef Keys keys
    cdef int code
    keys.count = 0
    keys.names = NULL
    if enter(r) == STOP:
        return STOP
    if make:
        made = dict_new()
        if made == NULL:
            return raised(r)
    code = fill_any_object(r, made, &keys)
    XDECREF(keys.names)
    if code == OK:
        out[0] = made
    else:
        XDECREF(made)
    return code

cdef inline int fill_any_array(Reader *r, PyObject *made) noexcept:
    cdef PyObject *item
    cdef bint again = next_char(r) != c"]"
    cdef int code
    while again:
        if any_value(r, made != NULL, &item) == STOP:
            return STOP
        if made != NULL:
            code = list_append(made, item)
            DECREF(item)
            if code < 0:
                return raised(r)
        if more(r, c"]", &again) == STOP:
            return STOP
    r.at += 1
    r.depth -= 1
    return OK

cdef inline int any_array(Reader *r, bint make, PyObject **out) noexcept:
    cdef PyObject *made = NULL
    if enter(r) == STOP:
        return STOP
    if make:
        made = list_new(0)
        if made == NULL:
            return raised(r)
    if fill_any_array(r, made) == STOP:
        XDECREF(made)
        return STOP
    out[0] = made
    return OK

cdef inline int any_value(Reader *r, bint make, PyObject **out) noexcept:
    """Any JSON value, as the plain twin's parser makes it: dict, list, str, int, Decimal, bool, None. make: else it is only
    read, and out is NULL."""
    cdef Text t
    cdef Digits d
    cdef char c = next_char(r)
    out[0] = NULL
    if c == c'"':
        if scan_text(r, &t) == STOP:
            return STOP
        if make:
            out[0] = make_text(&t)
            return OK if out[0] != NULL else raised(r)
        return OK
    if c == c"{":
        return any_object(r, make, out)
    if c == c"[":
        return any_array(r, make, out)
    if is_digit(c) or c == c"-":
        if scan_number(r, &d) == STOP:
            return STOP
        if make:
            out[0] = make_number(r, &d)
            return OK if out[0] != NULL else raised(r)
        return OK
    if read_literal(r, out) == STOP:
        return STOP
    if make:
        INCREF(out[0])
    else:
        out[0] = NULL
    return OK

cdef inline int skip_value(Reader *r) noexcept:
    cdef PyObject *nothing
    return any_value(r, False, &nothing)

cdef inline int wrong_type(Reader *r, const Node *node) noexcept:
    """The value that is next is of another JSON type than the schema wants."""
    cdef int code = record(r, TYPE, node)
    return STOP if skip_value(r) == STOP else code
