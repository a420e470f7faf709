"""One Markdown text as Word, PDF and HTML, by pandoc and Typst, which are installed as packages."""

from __future__ import annotations

import copy
import io
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ingestion.country.words import worded
from warehouse.deliverables import fonts, palette

_HERE = Path(__file__).parent
READ = "markdown+pipe_tables+footnotes+implicit_figures+bracketed_spans+fenced_divs-tex_math_dollars-citations"
_TABLE_TEXT = "TableText"  # of a Word document; pandoc has one style for the cells of tables and for short lists
LANDSCAPE = 20  # cm: an A4 map with a heading, its caption and footnote on one landscape page
_COLUMNS = "20"  # every table row is longer: tables take the whole width, in the proportions of their dashes


@dataclass(frozen=True)
class Text:
    """A report as Markdown, and the fields of its first page."""

    title: str
    subtitle: str
    date: str
    notice: str
    markdown: str


def write(text: Text, images: Path, target: Path) -> None:
    """Writes ``target`` as .docx, .pdf and .html. ``images``: the folder of the pictures in the text."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        for done in [pool.submit(form, text, images, target) for form in (_docx, _pdf, _html)]:
            done.result()


def _pandoc(text: Text, images: Path, *arguments: str) -> bytes:
    """Runs pandoc on the text. Raises RuntimeError with its output if it failed or warned."""
    import pypandoc

    metadata = {"title": text.title, "subtitle": text.subtitle, "date": text.date, "lang": "fr", "notice": text.notice}
    options = [f"--metadata={name}={value}" for name, value in metadata.items() if value]
    command = [
        pypandoc.get_pandoc_path(), f"--from={READ}", f"--columns={_COLUMNS}", "--wrap=none", "--standalone",
        "--number-sections", f"--lua-filter={_HERE / 'report.lua'}", f"--resource-path={images}", *options, *arguments,
    ]  # fmt: skip
    done = subprocess.run(command, input=text.markdown.encode(), capture_output=True, cwd=images, check=False)
    if done.returncode or done.stderr:
        raise RuntimeError(f"pandoc : {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _docx(text: Text, images: Path, target: Path) -> None:
    reference = images / f"{target.name}_reference.docx"
    reference.write_bytes(reference_document(text.notice))
    contents = ("--toc", "--toc-depth=2", "--metadata=toc-title=Sommaire")
    arguments = ("--to=docx", "--default-image-extension=png", f"--reference-doc={reference}", *contents, "--output=-")
    target.with_suffix(".docx").write_bytes(_finished(_pandoc(text, images, *arguments)))


def _finished(content: bytes) -> bytes:
    """The Word document with a cover and contents, small print in tables, rows that no page breaks, running lines."""
    import docx
    from docx.oxml.ns import qn

    document = docx.Document(io.BytesIO(content))
    *sections, last = document.element.iter(qn("w:sectPr"))
    running = [one for one in last if one.tag in (qn("w:headerReference"), qn("w:footerReference"))]
    for section in sections:
        for position, one in enumerate(running):
            section.insert(position, copy.deepcopy(one))
    for row in document.element.body.iter(qn("w:tr")):
        row.get_or_add_trPr().insert(0, docx.oxml.OxmlElement("w:cantSplit"))
        for paragraph in row.iter(qn("w:p")):
            paragraph.get_or_add_pPr().style = _TABLE_TEXT
    _widen_landscape(document)
    _fill_contents(document)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _widen_landscape(document: Any) -> None:
    """Pictures on landscape pages in their own width: pandoc makes none wider than the text of a portrait page."""
    from docx.oxml.ns import qn
    from docx.shared import Cm

    pictures: list[Any] = []
    for block in document.element.body:
        pictures += block.iter(qn("wp:inline"))
        size = block.find(f".//{qn('w:sectPr')}/{qn('w:pgSz')}")
        if size is None:
            continue
        if size.get(qn("w:orient")) == "landscape":
            for picture in pictures:
                scale = Cm(LANDSCAPE) / picture.extent.cx
                for extent in (picture.extent, picture.graphic.graphicData.pic.spPr.xfrm.find(qn("a:ext"))):
                    extent.set("cx", str(int(int(extent.get("cx")) * scale)))
                    extent.set("cy", str(int(int(extent.get("cy")) * scale)))
        pictures = []


def _fill_contents(document: Any) -> None:
    """The contents on a page after the cover, with the titles in them; Word adds the page numbers when it opens.

    pandoc leaves an empty field, which LibreOffice and previews show as nothing.
    """
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn
    from docx.text.paragraph import Paragraph

    heading, first = document.element.body.find(qn("w:sdt")).find(qn("w:sdtContent")).findall(qn("w:p"))
    Paragraph(heading, document).paragraph_format.page_break_before = True
    end = parse_xml(f"<w:r {nsdecls('w')}/>")
    end.append(first.findall(f".//{qn('w:fldChar')}")[-1])
    titles = [one for one in document.paragraphs if one.style.name in ("Heading 1", "Heading 2")]
    line = Paragraph(first, document)
    for place, title in enumerate(titles):
        if place:
            following = parse_xml(f"<w:p {nsdecls('w')}/>")
            line._p.addnext(following)
            line = Paragraph(following, document)
        line.add_run(title.text.replace("\t", "  "))
        line.style = document.styles[title.style.name.replace("Heading", "toc")]
    line._p.append(end)
    titles[0].paragraph_format.page_break_before = True


def _html(text: Text, images: Path, target: Path) -> None:
    template = f"--template={_HERE / 'templates' / 'report.html'}"
    arguments = (
        "--to=html5",
        "--shift-heading-level-by=1",
        "--default-image-extension=svg",
        "--embed-resources",
        "--toc",
        "--toc-depth=2",
        template,
    )
    target.with_suffix(".html").write_bytes(_pandoc(text, images, *arguments))


def _pdf(text: Text, images: Path, target: Path) -> None:
    import typst

    template = f"--template={_HERE / 'templates' / 'report.typ'}"
    source = images / f"{target.name}.typ"
    source.write_bytes(_pandoc(text, images, "--to=typst", "--default-image-extension=svg", template))
    target.with_suffix(".pdf").write_bytes(
        typst.compile(str(source), root=str(images), font_paths=[str(fonts.folder())], ignore_system_fonts=True)
    )


@cache
def reference_document(notice: str) -> bytes:
    """The styles of the Word document: pandoc's own, in A4, with our colours, a header and page numbers."""
    import docx
    import pypandoc
    from docx.shared import Cm, Pt, RGBColor

    default = subprocess.run(
        [pypandoc.get_pandoc_path(), "--print-default-data-file=reference.docx"], capture_output=True, check=True
    )
    document = docx.Document(io.BytesIO(default.stdout))
    blue = RGBColor.from_string(palette.BLUE[1:].upper())
    sizes = {"Title": 26, "Subtitle": 14, "Heading 1": 18, "Heading 2": 14, "Heading 3": 12}
    for style in document.styles:
        if style.type != 1:  # for paragraphs only
            continue
        style.font.name = "Calibri"
        _no_theme_font(style)
        if style.name in sizes:
            style.font.size, style.font.color.rgb = Pt(sizes[style.name]), blue
    document.styles["Title"].paragraph_format.space_before = Cm(6)  # a page of its own
    for name, size in {"Body Text": 10.5, "First Paragraph": 10.5, "Compact": 10.5, "Footnote Text": 8.5}.items():
        document.styles[name].font.size = Pt(size)
    for level in (1, 2):
        contents = document.styles.add_style(f"toc {level}", 1)  # the names that Word itself gives
        contents.base_style, contents.paragraph_format.left_indent = document.styles["Normal"], Cm(0.8 * (level - 1))
        contents.paragraph_format.space_after = Pt(3)
    in_tables = document.styles.add_style(_TABLE_TEXT, 1)
    in_tables.base_style, in_tables.font.size = document.styles["Compact"], Pt(8.5)
    for name in ("Table Caption", "Image Caption"):
        document.styles[name].font.size, document.styles[name].font.bold = Pt(9.5), True
        document.styles[name].font.italic = False
        document.styles[name].paragraph_format.keep_with_next = name == "Table Caption"
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin = section.bottom_margin = Cm(2)
        _running_lines(section, notice)
        _numbered_through(section)
    _table_style(document)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _no_theme_font(style: Any) -> None:
    """Removes the theme font, which would take precedence over a named one."""
    from docx.oxml.ns import qn

    fonts = style.element.rPr.rFonts
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)


