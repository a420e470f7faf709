"""Files are read under limits, and whatever they provoke becomes one error with file and place."""
