"""The settings of operation, all from environment variables: one table, read in one place."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from ingestion.confinement.limits import Limits
from ingestion.country import pack

POSTGRES, FREE_TEXT = "MRF_DAGSTER_POSTGRES_URL", "MRF_SURVEY_FREE_TEXT"
ENGINE, SPARK_MASTER, DUCKDB, SPARK = "MRF_ENGINE", "MRF_SPARK_MASTER", "duckdb", "spark"
SPARK_NAMES = "MRF_SPARK_NAMES"
BUILD_MEMORY = "MRF_BUILD_MEMORY_MB"
ALERT_KINDS = ("failure", "stale", "publication")
# The groups of assets in Dagster, from landed files to what people read, and who answers where no owner is named.
GROUPS = (
    "atterrissage", "sources", "valides", "resolution", "referentiels", "preparation", "calculs", "marts",
    "publication", "livrables",
)  # fmt: skip
DEFAULT_OWNER = "team:donnees"
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_OWNER = re.compile(rf"team:\w+|{_ADDRESS.pattern}")
# Every setting, its default and its meaning; `deploy/mrf.env.example` shows the same.
MEANING = {
    "MRF_DATA": ("warehouse/data", "racine des données"),
    "MRF_LANG": ("", "langue de la commande : fr ou en (sinon celle de la session, à défaut le français)"),
    pack.SETTING: (pack.DEFAULT, "pays : un dossier de countries/ ; une racine de données par pays"),
    pack.FOLDERS: ("", "autres dossiers de pays, séparés par « : »"),
    "MRF_KEY_FILE": ("~/.config/mrf/restricted.key", "clé qui chiffre les données personnelles"),
    POSTGRES: ("", "base PostgreSQL de l’historique Dagster (sans elle : SQLite dans la racine)"),
    "MRF_KEEP_PUBLICATIONS": ("30", "publications gardées, celle en place comprise"),
    "MRF_KEEP_RUN_DAYS": ("90", "jours d’historique des exécutions"),
    "MRF_KEEP_PERSONAL_DAYS": ("0", "jours de garde des données personnelles de restricted (0 : sans terme)"),
    FREE_TEXT: (
        "redact",
        "texte libre des enquêtes : redact (publié sans données personnelles) ou withhold (non publié)",
    ),
    "MRF_FILE_SECONDS": ("20", "secondes de calcul pour lire un petit fichier (8 de plus par Mo)"),
    "MRF_FILE_MEMORY_MB": ("512", "Mo de mémoire pour lire un petit fichier (64 de plus par Mo)"),
    "MRF_FILE_ROWS": ("1000000", "lignes d’un fichier"),
    BUILD_MEMORY: ("2048", "Mo de mémoire pour construire les modèles ; au-delà, sur disque"),
    "MRF_MAX_FALL": ("30", "baisse, en % des lignes d’une source ou d’un mart, qui demande un accord (--accept-loss)"),
    ENGINE: (DUCKDB, "moteur des modèles : duckdb ou spark (extra « spark » et Java)"),
    SPARK_MASTER: ("local[*]", "où tourne Spark : local[*] ou spark://serveur:7077"),
    SPARK_NAMES: ("200000", "noms de structures à partir desquels Spark, s’il est le moteur, les rapproche aussi"),
    "MRF_REPLY_TO": ("", "adresse où les structures renvoient leurs fiches et où le portail signale une erreur"),
    "MRF_OWNERS": (
        "",
        f"qui répond de chaque groupe d’assets : « marts=team:analyse,sources=a@b.org » (sinon {DEFAULT_OWNER})",
    ),
    "MRF_ALERT_ON": (",".join(ALERT_KINDS), "ce qui est annoncé"),
    "MRF_ALERT_SMTP": ("", "serveur de courriel : smtp://serveur:587 ou smtps://utilisateur:secret@serveur:465"),
    "MRF_ALERT_FROM": ("", "expéditeur des courriels"),
    "MRF_ALERT_TO": ("", "destinataires des courriels, séparés par des virgules"),
    "MRF_ALERT_WEBHOOK": ("", "adresse qui reçoit chaque annonce en JSON"),
}


class SettingError(ValueError):
    """A setting cannot be used: names it, what was expected and what was found."""


@dataclass(frozen=True)
class Settings:
    """The current settings."""

    keep_publications: int
    keep_run_days: int
    keep_personal_days: int
    withholds_free_text: bool
    alert_on: tuple[str, ...]
    smtp: str
    alert_from: str
    alert_to: tuple[str, ...]
    webhook: str
    file_limits: Limits
    max_fall: int
    owners: dict[str, str]
    reply_to: str

    @property
    def channels(self) -> tuple[str, ...]:
        """Where alerts go: any of smtp, webhook."""
        return tuple(name for name in ("smtp", "webhook") if getattr(self, name))


def settings() -> Settings:
    """The settings of the environment. Raises SettingError; never repeats a value that may hold a secret."""
    kinds = _listed("MRF_ALERT_ON")
    if unknown := set(kinds) - set(ALERT_KINDS):
        raise SettingError(f"MRF_ALERT_ON : attendu {', '.join(ALERT_KINDS)}, trouvé {', '.join(sorted(unknown))}")
    smtp, sender, receivers = _text("MRF_ALERT_SMTP"), _text("MRF_ALERT_FROM"), _listed("MRF_ALERT_TO")
    if smtp and not smtp.startswith(("smtp://", "smtps://")):
        raise SettingError("MRF_ALERT_SMTP : attendu smtp://serveur:587 ou smtps://serveur:465")
    if smtp and not (sender and receivers):
        raise SettingError("MRF_ALERT_SMTP est posé : MRF_ALERT_FROM et MRF_ALERT_TO doivent l’être aussi")
    webhook = _text("MRF_ALERT_WEBHOOK")
    if webhook and not webhook.startswith(("https://", "http://")):
        raise SettingError("MRF_ALERT_WEBHOOK : attendu une adresse https://…")
    return Settings(
        keep_publications=_count("MRF_KEEP_PUBLICATIONS", 2),
        keep_run_days=_count("MRF_KEEP_RUN_DAYS", 7),
        keep_personal_days=_count("MRF_KEEP_PERSONAL_DAYS", 0),
        withholds_free_text=withholds_free_text(),
        alert_on=kinds,
        smtp=smtp,
        alert_from=sender,
        alert_to=receivers,
        webhook=webhook,
        file_limits=Limits(_count("MRF_FILE_SECONDS", 1), _count("MRF_FILE_MEMORY_MB", 64), _count("MRF_FILE_ROWS", 1)),
        max_fall=_count("MRF_MAX_FALL", 0),
        owners=owners(),
        reply_to=_reply_to(),
    )


def withholds_free_text() -> bool:
    """Whether sentences typed in surveys stay out of what is published. Raises SettingError."""
    mode = _text(FREE_TEXT)
    if mode not in ("redact", "withhold"):
        raise SettingError(f"{FREE_TEXT} : attendu redact ou withhold, trouvé « {mode} »")
    return mode == "withhold"


def build_memory() -> int:
    """Megabytes that DuckDB may take to build the models. Raises SettingError."""
    return _count(BUILD_MEMORY, 512)


def settings_of_engine() -> tuple[str, str]:
    """The engine of the models, duckdb or spark, and the master of Spark. Raises SettingError."""
    engine = _text(ENGINE)
    if engine not in (DUCKDB, SPARK):
        raise SettingError(f"{ENGINE} : attendu {DUCKDB} ou {SPARK}, trouvé « {engine} »")
    return engine, _text(SPARK_MASTER)


def names_for_spark() -> int:
    """From how many names of organizations on Spark scores their pairs, if it is the engine. Raises SettingError."""
    return _count(SPARK_NAMES, 0)


def owners() -> dict[str, str]:
    """By group of assets, who answers for it. Raises SettingError."""
    declared = dict(part.partition("=")[::2] for part in _listed("MRF_OWNERS"))
    if unknown := set(declared) - set(GROUPS):
        raise SettingError(f"MRF_OWNERS : groupes {', '.join(GROUPS)}, trouvé {', '.join(sorted(unknown))}")
    if wrong := sorted(owner for owner in declared.values() if not _OWNER.fullmatch(owner)):
        raise SettingError(f"MRF_OWNERS : attendu team:nom ou une adresse de courriel, trouvé {', '.join(wrong)}")
    return dict.fromkeys(GROUPS, DEFAULT_OWNER) | declared


def _reply_to() -> str:
    address = _text("MRF_REPLY_TO")
    if address and not _ADDRESS.fullmatch(address):
        raise SettingError(f"MRF_REPLY_TO : attendu une adresse de courriel, trouvé « {address} »")
    return address


def _text(name: str) -> str:
    return os.environ.get(name, "").strip() or MEANING[name][0]


def _listed(name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _text(name).split(",") if part.strip())


def _count(name: str, least: int) -> int:
    text = _text(name)
    if not text.isdecimal() or int(text) < least:
        raise SettingError(f"{name} : attendu un nombre entier d’au moins {least}, trouvé « {text} »")
    return int(text)
