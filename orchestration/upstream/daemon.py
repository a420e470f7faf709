"""Dagster's daemon, loading the definitions again every quarter of an hour instead of every minute.

Each time it starts a code server anew and imports everything there: ten to twenty seconds of a core each minute, day
and night, and beside each run. What it finds sooner so, a new source, waits for the next time or for a restart.
"""

from dagster._daemon import controller
from dagster._daemon.cli import main

_SECONDS = 900

controller.RELOAD_WORKSPACE_INTERVAL = _SECONDS
# How long definitions that do not load are tried again before the daemon gives up and systemd starts it anew.
controller.DEFAULT_WORKSPACE_FRESHNESS_TOLERANCE = _SECONDS + controller.DEFAULT_WORKSPACE_FRESHNESS_TOLERANCE

if __name__ == "__main__":
    main()
