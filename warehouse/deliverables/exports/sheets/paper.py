"""The Word document of a sheet: its frame is made once and then filled."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from ingestion.country.words import worded

if TYPE_CHECKING:
    from docx.document import Document

_WIDTHS = (1750, 2700, 2600, 2600)  # twentieths of a point: 17 cm in total
_HEADER = ("Élément", "Ce que dit la cartographie", "D’où", "Votre correction")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff]+")
_LONGEST_TITLE = 255  # limit of a document property
_GREY, _RED = "D9E2EC", "B00020"
_UNUSED_PARTS = ("stylesWithEffects", "customXml", "webSettings", "thumbnail", "numbering")
_LINKED = ("Title", "heading 1", "heading 2", "header", "footer")
_USED_STYLES = frozenset({"Normal", "Default Paragraph Font", "Normal Table", "No List"}).union(
    _LINKED, (f"{name[0].upper()}{name[1:]} Char" for name in _LINKED)
)


class Paper:
    """Sheets with the same frame: `begin`, then texts and tables in order, then `save`; and again."""

    def __init__(self, notice: str, footer: str, as_of: dt.date) -> None:
        import docx
        from docx.oxml import parse_xml

        self._parse = parse_xml
        self._document: Document = docx.Document()
        self._lighten()
        self._properties(notice, as_of)
        self._page()
        self._styles()
        self._margins(notice, footer)

    def begin(self, title: str) -> None:
        """Starts an empty sheet with this title."""
        body = self._document.element.body
        for element in list(body):
            if not element.tag.endswith("}sectPr"):
                body.remove(element)
        self._document.core_properties.title = _writable(title)[:_LONGEST_TITLE]
        self.heading(title, 0)

    def heading(self, text: str, level: int = 1) -> None:
        """Adds a heading, kept with the following paragraph."""
        self._document.add_heading(_writable(text), level)

    def text(self, text: str, is_with_next: bool = False) -> None:
        """Adds a paragraph, kept with the next one if ``is_with_next``."""
        self._document.add_paragraph(_writable(text)).paragraph_format.keep_with_next = is_with_next

    def table(self, rows: list[tuple[str, str, str, str]]) -> None:
        """Adds a table of four columns with a header that is repeated on every page."""
        widths = "".join(f'<w:gridCol w:w="{width}"/>' for width in _WIDTHS)
        lines = [_row(_HEADER, is_header=True), *(_row(row) for row in rows)]
        table = self._parse(f"<w:tbl {_NAMESPACE}>{_TABLE}<w:tblGrid>{widths}</w:tblGrid>{''.join(lines)}</w:tbl>")
        body: Any = self._document.element.body
        body.insert_element_before(table, "w:sectPr")

    def save(self, path: Path) -> None:
        """Saves the sheet."""
        self._document.save(str(path))

    def _lighten(self) -> None:
        """Removes the unused parts of python-docx's template: nine tenths of it."""
        package: Any = self._document.part.package
        for relations in (package.rels, self._document.part.rels):
            for key in [key for key, one in relations.items() if one.reltype.rpartition("/")[2] in _UNUSED_PARTS]:
                del relations[key]
        styles: Any = self._document.styles.element
        for style in [style for style in styles.style_lst if style.name_val not in _USED_STYLES]:
            styles.remove(style)

    def _properties(self, notice: str, as_of: dt.date) -> None:
        properties = self._document.core_properties
        properties.created = properties.modified = dt.datetime.combine(as_of, dt.time())
        properties.author, properties.comments = worded("Cartographie des services aux migrants {country:in}"), notice
        properties.language = "fr-FR"

    def _page(self) -> None:
        from docx.shared import Cm

        section = self._document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin, section.bottom_margin = Cm(2.2), Cm(2)

    def _styles(self) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        styles: Any = self._document.styles
        sizes = {"Normal": 10, "Title": 18, "Heading 1": 13, "Heading 2": 11}
        for name, size in sizes.items():
            font = styles[name].font
            font.size, font.name = Pt(size), "Calibri"
            fonts = styles[name].element.rPr.rFonts
            for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{kind}"), None)
            if name != "Normal":
                font.color.rgb = RGBColor(0x1F, 0x3A, 0x5F)
        styles["Normal"].paragraph_format.space_after = Pt(4)
        language = styles.element.find(f".//{qn('w:lang')}")
        language.set(qn("w:val"), "fr-FR")

    def _margins(self, notice: str, footer: str) -> None:
        """Adds the header with the notice and the footer with page numbers."""
        section = self._document.sections[0]
        head = section.header.paragraphs[0]
        if notice:
            run = head.add_run(notice)
            run.bold = True
            run.font.color.rgb = _color(_RED)
            head.add_run(" – ")
        head.add_run(worded("Cartographie des services aux migrants {country:in} – fiche de vérification"))
        foot = section.footer.paragraphs[0]
        foot.add_run(f"{footer} – page ")
        for instruction, between in (("PAGE", " / "), ("NUMPAGES", "")):
            foot._p.append(
                self._parse(f'<w:fldSimple {_NAMESPACE} w:instr="{instruction}"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
            )
            foot.add_run(between)


def _writable(text: str) -> str:
    """The text without control characters, which XML cannot hold."""
    return _CONTROL.sub(" ", text)


def _color(value: str) -> Any:
    from docx.shared import RGBColor

    return RGBColor.from_string(value)


_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_BORDERS = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="8A99A8"/>' for side in _SIDES)
_TABLE = (
    f'<w:tblPr><w:tblW w:w="{sum(_WIDTHS)}" w:type="dxa"/><w:tblBorders>{_BORDERS}</w:tblBorders>'
    '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/>'
    "</w:tblCellMar></w:tblPr>"
)


def _row(cells: tuple[str, ...], is_header: bool = False) -> str:
    kept = "<w:cantSplit/>" + ("<w:tblHeader/>" if is_header else "")
    made = (
        _cell(text, width, is_header, is_header or not n)
        for n, (text, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )
    return f"<w:tr><w:trPr>{kept}</w:trPr>{''.join(made)}</w:tr>"


def _cell(text: str, width: int, is_header: bool, is_strong: bool) -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_GREY}"/>' if is_header else ""
    strong = "<w:b/>" if is_strong else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr><w:p><w:pPr><w:spacing w:before="30"'
        f' w:after="30"/></w:pPr><w:r><w:rPr>{strong}<w:sz w:val="18"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(_writable(text))}</w:t></w:r></w:p></w:tc>'
    )
