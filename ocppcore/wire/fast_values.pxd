# Values: what the schema expects next is read, checked and made in one go.
#
# Each function reads one value to its end, whatever it is, and returns a code (fast_reader.pxd). With OK and r.build, *out
# owns what was made; otherwise *out is NULL. A fault of the payload does not end the reading: the rest is read with
# nothing made, so that a fault of the text, which counts more, is still found.

from cpython.ref cimport PyObject
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcpy
from ocppcore.wire.fast_capi cimport (
    DECREF,
    INCREF,
    Py_None,
    Py_True,
    XDECREF,
    call_one,
    error_clear,
    float_new,
    int_from_int64,
    objects_instant,
    objects_new,
    objects_slot,
    scan_load8,
    scan_lowest,
    scan_same,
    set_new,
    unicode_data,
    unicode_new,
    unicode_utf8,
    unicode_write,
)
from ocppcore.wire.fast_instant cimport Instant, read_instant
from ocppcore.wire.fast_number cimport Digits, as_double, has_places, is_digit, make_number, scan_number
from ocppcore.wire.fast_reader cimport (
    DUPLICATE,
    FAULTY,
    FEW,
    FORMAT,
    FOUND,
    LEAST,
    LENGTH,
    MANY,
    MISSING,
    MOST,
    MULTIPLE,
    NONE,
    NOT_OBJECT,
    OK,
    STOP,
    TYPE,
    UNKNOWN,
    VALUE,
    Reader,
    add_name,
    add_step,
    enter,
    next_char,
    raised,
    record,
    refuse,
)
from ocppcore.wire.fast_tables cimport (
    ARRAY,
    BOOLEAN,
    CHOICE,
    INSTANT,
    INTEGER,
    JUDGED,
    NUMBER,
    OBJECT,
    TEXT,
    Entry,
    Node,
    find,
)
from ocppcore.wire.fast_text cimport Text, make_text, scan_text
from ocppcore.wire.fast_any cimport add_to_set, read_literal, read_key, more, any_value, skip_value, wrong_type
from ocppcore.wire.fast_quick cimport quick_value
from ocppcore.wire.fast_items cimport Items, add_item, drop_items, list_of

cdef extern from *:
    """
    /* what = node.what(value): a new reference */
    static PyObject *values_ask(PyObject *node, const char *what, PyObject *value, int mode) {
        return mode < 0 ? PyObject_CallMethod(node, what, "(O)", value) : PyObject_CallMethod(node, what, "Oi", value, mode);
    }
    """
    PyObject *values_ask(PyObject *node, const char *what, PyObject *value, int mode) noexcept

cdef enum:
    OPEN = 1  # the mode in which messages are read: see messages/schema/nodes.py
    AHEAD = 4  # fields that are tried as the next one, before it is looked up

# Values by their node

cdef inline int judge(Reader *r, const Node *node, PyObject *value, PyObject **out) noexcept:
    """Have the node in Python check and build a value; the reference to it is stolen."""
    cdef PyObject *fault = values_ask(node.node, b"check", value, OPEN)
    cdef PyObject *made
    if fault == NULL:
        DECREF(value)
        return raised(r)
    if fault != Py_None:
        DECREF(value)
        if record(r, FOUND, node) == OK:
            DECREF(fault)
            return OK
        r.found = fault
        return FAULTY
    DECREF(fault)
    if r.build:
        made = values_ask(node.node, b"build", value, -1)
        DECREF(value)
        if made == NULL:
            return raised(r)
        out[0] = made
    else:
        DECREF(value)
    return OK

cdef inline int read_judged(Reader *r, const Node *node, PyObject **out) noexcept:
    cdef PyObject *value
    cdef bint wanted = r.rule == NONE and not r.surrogate
    if any_value(r, wanted, &value) == STOP:
        return STOP
    if not wanted:
        return OK
    if r.surrogate:  # the text is refused anyhow
        DECREF(value)
        return OK
    return judge(r, node, value, out)

