# The C types of link.py. Times and what the host hands in are objects.

from ocppcore.csms.answer cimport answer
from ocppcore.csms.events cimport AnswerAwaited, CallBeforeBoot, CallServed, HandlerFailed
from ocppcore.session.events cimport CallEnded, CallReceived, Connected, Disconnected, ResultReceived
from ocppcore.session.session cimport Session


cdef class StationLink:
    cdef readonly object csms
    cdef public object station
    cdef readonly object offer
    cdef readonly Session session
    cdef public object profile
    cdef public object driver
    cdef public object stage
    cdef public object deadline
    cdef object _meter
    cdef dict _serving
    cdef list _afterwards
    cdef object _events
    cdef list _commands

    cdef object _alive(self, object now)
    cdef object _let_go(self, object what, object now)
    cdef object _settle(self, object now)
    cdef object _ended(self, object event)
    cdef object _serve(self, CallReceived event, object now)
    cdef object _answer(self, object id, object request, object outcome, object now)
