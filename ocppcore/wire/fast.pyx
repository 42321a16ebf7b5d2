"""The fast path: one pass from bytes to typed messages, and typed messages straight to text.

    frame = decode(data, actions, pending, limits)    # what plain.decode says, sooner
    fault = validate_only(data, actions, pending)     # the same judgement; nothing is made
    text = encode_message(CALL, id, action, shape, message)

The work is done in leaf files of inline functions: fast_reader (position, caps, faults), fast_text, fast_number,
fast_instant, fast_values (what a schema expects next), fast_rules, fast_writer. This file has what holds Python objects:
the envelope and the making of frames; and, included,
fast_tables.pxi (who owns the tables) and fast_faults.pxi (what a fault says). The plain twin says what is right; the order
of faults is its order. What is rare goes to it: data of odd types, texts over the cap, limits that are no plain numbers.
"""

from __future__ import annotations

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.ref cimport PyObject, Py_INCREF
from libc.stdint cimport int16_t, int64_t, uint32_t, uint64_t

from ocppcore.wire.fast_capi cimport *
from ocppcore.wire.fast_faults cimport character_at, weigh
from ocppcore.wire.fast_reader cimport *
from ocppcore.wire.fast_rules cimport judge_rules
from ocppcore.wire.fast_tables cimport *
from ocppcore.wire.fast_text cimport Text, make_text, scan_text
from ocppcore.wire.fast_any cimport any_value, more, skip_value
from ocppcore.wire.fast_values cimport read_payload, read_value
from ocppcore.wire.fast_writer cimport Writer, close_writer, open_writer, put, put_char, write_object, write_str

from decimal import Decimal

from ocppcore.version import V21, ErrorCode
from ocppcore.wire import encode as twin
from ocppcore.wire import plain
from ocppcore.wire.fault import Fault, printable
from ocppcore.wire.frame import Actions, Call, CallResult, Limits, Send, UnmatchedResult
from ocppcore.wire.text import DEFAULT_LIMITS, MAX_ECHO, salvage

objects_import_datetime()


cdef object NOT_A_FRAME = "not a frame: a JSON array that begins with the message type"
cdef enum:
    MAX_ID = 36  # J §4.1.4
    MAX_ECHOED = 255  # as text.MAX_ECHO
    HEAD = 4000  # bytes in which a head is salvaged without a second look
    MAX_ACTION = 50

assert MAX_ECHOED == MAX_ECHO and MAX_ID == plain.MAX_ID and MAX_ACTION == plain.MAX_ACTION


# Objects made and read without calling Python


cdef Py_ssize_t offset_of(object kind, str name) except -1:
    """Where instances of a class keep a slot."""
    cdef Py_ssize_t offset
    for base in kind.__mro__:
        if name in base.__dict__:
            descriptor = base.__dict__[name]
            offset = objects_offset(<PyObject *>descriptor)
            if offset > 0:
                return offset
            break
    raise TypeError(f"{kind.__name__}.{name} is no slot")


cdef struct Layout:  # of a class with slots; the class lives as long as this module
    PyObject *kind
    Py_ssize_t offsets[8]

cdef int lay_out(Layout *layout, object kind) except -1:
    cdef int index
    layout.kind = <PyObject *>kind
    for index, name in enumerate(kind.__slots__):
        if index < 8:
            layout.offsets[index] = offset_of(kind, name)
    return 0

cdef Layout CALL_LAYOUT, RESULT_LAYOUT, SEND_LAYOUT, UNMATCHED_LAYOUT, FAULT_LAYOUT, LIMITS_LAYOUT, ACTIONS_LAYOUT
lay_out(&CALL_LAYOUT, Call)
lay_out(&RESULT_LAYOUT, CallResult)
lay_out(&SEND_LAYOUT, Send)
lay_out(&UNMATCHED_LAYOUT, UnmatchedResult)
lay_out(&FAULT_LAYOUT, Fault)
lay_out(&LIMITS_LAYOUT, Limits)
lay_out(&ACTIONS_LAYOUT, Actions)
cdef Py_ssize_t NAMES_OFFSET = offset_of(Actions, "names"), SENDS_OFFSET = offset_of(Actions, "send_names")


cdef inline object take(PyObject *made):
    """A new reference as an object."""
    if made == NULL:
        objects_raised()
    result = <object>made
    DECREF(made)
    return result

