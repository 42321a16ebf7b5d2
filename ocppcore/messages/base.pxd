# The C types of base.py. Its classes are made by a metaclass, so they stay Python's.

cimport cython

from ocppcore.messages.schema.nodes cimport Member


@cython.locals(member=Member)
cdef object _fill(object message, tuple members, dict values)
