"""How fast ocppcore is, beside its peers from PyPI in the same run: `make bench`. docs/performance.md explains it.

    corpus      the frames that are measured, and their 256 variations
    structs     msgspec Structs from our own declarations
    peers       each way to read and to write a frame, ours and theirs
    race        interleaved measuring
    contests    what races against what, in one process
    loopback    Heartbeat over TCP, both ends in processes of their own; memory per connection
    start       the time that an import takes
    report      the table, RESULTS.md, results.json
    test_check  `make bench-check` sees what it is there for
"""
