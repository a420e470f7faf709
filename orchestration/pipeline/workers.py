"""A second process for reading files and running suites.

Great Expectations and Dagster each take seconds to import, and reading a large workbook holds the GIL: in its own
process this happens in parallel, on the second core.
"""

import multiprocessing
import os
import threading
from collections.abc import Collection
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing.process import BaseProcess
from multiprocessing.util import Finalize
from pathlib import Path

import duckdb

from expectations.marts import validate_mart
from expectations.validation import Validation, context
from ingestion.declaration.source import Source
from orchestration.pipeline.delivery import deliver, end_reader, reader
from orchestration.pipeline.delivery_files import Delivery
from orchestration.pipeline.inventory import Inventory
from orchestration.settings import settings
from warehouse.paths import Workspace


@cache
def pool() -> ProcessPoolExecutor:
    """The worker of this process, started on first use and already importing Great Expectations."""
    made = ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)
    made.submit(int)  # starts the process now
    # The daemon’s runs are children of multiprocessing, which wait for their own children before Python stops the pool:
    # each run left two processes behind, 800 MB, and its code server. The priority must exceed that of the pool’s own
    # queue (10): with the queue closed first, the worker would wait for ever for the order to stop.
    Finalize(None, made.shutdown, exitpriority=100)
    return made


def _begin() -> None:
    """Prepares the worker, which ends with its parent: if only the parent is killed, the worker would wait for ever.

    Until then it would also keep writing rows beside the next run, since the lock is free.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    reader.start()  # its imports run in parallel
    context()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def read_delivery(source: Source, inventory: Inventory, workspace: Workspace) -> Delivery:
    """Delivers one source in the worker."""
    return pool().submit(deliver, source, inventory, workspace, settings().file_limits).result()


def end_reading() -> None:
    """Ends the worker's reading process once every source is delivered: idle, it holds 300 MB beside dbt."""
    pool().submit(end_reader).result()


def mart_validations(
    build_file: Path, counting_people: dict[str, list[str]], marts: Collection[str]
) -> dict[str, Validation]:
    """The suites of these marts on a build, by mart. ``counting_people``: by mart, its columns that count people."""
    return pool().submit(_validate_marts, build_file, counting_people, sorted(marts)).result()


def _validate_marts(build_file: Path, counting_people: dict[str, list[str]], marts: list[str]) -> dict[str, Validation]:
    with duckdb.connect(str(build_file), read_only=True) as connection:
        frames = {name: connection.execute(f'from marts."{name}"').arrow().read_all().to_pandas() for name in marts}
    return {name: validate_mart(name, frame, counting_people.get(name, ())) for name, frame in frames.items()}
