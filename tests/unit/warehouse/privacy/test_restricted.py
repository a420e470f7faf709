"""The key, and what is encrypted with it."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pandas as pd
import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from warehouse.paths import PROJECT, Workspace
from warehouse.privacy import key
from warehouse.privacy.key import KeyProblem
from warehouse.privacy.vault import VALUES, Unreadable, Vault, forget, open_vault

PERSONAL = pd.DataFrame(
    [("d" * 64, "uuid:1/pf_tel", "pf_tel", "declared", "76 00 00 01")],
    columns=[name for name in VALUES.names if name != "source_id"],
)


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key file that does not exist yet, outside the data root."""
    path = tmp_path / "safe" / "restricted.key"
    monkeypatch.setenv("MRF_KEY_FILE", str(path))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def vault(key_file: Path, root: Path) -> Vault:
    key.make(root)
    return open_vault(Workspace(root))


def test_a_key_is_made_once_for_its_owner_alone(key_file: Path, root: Path) -> None:
    assert key.make(root) == key_file
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    before = key_file.read_bytes()
    with pytest.raises(KeyProblem, match="existe déjà"):
        key.make(root)
    assert key_file.read_bytes() == before


def test_the_command_says_where_the_key_is_and_to_keep_a_copy(key_file: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    import typer

    from orchestration.commands import key_command

    monkeypatch.setenv("MRF_DATA", str(root))
    app = typer.Typer()
    key_command.add_to(app)
    # The console of the commands prints to the stream of the start: what it says is read there.
    told: list[str] = []
    monkeypatch.setattr(key_command.console, "print", lambda text, **_: told.append(text))
    assert CliRunner().invoke(app).exit_code == 0
    assert str(key_file) in told[0]
    assert "sauvegarder" in told[1]
    assert "perdu" in told[1]


def test_without_a_key_the_command_that_makes_one_is_named(key_file: Path, root: Path) -> None:
    with pytest.raises(KeyProblem, match="« mrf key »"):
        key.load(root)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(key_file: Path, root: Path, mode: int) -> None:
    key.make(root)
    key_file.chmod(mode)
    with pytest.raises(KeyProblem, match="chmod 600"):
        key.load(root)


@pytest.mark.parametrize("place", ["project", "root"])
def test_a_key_beside_what_it_encrypts_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    folder = PROJECT if place == "project" else root
    monkeypatch.setenv("MRF_KEY_FILE", str(folder / "restricted.key"))
    for use in (key.load, key.make):
        with pytest.raises(KeyProblem, match="MRF_KEY_FILE"):
            use(root)
    assert not (folder / "restricted.key").exists()


@pytest.mark.parametrize("content", ["", "pas une clé\n", "é\n"])
def test_a_file_that_is_no_key_is_refused(key_file: Path, root: Path, content: str) -> None:
    key_file.parent.mkdir()
    key_file.write_text(content)
    key_file.chmod(0o600)
    with pytest.raises(KeyProblem):
        key.load(root)


def test_another_key_is_another_identity_and_tells_nothing(key_file: Path, root: Path) -> None:
    seen = {key.identity(root)}
    for _ in range(2):
        key_file.unlink(missing_ok=True)
        key.make(root)
        seen.add(key.identity(root))
        assert key_file.read_text().strip()[:8] not in seen
    assert len(seen) == 3


def test_what_is_written_comes_back_and_is_nowhere_in_plain(vault: Vault) -> None:
    vault.write_values("une_source", PERSONAL)
    vault.write_rejected("une_source", pd.DataFrame({"locator": ["A1"], "row": ["76 00 00 02"]}))
    vault.keep_original("ab" * 32, ".csv", b"telephone\n76 00 00 03\n")
    stored = [path.read_bytes() for path in vault.folder.rglob("*") if path.is_file()]
    assert len(stored) == 4  # and the proof of the key
    assert not any(b"76 00" in content or b"PAR1" in content or b"telephone" in content for content in stored)
    (row,) = vault.read_values("essai").to_dict("records")
    assert (row["source_id"], row["value"]) == ("une_source", "76 00 00 01")
    assert vault.read_rejected("une_source", "essai")["row"].tolist() == ["76 00 00 02"]
    assert vault.read_original("ab" * 32, "essai") == b"telephone\n76 00 00 03\n"


def test_each_reading_is_logged(vault: Vault) -> None:
    vault.write_values("une_source", PERSONAL)
    vault.read_values("vérifier une fuite")
    vault.read_values("essai")
    with (vault.folder / "access.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["why"] for row in rows] == ["vérifier une fuite", "essai"]
    assert {row["what"] for row in rows} == {"values/une_source.parquet.enc"}
    assert all(row["user"] and row["read_at"] for row in rows)


def test_another_key_is_told_apart_from_a_missing_one(vault: Vault, key_file: Path, root: Path) -> None:
    vault.write_values("une_source", PERSONAL)
    key_file.write_bytes(Fernet.generate_key())
    with pytest.raises(Unreadable, match="Remettre l’ancienne clé"):
        open_vault(Workspace(root))


def test_a_new_key_above_the_old_one_reads_what_the_old_one_wrote(vault: Vault, key_file: Path, root: Path) -> None:
    vault.write_values("une_source", PERSONAL)
    old = key_file.read_bytes()
    key_file.write_bytes(Fernet.generate_key() + b"\n" + old)
    rotated = open_vault(Workspace(root))
    assert len(rotated.read_values("essai")) == 1
    rotated.write_values("autre_source", PERSONAL)
    key_file.write_bytes(old)
    with pytest.raises(Unreadable, match="autre_source"):  # the first key of the file encrypts
        open_vault(Workspace(root)).read_values("essai")


def test_a_changed_file_is_refused_and_named(vault: Vault) -> None:
    vault.write_values("une_source", PERSONAL)
    path = vault.folder / "values" / "une_source.parquet.enc"
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(Unreadable, match=r"une_source\.parquet\.enc"):
        vault.read_values("essai")


def test_an_original_that_is_there_stays(vault: Vault) -> None:
    vault.keep_original("ab" * 32, ".csv", b"one")
    vault.keep_original("ab" * 32, ".csv", b"two")
    assert vault.read_original("ab" * 32, "essai") == b"one"
    with pytest.raises(FileNotFoundError):
        vault.read_original("cd" * 32, "essai")


def test_nothing_but_the_original_is_kept_of_a_removed_source(vault: Vault, root: Path) -> None:
    vault.write_values("une_source", PERSONAL)
    vault.write_rejected("une_source", PERSONAL)
    vault.keep_original("ab" * 32, ".csv", b"one")
    forget(Workspace(root), "une_source")
    assert sorted(path.name for path in vault.folder.rglob("*.enc")) == [f"{'ab' * 32}.csv.enc", "key_check.enc"]
