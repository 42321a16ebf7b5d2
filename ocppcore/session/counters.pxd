# The C types of counters.py.

cdef class Counters:
    cdef public long long connects
    cdef public long long losses
    cdef public long long bytes_sent
    cdef public long long bytes_received
    cdef public long long calls_sent
    cdef public long long calls_received
    cdef public long long results_sent
    cdef public long long results_received
    cdef public long long errors_sent
    cdef public long long errors_received
    cdef public long long timeouts
    cdef public long long handler_timeouts
    cdef public long long faults
    cdef public long long repaired
    cdef public long long strays
    cdef public long long ids_reused
    cdef public long long suppressed
    cdef public long long longest_queue
    cdef public long long events_lost