cdef inline void put_slot(PyObject *made, const Layout *layout, int index, PyObject *value) noexcept:
    """Fill an empty slot."""
    INCREF(value)
    objects_slot(made, layout.offsets[index])[0] = value

cdef inline object make_three(const Layout *layout, PyObject *first, PyObject *second, PyObject *third):
    cdef PyObject *made = objects_new(layout.kind)
    if made != NULL:
        put_slot(made, layout, 0, first)
        put_slot(made, layout, 1, second)
        if third != NULL:
            put_slot(made, layout, 2, third)
    return take(made)

cdef object make_fault(object code, object pointer, object rule, object type, object id, object action):
    cdef PyObject *made = objects_new(FAULT_LAYOUT.kind)
    if made != NULL:
        put_slot(made, &FAULT_LAYOUT, 0, <PyObject *>code)
        put_slot(made, &FAULT_LAYOUT, 1, <PyObject *>pointer)
        put_slot(made, &FAULT_LAYOUT, 2, <PyObject *>rule)
        put_slot(made, &FAULT_LAYOUT, 3, <PyObject *>type)
        put_slot(made, &FAULT_LAYOUT, 4, <PyObject *>id)
        put_slot(made, &FAULT_LAYOUT, 5, <PyObject *>action)
    return take(made)


cdef struct Envelope:
    int type  # 2 to 6; 0 for anything else
    const char *typed_at  # behind the comma that follows the type; NULL if there is none
    const char *identified_at  # behind the comma that follows the id
    bint again  # another element is next
    Py_ssize_t count  # of elements
    Py_ssize_t id_length
    PyObject *first  # owned: the first element, if it is not one of 2 to 6 in compact form
    PyObject *id  # owned: a str of at most MAX_ECHO characters
    PyObject *payload  # owned


include "fast_tables.pxi"
include "fast_faults.pxi"


# One text


cdef bint set_caps(Reader *r, object limits, Py_ssize_t *max_message) except -1:
    """Take over the caps; False if they are no plain integers, or allow too much depth."""
    cdef int index, overflow = 0
    cdef Py_ssize_t values[3]
    cdef PyObject *value
    if type_of(<PyObject *>limits) != LIMITS_LAYOUT.kind:
        return False
    for index in range(3):
        value = objects_slot(<PyObject *>limits, LIMITS_LAYOUT.offsets[index])[0]
        if value == NULL or not is_int(value):
            return False
        values[index] = int_as_int64(value, &overflow)
        if overflow:
            return False
    max_message[0] = values[0]
    r.max_depth = values[1]
    r.max_digits = values[2]
    return r.max_depth <= DEEPEST


cdef object start(Reader *r, object data, object limits):
    """Set the reader to the beginning of a text. Returns the object that owns the bytes; None: this is for the twin."""
    cdef Py_ssize_t size, max_message = 0
    cdef object held = data
    r.steps = 0
    r.found = NULL
    if not set_caps(r, limits, &max_message):
        return None
    if type(data) is bytes:
        pass
    elif type(data) is bytearray or type(data) is memoryview:
        if (len(data) if type(data) is bytearray else data.nbytes) > max_message:
            return None
        held = bytes(data)  # whoever owns the buffer may write to it while rules and shapes run
    if type(held) is bytes:
        r.begin = PyBytes_AS_STRING(held)
        size = PyBytes_GET_SIZE(held)
    elif type(held) is not str or unicode_length(<PyObject *>held) > max_message:
        return None
    elif unicode_is_compact_ascii(<PyObject *>held):
        r.begin = <const char *>unicode_data(<PyObject *>held)
        size = unicode_length(<PyObject *>held)
    else:
        r.begin = unicode_utf8(<PyObject *>held, &size)
        if r.begin == NULL:  # a lone surrogate
            error_clear()
            return None
    if size > max_message:
        return None
    r.at = r.begin
    r.end = r.begin + size
    r.depth = 0
    r.build = r.surrogate = r.in_string = False
    r.broken = WHOLE
    r.rule = NONE
    r.decimal = <PyObject *>Decimal
    r.pointer_to = NULL
    return held


