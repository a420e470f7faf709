"""What the assets share: the data root, its lock, and the inputs of the run."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import dagster as dg
from filelock import Timeout

from ingestion.declaration.registry import sources
from ingestion.declaration.source import Source
from orchestration.operation.instance import alive, write_lock
from orchestration.pipeline.inventory import DEMO_NOTICE, Inventory, of_run
from warehouse.paths import Layout, Workspace
from warehouse.publication import housekeeping
from warehouse.resolution.state import StateError
from warehouse.state_files import Damaged


@cache
def known_sources() -> dict[str, Source]:
    """The declared sources, read once per process."""
    return sources()


@contextmanager
def writing(layout: Layout, wait_seconds: float) -> Iterator[None]:
    """Holds the write lock of an intact root, cleared of leftovers of killed commands.

    Raises dg.Failure if another run keeps the lock too long, or if the state of the root forbids writing.
    """
    lock = write_lock(layout)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        raise dg.Failure(f"Une autre exécution écrit dans {layout.root} (verrou {layout.lock.name}).") from error
    try:
        try:
            housekeeping.clear_leftovers(layout)
            housekeeping.refuse_if_damaged(layout)
        except (housekeeping.RestoreInterrupted, Damaged, StateError) as reason:
            raise dg.Failure(f"Rien n’est publié. {reason}") from reason
        yield
    finally:
        lock.release()


class DataRoot(dg.ConfigurableResource):
    """The data root of MRF_DATA, locked during a run, and the options of the run."""

    landing: str = ""
    as_of: str = ""
    kept: bool = False
    accept_loss: list[str] = []  # noqa: RUF012  (a field of pydantic)
    wait_seconds: float = 600

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["DataRoot"]:
        """One writing run at a time across command, daemon and UI."""
        with alive(self.layout, str(context.run_id)), writing(self.layout, self.wait_seconds):
            yield self

    @property
    def layout(self) -> Layout:
        """Where every file lives."""
        return Layout.from_environment()

    def inventory(self, run_id: str) -> Inventory:
        """The inputs of this run, the same for all its steps."""
        return of_run(self.layout, run_id, known_sources(), self.landing or None, self.as_of or None, self.kept)

    def nature(self, run_id: str) -> dict[str, str]:
        """The label that every page of the UI shows: fictional or real data."""
        return {"données": DEMO_NOTICE if self.inventory(run_id).is_demo else "réelles"}

    def workspace(self, run_id: str) -> Workspace:
        """The workspace of this run's data, real or fictional."""
        return self.layout.workspace(self.inventory(run_id).is_demo)
