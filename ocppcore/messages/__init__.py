"""What a message is: the declarations of every version, and the one validator behind them.

    base      Message, Request, Response, Record, and what makes a class of a list of fields
    fields    what may stand beside a field: text, integer, number, boolean, instant, enum, record, listof, anything
    rules     what the text of the standard adds to the schema
    schema    JSON Schema -> nodes; validate(obj); the typed loader and dumper of a message
    export    each message's own JSON Schema
    v16       the declarations of OCPP 1.6 with its security extension
"""
