# Part of fast.pyx. Typed messages to text.


def encode_message(kind, id, action, shape, message):
    """A CALL, CALLRESULT or SEND of a typed message, judged. Raises InvalidMessage. See encode.py."""
    text = encode(kind, id, action, table_of(shape), message)
    return twin.encode_message(kind, id, action, shape, message) if text is None else text


def encode(kind, id, action, table, message):
    """As encode_message, by a table. None: this one is for the plain twin, which raises what there is to raise, or writes
    what is rare."""
    cdef Writer w
    cdef int code
    cdef Node *root = root_of(table)
    if root == NULL or type(id) is not str or type(action) is not str or kind not in (2, 3, 6):
        return None
    open_writer(&w)
    try:
        code = write_frame(&w, kind, <PyObject *>id, <PyObject *>action, root, <PyObject *>message)
        if code == STOP:
            objects_raised()
        if code != OK or root.ruled and breaks_rules(root, message):
            return None
        if w.ascii:
            return take(objects_ascii(w.begin, w.at - w.begin))
        return take(unicode_decode(w.begin, w.at - w.begin, NULL))
    finally:
        close_writer(&w)


cdef int write_frame(
    Writer *w, int kind, PyObject *id, PyObject *action, const Node *node, PyObject *message
) noexcept:
    cdef int code
    if node.kind != OBJECT:
        return FAULTY
    put_char(w, c"[")
    put_char(w, <char>(c"0" + kind))
    put_char(w, c",")
    code = write_str(w, id)
    if code == OK:
        code = put_char(w, c",")
    if code == OK and kind != 3:
        code = write_str(w, action)
        if code == OK:
            code = put_char(w, c",")
    if code == OK:
        code = write_object(w, node, message)
    return put_char(w, c"]") if code == OK else code


cdef bint breaks_rules(const Node *node, object message) except -1:
    """True if a message of ours breaks a rule beyond the schema."""
    cdef Reader r
    cdef int code
    r.at = r.begin = r.end = NULL
    r.rule = NONE
    r.steps = 0
    r.found = NULL
    r.build = True
    r.broken = WHOLE
    code = judge_rules(&r, node, <PyObject *>message, True)
    dispose(&r)
    if code == STOP:
        objects_raised()
    return code != OK
