/* CPython objects without reference counts behind the scenes: slots of classes, strings, instants.

What a macro here returns is a new reference unless it says otherwise, NULL with an exception set where it failed. */
#ifndef OCPPCORE_OBJECTS_H
#define OCPPCORE_OBJECTS_H
#include <Python.h>
#include <structmember.h>
#include <datetime.h>

/* Where an instance keeps a slot, from the descriptor that the class has for it; -1 if that is no slot of objects. */
static inline Py_ssize_t objects_offset(PyObject *descriptor) {
    if (!Py_IS_TYPE(descriptor, &PyMemberDescr_Type)) return -1;
    PyMemberDef *member = ((PyMemberDescrObject *)descriptor)->d_member;
    return member->type == T_OBJECT_EX ? member->offset : -1;
}
static inline PyObject **objects_slot(PyObject *object, Py_ssize_t offset) {
    return (PyObject **)((char *)object + offset);
}
/* As object.__new__: all slots empty. */
static inline PyObject *objects_new(PyObject *kind) {
    return ((PyTypeObject *)kind)->tp_alloc((PyTypeObject *)kind, 0);
}
static inline PyObject *objects_ascii(const char *at, Py_ssize_t size) {
    PyObject *text = PyUnicode_New(size, 127);
    if (text != NULL) memcpy(PyUnicode_1BYTE_DATA(text), at, (size_t)size);
    return text;
}
static inline PyObject *objects_instant(int year, int month, int day, int hour, int minute, int second, int micros) {
    return PyDateTimeAPI->DateTime_FromDateAndTime(year, month, day, hour, minute, second, micros, PyDateTime_TimeZone_UTC,
                                                   PyDateTimeAPI->DateTimeType);
}
static inline int objects_is_instant(PyObject *object) { return PyDateTime_CheckExact(object); }
/* True for a datetime.datetime whose tzinfo is datetime.UTC itself. */
static inline int objects_is_utc(PyObject *object) {
    return PyDateTime_DATE_GET_TZINFO(object) == PyDateTime_TimeZone_UTC;
}
static inline void objects_import_datetime(void) { if (PyDateTimeAPI == NULL) PyDateTime_IMPORT; }
static inline int objects_raised(void) { return -1; }
#endif
