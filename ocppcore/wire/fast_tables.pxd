# What the fast path runs on: one Node for each node of a schema, in C. A Table (fast.pyx) owns them and what they point
# to; they are never written after it is made.

from cpython.ref cimport PyObject
from libc.stdint cimport int16_t, int32_t, int64_t, uint32_t, uint64_t
from ocppcore.wire.fast_capi cimport scan_hash, scan_prefix, scan_same

cdef enum Kind:
    ANYTHING = 0
    TEXT = 1
    INSTANT = 2
    CHOICE = 3
    INTEGER = 4
    NUMBER = 5
    BOOLEAN = 6
    ARRAY = 7
    OBJECT = 8
    JUDGED = 9  # by a node in Python: forms that only documents of users have

cdef enum RuleKind:
    AT_LEAST = 0  # an integer is at least `bound`
    NOT_EMPTY = 1  # a list has an item
    FIRST_IS = 2  # a field of the first item is `bound`
    ASCENDING = 3  # a field grows from item to item
    ONLY_WITH = 4  # there only if another field is a certain member of its enumeration
    OTHER = 5  # a function in Python

cdef struct Node

cdef struct Entry:  # a field of an object, or a value of an enumeration
    uint64_t head  # the first 8 bytes of text
    uint64_t mask  # which bytes of head count
    const char *text  # as compact JSON has it: `"name":`, or `"value"`
    int size  # of text
    int length  # of the name or value alone, which begins at text + 1
    PyObject *value  # the name as str; the member of the enumeration
    PyObject *step  # of a JSON pointer: "/name"
    Node *node
    Py_ssize_t offset  # where an instance keeps the field

cdef struct Place:  # in the hash over the names of entries
    uint64_t prefix  # the first 8 bytes of the name
    int32_t length  # of the name; -1: nobody is here
    int32_t index

cdef struct RuleEntry:
    int kind
    bint sending_only
    Py_ssize_t offset  # of the field that is judged
    Py_ssize_t other  # ASCENDING, FIRST_IS: of the field in the items; ONLY_WITH: of the other field
    int64_t bound
    PyObject *member  # ONLY_WITH: the member
    PyObject *judge  # Rule.judge of the rule: makes the fault

cdef struct Node:
    int kind
    int count  # of entries
    uint32_t hash_mask
    bint open_values  # CHOICE: other values are kept, too
    bint whole_floats  # INTEGER: 1.0 is one
    bint capped  # INTEGER: must fit 64 bits
    bint bounded  # INTEGER, NUMBER: least and most count
    bint slow  # INTEGER, NUMBER: has limits that only the node in Python can judge
    bint ruled  # something here or below has rules
    int places  # INTEGER, NUMBER: decimal places of a multipleOf that is a power of ten; -1: none
    int64_t least, most  # INTEGER: the limits
    Py_ssize_t few, many  # TEXT: many characters; ARRAY: few to many items; -1: no limit
    Node *inner  # ARRAY: of the items; OBJECT: of fields without a name here, NULL: there may be none
    Entry *entries
    Place *found  # by hash, open addressing
    uint64_t required  # a bit for each entry
    int16_t *order  # the required entries, in the order in which they are missed
    RuleEntry *rules
    int rule_count
    PyObject *kind_of  # OBJECT: the class of the typed message; NULL for a plain document
    PyObject *node  # the node in Python: check, build and plain; for what is rare
    PyObject *format  # TEXT: a function that says whether it has the format, or NULL
    PyObject *pointer_to  # of the root: makes a step of a JSON pointer of a name

cdef inline int find(const Node *node, const char *name, Py_ssize_t size, const char *end) noexcept nogil:
    """The index of the entry with this name; -1 for none. end: up to where may be read."""
    cdef uint64_t prefix = scan_prefix(name, size, end)
    cdef uint32_t at = scan_hash(prefix, name, size) & node.hash_mask
    cdef const Place *place
    while True:
        place = &node.found[at]
        if place.length < 0:
            return -1
        if place.prefix == prefix and place.length == size:
            if size <= 8 or scan_same(node.entries[place.index].text + 9, name + 8, size - 8):
                return place.index
        at = (at + 1) & node.hash_mask
