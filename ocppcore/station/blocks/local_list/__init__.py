"""Local list: id tokens that the back end keeps in the station, to be authorized without it."""