cdef object run(object data, object actions, object pending, object limits, bint build):
    cdef Reader r
    cdef Envelope e
    cdef object held = None
    if type_of(<PyObject *>actions) == ACTIONS_LAYOUT.kind:
        held = start(&r, data, limits)
    if held is None:
        found = plain.decode(data, actions, pending, limits)
        return found if build or type(found) is Fault else None
    e.type = 0
    e.typed_at = e.identified_at = NULL
    e.again = False
    e.count = 0
    e.id_length = -1
    e.first = e.id = e.payload = NULL
    try:
        return read_frame(&r, &e, data, actions, pending, build)
    finally:
        dispose(&r)
        XDECREF(e.first)
        XDECREF(e.id)
        XDECREF(e.payload)


cdef int read_head(Reader *r, Envelope *e) noexcept:
    """The type and the message id; the opening bracket is read."""
    cdef Text t
    cdef char c = next_char(r)
    cdef int overflow = 0
    cdef int64_t number
    if c"2" <= c <= c"6" and r.at[1] == c",":
        e.type = c - c"0"
        r.at += 1
    else:
        if any_value(r, True, &e.first) == STOP:
            return STOP
        if is_int(e.first):
            number = int_as_int64(e.first, &overflow)
            if not overflow and 2 <= number <= 6:
                e.type = <int>number
    e.count = 1
    if more(r, c"]", &e.again) == STOP:
        return STOP
    if not e.again:
        return OK
    e.typed_at = r.at
    if next_char(r) == c'"':
        if scan_text(r, &t) == STOP:
            return STOP
        e.id_length = t.length
        if t.length <= MAX_ECHOED:
            e.id = make_text(&t)
            if e.id == NULL:
                return raised(r)
    elif skip_value(r) == STOP:
        return STOP
    e.count = 2
    if more(r, c"]", &e.again) == STOP:
        return STOP
    if e.again and not r.surrogate:
        e.identified_at = r.at
    return OK


cdef int skip_rest(Reader *r, Envelope *e) noexcept:
    """The elements that nobody reads, and the end of the text."""
    while e.again:
        if skip_value(r) == STOP:
            return STOP
        e.count += 1
        if more(r, c"]", &e.again) == STOP:
            return STOP
    return close_frame(r)


cdef int close_frame(Reader *r) noexcept:
    """The closing bracket of the frame, and nothing behind it."""
    r.at += 1
    r.depth -= 1
    return end_text(r)


cdef int end_text(Reader *r) noexcept:
    next_char(r)
    if r.at != r.end:
        return syntax(r, r.at)
    if r.surrogate:
        return refuse(r, SURROGATE, r.end, r.end, False)
    return OK


cdef int read_no_frame(Reader *r) noexcept:
    """A text that is no array, or an empty one. OK: it is one; a frame is next, its bracket read, if r.depth is 1."""
    if next_char(r) != c"[":
        return STOP if skip_value(r) == STOP else end_text(r)
    if enter(r) == STOP:
        return STOP
    return close_frame(r) if next_char(r) == c"]" else OK


cdef object read_frame(Reader *r, Envelope *e, object data, object actions, object pending, bint build):
    if read_no_frame(r) == STOP:
        return text_fault(r, e, data, pending)
    if r.depth == 0:
        return make_fault(ErrorCode.RpcFrameworkError, "", NOT_A_FRAME, None, None, None)
    if read_head(r, e) == STOP:
        return text_fault(r, e, data, pending)
    if e.type == 2:
        return read_request(r, e, data, actions, pending, build)
    if e.type == 3:
        return read_result(r, e, data, pending, build)
    if e.type == 6 and actions.version is V21:
        return read_request(r, e, data, actions, pending, build)
    if e.type == 4 or (e.type == 5 and actions.version is V21):
        return read_error(r, e, data, pending, build)
    if skip_rest(r, e) == STOP:
        return text_fault(r, e, data, pending)
    kind = e.type if e.type else <object>e.first if e.first != NULL and is_int(e.first) else None
    id = <object>e.id if e.id != NULL else None
    return make_fault(ErrorCode.MessageTypeNotSupported, "", "unknown message type", kind, id, None)


cdef object id_fault(const Envelope *e):
    """Why the message id cannot be read."""
    if e.count == 1:
        return make_fault(ErrorCode.ProtocolError, "", "message id missing", e.type, None, None)
    rule = f"message id over {MAX_ECHO} characters" if e.id_length >= 0 else "message id is not a string"
    return make_fault(ErrorCode.RpcFrameworkError, "", rule, e.type, None, None)


