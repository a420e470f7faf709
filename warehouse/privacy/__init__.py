"""Personal data: the key, the encrypted vault, and the search for leaks."""
