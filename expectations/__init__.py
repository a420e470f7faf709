"""The gate between ingestion and the warehouse: rows to accepted and rejected, suites that hold a source back."""
