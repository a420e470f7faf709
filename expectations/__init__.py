"""The gate between ingestion and the warehouse: accepts or rejects rows, holds back sources that fail their suites."""
