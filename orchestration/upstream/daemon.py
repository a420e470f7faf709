"""Dagster's daemon, reloading the definitions every quarter of an hour instead of every minute.

Each reload starts a new code server and imports everything: ten to twenty seconds of a core per minute, day and night.
The price: a new source is only noticed at the next reload or restart.
"""

from dagster._daemon import controller
from dagster._daemon.cli import main

_SECONDS = 900

controller.RELOAD_WORKSPACE_INTERVAL = _SECONDS
# How long to retry definitions that do not load before the daemon exits and systemd restarts it.
controller.DEFAULT_WORKSPACE_FRESHNESS_TOLERANCE = _SECONDS + controller.DEFAULT_WORKSPACE_FRESHNESS_TOLERANCE

if __name__ == "__main__":
    main()