cdef inline int read_text(Reader *r, const Node *node, PyObject **out) noexcept:
    cdef Text t
    cdef PyObject *value
    cdef PyObject *fits
    if r.at[0] != c'"' and next_char(r) != c'"':
        return wrong_type(r, node)
    if scan_text(r, &t) == STOP:
        return STOP
    if node.many >= 0 and t.length > node.many:
        return record(r, LENGTH, node)
    if not r.build and (node.format == NULL or r.rule != NONE or r.surrogate):
        return OK
    value = make_text(&t)
    if value == NULL:
        return raised(r)
    if node.format != NULL:
        fits = call_one(node.format, value)
        if fits == NULL:
            DECREF(value)
            return raised(r)
        DECREF(fits)
        if fits != Py_True:
            DECREF(value)
            return record(r, FORMAT, node)
    if r.build:
        out[0] = value
    else:
        DECREF(value)
    return OK

cdef inline int unescape(Reader *r, const Text *t, PyObject **text, const char **data, Py_ssize_t *size) noexcept:
    """The UTF-8 of a string with escapes; text owns it. *data is NULL if there is none: a lone surrogate."""
    text[0] = make_text(t)
    if text[0] == NULL:
        return raised(r)
    data[0] = unicode_utf8(text[0], size)
    if data[0] == NULL:
        error_clear()
    return OK

cdef inline int read_instant_value(Reader *r, const Node *node, PyObject **out) noexcept:
    cdef Text t
    cdef Instant i
    cdef PyObject *text = NULL
    cdef const char *data
    cdef Py_ssize_t size
    cdef bint fits
    if r.at[0] != c'"' and next_char(r) != c'"':
        return wrong_type(r, node)
    if scan_text(r, &t) == STOP:
        return STOP
    data = t.start
    size = t.size
    if t.escaped and unescape(r, &t, &text, &data, &size) == STOP:
        return STOP
    fits = data != NULL and read_instant(data, size, &i)
    XDECREF(text)
    if not fits:
        return record(r, FORMAT, node)
    if r.build:
        out[0] = objects_instant(i.year, i.month, i.day, i.hour, i.minute, i.second, i.micros)
        if out[0] == NULL:
            return raised(r)
    return OK

cdef inline int read_choice(Reader *r, const Node *node, PyObject **out) noexcept:
    cdef Text t
    cdef PyObject *text = NULL
    cdef const char *data
    cdef Py_ssize_t size
    cdef int index = -1
    if r.at[0] != c'"' and next_char(r) != c'"':
        return wrong_type(r, node)
    if scan_text(r, &t) == STOP:
        return STOP
    data = t.start
    size = t.size
    if t.escaped and unescape(r, &t, &text, &data, &size) == STOP:
        return STOP
    if data != NULL:
        index = find(node, data, size, data + size if t.escaped else r.end)
    XDECREF(text)
    if index >= 0:
        if r.build:
            out[0] = node.entries[index].value
            INCREF(out[0])
        return OK
    if not node.open_values:
        return record(r, VALUE, node)
    if not r.build:
        return OK
    text = make_text(&t)
    if text == NULL:
        return raised(r)
    out[0] = values_ask(node.node, b"build", text, -1)
    DECREF(text)
    return OK if out[0] != NULL else raised(r)

cdef inline int judge_number(Reader *r, const Node *node, const Digits *d, PyObject **out) noexcept:
    cdef PyObject *value
    if r.rule != NONE or r.surrogate:
        return OK
    value = make_number(r, d)
    return raised(r) if value == NULL else judge(r, node, value, out)

