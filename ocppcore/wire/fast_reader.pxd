# The reader: where it stands in the text, the caps, and the fault that it found.
#
# Codes: OK; FAULTY, the first fault of the payload was recorded within this value, which is read to its end all the same,
# because a fault of the text behind it would count more; STOP, the text is refused or Python raised.
# A text ends with a NUL that is not part of it: one byte may be looked at without asking whether the text goes on.

from cpython.ref cimport PyObject
from libc.stdint cimport int64_t
from ocppcore.wire.fast_capi cimport DECREF, INCREF, XDECREF
from ocppcore.wire.fast_tables cimport Entry, Node

cdef enum Code:
    STOP = -1
    OK = 0
    FAULTY = 1

cdef enum Broken:  # why a text is refused
    WHOLE = 0
    SYNTAX = 1
    UTF8 = 2
    DUPLICATE = 3
    DIGITS = 4
    RANGE = 5
    CONSTANT = 6
    DEPTH = 7
    SURROGATE = 8
    MARK = 9
    RAISED = 10  # an exception is set

cdef enum Rule:  # which rule of the schema a payload breaks
    NONE = 0
    TYPE = 1
    NOT_OBJECT = 2
    LENGTH = 3
    FORMAT = 4
    VALUE = 5
    FEW = 6
    MANY = 7
    UNKNOWN = 8
    MISSING = 9
    LIMIT64 = 10
    LEAST = 11
    MOST = 12
    MULTIPLE = 13
    FOUND = 14  # by a node in Python: its Fault is in `found`

cdef enum:
    DEEPEST = 128  # who allows more is served by the plain twin

cdef struct Step:  # of a JSON pointer
    PyObject *name  # owned; NULL for an index
    Py_ssize_t index

cdef struct Reader:
    const char *at
    const char *begin
    const char *end
    int depth
    Py_ssize_t max_depth
    Py_ssize_t max_digits
    bint build  # False: nothing is made, because nobody wants it any more
    bint surrogate  # a lone one was seen: the text will be refused if it is JSON otherwise
    # The text is refused
    int broken
    const char *spot  # SYNTAX, UTF8: the character that is named
    const char *rest  # from here on nothing was looked at
    bint in_string  # rest lies in a string
    # The payload is refused
    int rule
    const Node *node
    PyObject *found  # owned. FOUND: a Fault
    int steps
    Step path[DEEPEST + 2]  # from the inside out
    PyObject *decimal  # decimal.Decimal
    PyObject *pointer_to  # makes a step of a JSON pointer from the name of a field

cdef inline int refuse(Reader *r, int broken, const char *spot, const char *rest, bint in_string) noexcept:
    """The text is refused: STOP."""
    r.broken = broken
    r.spot = spot
    r.rest = rest
    r.in_string = in_string
    return STOP

cdef inline int raised(Reader *r) noexcept:
    """Python has raised: STOP."""
    r.broken = RAISED
    r.spot = r.rest = r.at
    return STOP

cdef inline int syntax(Reader *r, const char *spot) noexcept:
    """The character at spot, outside strings, cannot be there: STOP."""
    return refuse(r, SYNTAX, spot, spot, False)

cdef inline void skip_blanks(Reader *r) noexcept:
    while r.at[0] == c" " or r.at[0] == c"\n" or r.at[0] == c"\r" or r.at[0] == c"\t":
        r.at += 1

cdef inline char next_char(Reader *r) noexcept:
    """The next character that is no white space; NUL at the end, too."""
    if <unsigned char>r.at[0] <= 32:
        skip_blanks(r)
    return r.at[0]

cdef inline int enter(Reader *r) noexcept:
    """Go into an array or object, whose bracket is next."""
    r.depth += 1
    if r.depth > r.max_depth:
        return refuse(r, DEPTH, r.at, r.at, False)
    r.at += 1
    return OK

cdef inline int record(Reader *r, int rule, const Node *node) noexcept:
    """The payload breaks a rule here. Only the first one counts; nothing is made from then on."""
    if r.rule != NONE:
        return OK
    r.rule = rule
    r.node = node
    r.build = False
    return FAULTY

cdef inline void add_step(Reader *r, PyObject *name, Py_ssize_t index) noexcept:
    """The recorded fault lies one step deeper than thought. name: stolen; NULL for an index."""
    r.path[r.steps].name = name
    r.path[r.steps].index = index
    r.steps += 1

cdef inline void add_name(Reader *r, PyObject *name) noexcept:
    INCREF(name)
    add_step(r, name, 0)

cdef inline void dispose(Reader *r) noexcept:
    """Let go of what the reader holds."""
    cdef int index
    for index in range(r.steps):
        XDECREF(r.path[index].name)
    r.steps = 0
    XDECREF(r.found)
    r.found = NULL
