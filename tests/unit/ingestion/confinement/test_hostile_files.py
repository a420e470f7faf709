"""A file can do no more than be read or be refused: with its name and place, in seconds, and nothing else stops."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pyarrow as pa
import pytest

from expectations.gate import gate
from ingestion.confinement.limits import Limits
from ingestion.declaration.registry import assign, sources
from ingestion.declaration.source import Source
from ingestion.errors import SourceFileError
from ingestion.reading_process import ReadingProcess
from ingestion.records.source_records import Ingested, ingest
from orchestration.pipeline import delivery_files
from tests.fixtures import hostile_files
from tests.fixtures.hostile_files import READ, REFUSED, doubling_pdf, write


def source_of(path: Path) -> Source:
    known = sources()
    return known[next(iter(assign([path], known).files))]


def taken(path: Path) -> Ingested:
    source = source_of(path)
    found = ingest(source, [path])
    delivery_files.tables(source, found, gate(found))  # every value in its type, as it is written
    pa.array(found.personal["value"], pa.string())
    return found


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_stops_its_reader_is_refused_by_name_and_place(name: str, tmp_path: Path) -> None:
    path, started = write(tmp_path, name, REFUSED[name]), time.process_time()
    with pytest.raises(SourceFileError) as refused:
        ingest(source_of(path), [path])
    assert refused.value.file == name
    assert refused.value.place
    assert str(tmp_path) not in str(refused.value)
    assert time.process_time() - started < 10


@pytest.mark.parametrize("name", READ)
def test_what_is_odd_in_a_file_takes_nothing_else_along(name: str, tmp_path: Path) -> None:
    started = time.process_time()
    assert sum(taken(write(tmp_path, name, READ[name])).read_counts.values()) >= 1
    assert time.process_time() - started < 10


def test_a_cut_emoji_leaves_the_rest_of_its_text(tmp_path: Path) -> None:
    path = write(tmp_path, "emoji_mrf_provider_survey.json", READ["emoji_mrf_provider_survey.json"])
    assert taken(path).records["organization"]["organization_name"].tolist() == ["Essai \ufffd"]


def test_a_number_of_many_digits_is_named_as_such(tmp_path: Path) -> None:
    name = "dtm_mli_2024.json"
    path = write(tmp_path, name, b'[{"a": ' + b"9" * 5000 + b"}]")
    with pytest.raises(SourceFileError, match="un nombre de 5000 chiffres"):
        ingest(source_of(path), [path])


def test_an_outline_that_is_none_is_left_out_with_its_reason(tmp_path: Path) -> None:
    whole = sources()["ocha_cod_ab_mli"].sample.read_bytes()
    point = (
        hostile_files.point_outline().removeprefix(b'{"type": "FeatureCollection", "features": [').removesuffix(b"]}")
    )
    path = write(
        tmp_path, "cod_ab_2021_mele.geojson", whole.replace(b'"features": [', b'"features": [' + point + b",", 1)
    )
    found = taken(path)
    assert len(found.records["boundary"]) == 15
    assert [(row.locator, row.reason) for row in found.rejected.itertuples()] == [
        ("feature=1", "un point ou une ligne, non une surface")
    ]


@pytest.fixture
def reader() -> ReadingProcess:
    return ReadingProcess()


def reading() -> set[int]:
    """The processes that read for this one."""
    children = psutil.Process().children(recursive=True)
    return {child.pid for child in children if "ingestion.reading_process" in child.cmdline()}


def test_a_file_beyond_its_time_ends_its_reader_and_nothing_else(reader: ReadingProcess, tmp_path: Path) -> None:
    others, endless = reading(), write(tmp_path, "mapping_report_sans_fin.pdf", doubling_pdf())
    with pytest.raises(
        SourceFileError, match=r"mapping_report_sans_fin\.pdf · lecture .* 2 s de calcul \(MRF_FILE_SECONDS"
    ):
        reader.parts(source_of(endless), [endless], Limits(seconds=2))
    assert reading() == others
    good = write(tmp_path, "cr_bon.txt", b"Compte rendu du 12/06/2024\n\nBonjour.\n")
    (part,) = reader.parts(source_of(good), [good], Limits())
    assert len(part.document) == 1
    reader.end()


def test_a_file_beyond_its_memory_is_refused(reader: ReadingProcess, tmp_path: Path) -> None:
    rows = "\n".join(f"{n};Association {n} Fictive;Gao" for n in range(400_000))
    heavy = write(tmp_path, "mrf_documents_lourd.csv", ("titre;fichier;type\n" + rows).encode())
    with pytest.raises(SourceFileError, match="MRF_FILE_MEMORY_MB") as refused:
        reader.parts(source_of(heavy), [heavy], _Small())
    assert refused.value.file == heavy.name
    reader.end()


class _Small(Limits):
    """Eight megabytes, whatever the size of the file."""

    def bytes_for(self, size: int) -> int:
        return 8 << 20


def test_a_file_of_too_many_rows_is_refused(reader: ReadingProcess, tmp_path: Path) -> None:
    sample = sources()["ocha_hno_mli"].sample
    path = write(tmp_path, "hno_2024_mli.csv", sample.read_bytes())
    with pytest.raises(
        SourceFileError, match=r"hno_2024_mli\.csv · lignes : attendu au plus 3 lignes \(MRF_FILE_ROWS\)"
    ):
        reader.parts(source_of(path), [path], Limits(rows=3))
    reader.end()


def test_of_several_files_the_one_that_ends_the_reader_is_named(reader: ReadingProcess, tmp_path: Path) -> None:
    good = write(tmp_path, "mapping_report_a.pdf", sources()["mapping_report_pdf"].sample.read_bytes())
    endless = write(tmp_path, "mapping_report_b.pdf", doubling_pdf())
    with pytest.raises(SourceFileError) as refused:
        reader.parts(source_of(good), [good, endless], Limits(seconds=3))
    assert refused.value.file == endless.name
    reader.end()
