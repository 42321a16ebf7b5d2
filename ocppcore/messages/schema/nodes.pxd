# The C types of nodes.py. Nodes are extension types, so that the walk calls the next node without a look-up. Only what
# comes from our own code has a C type; what a JSON Schema document may hold is an object, of any size.

cdef class Node:
    cpdef object check(self, object value, int mode)
    cpdef object build(self, object value)
    cpdef object plain(self, object value)
    cpdef object broken(self, object value, bint sending)
    cpdef object in_draft(self, int draft)

cdef class Text(Node):
    cdef readonly object max_length
    cdef readonly str format
    cdef readonly object is_format

cdef class Choice(Node):
    cdef readonly dict members
    cdef readonly object kind
    cdef readonly int opens

cdef class Boolean(Node):
    pass

cdef class Number(Node):
    cdef readonly object multiple_of
    cdef readonly object minimum
    cdef readonly object maximum
    cdef readonly tuple step
    cpdef object check_range(self, object value)

cdef class Integer(Number):
    cdef readonly bint whole_floats
    cdef readonly bint capped

cdef class Array(Node):
    cdef readonly Node items
    cdef readonly object min_items
    cdef readonly object max_items
    cdef readonly bint ruled

cdef class Member:
    cdef readonly str wire
    cdef readonly str attribute
    cdef readonly Node node
    cdef readonly bint required

cdef class Object(Node):
    cdef readonly object kind
    cdef readonly tuple members
    cdef readonly tuple required
    cdef readonly Node others
    cdef readonly tuple rules
    cdef readonly bint ruled
    cdef dict _by_name
