# The items of a list that is being read: on the stack as long as they are few, so that the list is made once and in
# the right size.

from cpython.ref cimport PyObject
from ocppcore.wire.fast_capi cimport DECREF, XDECREF, list_append, list_new, list_set
from ocppcore.wire.fast_reader cimport raised

cdef enum:
    AT_ONCE = 16  # items that are collected before a list is made of them

cdef struct Items:  # of a list, on the stack as long as they are few
    Py_ssize_t count
    PyObject *made  # the list, once they are many
    PyObject *few[AT_ONCE]

cdef inline void drop_items(Items *items) noexcept:
    cdef Py_ssize_t index
    if items.made == NULL:
        for index in range(items.count):
            DECREF(items.few[index])
    XDECREF(items.made)
    items.made = NULL
    items.count = 0

cdef inline PyObject *list_of(Items *items) noexcept:
    """The items as a list, which owns them then; NULL: Python raised, and they are still there."""
    cdef Py_ssize_t index
    cdef PyObject *made = items.made
    if made == NULL:
        made = list_new(items.count)
        if made != NULL:
            for index in range(items.count):
                list_set(made, index, items.few[index])
            items.count = 0
    items.made = NULL
    return made

cdef inline int add_item(Items *items, PyObject *item) noexcept:
    """Takes over the reference; -1: Python raised."""
    cdef int code
    if items.made == NULL:
        if items.count < AT_ONCE:
            items.few[items.count] = item
            items.count += 1
            return 0
        items.made = list_of(items)
        if items.made == NULL:
            DECREF(item)
            return -1
    code = list_append(items.made, item)
    DECREF(item)
    return code
