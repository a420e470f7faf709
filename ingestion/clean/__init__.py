"""Pure functions from raw text to typed values. Each returns None for what it cannot read and never guesses."""
