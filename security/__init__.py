"""What is known of the packages that run: their licences, and their published weaknesses."""
