# The C API of CPython as the fast path uses it: plain pointers, reference counts by hand, NULL where Python has raised.
# Nothing here is checked by Cython, so whoever calls it looks at what it gets. [new]: the caller owns the result.

from cpython.ref cimport PyObject
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from "scan.h" nogil:
    const char *scan_plain(const char *at, const char *end) noexcept
    bint scan_is_ascii(const char *at, const char *end) noexcept
    bint scan_same(const char *left, const char *right, Py_ssize_t n) noexcept
    uint64_t scan_prefix(const char *at, Py_ssize_t n, const char *end) noexcept
    uint32_t scan_hash(uint64_t prefix, const char *at, Py_ssize_t n) noexcept
    uint64_t scan_load8(const char *at) noexcept
    uint64_t scan_head(const char *key, Py_ssize_t n) noexcept
    uint64_t scan_mask(Py_ssize_t n) noexcept
    int scan_lowest(uint64_t bits) noexcept

cdef extern from "objects.h":
    Py_ssize_t objects_offset(PyObject *descriptor) noexcept
    PyObject **objects_slot(PyObject *object, Py_ssize_t offset) noexcept
    PyObject *objects_new(PyObject *kind) noexcept  # [new]
    PyObject *objects_ascii(const char *at, Py_ssize_t size) noexcept  # [new]
    PyObject *objects_instant(int year, int month, int day, int hour, int minute, int second, int us) noexcept  # [new]
    bint objects_is_instant(PyObject *object) noexcept
    bint objects_is_utc(PyObject *object) noexcept
    void objects_import_datetime()
    int objects_raised() except -1
    int PyDateTime_GET_YEAR(PyObject *) noexcept
    int PyDateTime_GET_MONTH(PyObject *) noexcept
    int PyDateTime_GET_DAY(PyObject *) noexcept
    int PyDateTime_DATE_GET_HOUR(PyObject *) noexcept
    int PyDateTime_DATE_GET_MINUTE(PyObject *) noexcept
    int PyDateTime_DATE_GET_SECOND(PyObject *) noexcept
    int PyDateTime_DATE_GET_MICROSECOND(PyObject *) noexcept

cdef extern from "Python.h":
    PyObject *Py_None
    PyObject *Py_True
    PyObject *Py_False
    void INCREF "Py_INCREF"(PyObject *) noexcept
    void DECREF "Py_DECREF"(PyObject *) noexcept
    void XDECREF "Py_XDECREF"(PyObject *) noexcept
    PyObject *type_of "(PyObject *)Py_TYPE"(PyObject *) noexcept

    bint is_str "PyUnicode_CheckExact"(PyObject *) noexcept
    bint is_any_str "PyUnicode_Check"(PyObject *) noexcept
    bint is_int "PyLong_CheckExact"(PyObject *) noexcept
    bint is_float "PyFloat_CheckExact"(PyObject *) noexcept
    bint is_list "PyList_CheckExact"(PyObject *) noexcept
    bint is_dict "PyDict_CheckExact"(PyObject *) noexcept

    PyObject *unicode_new "PyUnicode_New"(Py_ssize_t length, uint32_t highest) noexcept  # [new]
    int unicode_kind "PyUnicode_KIND"(PyObject *) noexcept
    void *unicode_data "PyUnicode_DATA"(PyObject *) noexcept
    Py_ssize_t unicode_length "PyUnicode_GET_LENGTH"(PyObject *) noexcept
    bint unicode_is_ascii "PyUnicode_IS_ASCII"(PyObject *) noexcept
    bint unicode_is_compact_ascii "PyUnicode_IS_COMPACT_ASCII"(PyObject *) noexcept
    uint32_t unicode_read "PyUnicode_READ"(int kind, void *data, Py_ssize_t index) noexcept
    void unicode_write "PyUnicode_WRITE"(int kind, void *data, Py_ssize_t index, uint32_t value) noexcept
    const char *unicode_utf8 "PyUnicode_AsUTF8AndSize"(PyObject *, Py_ssize_t *) noexcept
    PyObject *unicode_decode "PyUnicode_DecodeUTF8"(const char *, Py_ssize_t, const char *) noexcept  # [new]

    PyObject *int_from_int64 "PyLong_FromLongLong"(int64_t) noexcept  # [new]
    int64_t int_as_int64 "PyLong_AsLongLongAndOverflow"(PyObject *, int *) noexcept
    PyObject *float_new "PyFloat_FromDouble"(double) noexcept  # [new]
    double float_value "PyFloat_AS_DOUBLE"(PyObject *) noexcept
    double text_to_double "PyOS_string_to_double"(const char *, char **, PyObject *) noexcept
    char *double_to_text "PyOS_double_to_string"(double, char, int, int, int *) noexcept
    int Py_DTSF_ADD_DOT_0

    PyObject *list_new "PyList_New"(Py_ssize_t) noexcept  # [new]
    int list_append "PyList_Append"(PyObject *, PyObject *) noexcept
    Py_ssize_t list_size "PyList_GET_SIZE"(PyObject *) noexcept
    PyObject *list_item "PyList_GET_ITEM"(PyObject *, Py_ssize_t) noexcept  # borrowed
    void list_set "PyList_SET_ITEM"(PyObject *, Py_ssize_t, PyObject *) noexcept  # steals

    PyObject *dict_new "PyDict_New"() noexcept  # [new]
    int dict_set "PyDict_SetItem"(PyObject *, PyObject *, PyObject *) noexcept
    Py_ssize_t dict_size "PyDict_GET_SIZE"(PyObject *) noexcept
    PyObject *dict_get "PyDict_GetItemWithError"(PyObject *, PyObject *) noexcept  # borrowed
    PyObject *set_new "PySet_New"(PyObject *) noexcept  # [new]
    int set_add "PySet_Add"(PyObject *, PyObject *) noexcept
    int set_has "PySet_Contains"(PyObject *, PyObject *) noexcept
    Py_ssize_t set_size "PySet_GET_SIZE"(PyObject *) noexcept

    PyObject *call_one "PyObject_CallOneArg"(PyObject *, PyObject *) noexcept  # [new]
    void error_clear "PyErr_Clear"() noexcept
    PyObject *error_occurred "PyErr_Occurred"() noexcept  # borrowed
    void *mem_alloc "PyMem_Malloc"(size_t) noexcept
    void *mem_calloc "PyMem_Calloc"(size_t, size_t) noexcept
    void *mem_realloc "PyMem_Realloc"(void *, size_t) noexcept
    void mem_free "PyMem_Free"(void *) noexcept
