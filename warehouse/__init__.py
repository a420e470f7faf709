"""Paths of all files, resolution of places and entities, and publication of builds."""
