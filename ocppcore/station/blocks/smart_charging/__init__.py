"""Smart charging: the profiles of the back end, and the limit in force."""
