"""Pulls: complete data sets from servers, written to the landing folder under a name that their source claims."""
