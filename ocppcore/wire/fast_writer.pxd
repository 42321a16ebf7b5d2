# cython: cdivision=True
# Writing: a typed message straight to JSON, checked on the way.
#
# Each function returns OK; FAULTY: this is for the plain twin, which raises what there is to raise, or writes what is
# rare (other time zones' oddities, subclasses, opaque values); or STOP: Python raised. Strings leave as UTF-8 with the
# escapes that RFC 8259 demands and no others; floats in the shortest form that reads back as the same double.

from cpython.ref cimport PyObject
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memcpy, strlen
from ocppcore.wire.fast_capi cimport (
    DECREF,
    INCREF,
    Py_DTSF_ADD_DOT_0,
    Py_False,
    Py_None,
    Py_True,
    PyDateTime_DATE_GET_HOUR,
    PyDateTime_DATE_GET_MICROSECOND,
    PyDateTime_DATE_GET_MINUTE,
    PyDateTime_DATE_GET_SECOND,
    PyDateTime_GET_DAY,
    PyDateTime_GET_MONTH,
    PyDateTime_GET_YEAR,
    call_one,
    double_to_text,
    float_value,
    int_as_int64,
    is_float,
    is_int,
    is_list,
    is_str,
    list_item,
    list_size,
    mem_alloc,
    mem_free,
    mem_realloc,
    objects_is_instant,
    objects_is_utc,
    objects_slot,
    scan_plain,
    type_of,
    unicode_data,
    unicode_is_ascii,
    unicode_kind,
    unicode_length,
    unicode_read,
)
from ocppcore.wire.fast_instant cimport Instant, read_instant
from ocppcore.wire.fast_reader cimport FAULTY, OK, STOP
from ocppcore.wire.fast_tables cimport ARRAY, BOOLEAN, CHOICE, INSTANT, INTEGER, NUMBER, OBJECT, TEXT, Entry, Node, find
from ocppcore.wire.fast_values cimport values_ask

cdef extern from "Python.h":
    void raise_no_memory "PyErr_NoMemory"() noexcept
    void py_free "PyMem_Free"(void *) noexcept

cdef enum:
    ROOM = 4096  # bytes on the stack; longer messages move to the heap

cdef struct Writer:
    char *begin
    char *at
    char *end
    char *heap  # owned; NULL while the text fits `room`
    bint ascii
    char room[ROOM]

cdef inline void open_writer(Writer *w) noexcept:
    w.begin = w.at = w.room
    w.end = w.begin + ROOM
    w.heap = NULL
    w.ascii = True

cdef inline void close_writer(Writer *w) noexcept:
    mem_free(w.heap)
    w.heap = NULL

cdef inline int grow(Writer *w, size_t size) noexcept:
    cdef size_t used = w.at - w.begin
    cdef size_t wanted = 2 * (used + size)
    cdef char *heap = <char *>mem_realloc(w.heap, wanted)
    if heap == NULL:
        raise_no_memory()
        return STOP
    if w.heap == NULL:
        memcpy(heap, w.begin, used)
    w.heap = w.begin = heap
    w.at = heap + used
    w.end = heap + wanted
    return OK

cdef inline int reserve(Writer *w, size_t size) noexcept:
    """Make room for size more bytes."""
    return OK if <size_t>(w.end - w.at) >= size else grow(w, size)

cdef inline int put(Writer *w, const char *text, size_t size) noexcept:
    if reserve(w, size) != OK:
        return STOP
    memcpy(w.at, text, size)
    w.at += size
    return OK

cdef inline int put_char(Writer *w, char c) noexcept:
    if w.at == w.end and grow(w, 1) != OK:
        return STOP
    w.at[0] = c
    w.at += 1
    return OK

cdef inline char *put_escape(char *at, uint32_t c) noexcept nogil:
    """A control character, a quote or a backslash as its escape."""
    cdef char short = 0
    at[0] = c"\\"
    if c == 34 or c == 92:
        short = <char>c
    elif c == 8:
        short = c"b"
    elif c == 9:
        short = c"t"
    elif c == 10:
        short = c"n"
    elif c == 12:
        short = c"f"
    elif c == 13:
        short = c"r"
    if short:
        at[1] = short
        return at + 2
    memcpy(at + 1, b"u00", 3)
    at[4] = c"0" + <char>(c >> 4)
    at[5] = <char>(c"0" + (c & 15) if (c & 15) < 10 else c"a" + (c & 15) - 10)
    return at + 6

