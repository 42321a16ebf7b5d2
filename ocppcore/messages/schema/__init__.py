"""JSON Schema as OCPP uses it: draft-04 and draft-06, and the keywords of the schema files of 1.6, 2.0.1 and 2.1.

    numbers, formats   what multipleOf, integer, date-time and uri mean
    nodes              what a schema is compiled into, and the walk that validates
    general            nodes for forms that only documents of users have
    shape              a compiled payload as the wire sees it
    compile            JSON Schema documents to nodes: compile_schema(document).validate(obj)
"""
