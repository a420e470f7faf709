"""A Dagster logger that reports the start and end of each step to a listener: the command's progress bar."""

import logging
from collections.abc import Callable

import dagster as dg

Listener = Callable[[str, str], None]  # event (STEP_START, STEP_SUCCESS…), step key
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Calls the listener on every step event of runs in this process."""
    _listeners.append(listener)


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "dagster_event", None)
        if event is None or event.step_key is None or not event.event_type_value.startswith("STEP_"):
            return
        for listener in _listeners:
            listener(event.event_type_value, event.step_key)


@dg.logger(
    config_schema={},
    description="Avancement des étapes dans le terminal / progress of the steps in the terminal",
)
def progress_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """A quiet logger that only calls the listeners."""
    logger = logging.Logger("mrf.progress", level=logging.DEBUG)
    logger.addHandler(_Handler())
    return logger
