# The attributes of settings.py. Whatever the host sets is an object; it is judged by what is done with it.

cdef class Endpoint:
    cdef public object url
    cdef public object auth
    cdef public object tls

cdef class Backoff:
    cdef public object wait_minimum
    cdef public object repeat_times
    cdef public object random_range

cdef class SessionSettings:
    cdef public object call_timeout
    cdef public object timeouts
    cdef public object handler_timeout
    cdef public object max_timeouts
    cdef public object ping_interval
    cdef public object pong_timeout
    cdef public object connect_timeout
    cdef public object close_timeout
    cdef public object backoff
    cdef public object max_queue
    cdef public object max_incoming

    cpdef object timeout(self, object action)
