"""Paths of the project: its folder, and the seeds that ingestion and dbt share."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SEEDS = PROJECT / "dbt_project" / "seeds"
