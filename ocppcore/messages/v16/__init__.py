"""The messages of OCPP 1.6 edition 2 (with errata sheet v4.0) and of its security extension, one file per block.

Import them from ocppcore.v16. Sections: `1.6 §` is the specification, `E` its errata sheet, `W` the security white
paper. 1.6 says Charge Point for the charging station, Central System for the CSMS, idTag for the id token; its
connectorId n is evse n, and 0 is the station as a whole.
"""
