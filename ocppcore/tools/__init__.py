"""Tools for analysts: recorded traffic read back and judged, messages described. Text in, values and text out.

    lines     where in a line of a log a frame stands, and which station it belongs to
    log       frames of a log, one by one: decoded, matched, validated (Entry)
    show      an entry as a line for people or as one line of JSON; nothing the peer wrote reaches a terminal unescaped
    versions  the messages of a version by its name

No file is opened here: ocppcore/cli does that.
"""
