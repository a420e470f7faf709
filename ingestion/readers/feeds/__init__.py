"""Files that a program wrote for programs: IATI, JSON, outlines of areas."""
