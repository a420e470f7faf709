"""What is taken out of a text that somebody typed, and what must never be."""

from __future__ import annotations

import datetime as dt
import html
import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.clean import personal
from ingestion.clean.personal import COORDINATES, EMAIL, MARKS, NAME, PHONE, find, redact
from tests.fixtures.personal_sentences import SENTENCES, SIGNS  # noqa: F401
from warehouse.publication.publish import name_of

GAPS = st.sampled_from(["", " ", ".", "-", "/", "\u00a0", "\u202f", " - ", "\u200b"])
PAIRS = st.integers(0, 99).map("{:02}".format)
PREFIXES = st.sampled_from(["", "+223 ", "+223", "00223", "00223 ", "223 ", "(+223) "])
AROUND = st.sampled_from(["", "Tél. ", "tél:", "appeler le ", "(", "contact : ", "Mme X, "])
AFTER = st.sampled_from(["", ".", " le matin", ")", ", poste 2", " (Moussa)", "/"])


@st.composite
def phones(draw: st.DrawFn) -> str:
    first = draw(st.integers(5, 9)) * 10 + draw(st.integers(0, 9))
    gap = draw(GAPS)
    return draw(PREFIXES) + gap.join([str(first), *(draw(PAIRS) for _ in range(3))])


@given(AROUND, phones(), AFTER)
def test_a_malian_phone_is_removed_however_it_is_written(before: str, phone: str, after: str) -> None:
    text, removed = redact(before + phone + after)
    assert [piece.kind for piece in removed] == [PHONE]
    assert MARKS[PHONE] in text
    assert not re.search(r"\d{2}", text.replace("poste 2", ""))


@pytest.mark.parametrize(
    "text",
    [
        "20 22 32 45", "20.22.32.45", "+223 20 22 32 45", "76 123 456", "7612 3456", "76 123456", "Tel76123456",
        "wa.me/22376123456", "contact_76123456.xlsx", "+33 6 12 34 56 78", "0033612345678", "+221 77 123 45 67",
        "٧٦ ١٢ ٣٤ ٥٦", "７６１２３４５６",
    ],
)  # fmt: skip
def test_other_ways_to_write_a_phone(text: str) -> None:
    assert [piece.kind for piece in find(text)] == [PHONE]


def test_several_pieces_of_one_sentence_leave_the_sentence() -> None:
    text, removed = redact("Appeler 76 12 34 56 ou 66-12-34-56, ou a.b@ong.org.ml ; site : 14.4871, -4.1962.")
    assert text == (
        "Appeler [numéro retiré] ou [numéro retiré], ou [courriel retiré] ; site : [position retirée]."
    )  # fmt: skip
    assert [piece.text for piece in removed] == ["76 12 34 56", "66-12-34-56", "a.b@ong.org.ml", "14.4871, -4.1962"]


@given(
    st.from_regex(r"[a-z][a-z0-9.]{0,10}[a-z0-9]", fullmatch=True),
    st.sampled_from(["@", " @ ", "(at)", " [at] ", " (arobase) "]),
    st.from_regex(r"[a-z]{2,8}(\.[a-z]{2,6}){1,2}", fullmatch=True),
)
def test_an_email_is_removed(name: str, at: str, domain: str) -> None:
    assert redact(f"écrire à {name}{at}{domain} avant midi") == (
        "écrire à [courriel retiré] avant midi",
        [(EMAIL, f"{name}{at}{domain}")],
    )


@given(st.floats(9.2, 37), st.floats(-17.9, 18), st.integers(3, 8), st.sampled_from([", ", " ", ";", " ; ", ","]))
def test_a_pair_of_decimals_is_a_position(latitude: float, longitude: float, decimals: int, between: str) -> None:
    text = f"{latitude:.{decimals}f}{between}{longitude:.{decimals}f}"
    assert [kind for kind, _ in find(f"au point {text} du plan")] == [COORDINATES]


@pytest.mark.parametrize(
    "text",
    [
        "14°29'13\"N 4°11'46\"O", "14° 29′ 13″ N", "14.4871° N", "Lat : 14.48 Long : -4.19", "N 14.4871 W 4.1962",
        "https://maps.google.com/?q=14.4871,-4.1962", "@14.4871,-4.1962,15z", "14,4871 ; -4,1962", "14.4871 -4.1962 0 5",
        "16.27, -0.04", "POINT(-4.1962 14.4871)", "geo:14.4871,-4.1962",
    ],
)  # fmt: skip
def test_other_ways_to_write_a_position(text: str) -> None:
    redacted, removed = redact(text)
    assert {piece.kind for piece in removed} == {COORDINATES}
    assert not re.search(r"\d[.,]\d", redacted)


