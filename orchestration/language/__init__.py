"""The language of the command: French, or English if `MRF_LANG` or the locale says so.

Texts are written in French; `locale/en` holds their English, `locale/fr` the French of Typer's own words.
"""

from __future__ import annotations

import gettext
import os
from functools import cache
from pathlib import Path

SETTING = "MRF_LANG"
LANGUAGES = ("fr", "en")
DOMAIN, LOCALE = "mrf", Path(__file__).parent / "locale"


def language() -> str:
    """The code of the language: that of `MRF_LANG`, else of the locale, else French."""
    asked = next(filter(None, map(os.environ.get, (SETTING, "LC_ALL", "LC_MESSAGES", "LANG"))), "")
    code = asked[:2].lower()
    return code if code in LANGUAGES else LANGUAGES[0]


def is_known() -> bool:
    """Whether `MRF_LANG` is unset or names a language of the command."""
    return os.environ.get(SETTING, "") in ("", *LANGUAGES)


def use_for_typer() -> None:
    """Gives Typer, which asks the gettext of the process, its words in the language; before it is imported."""
    gettext.bindtextdomain(DOMAIN, str(LOCALE))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language()


def _(text: str, /, **values: object) -> str:
    """The text in the language, with its named fields filled; the message of an error is translated too."""
    shown = {name: translated(str(value)) if isinstance(value, Exception) else value for name, value in values.items()}
    translation = _catalog(language()).gettext(text)
    return translation.format(**shown) if values else translation


def later(text: str) -> str:
    """Marks a text that is translated where it is shown: constants are made before the language is known."""
    return text


def number(value: float) -> str:
    """A whole number as readers of the language write it: 24 088 or 24,088."""
    from warehouse import french

    text = french.count(value)
    return text if language() == "fr" else text.replace("\N{NARROW NO-BREAK SPACE}", ",")


def decimal(value: float, digits: int) -> str:
    """A number with so many decimals: 0,690 or 0.690."""
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if language() == "fr" else text


def translated(text: str) -> str:
    """A French text that was composed elsewhere, in the language: an error, a stored message."""
    if language() == "fr" or not text:
        return text
    from orchestration.language.recognition import recognised

    return recognised(text)


@cache
def _catalog(code: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, str(LOCALE), [code], fallback=True)
