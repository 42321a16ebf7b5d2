"""Where a station's state lives: in memory, or in SQLite. A store keeps JSON texts and writes batches whole."""