UNTOUCHED = st.one_of(
    st.dates(dt.date(1990, 1, 1), dt.date(2049, 12, 31)).flatmap(
        lambda day: st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d"]).map(
            day.strftime
        )
    ),
    st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2049, 12, 31)).map(lambda time: time.isoformat()),
    st.uuids().map(str),
    st.builds(lambda number: f"uuid:{uuid.UUID(int=number)}/srv[2]/zone", st.integers(0, 2**128 - 1)),
    st.binary(min_size=32, max_size=32).map(lambda data: data.hex()).filter(lambda text: re.search("[a-f]", text)),
    st.integers(0, 999999).map("ML{:06}".format),
    st.tuples(st.integers(1900, 2100), st.integers(1900, 2100), st.sampled_from("-/–")).map(
        lambda years: f"{years[0]}{years[2]}{years[1]}"
    ),
    st.integers(1, 10**10).map(lambda amount: f"{amount:,} FCFA".replace(",", " ")),
    st.integers(1, 10**10).map(lambda amount: f"{amount} FCFA"),
    st.integers(1, 9999).map(lambda amount: f"{amount * 1000:,}".replace(",", "\u202f")),
    st.floats(-180, 180).map(lambda number: f"{number:.7f}"),
    st.tuples(st.integers(1, 30000), st.integers(1, 30000)).map(lambda rows: f"ML_5W!A{rows[0]}:AK{rows[1]}"),
    # Ids of hexadecimal digits, all of which may happen to be decimal.
    st.from_regex(r"(org|sal|q|key)_[0-9]{12}", fullmatch=True),
    st.from_regex(r"mrf_202[0-9]1124T143801Z_[0-9]{8}", fullmatch=True),
    st.from_regex(r"(uuid:)?[0-9]{8}-[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{12}", fullmatch=True),
    st.from_regex(r"uuid:[0-9]{6,9}/srv\[[1-9]\]/zone", fullmatch=True),
    st.from_regex(r"uuid:[0-9]{8}-[0-9]{4}-4[0-9]{3}-8[0-9]{3}-[0-9]{12}", fullmatch=True),
)


@given(UNTOUCHED)
def test_dates_ids_codes_amounts_and_locators_are_left_alone(text: str) -> None:
    assert redact(text, names=True) == (text, [])
    assert redact(f"voir {text} ici", names=True) == (f"voir {text} ici", [])


@pytest.mark.parametrize(
    "text",
    [
        "de 8h à 17h30", "18 à 35 ans", "numéro vert 116", "1448 sur 24088", "22 395 489 habitants", "12.50 %, 3.75 %",
        "mrf_provider_survey_-_False_-_2024-08-31-10-12-45.xlsx", "mrf_20241124T143801Z_r41f131a9",
        "page=3;table=1;row=2;bbox=72.3,100.2,523.1,118.9", "bootstrap-table@1.19.1", "0.913 0.812",
        "#public_phone@service_at_location", "Association Malienne d’Aide aux Réfugiés (AMAR)",
    ],
)  # fmt: skip
def test_what_only_looks_alike_is_left_alone(text: str) -> None:
    assert redact(text, names=True) == (text, [])


@given(st.integers(20_000_000, 99_999_999))
def test_no_publication_is_named_like_a_phone(digits: int) -> None:
    """Half of all run ids that begin with eight digits would be one, wherever the name is written."""
    run = name_of(f"{digits}-0000-4000-8000-000000000000", dt.datetime(2024, 8, 31, 5, tzinfo=dt.UTC)).run
    for text in (run, f"mrf_{run}.duckdb", f"data_docs/DONN%C3%89ES%20FICTIVES%20{run}/index.html"):
        assert find(text) == []


@given(st.one_of(st.text(max_size=80), SENTENCES))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once, _ = redact(text, names=True)
    assert find(once) == []
    assert redact(once, names=True) == (once, [])


@given(SENTENCES)
def test_the_first_look_passes_over_nothing(text: str) -> None:
    """Most texts go no further than `SUSPECT`: whatever a pattern finds has something that it looks for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(personal, "_SUSPECT", re.compile(""))
        found = find(text)
    assert find(text) == found


@given(SENTENCES)
def test_what_was_let_through_stays_so_in_other_white_space_and_escaped(text: str) -> None:
    """What files make of a text: a page has one space for many, an address and a script escape it."""
    left = redact(text)[0].strip()
    for form in (" ".join(left.split()), left.replace(" ", "\u00a0"), html.escape(left)):
        assert find(form) == []


@given(st.text(st.characters(exclude_categories=["Nd"], exclude_characters="@°)]"), max_size=80))
def test_a_text_without_digits_or_at_has_nothing_to_find(text: str) -> None:
    assert redact(text) == (text, [])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Voir M. Traoré au bureau", "Voir M. [nom retiré] au bureau"),
        ("Mme Fatoumata Diarra et Mlle Awa Keïta", "Mme [nom retiré] et Mlle [nom retiré]"),
        ("Docteur COULIBALY Ibrahim", "Docteur [nom retiré]"),
        ("El Hadj Moussa Maïga", "El Hadj [nom retiré]"),
        ("Mme la directrice Awa Diarra", "Mme la directrice [nom retiré]"),
        ("demander M. A. Touré", "demander M. [nom retiré]"),
        ("M TRAORE", "M [nom retiré]"),
        ("Madame la directrice", "Madame la directrice"),
        ("M. le maire de Gao", "M. le maire de Gao"),
        ("les M. et Mmes", "les M. et Mmes"),
    ],
)
def test_a_name_after_a_civility_is_removed_and_the_civility_stays(text: str, left: str) -> None:
    redacted, removed = redact(text, names=True)
    assert redacted == left
    assert {piece.kind for piece in removed} <= {NAME}
    assert redact(text)[0] == text, "only where people write sentences"


@given(st.uuids())
def test_a_uuid_is_nothing_personal_whether_or_not_it_passes_the_first_filter(one: uuid.UUID) -> None:
    """Alone it is passed over unread; with a sign beside it, it is read and nothing is found."""
    assert find(str(one)) == find(f"{one} .") == []