cdef object arity_fault(const Envelope *e, int wanted):
    rule = f"{e.count} elements, not {wanted}"
    return make_fault(ErrorCode.ProtocolError, "", rule, e.type, <object>e.id, None)


cdef int read_typed(Reader *r, Envelope *e, Node *root, bint build) noexcept:
    """The payload, by its table, and the rest of the text. Without a table it is read as the twin's parser reads it."""
    cdef int code
    if root == NULL:
        code = any_value(r, True, &e.payload)
    else:
        # Rules are judged on the typed message, so one is made even where nobody wants it.
        r.build = (build or root.ruled) and not r.surrogate
        r.pointer_to = root.pointer_to
        code = read_payload(r, root, &e.payload)
    e.count += 1
    if code == STOP or more(r, c"]", &e.again) == STOP:
        return STOP
    return skip_rest(r, e)


cdef object load(Envelope *e, object shape, object action):
    """Have a shape of another make read the payload, in place: its fault, or None."""
    loaded = shape.load(<object>e.payload)
    if type(loaded) is Fault:
        loaded.type, loaded.id = e.type, <object>e.id
        if action is not None:
            loaded.action = action
        return loaded
    DECREF(e.payload)
    e.payload = <PyObject *>loaded
    INCREF(e.payload)
    return None


cdef inline bint is_in_order(Reader *r, Node *root, PyObject *payload) except -1:
    """True if the payload, whose text is read, has no fault and breaks no rule."""
    if r.rule == NONE and root.ruled and judge_rules(r, root, payload, False) == STOP:
        objects_raised()
    return r.rule == NONE


cdef object read_request(Reader *r, Envelope *e, object data, object actions, object pending, bint build):
    """A CALL or SEND behind its id."""
    cdef Names names = names_of(actions, e.type == 6)
    cdef Text t
    cdef int index = -1, code
    cdef bint is_text = False, is_served = False
    cdef Node *root = NULL
    cdef object action = None
    if e.again:
        is_text = next_char(r) == c'"'
        if (scan_text(r, &t) if is_text else skip_value(r)) == STOP:
            return text_fault(r, e, data, pending)
        e.count = 3
        if more(r, c"]", &e.again) == STOP:
            return text_fault(r, e, data, pending)
        if is_text:
            index = names.look_up(&t)
    if index >= 0 and e.id != NULL and e.id_length <= MAX_ID:
        action = <object>names.node.entries[index].value
        is_served = e.type == 6 or serves(actions, names.source, action)
    if is_served and e.again:
        root = names.root(index)
        code = read_typed(r, e, root, build)
    else:
        code = skip_rest(r, e)
    if code == STOP:
        return text_fault(r, e, data, pending)
    if not is_served or e.count != 4:
        return request_fault(e, &t if is_text else NULL, index >= 0)
    if root == NULL:
        fault = load(e, names.shapes[index], action)
        if fault is not None:
            return fault
    elif not is_in_order(r, root, e.payload):
        return payload_fault(r, e.type, <object>e.id, action)
    if not build:
        return None
    if e.type == 2:
        return make_three(&CALL_LAYOUT, e.id, <PyObject *>action, e.payload)
    return make_three(&SEND_LAYOUT, e.id, <PyObject *>action, e.payload)


cdef inline bint serves(object actions, object requests, object action) except -1:
    cdef PyObject *served = objects_slot(<PyObject *>actions, ACTIONS_LAYOUT.offsets[3])[0]
    return True if served == <PyObject *>requests else action in actions.served


cdef object request_fault(Envelope *e, const Text *t, bint is_known):
    """What is wrong with the envelope of a CALL or SEND. t: its action, NULL if that is no string."""
    if e.id == NULL:
        return id_fault(e)
    if e.id_length > MAX_ID:
        rule = f"message id over {MAX_ID} characters"
        return make_fault(ErrorCode.RpcFrameworkError, "", rule, e.type, <object>e.id, None)
    if e.count != 4:
        return arity_fault(e, 4)
    if t == NULL:
        rule = "action is not a string"
        return make_fault(ErrorCode.RpcFrameworkError, "", rule, e.type, <object>e.id, None)
    action = take(make_text(t))
    if not is_known:
        shown = printable(action, MAX_ACTION)
        return make_fault(ErrorCode.NotImplemented, "", "unknown action", e.type, <object>e.id, shown)
    return make_fault(ErrorCode.NotSupported, "", "action not served here", e.type, <object>e.id, action)


