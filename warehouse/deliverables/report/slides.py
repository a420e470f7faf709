"""Slides in one style: editable charts, tables, pictures, and the origin of each figure in the notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.dml import MSO_PATTERN
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Inches, Pt

from warehouse.deliverables import palette

_WIDTH, _HEIGHT = Inches(13.333), Inches(7.5)
_LEFT, _TOP, _INNER, _BODY = Inches(0.6), Inches(1.45), Inches(12.1), Inches(5.3)
_SIDE_OF_PICTURE = Inches(7.4)
_SIDE = 9.1  # left edge of words beside a chart or a grid, in inches
_TITLE_ONLY = 5  # layout of the default template
_FONT = "Calibri"
_LONG_MEANING = 44  # letters: a longer one takes two lines beside its colour
_LONG_TITLE = 52  # letters: a longer one is written smaller, to stay on one line
_HEAD = 12  # points at most, of the heads of a table: a name of a zone stays whole


class Slides:
    """A presentation being made. ``notice`` is shown on every slide, ``running`` in its footer."""

    def __init__(self, notice: str, running: str) -> None:
        self._deck = Presentation()
        self._deck.slide_width, self._deck.slide_height = _WIDTH, _HEIGHT
        self._notice, self._running = notice, running

    def save(self, target: Path) -> None:
        """Saves the presentation."""
        self._deck.save(str(target))

    def open(self, title: str) -> None:
        """Starts a slide."""
        self._slide = self._deck.slides.add_slide(self._deck.slide_layouts[_TITLE_ONLY])
        shape = self._slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = _LEFT, Inches(0.35), _INNER, Inches(0.9)
        shape.text_frame.text = title
        shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        size = 26 if len(title) <= _LONG_TITLE else 22
        _style(shape.text_frame.paragraphs[0], size, bold=True, colour=palette.BLUE)
        self._bar(_LEFT, Inches(1.25), _INNER, Inches(0.03), palette.BLUE)
        if self._notice:
            self._bar(0, 0, _WIDTH, Inches(0.32), palette.NOTICE)
            self._words(f"{self._notice} — exemples inventés", _LEFT, 0, _INNER, 12, bold=True)

    def close(self, places: Sequence[str]) -> None:
        """Completes the slide: its footer, and the places of its figures in the notes."""
        foot = f"{self._running}   ·   {len(self._deck.slides)}"
        self._words(foot, _LEFT, Inches(6.95), _INNER, 11, colour=palette.SOFT)
        self._slide.notes_slide.notes_text_frame.text = "Provenance :\n" + "\n".join(dict.fromkeys(places))

    def say(self, text: str, size: float = 22, below: float = 0.0) -> None:
        """Lines of text over the full width, ``below`` inches under the title."""
        self._words(text, _LEFT, _TOP + Inches(below), _INNER, size)

    def beside(self, text: str, size: float = 18, left: float = _SIDE) -> None:
        """Lines of text to the right of a chart or a grid, from ``left`` inches on."""
        self._words(text, Inches(left), _TOP, _WIDTH - Inches(left) - _LEFT, size)

    def cards(self, cards: Sequence[tuple[str, str]]) -> None:
        """Large numbers with captions, three per row."""
        for index, (number, caption) in enumerate(cards):
            left, top = _LEFT + (index % 3) * Inches(4.1), _TOP + (index // 3) * Inches(2.55)
            self._words(number, left, top, Inches(3.8), 48, bold=True, colour=palette.BLUE)
            self._words(caption, left, top + Inches(1), Inches(3.8), 18)

    def picture(self, path: Path, frame: tuple[float, float, float, float]) -> None:
        """A part of a picture (left, top, right, bottom, in shares of it), on the left of the slide."""
        left, top, right, bottom = frame
        with Image.open(path) as image:
            shape = image.width * (right - left) / (image.height * (bottom - top))
        height = min(_BODY, int((_SIDE_OF_PICTURE - _LEFT - Inches(0.3)) / shape))
        shown = self._slide.shapes.add_picture(str(path), _LEFT, _TOP, Emu(int(height * shape)), Emu(height))
        shown.crop_left, shown.crop_top, shown.crop_right, shown.crop_bottom = left, top, 1 - right, 1 - bottom

    def legend(self, title: str, entries: Sequence[tuple[str, str, bool]], below: str) -> None:
        """Colours and their meaning to the right of a picture, hatched ones too, and words below them."""
        self._words(title, _SIDE_OF_PICTURE, _TOP, _WIDTH - _SIDE_OF_PICTURE - _LEFT, 15, bold=True)
        top = _TOP + Inches(0.5)
        for colour, meaning, is_hatched in entries:
            swatch = self._bar(_SIDE_OF_PICTURE + Inches(0.1), top + Inches(0.05), Inches(0.42), Inches(0.24), colour)
            if is_hatched:
                swatch.fill.patterned()
                swatch.fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
                swatch.fill.fore_color.rgb, swatch.fill.back_color.rgb = _rgb(palette.SOFT), _rgb(colour)
            left = _SIDE_OF_PICTURE + Inches(0.6)
            self._words(meaning, left, top - Inches(0.02), _WIDTH - left - _LEFT, 15)
            top += Inches(0.42 if len(meaning) <= _LONG_MEANING else 0.62)
        self._words(below, _SIDE_OF_PICTURE, top + Inches(0.1), _WIDTH - _SIDE_OF_PICTURE - _LEFT, 12)

    def columns(
        self, names: Sequence[str], series: Mapping[str, tuple[Sequence[float], str]], width: float = 8.2
    ) -> None:
        """A chart of stacked columns; values and colour by name of the series; width in inches."""
        data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
        data.categories = names
        for name, (values, _) in series.items():
            data.add_series(name, values)
        kind = XL_CHART_TYPE.COLUMN_STACKED
        chart = self._slide.shapes.add_chart(kind, _LEFT, _TOP, Inches(width), _BODY, data).chart
        chart.has_legend, chart.legend.include_in_layout = True, False
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.value_axis.visible, chart.value_axis.has_major_gridlines = False, False
        chart.plots[0].gap_width = 60
        for drawn, (_, colour) in zip(chart.plots[0].series, series.values(), strict=True):
            drawn.format.fill.solid()
            drawn.format.fill.fore_color.rgb = _rgb(colour)
            labels = drawn.data_labels
            labels.show_value, labels.font.size, labels.font.color.rgb = True, Pt(12), _rgb(palette.on(colour))
            labels.number_format, labels.number_format_is_linked = "0;;", False  # no label on zero

    def table(
        self,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        size: float = 14,
        high: float = 0.4,
        left: float = 0.6,
        below: float = 0.0,
        texts: int = 1,
    ) -> None:
        """A table with a header row; its first columns are ``texts``, the others figures; gap classes are coloured.

        Widths, row height, left edge and distance below the title are in inches.
        """
        across, down = Inches(sum(widths)), Inches(high * len(rows))
        top = _TOP + Inches(below)
        table = self._slide.shapes.add_table(len(rows), len(widths), Inches(left), top, across, down).table
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Inches(width)
        for y, line in enumerate(rows):
            for x, text in enumerate(line):
                colour = palette.BLUE if y == 0 else palette.GAP.get(text, palette.PAPER)
                _fill(table.cell(y, x), text, size, colour, is_head=y == 0, is_number=x >= texts)

    def _words(
        self, text: str, left: int, top: int, width: int, size: float, bold: bool = False, colour: str = palette.INK
    ) -> None:
        frame = self._slide.shapes.add_textbox(Emu(left), Emu(top), Emu(width), Inches(0.3)).text_frame
        frame.word_wrap = True
        for index, line in enumerate(text.split("\n")):
            paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
            paragraph.text, paragraph.space_after = _bound(line), Pt(size / 2)
            _style(paragraph, size, bold, colour)

    def _bar(self, left: int, top: int, width: int, height: int, colour: str) -> Any:
        shape = self._slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Emu(left), Emu(top), Emu(width), Emu(height))
        shape.fill.solid()
        shape.fill.fore_color.rgb = _rgb(colour)
        shape.line.fill.background()
        return shape


def _fill(cell: Any, text: str, size: float, colour: str, is_head: bool, is_number: bool) -> None:
    cell.text = text
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    cell.margin_left, cell.margin_right = Inches(0.08), Inches(0.05)
    cell.fill.solid()
    cell.fill.fore_color.rgb = _rgb(colour)
    _style(cell.text_frame.paragraphs[0], min(size - 1.5, _HEAD) if is_head else size, is_head, palette.on(colour))
    if is_number:
        cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT


def _bound(text: str) -> str:
    """A French text whose quotation marks and signs never begin or end a line alone."""
    return re.sub(r" ([»:;!?%])", "\u00a0\\1", text.replace("« ", "«\u00a0"))


def _style(paragraph: Any, size: float, bold: bool = False, colour: str = palette.INK) -> None:
    paragraph.alignment = PP_ALIGN.LEFT
    for run in paragraph.runs:
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, _FONT
        run.font.color.rgb = _rgb(colour)


def _rgb(colour: str) -> RGBColor:
    return RGBColor(*bytes.fromhex(colour[1:]))  # type: ignore[no-untyped-call]
