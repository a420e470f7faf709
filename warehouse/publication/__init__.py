"""Publication of an audited build: publishing, retention, backup, rollback."""
