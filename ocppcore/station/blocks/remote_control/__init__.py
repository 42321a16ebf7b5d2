"""Remote control: what the back end starts, stops and unlocks."""
