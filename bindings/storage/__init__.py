"""Where a station's state lives: in memory, or in SQLite. A store keeps JSON texts by (table, key) and writes batches whole."""