def _running_lines(section: Any, notice: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    header = section.header.paragraphs[0]
    header.text = " — ".join(
        part for part in (notice, worded("Cartographie des services aux migrants {country:in}")) if part
    )
    header.runs[0].bold = bool(notice)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
    footer._p.append(field)


def _numbered_through(section: Any) -> None:
    """Footnotes in one sequence: pandoc's document begins anew in each section, and two of a page bore one number."""
    from docx.oxml.ns import qn

    for own in section._sectPr.findall(qn("w:footnotePr")):
        section._sectPr.remove(own)


def _table_style(document: Any) -> None:
    """Defines the style « Table » that pandoc gives every table: thin lines, a coloured header."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn

    style = document.styles["Table"].element
    for name in ("w:tblPr", "w:tblStylePr"):
        for old in style.findall(qn(name)):
            style.remove(old)
    line = f'w:val="single" w:sz="4" w:space="0" w:color="{palette.LINE[1:]}"'
    style.append(
        parse_xml(
            f"<w:tblPr {nsdecls('w')}><w:tblBorders><w:top {line}/><w:bottom {line}/><w:insideH {line}/></w:tblBorders>"
            '<w:tblCellMar><w:top w:w="30" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>'
            '<w:bottom w:w="30" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        )
    )
    style.append(
        parse_xml(
            f'<w:tblStylePr {nsdecls("w")} w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>'
            f'<w:shd w:val="clear" w:color="auto" w:fill="{palette.TINT[1:]}"/></w:tcPr></w:tblStylePr>'
        )
    )
