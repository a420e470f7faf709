"""The worker process ends with the run that started it, whoever started that run."""

from __future__ import annotations

import multiprocessing
import os

import psutil


def _as_a_run_of_the_daemon() -> None:
    from orchestration.pipeline.workers import pool

    assert pool().submit(int).result() == 0


def test_the_reading_process_ends_before_dbt_begins() -> None:
    from orchestration.pipeline.workers import end_reading, pool

    worker = pool().submit(os.getpid).result()

    def readers() -> list[psutil.Process]:
        below = psutil.Process(worker).children(recursive=True)
        return [one for one in below if "ingestion.reading_process" in one.cmdline()]

    assert readers()
    end_reading()
    assert not readers()


def test_a_run_of_the_daemon_ends_with_its_worker() -> None:
    run = multiprocessing.get_context("spawn").Process(target=_as_a_run_of_the_daemon)
    run.start()
    run.join(60)
    left = psutil.Process(run.pid).children(recursive=True) if run.exitcode is None else []
    for process in left:
        process.kill()
    assert not left, "the run waits for its worker, and its worker for work"
    assert run.exitcode == 0
