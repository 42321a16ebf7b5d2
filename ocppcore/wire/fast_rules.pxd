# Rules beyond the schema (messages/rules.py), judged on the typed message, inner records first. The common ones are
# decided here; only a breach, and what is odd, goes to the rule in Python, which says where and why.

from cpython.ref cimport PyObject
from libc.stdint cimport int64_t
from ocppcore.wire.fast_capi cimport (
    DECREF,
    INCREF,
    Py_False,
    Py_None,
    Py_True,
    int_as_int64,
    is_int,
    is_list,
    list_item,
    list_size,
    objects_slot,
    type_of,
)
from ocppcore.wire.fast_reader cimport FAULTY, FOUND, OK, STOP, Reader, add_name, add_step, raised, record
from ocppcore.wire.fast_tables cimport (
    ARRAY,
    ASCENDING,
    AT_LEAST,
    FIRST_IS,
    NOT_EMPTY,
    OBJECT,
    ONLY_WITH,
    Entry,
    Node,
    RuleEntry,
)

cdef extern from "Python.h":
    PyObject *call_objects "PyObject_CallFunctionObjArgs"(PyObject *, ...) noexcept  # [new]

cdef enum Verdict:
    KEPT = 0
    UNSURE = 1  # broken, or odd: to be judged in Python

cdef inline PyObject *field_of(PyObject *message, Py_ssize_t offset) noexcept:
    """What a message holds in a field; None where the slot is empty. Borrowed."""
    cdef PyObject *value = objects_slot(message, offset)[0]
    return Py_None if value == NULL else value

cdef inline bint as_int(PyObject *value, int64_t *number) noexcept:
    cdef int overflow = 0
    if not is_int(value):
        return False
    number[0] = int_as_int64(value, &overflow)
    return overflow == 0

cdef inline int judge_items(const RuleEntry *rule, PyObject *items) noexcept:
    """FIRST_IS and ASCENDING. member: the class of the items."""
    cdef int64_t last = 0, number = 0
    cdef Py_ssize_t index
    if items == Py_None:
        return KEPT
    if not is_list(items) or list_size(items) == 0:
        return UNSURE
    for index in range(list_size(items)):
        if type_of(list_item(items, index)) != rule.member:
            return UNSURE
        if not as_int(field_of(list_item(items, index), rule.other), &number):
            return UNSURE
        if rule.kind == FIRST_IS:
            return KEPT if number == rule.bound else UNSURE
        if index > 0 and number <= last:
            return UNSURE
        last = number
    return KEPT

cdef inline int judge_rule(const RuleEntry *rule, PyObject *message) noexcept:
    cdef PyObject *value = field_of(message, rule.offset)
    cdef int64_t number = 0
    if rule.kind == AT_LEAST:
        return KEPT if value == Py_None or as_int(value, &number) and number >= rule.bound else UNSURE
    if rule.kind == NOT_EMPTY:
        return KEPT if value == Py_None or is_list(value) and list_size(value) > 0 else UNSURE
    if rule.kind == ONLY_WITH:
        return KEPT if value == Py_None or field_of(message, rule.other) == rule.member else UNSURE
    if rule.kind == FIRST_IS or rule.kind == ASCENDING:
        return judge_items(rule, value)
    return UNSURE

cdef inline int ask_rule(Reader *r, const Node *node, const RuleEntry *rule, PyObject *message, bint sending) noexcept:
    cdef PyObject *fault = call_objects(rule.judge, message, Py_True if sending else Py_False, NULL)
    if fault == NULL:
        return raised(r)
    if fault == Py_None:
        DECREF(fault)
        return OK
    if record(r, FOUND, node) == OK:
        DECREF(fault)
        return OK
    r.found = fault
    return FAULTY

cdef inline int judge_fields(Reader *r, const Node *node, PyObject *message, bint sending) noexcept:
    """The rules below a message."""
    cdef int index, code
    cdef const Entry *entry
    cdef PyObject *value
    for index in range(node.count):
        entry = &node.entries[index]
        if entry.node.ruled:
            value = field_of(message, entry.offset)
            if value != Py_None:
                INCREF(value)
                code = judge_rules(r, entry.node, value, sending)
                DECREF(value)
                if code == FAULTY:
                    add_name(r, entry.step)
                if code != OK:
                    return code
    return OK

cdef inline int judge_list(Reader *r, const Node *node, PyObject *items, bint sending) noexcept:
    cdef Py_ssize_t index = 0
    cdef PyObject *item
    cdef int code
    while is_list(items) and index < list_size(items):
        item = list_item(items, index)
        INCREF(item)
        code = judge_rules(r, node.inner, item, sending)
        DECREF(item)
        if code == FAULTY:
            add_step(r, NULL, index)
        if code != OK:
            return code
        index += 1
    return OK

cdef inline int judge_rules(Reader *r, const Node *node, PyObject *value, bint sending) noexcept:
    """The rules of a typed value and of all below it; the first broken one is recorded."""
    cdef int index, code
    if node.kind == ARRAY:
        return judge_list(r, node, value, sending)
    if node.kind != OBJECT or type_of(value) != node.kind_of:
        return OK
    code = judge_fields(r, node, value, sending)
    for index in range(node.rule_count):
        if code != OK:
            break
        if (sending or not node.rules[index].sending_only) and judge_rule(&node.rules[index], value) == UNSURE:
            code = ask_rule(r, node, &node.rules[index], value, sending)
    return code
