"""From an audited build to what readers have: published, kept, backed up, rolled back."""