cdef inline int read_integer(Reader *r, const Node *node, PyObject **out) noexcept:
    cdef Digits d
    cdef int64_t value
    cdef char c = r.at[0]
    if not is_digit(c) and c != c"-":
        c = next_char(r)
        if not is_digit(c) and c != c"-":
            return wrong_type(r, node)
    if scan_number(r, &d) == STOP:
        return STOP
    if not d.whole and not node.whole_floats:
        return record(r, TYPE, node)
    if node.slow or not d.whole or not d.held:
        return judge_number(r, node, &d, out)
    value = -d.mantissa if d.negative else d.mantissa
    if node.bounded and value < node.least:
        return record(r, LEAST, node)
    if node.bounded and value > node.most:
        return record(r, MOST, node)
    if r.build:
        out[0] = int_from_int64(value)
        if out[0] == NULL:
            return raised(r)
    return OK

cdef inline int read_number(Reader *r, const Node *node, PyObject **out) noexcept:
    cdef Digits d
    cdef double value
    cdef char c = r.at[0]
    if not is_digit(c) and c != c"-":
        c = next_char(r)
        if not is_digit(c) and c != c"-":
            return wrong_type(r, node)
    if scan_number(r, &d) == STOP:
        return STOP
    if node.slow or not as_double(&d, &value) or (node.places >= 0 and not d.held):
        return judge_number(r, node, &d, out)
    if node.places >= 0 and not has_places(&d, node.places):
        return record(r, MULTIPLE, node)
    if r.build:
        out[0] = float_new(value)
        if out[0] == NULL:
            return raised(r)
    return OK

cdef inline int read_boolean(Reader *r, const Node *node, PyObject **out) noexcept:
    cdef char c = next_char(r)
    cdef PyObject *value
    if c != c"t" and c != c"f":
        return wrong_type(r, node)
    if read_literal(r, &value) == STOP:
        return STOP
    if r.build:
        INCREF(value)
        out[0] = value
    return OK

cdef inline int fill_array(Reader *r, const Node *node, Items *items) noexcept:
    """The items of an array whose opening bracket is read; they are kept as long as r.build."""
    cdef PyObject *item
    cdef Py_ssize_t count = 0
    cdef bint again = next_char(r) != c"]"
    cdef int code, worst = OK
    while again:
        item = NULL
        code = read_value(r, node.inner, &item)
        if code != OK:
            if code == STOP:
                return STOP
            worst = FAULTY
            add_step(r, NULL, count)
        elif item != NULL and add_item(items, item) < 0:
            return raised(r)
        count += 1
        if more(r, c"]", &again) == STOP:
            return STOP
    r.at += 1
    r.depth -= 1
    if count < node.few:
        return worst | record(r, FEW, node)
    if node.many >= 0 and count > node.many:
        return worst | record(r, MANY, node)
    return worst

cdef inline int read_array(Reader *r, const Node *node, PyObject **out) noexcept:
    cdef Items items
    cdef int code
    if next_char(r) != c"[":
        return wrong_type(r, node)
    if enter(r) == STOP:
        return STOP
    items.count = 0
    items.made = NULL
    code = fill_array(r, node, &items)
    if code == OK and r.build:
        out[0] = list_of(&items)
        if out[0] == NULL:
            code = raised(r)
    drop_items(&items)
    return code

cdef inline int predict(const Node *node, int index, const char *at, const char *end) noexcept nogil:
    """The field whose key is next, if it is one of the few that follow `index` in the schema and stands there as compact
    JSON has it; else -1."""
    cdef const Entry *entry
    cdef uint64_t word
    cdef int last = index + AHEAD
    if end - at < 8:
        return -1
    if last >= node.count:
        last = node.count - 1
    word = scan_load8(at)
    while index < last:
        index += 1
        entry = &node.entries[index]
        if (word & entry.mask) == entry.head and (
            entry.size <= 8 or (end - at >= entry.size and scan_same(at + 8, entry.text + 8, entry.size - 8))
        ):
            return index
    return -1

