"""The functional blocks of a station, one folder each. They never import each other: they meet in their Context and in
local events."""
