"""Authorization: may this id token charge? Local list, cache, back end, and the rules for when it can't be asked."""