cdef inline int look_up(Reader *r, const Node *node, Text *t, int *index) noexcept:
    """Read a key that was not predicted; index: its field, -1 for none."""
    cdef PyObject *text = NULL
    cdef const char *data
    cdef Py_ssize_t size
    if read_key(r, t) == STOP:
        return STOP
    data = t.start
    size = t.size
    if t.escaped and unescape(r, t, &text, &data, &size) == STOP:
        return STOP
    index[0] = find(node, data, size, data + size if t.escaped else r.end) if data != NULL else -1
    XDECREF(text)
    return OK

cdef inline PyObject *step_to(Reader *r, const Text *t) noexcept:
    """The step of a JSON pointer to a key of the peer's. A new reference; NULL: Python raised."""
    cdef PyObject *name
    cdef PyObject *step
    cdef Py_ssize_t index = 0
    while index < t.size and (is_digit(t.start[index]) or c"a" <= t.start[index] | 32 <= c"z"):
        index += 1
    if index == t.size and index < 40:  # nothing to be cut or escaped: as pointer_to() would say
        step = unicode_new(t.size + 1, 127)
        if step != NULL:
            unicode_write(1, unicode_data(step), 0, c"/")
            memcpy(<char *>unicode_data(step) + 1, t.start, t.size)
        return step
    name = make_text(t)
    if name == NULL:
        return NULL
    step = call_one(r.pointer_to, name)
    DECREF(name)
    return step

cdef inline int read_stranger(Reader *r, const Node *node, const Text *t, PyObject **names, bint *twice) noexcept:
    """A field that has no name in the schema: its value is read, and its key remembered."""
    cdef PyObject *nothing = NULL
    cdef PyObject *name
    cdef int code = OK, found
    if names[0] == NULL:
        names[0] = set_new(NULL)
        if names[0] == NULL:
            return raised(r)
    found = add_to_set(names[0], t)
    if found < 0:
        return raised(r)
    if found:
        twice[0] = True
    if node.inner == NULL:
        code = record(r, UNKNOWN, node)
        if skip_value(r) == STOP:
            return STOP
    else:
        code = read_value(r, node.inner, &nothing)
        XDECREF(nothing)
    if code == FAULTY:
        add_step(r, step_to(r, t), 0)
        if r.path[r.steps - 1].name == NULL:
            return raised(r)
    return code

cdef inline int finish_object(Reader *r, const Node *node, PyObject *made, uint64_t seen) noexcept:
    """At the closing brace: what is missing; absent fields are None."""
    cdef uint64_t absent
    cdef int index
    cdef PyObject *none = Py_None
    if node.required & ~seen:
        index = 0
        while seen >> node.order[index] & 1:
            index += 1
        if record(r, MISSING, node) == OK:
            return OK
        add_name(r, node.entries[node.order[index]].step)
        return FAULTY
    if made != NULL and r.build:
        absent = ~seen & ((<uint64_t>1 << node.count) - 1 if node.count < 64 else ~<uint64_t>0)
        while absent:
            index = scan_lowest(absent)
            absent &= absent - 1
            INCREF(none)
            objects_slot(made, node.entries[index].offset)[0] = none
    return OK

cdef inline int read_field(
    Reader *r, const Node *node, int *index, PyObject *made, uint64_t *seen, PyObject **names, bint *twice
) noexcept:
    """A field from its key on; index: of the one in front, and of this one afterwards."""
    cdef const Entry *entry
    cdef PyObject *item = NULL
    cdef Text t
    cdef int code
    if r.at[0] != c'"':
        next_char(r)
    code = predict(node, index[0], r.at, r.end)
    if code >= 0:
        r.at += node.entries[code].size
    elif look_up(r, node, &t, &code) == STOP:
        return STOP
    if code < 0:
        return read_stranger(r, node, &t, names, twice)
    index[0] = code
    entry = &node.entries[code]
    if seen[0] >> code & 1:
        twice[0] = True
        r.build = False
    seen[0] |= <uint64_t>1 << code
    code = read_value(r, entry.node, &item)
    if item != NULL:
        objects_slot(made, entry.offset)[0] = item
    elif code == FAULTY:
        add_name(r, entry.step)
    return code

