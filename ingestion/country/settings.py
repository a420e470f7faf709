"""What `country.yml` of a country pack may say."""

from __future__ import annotations

from typing import Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(_Strict):
    """The country's name, alone and with the French prepositions that it takes."""

    fr: str
    en: str
    slug: str = Field(pattern="^[a-z_]+$", description="dans les noms de fichiers : tchad")
    in_fr: str = Field(description="« au Tchad », « en Guinée », « aux Comores »")
    of_fr: str = Field(description="« du Tchad », « de Guinée », « des Comores »")


class Level(_Strict):
    """What an administrative level is called: « cercle », « cercles », masculine; district, districts."""

    fr: str
    plural: str
    gender: Literal["m", "f"]
    en: str
    en_plural: str


class Vintage(_Strict):
    """An edition of the official list of areas."""

    code: str = Field(pattern=r"^\d{4}$", description="l’année, comme dans la colonne vintage des seeds")
    source: str


class Frame(_Strict):
    """The box that the country lies in, with a margin for points of the border; degrees, WGS 84."""

    south: float = Field(ge=-90, le=90)
    north: float = Field(ge=-90, le=90)
    west: float = Field(ge=-180, le=180)
    east: float = Field(ge=-180, le=180)

    @model_validator(mode="after")
    def _ordered(self) -> Frame:
        if self.south >= self.north or self.west >= self.east:
            raise ValueError("attendu south < north et west < east")
        return self


class Capital(_Strict):
    """A capital that is an area of the first level of its own, whatever word is beside its name."""

    name: str
    title: str = Field(description="son nom entier : « District de … », « Ville de … »")
    second_level_fr: str = Field("", description="ce que sont ses lieux de niveau 2, s’ils ont un autre nom")
    second_level_en: str = ""


class Reading(_Strict):
    """A reading of the zones: its name, the areas that it counts, and that in a sentence."""

    fr: str
    of_fr: str
    meaning_fr: str
    en: str = ""  # where empty, English pages say it in French
    of_en: str = ""
    meaning_en: str = ""


class Currency(_Strict):
    """The currency of amounts: ISO 4217, and how people write it."""

    code: str = Field(pattern="^[A-Z]{3}$")
    fr: str


class Terms(_Strict):
    """The terms of reference: how texts cite them, and the sources that the reference lists name."""

    reference: str = Field(description="comme « TdR CT-00-XX-2026 » : devant le numéro d’un paragraphe")
    needs_source: str = Field(description="édition du HNO dont viennent les secteurs et groupes des besoins")
    presence_source: str = Field(description="3W dont viennent les secteurs")
    areas_source: str = Field(description="liste officielle des lieux")


class Map(_Strict):
    """Where a zone's name stands on the national map: shares of its width and height from its lower left corner."""

    label_offsets: dict[str, tuple[float, float]] = Field(default_factory=dict)


class CountrySettings(_Strict):
    """One country: `countries/<iso3>/country.yml`."""

    iso3: str = Field(pattern="^[A-Z]{3}$")
    iso2: str = Field(pattern="^[A-Z]{2}$")
    name: Name
    vintages: tuple[Vintage, ...] = Field(min_length=1)
    current_vintage: str
    levels: dict[int, Level]
    capital: Capital | None = None
    iso_3166_2: tuple[str, ...] = Field(
        (), description="codes ISO 3166-2 dont les chiffres sont le p-code d’un autre lieu"
    )
    currency: Currency
    time_zone: str
    local_languages: tuple[str, ...] = Field(description="codes de la liste « langue » comptés comme langues locales")
    frame: Frame
    readings: dict[Literal["HISTORICAL", "STRICT"], Reading] = Field(
        description="lectures des zones et ce que chacune compte ; HISTORICAL est celle des tableaux"
    )
    near_zones: tuple[str, ...] = Field((), description="zones revues à l’intervalle check_interval_near")
    near_zones_fr: str = Field("", description="les mêmes, dans une parenthèse")
    zones_fr: str = Field(description="les zones dans une phrase : « à A, B et C »")
    later_regions: dict[str, str] = Field(
        default_factory=dict, description="régions créées depuis current_vintage, et le code de celle qui les contenait"
    )
    terms: Terms
    map: Map = Map()

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"fuseau inconnu : « {value} » ; attendu un nom comme Africa/Dakar")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> CountrySettings:
        if self.current_vintage not in {vintage.code for vintage in self.vintages}:
            raise ValueError(f"current_vintage : « {self.current_vintage} » n’est pas dans vintages")
        if set(self.levels) != {1, 2, 3}:
            raise ValueError("levels : attendu 1, 2 et 3")
        if "HISTORICAL" not in self.readings:
            raise ValueError("readings : HISTORICAL manque, la lecture des tableaux")
        return self
