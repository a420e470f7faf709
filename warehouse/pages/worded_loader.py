"""Templates whose texts hold words of the country: « par {admin2:word} »."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import Environment, FileSystemLoader

from ingestion.country.words import worded


class WordedLoader(FileSystemLoader):
    """Puts the country's words into the source of each template before Jinja reads it."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The source of a template with the words of the country in use."""
        source, path, is_current = super().get_source(environment, template)
        return worded(source), path, is_current