cdef inline bint read_common(Reader *r, const Node *node, int *index, PyObject *made, uint64_t *seen) noexcept:
    """Fields that are predicted and of common form, as many as there are. True: another field is next, which is not; else
    r.at is behind a value."""
    cdef const Entry *entry
    cdef const char *at = r.at
    cdef const char *behind
    cdef bint build = made != NULL and r.build
    cdef PyObject *item
    cdef int code
    while True:
        code = predict(node, index[0], at, r.end)
        if code < 0 or seen[0] >> code & 1:
            break
        entry = &node.entries[code]
        item = NULL
        behind = quick_value(r, entry.node, at + entry.size, build, &item)
        if behind == NULL:
            break
        if item != NULL:
            objects_slot(made, entry.offset)[0] = item
        seen[0] |= <uint64_t>1 << code
        index[0] = code
        at = behind
        if at[0] != c",":
            r.at = at
            return False
        at += 1
    r.at = at
    return True

cdef inline int fill_object(Reader *r, const Node *node, PyObject *made, PyObject **names) noexcept:
    """The fields of an object whose opening brace is read; made: an instance with empty slots, or NULL."""
    cdef uint64_t seen = 0
    cdef int index = -1, code, worst = OK
    cdef bint twice = False
    cdef bint again = next_char(r) != c"}"
    while again:
        if read_common(r, node, &index, made, &seen):
            code = read_field(r, node, &index, made, &seen, names, &twice)
            if code == STOP:
                return STOP
            worst |= code
        if more(r, c"}", &again) == STOP:
            return STOP
    if twice:
        return refuse(r, DUPLICATE, r.at, r.at, False)
    r.at += 1
    r.depth -= 1
    return worst | finish_object(r, node, made, seen)

cdef inline int read_object(Reader *r, const Node *node, PyObject **out) noexcept:
    cdef PyObject *made = NULL
    cdef PyObject *names = NULL
    cdef int code
    if next_char(r) != c"{":
        return wrong_type(r, node)
    if enter(r) == STOP:
        return STOP
    if r.build:
        made = objects_new(node.kind_of)
        if made == NULL:
            return raised(r)
    code = fill_object(r, node, made, &names)
    XDECREF(names)
    if code == OK and r.build:
        out[0] = made
    else:
        XDECREF(made)
    return code

cdef inline int read_payload(Reader *r, const Node *node, PyObject **out) noexcept:
    """The payload of a frame: null is {} (J §4.2.1), and what is no object breaks the form of the frame (J §4.2.3)."""
    cdef char c = next_char(r)
    cdef PyObject *made = NULL
    cdef int code
    out[0] = NULL
    if node.kind != OBJECT or c == c"{":
        return read_value(r, node, out)
    if c != c"n":
        code = record(r, NOT_OBJECT, node)
        return STOP if skip_value(r) == STOP else code
    if skip_value(r) == STOP:
        return STOP
    if r.build:
        made = objects_new(node.kind_of)
        if made == NULL:
            return raised(r)
    code = finish_object(r, node, made, 0)
    if code == OK and r.build:
        out[0] = made
    else:
        XDECREF(made)
    return code

cdef inline int read_value(Reader *r, const Node *node, PyObject **out) noexcept:
    """The value that a node describes."""
    if node.kind == TEXT:
        return read_text(r, node, out)
    if node.kind == CHOICE:
        return read_choice(r, node, out)
    if node.kind == OBJECT:
        return read_object(r, node, out)
    if node.kind == ARRAY:
        return read_array(r, node, out)
    if node.kind == INTEGER:
        return read_integer(r, node, out)
    if node.kind == NUMBER:
        return read_number(r, node, out)
    if node.kind == BOOLEAN:
        return read_boolean(r, node, out)
    if node.kind == INSTANT:
        return read_instant_value(r, node, out)
    if node.kind == JUDGED:
        return read_judged(r, node, out)
    return any_value(r, r.build, out)
