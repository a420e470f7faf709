"""DTM figures, added up by place, date and sex."""

from ingestion.readers.feeds.dtm import parse

__all__ = ["parse"]
