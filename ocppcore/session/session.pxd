# The C types of session.py. A Session may be subclassed; times and what the host hands in are objects.

from ocppcore.session.calls cimport Calls
from ocppcore.session.incoming cimport Incoming
from ocppcore.session.link cimport Link
from ocppcore.session.outbox cimport Outbox
from ocppcore.session.pump cimport Driven


cpdef object earlier(object one, object other)


cdef class Session(Driven):
    cdef public object settings
    cdef public object limits
    cdef public object policy
    cdef object _actions
    cdef Link _link
    cdef Calls _calls
    cdef Incoming _incoming
    cdef readonly Outbox _out

    cpdef object receive(self, object data, object now)
    cpdef object next_batch(self)
    cpdef object data_to_send(self)
    cpdef object next_command(self)
    cpdef object next_event(self)
    cpdef object next_timer(self)

    cdef object _reread(self, object data, object fault)
    cdef object _repaired(self, object quirk, object pointer, object action)
    cdef object _frame(self, object frame, object now)
    cdef object _error(self, object frame)
    cdef object _fault(self, object fault, object now)
    cdef object _settle(self, object now)
