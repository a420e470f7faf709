"""Personal data: the key, the encrypted room where it is kept, and the search for what got out of it."""
