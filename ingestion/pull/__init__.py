"""Pulls: the whole answers of a server, put where files are received under a name that their source claims."""