cdef object shape_of(Envelope *e, object pending):
    """The Shape of the answer that is awaited under this id; None if none is."""
    cdef PyObject *shape
    if e.id == NULL:
        return None
    if not is_dict(<PyObject *>pending):
        return pending.get(<object>e.id)
    shape = dict_get(<PyObject *>pending, e.id)
    if shape == NULL:
        if error_occurred() != NULL:
            objects_raised()
        return None
    return <object>shape


cdef object unmatched(const Envelope *e, bint build):
    cdef object kind = e.type
    return make_three(&UNMATCHED_LAYOUT, e.id, <PyObject *>kind, NULL) if build else None


cdef object read_result(Reader *r, Envelope *e, object data, object pending, bint build):
    """A CALLRESULT behind its id."""
    cdef object shape = shape_of(e, pending)
    cdef object table = None
    cdef Node *root = NULL
    cdef int code
    if shape is not None and e.again:
        table = table_of(shape)
        root = root_of(table)
        code = read_typed(r, e, root, build)
    else:
        code = skip_rest(r, e)
    if code == STOP:
        return text_fault(r, e, data, pending)
    if e.id == NULL:
        return id_fault(e)
    if shape is None:
        return unmatched(e, build)
    if e.count != 3:
        return arity_fault(e, 3)
    if root == NULL:
        fault = load(e, shape, None)
        if fault is not None:
            return fault
    elif not is_in_order(r, root, e.payload):
        return payload_fault(r, 3, <object>e.id, None)
    return make_three(&RESULT_LAYOUT, e.id, e.payload, NULL) if build else None


cdef object read_error(Reader *r, Envelope *e, object data, object pending, bint build):
    """A CALLERROR or CALLRESULTERROR behind its id: it is rare and sloppy, so the twin reads its elements."""
    cdef PyObject *item
    cdef list elements = [e.type, None]
    cdef bint awaited = e.id != NULL and (e.type == 5 or <object>e.id in pending)
    while awaited and e.again:
        if any_value(r, True, &item) == STOP:
            return text_fault(r, e, data, pending)
        elements.append(take(item))
        e.count += 1
        if more(r, c"]", &e.again) == STOP:
            return text_fault(r, e, data, pending)
    if skip_rest(r, e) == STOP:
        return text_fault(r, e, data, pending)
    if e.id == NULL:
        return id_fault(e)
    if not awaited:
        return unmatched(e, build)
    return plain.call_error(elements, <object>e.id) if build else None


# What is called from outside


def decode(data, actions, pending, limits=DEFAULT_LIMITS):
    """One WebSocket message in; the frame that it is, its payload typed and checked, or the first fault. See plain.py."""
    return run(data, actions, pending, limits, True)


def validate_only(data, actions, pending, limits=DEFAULT_LIMITS):
    """As decode, for who hands messages on: the first Fault, or None for a message that is in order."""
    return run(data, actions, pending, limits, False)


def check(data, table, validate, limits=DEFAULT_LIMITS):
    """The first fault of a JSON text, which need not be a frame; None if it is valid. validate: judges a parsed value,
    where there is no table."""
    cdef Reader r
    cdef Envelope e
    cdef Node *root
    cdef object held = start(&r, data, limits) if root_of(table) != NULL else None
    cdef int code
    if held is None:
        return plain.check(data, table, validate, limits)
    e.type = 0
    e.typed_at = e.identified_at = NULL
    e.payload = NULL
    root = root_of(table)
    r.pointer_to = root.pointer_to
    try:
        if root.kind == OBJECT and next_char(&r) != c"{":
            record(&r, NOT_OBJECT, root)
            code = skip_value(&r)
        else:
            code = read_value(&r, root, &e.payload)
        if code == STOP or end_text(&r) == STOP:
            return frame_fault(&r, None, None)
        return payload_fault(&r, None, None, None) if r.rule != NONE else None
    finally:
        dispose(&r)
        XDECREF(e.payload)


include "fast_encode.pxi"
