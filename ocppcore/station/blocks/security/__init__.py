"""Security: what happened that somebody should know, logged and told."""
