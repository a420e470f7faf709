"""Files are read under limits, and any failure becomes one error with file and place."""
