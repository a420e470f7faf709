"""A country is a folder: found by its code, validated, its lists added to the common ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from ingestion.country import pack, seeds
from ingestion.country.words import words
from ingestion.errors import DeclarationError


def _copied(tmp_path: Path, **changed: object) -> Path:
    """Mali's pack under another folder of packs, with other settings."""
    folder = tmp_path / "packs" / str(changed.get("iso3", "MLI")).lower()
    shutil.copytree(pack.COUNTRIES / "mli", folder)
    told = yaml.safe_load((folder / "country.yml").read_text(encoding="utf-8"))
    (folder / "country.yml").write_text(yaml.safe_dump(told | changed, allow_unicode=True), encoding="utf-8")
    return folder


def test_an_unknown_country_is_named_with_those_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pack.SETTING, "zzz")
    with pytest.raises(DeclarationError, match="pays « zzz » inconnu ; permis : mli"):
        pack.pack()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"current_vintage": "1999"}, "current_vintage : « 1999 » n’est pas dans vintages"),
        ({"time_zone": "Africa/Nulle"}, "fuseau inconnu : « Africa/Nulle »"),
        ({"frame": {"south": 20, "north": 10, "west": 0, "east": 5}}, "south < north"),
        ({"capitale": "Ailleurs"}, "capitale"),
        (
            {"levels": {1: {"fr": "région", "plural": "régions", "gender": "f", "en": "r", "en_plural": "r"}}},
            "1, 2 et 3",
        ),
    ],
)
def test_a_wrong_setting_is_told_with_its_file(tmp_path: Path, changed: dict[str, object], told: str) -> None:
    folder = _copied(tmp_path, **changed)
    with pytest.raises(DeclarationError) as caught:
        pack.load(folder)
    assert str(folder / "country.yml") in str(caught.value)
    assert told in str(caught.value)


def test_the_folder_bears_the_code(tmp_path: Path) -> None:
    folder = _copied(tmp_path)
    other = folder.rename(folder.with_name("ner"))
    with pytest.raises(DeclarationError, match="iso3 MLI, mais le dossier s’appelle ner"):
        pack.load(other)


def test_a_country_adds_its_rows_to_the_common_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    common = [row["code"] for row in seeds.rows("code_list") if row["list"] == "sexe"]
    folder = _copied(tmp_path, iso3="QQQ")
    (folder / "seeds" / "zone.csv").write_text(
        "zone_code,name_fr,name_en,admin1_code,source\nZ_UN,Zone une,Zone one,ML01,essai\n", encoding="utf-8"
    )
    monkeypatch.setenv(pack.FOLDERS, str(tmp_path / "packs"))
    monkeypatch.setenv(pack.SETTING, "QQQ")
    assert [row["zone_code"] for row in seeds.rows("zone")] == ["Z_UN"]
    assert [row["code"] for row in seeds.rows("code_list") if row["list"] == "sexe"] == common
    assert words()["zones"]["the"] == "la zone"
    assert "mli" in pack.known()


def test_a_list_with_other_columns_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _copied(tmp_path, iso3="QQR")
    (folder / "seeds" / "zone.csv").write_text("zone_code,nom\nZ_UN,Zone une\n", encoding="utf-8")
    monkeypatch.setenv(pack.FOLDERS, str(tmp_path / "packs"))
    monkeypatch.setenv(pack.SETTING, "qqr")
    with pytest.raises(
        DeclarationError, match=r"zone\.csv : attendu les colonnes zone_code, name_fr.*trouvé zone_code, nom"
    ):
        seeds.rows("zone")


def test_words_agree_and_elide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    district = {"fr": "arrondissement", "plural": "arrondissements", "gender": "m", "en": "district", "en_plural": "d"}
    province = {"fr": "préfecture", "plural": "préfectures", "gender": "f", "en": "prefecture", "en_plural": "p"}
    levels = {1: province, 2: district, 3: province}
    folder = _copied(tmp_path, iso3="QQS", levels=levels)
    monkeypatch.setenv(pack.FOLDERS, str(folder.parent))
    monkeypatch.setenv(pack.SETTING, "qqs")
    second, first = words()["admin2"], words()["admin1"]
    assert [second[form] for form in ("the", "of_the", "to_the", "of", "a")] == [
        "l’arrondissement", "de l’arrondissement", "à l’arrondissement", "d’arrondissement", "un arrondissement",
    ]  # fmt: skip
    assert [first[form] for form in ("the", "of_the", "to_the", "kept", "none")] == [
        "la préfecture", "de la préfecture", "à la préfecture", "Préfecture retenue", "Aucune préfecture",
    ]  # fmt: skip
