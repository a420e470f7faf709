"""The phone that an organization lets us publish: valid numbers and nothing else of the cell."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from ingestion.clean.text import tidy
from ingestion.country.pack import country

# A number mangled by a spreadsheet: 76123456.0, 7.6123456E+07.
_FLOAT = re.compile(r"(\d+)[.,](\d+)(?:[eE]\+?(\d{1,2}))?|(\d)[eE]\+?(\d{1,2})")
_EMAIL = re.compile(r"\S*@\S*|\S+\s+(?:at|arobase)\s+\S+", re.IGNORECASE)
# No real number begins with two zeros: these are the project's invented phones.
_INVENTED = re.compile(r"00(?: ?\d\d){3}")


@lru_cache(10_000)
def public_phone(text: str) -> str | None:
    """The numbers in a text as dialled in the country, foreign ones with +, joined by « / »; None without any.

    Numbers that lost digits or do not exist are dropped.
    """
    import phonenumbers  # slow to import

    written = _EMAIL.sub(" ", tidy(text) or "")
    if _INVENTED.fullmatch(written):
        return written
    if match := _FLOAT.fullmatch(written):
        written = _all_digits(match)
    if re.fullmatch(r"\d{2,6}", written.replace(" ", "")):
        return _short(written.replace(" ", ""))
    numbers = [match.number for match in phonenumbers.PhoneNumberMatcher(written, country().iso2)]
    home = phonenumbers.country_code_for_region(country().iso2)
    dialled = [
        str(number.national_number)
        if number.country_code == home
        else phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        for number in numbers
    ]
    return " / ".join(dict.fromkeys(dialled)) or None


def _all_digits(match: re.Match[str]) -> str:
    """The digits of a number written with decimals or a power of ten; "" if some were lost."""
    digits, decimals, power = match[1] or match[4], match[2] or "", int(match[3] or match[5] or 0)
    value = Decimal(f"{digits}.{decimals or 0}").scaleb(power)
    is_complete = power == 0 or len(decimals) >= power
    return str(int(value)) if is_complete and value == int(value) else ""


def _short(digits: str) -> str | None:
    """An emergency or service number, if it exists in the country."""
    import phonenumbers

    number = phonenumbers.PhoneNumber(
        country_code=phonenumbers.country_code_for_region(country().iso2), national_number=int(digits)
    )
    return digits if phonenumbers.is_valid_short_number_for_region(number, country().iso2) else None