cdef inline char *put_wide(char *at, uint32_t c) noexcept nogil:
    """A character beyond ASCII as UTF-8."""
    if c < 0x800:
        at[0] = <char>(0xC0 | c >> 6)
        at[1] = <char>(0x80 | (c & 63))
        return at + 2
    if c < 0x10000:
        at[0] = <char>(0xE0 | c >> 12)
        at[1] = <char>(0x80 | (c >> 6 & 63))
        at[2] = <char>(0x80 | (c & 63))
        return at + 3
    at[0] = <char>(0xF0 | c >> 18)
    at[1] = <char>(0x80 | (c >> 12 & 63))
    at[2] = <char>(0x80 | (c >> 6 & 63))
    at[3] = <char>(0x80 | (c & 63))
    return at + 4

cdef inline int write_odd(Writer *w, PyObject *text) noexcept:
    """The characters of a str that has escapes or is not ASCII, between its quotes."""
    cdef Py_ssize_t index, length = unicode_length(text)
    cdef int kind = unicode_kind(text)
    cdef void *data = unicode_data(text)
    cdef uint32_t c
    if reserve(w, 6 * <size_t>length + 2) != OK:
        return STOP
    for index in range(length):
        c = unicode_read(kind, data, index)
        if c >= 0x80:
            if 0xD800 <= c <= 0xDFFF:
                return FAULTY
            w.at = put_wide(w.at, c)
            w.ascii = False
        elif c < 0x20 or c == 34 or c == 92:
            w.at = put_escape(w.at, c)
        else:
            w.at[0] = <char>c
            w.at += 1
    return OK

cdef inline int write_str(Writer *w, PyObject *text) noexcept:
    """A str with its quotes."""
    cdef Py_ssize_t length = unicode_length(text)
    cdef const char *data
    cdef int code
    if reserve(w, length + 2) != OK:
        return STOP
    w.at[0] = c'"'
    w.at += 1
    if unicode_is_ascii(text):
        data = <const char *>unicode_data(text)
        if scan_plain(data, data + length) == data + length:
            memcpy(w.at, data, length)
            w.at += length
            w.at[0] = c'"'
            w.at += 1
            return OK
    code = write_odd(w, text)
    return put_char(w, c'"') if code == OK else code

cdef inline int write_text(Writer *w, const Node *node, PyObject *value) noexcept:
    cdef PyObject *fits
    if not is_str(value) or (node.many >= 0 and unicode_length(value) > node.many):
        return FAULTY
    if node.format != NULL:
        fits = call_one(node.format, value)
        if fits == NULL:
            return STOP
        DECREF(fits)
        if fits != Py_True:
            return FAULTY
    return write_str(w, value)

cdef inline int write_choice(Writer *w, const Node *node, PyObject *value) noexcept:
    cdef int index
    cdef const char *text
    if not is_str(value) and (node.kind_of == NULL or type_of(value) != node.kind_of):
        return FAULTY
    if not unicode_is_ascii(value):
        return FAULTY
    text = <const char *>unicode_data(value)
    index = find(node, text, unicode_length(value), text + unicode_length(value))
    return put(w, node.entries[index].text, node.entries[index].size) if index >= 0 else FAULTY

cdef inline void put_digits(char *at, int value, int count) noexcept nogil:
    while count:
        count -= 1
        at[count] = <char>(c"0" + value % 10)
        value //= 10

cdef inline int write_instant(Writer *w, const Node *node, PyObject *value) noexcept:
    """As format_instant: in UTC, with milliseconds only where there are some."""
    cdef Instant i
    cdef PyObject *text
    cdef char *at
    cdef int year, millis
    if not objects_is_instant(value) or not objects_is_utc(value):
        text = values_ask(node.node, b"plain", value, -1)
        if text == NULL:
            return STOP
        millis = FAULTY
        if is_str(text) and unicode_is_ascii(text):
            if read_instant(<const char *>unicode_data(text), unicode_length(text), &i):
                millis = write_str(w, text)
        DECREF(text)
        return millis
    year = PyDateTime_GET_YEAR(value)
    millis = PyDateTime_DATE_GET_MICROSECOND(value) // 1000
    if year < 1970 or year > 2199:
        return FAULTY
    if reserve(w, 32) != OK:
        return STOP
    at = w.at
    memcpy(at, b'"0000-00-00T00:00:00.000Z"', 26)
    put_digits(at + 1, year, 4)
    put_digits(at + 6, PyDateTime_GET_MONTH(value), 2)
    put_digits(at + 9, PyDateTime_GET_DAY(value), 2)
    put_digits(at + 12, PyDateTime_DATE_GET_HOUR(value), 2)
    put_digits(at + 15, PyDateTime_DATE_GET_MINUTE(value), 2)
    put_digits(at + 18, PyDateTime_DATE_GET_SECOND(value), 2)
    if millis:
        put_digits(at + 21, millis, 3)
        w.at += 26
    else:
        memcpy(at + 20, b'Z"', 2)
        w.at += 22
    return OK

