"""Letters, notes, minutes and e-mails."""
