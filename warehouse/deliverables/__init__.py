"""What is made of a publication: reports, maps, exports, portal."""