cdef inline int write_int64(Writer *w, int64_t value) noexcept:
    cdef uint64_t rest = <uint64_t>value
    cdef char digits[20]
    cdef int count = 20
    if reserve(w, 21) != OK:
        return STOP
    if value < 0:
        w.at[0] = c"-"
        w.at += 1
        rest = 0 - rest
    while True:
        count -= 1
        digits[count] = <char>(c"0" + rest % 10)
        rest //= 10
        if rest == 0:
            break
    memcpy(w.at, digits + count, 20 - count)
    w.at += 20 - count
    return OK

cdef inline int write_integer(Writer *w, const Node *node, PyObject *value) noexcept:
    cdef int overflow = 0
    cdef int64_t number
    if not is_int(value) or node.slow:
        return FAULTY
    number = int_as_int64(value, &overflow)
    if overflow or (node.bounded and (number < node.least or number > node.most)):
        return FAULTY
    return write_int64(w, number)

cdef inline int write_shortest(Writer *w, double number) noexcept:
    cdef char *text = double_to_text(number, c"r", 0, Py_DTSF_ADD_DOT_0, NULL)
    cdef int code
    if text == NULL:
        return STOP
    code = put(w, text, strlen(text))
    py_free(text)
    return code

cdef inline int write_double(Writer *w, const Node *node, double number) noexcept:
    cdef double tenths = number * 10.0
    cdef int64_t scaled
    if number - number != 0:
        return FAULTY  # NaN, Infinity
    if -1e15 < tenths < 1e15:
        scaled = <int64_t>tenths
        # Tenths of at most 15 digits: the text that has them is the shortest that reads back as this double.
        if <double>scaled == tenths and <double>scaled / 10.0 == number and (scaled or 1.0 / number > 0):
            if node.places == 0 and scaled % 10:
                return FAULTY
            if scaled < 0:
                if put_char(w, c"-") != OK:
                    return STOP
                scaled = -scaled
            if write_int64(w, scaled // 10) != OK or reserve(w, 2) != OK:
                return STOP
            w.at[0] = c"."
            w.at[1] = <char>(c"0" + scaled % 10)
            w.at += 2
            return OK
    return FAULTY if node.places >= 0 else write_shortest(w, number)

cdef inline int write_number(Writer *w, const Node *node, PyObject *value) noexcept:
    cdef int overflow = 0
    cdef int64_t number
    if node.slow:
        return FAULTY
    if is_float(value):
        return write_double(w, node, float_value(value))
    if not is_int(value):
        return FAULTY
    number = int_as_int64(value, &overflow)
    return FAULTY if overflow else write_int64(w, number)

cdef inline int write_array(Writer *w, const Node *node, PyObject *items) noexcept:
    cdef Py_ssize_t index = 0
    cdef PyObject *item
    cdef int code
    if not is_list(items) or list_size(items) < node.few or (node.many >= 0 and list_size(items) > node.many):
        return FAULTY
    if put_char(w, c"[") != OK:
        return STOP
    while index < list_size(items):
        if index and put_char(w, c",") != OK:
            return STOP
        item = list_item(items, index)
        INCREF(item)
        code = write_value(w, node.inner, item)
        DECREF(item)
        if code != OK:
            return code
        index += 1
    return put_char(w, c"]")

cdef inline int write_object(Writer *w, const Node *node, PyObject *message) noexcept:
    cdef const Entry *entry
    cdef PyObject *value
    cdef int index, code
    cdef char before = c"{"
    if type_of(message) != node.kind_of:
        return FAULTY
    for index in range(node.count):
        entry = &node.entries[index]
        value = objects_slot(message, entry.offset)[0]
        if value == NULL:
            return FAULTY
        if value == Py_None:
            if node.required >> index & 1:
                return FAULTY
            continue
        if reserve(w, entry.size + 1) != OK:
            return STOP
        w.at[0] = before
        memcpy(w.at + 1, entry.text, entry.size)
        w.at += entry.size + 1
        before = c","
        INCREF(value)
        code = write_value(w, entry.node, value)
        DECREF(value)
        if code != OK:
            return code
    if before == c"{" and put_char(w, before) != OK:
        return STOP
    return put_char(w, c"}")

cdef inline int write_value(Writer *w, const Node *node, PyObject *value) noexcept:
    if node.kind == TEXT:
        return write_text(w, node, value)
    if node.kind == CHOICE:
        return write_choice(w, node, value)
    if node.kind == OBJECT:
        return write_object(w, node, value)
    if node.kind == ARRAY:
        return write_array(w, node, value)
    if node.kind == INTEGER:
        return write_integer(w, node, value)
    if node.kind == NUMBER:
        return write_number(w, node, value)
    if node.kind == INSTANT:
        return write_instant(w, node, value)
    if node.kind == BOOLEAN:
        if value != Py_True and value != Py_False:
            return FAULTY
        return put(w, b"true", 4) if value == Py_True else put(w, b"false", 5)
    return FAULTY
