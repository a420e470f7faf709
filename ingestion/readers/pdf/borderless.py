"""Tables whose columns are told by white space: gutters part the columns, lines and what wraps make the rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from statistics import median

from ingestion.readers.pdf.layout import Box, Rule, Word
from ingestion.readers.pdf.structure import Cell, around, lines_of, text_of

_GAP = 0.8  # em: a wider gap between words parts two pieces of a line
_FIGURE_GAP = 0.45  # em: between figures less is enough
_CROSSED = 0.12  # share of the lines that may cross a gutter: headings over several columns
_LEADING = 0.9  # em: lines further apart belong to two paragraphs
_COLUMN_GAP = 1.0  # em: a narrower space may stand between two figures of a sentence
# A line that ends so goes on below: « Budget pour le café, », « Accès aux ».
_UNFINISHED = re.compile(
    r"[,;/&–-]$|^(?:of|and|or|the|in|for|by|with|to|de|des|du|d’|et|ou|la|le|les|en|par|pour|sur|aux?)$"
)
_OFF_CENTER = 1.0  # em: a heading is further than this from the middle of a column that is not its own
_RULED_ROWS = 2  # rules between rows, from which on they tell them
_GUTTER = 0.25  # em
_WHOLE_FIGURE = re.compile(r"[-–−(*$€]*\d[\d,.]*[%)*]*")
_THOUSANDS = re.compile(r"\d{3}([.,]\d+)?[%)*]*")
_EMPTY_MARK = re.compile(r"[-–—−.…*†‡#]+|\(?X\)?|n\.?/?a\.?|N\.?/?A\.?|nd|ns|\.\.")


def is_figure(text: str) -> bool:
    """A number, with or without a sign, unit or note; or a mark for "nothing"."""
    text = text.strip()
    if _EMPTY_MARK.fullmatch(text):
        return True
    digits = sum(letter.isdigit() for letter in text)
    letters = sum(letter.isalpha() for letter in text)
    return digits > 0 and letters <= max(1, 0.3 * digits)


@dataclass
class Piece:
    """Neighbouring words of one line."""

    words: list[Word]

    @property
    def top(self) -> float:
        """The upper edge."""
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return max(word.bottom for word in self.words)

    @property
    def x0(self) -> float:
        """The left edge."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """The right edge."""
        return max(word.x1 for word in self.words)

    @property
    def center(self) -> float:
        """Half the width."""
        return (self.x0 + self.x1) / 2

    @property
    def text(self) -> str:
        """The words."""
        return " ".join(word.text for word in self.words)

    @property
    def size(self) -> float:
        """The height of the largest letters."""
        return max(word.size for word in self.words)


@dataclass
class Line:
    """One line of an area, cut into pieces; `space` is the usual one between words, in em."""

    pieces: list[Piece]
    space: float

    @property
    def top(self) -> float:
        """The upper edge."""
        return min(word.top for piece in self.pieces for word in piece.words)

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return max(word.bottom for piece in self.pieces for word in piece.words)

    @property
    def middle(self) -> float:
        """Half the height."""
        return (self.top + self.bottom) / 2

    @property
    def size(self) -> float:
        """The height of the largest letters."""
        return max(piece.size for piece in self.pieces)

    @property
    def is_figures(self) -> bool:
        """Whether most of what stands after the label is figures."""
        rest = self.pieces[1:]
        return bool(rest) and sum(is_figure(piece.text) for piece in rest) >= 0.5 * len(rest)


def usual_space(words: Sequence[Word]) -> float:
    """The usual space between words, in em: about a quarter, and six tenths where all letters are equally wide."""
    gaps = [
        (word.x0 - before.x1) / word.size
        for line in lines_of([word for word in words if not word.turned])
        for before, word in pairwise(line)
        if 0 < word.x0 - before.x1 < 0.9 * word.size
    ]
    return median(gaps) if len(gaps) > 10 else 0.27


def lines_in(words: Sequence[Word], space: float = 0.27) -> list[Line]:
    """The lines of an area, cut where words stand further apart than words do."""
    lines = []
    for line in lines_of([word for word in words if not word.turned]):
        pieces: list[Piece] = []
        for word in line:
            if pieces and not _is_apart(pieces[-1].words[-1], word, space):
                pieces[-1].words.append(word)
            else:
                pieces.append(Piece([word]))
        lines.append(Line(pieces, space))
    return lines


def _is_apart(left: Word, right: Word, space: float) -> bool:
    em = min(left.size, right.size)
    gap = right.x0 - left.x1
    if gap > max(_GAP, 1.4 * space) * em:
        return True
    if _has_digit(left.text) and _has_digit(right.text) and gap > max(_FIGURE_GAP, 1.3 * space) * em:
        return True
    return _are_two_figures(left.text, right.text)


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def blocks(words: Sequence[Word], space: float) -> list[list[Piece]]:
    """Pieces of lines that follow each other closely: paragraphs, column by column."""
    found: list[list[Piece]] = []
    for line in lines_in(words, space):
        for piece in _wide_pieces(line.pieces):
            block = next((block for block in reversed(found) if _is_next(block[-1], piece)), None)
            if block is None:
                found.append([piece])
            else:
                block.append(piece)
    return found


def _wide_pieces(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces parted by a space between columns, not by that between two figures of a sentence."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and piece.x0 - joined[-1].x1 < _COLUMN_GAP * piece.size:
            joined[-1] = Piece(joined[-1].words + piece.words)
        else:
            joined.append(piece)
    return joined


def _is_next(above: Piece, below: Piece) -> bool:
    space = below.top - above.bottom
    beside = min(above.x1, below.x1) - max(above.x0, below.x0)
    em = max(above.size, below.size)
    return (
        -0.3 * em < space < _LEADING * em
        and beside > 0.3 * min(above.x1 - above.x0, below.x1 - below.x0)
        and abs(above.size - below.size) < 0.2 * em
    )


def _are_two_figures(left: str, right: str) -> bool:
    """Two numbers side by side are two cells, unless the second is the thousands of the first: 1 234."""
    if not (_WHOLE_FIGURE.fullmatch(left) and _WHOLE_FIGURE.fullmatch(right)):
        return False
    return not (left.isdecimal() and len(left) <= 3 and _THOUSANDS.fullmatch(right))


def gutters(lines: Sequence[Line], crossed: float = _CROSSED) -> list[tuple[float, float]]:
    """The white strips between columns: what nearly no line crosses."""
    several = [line for line in lines if len(line.pieces) > 1]
    if not several:
        return []
    em = sorted(line.size for line in several)[len(several) // 2]
    marks: list[tuple[float, int]] = []
    for line in several:
        for piece in line.pieces:
            marks += [(piece.x0, 1), (piece.x1, -1)]
    marks.sort()
    limit = crossed * len(several)
    found: list[tuple[float, float]] = []
    depth, start = 0, None
    for at, step in marks:
        before = depth
        depth += step
        if before > limit >= depth:
            start = at
        elif before <= limit < depth and start is not None:
            if at - start >= _GUTTER * em:
                found.append((start, at))
            start = None
    return _with_sparse_columns(found, several, em)


def _with_sparse_columns(
    found: list[tuple[float, float]], lines: Sequence[Line], em: float
) -> list[tuple[float, float]]:
    """A column with few filled cells lies in a gutter: pieces that no gutter's side touches part it in two."""
    parted: list[tuple[float, float]] = []
    for start, end in found:
        inside = [
            piece
            for line in lines
            for piece in line.pieces
            if start + 0.2 * em < piece.x0 and piece.x1 < end - 0.2 * em
        ]
        if inside:
            left, right = min(piece.x0 for piece in inside), max(piece.x1 for piece in inside)
            parted += [(start, left), (right, end)]
        else:
            parted.append((start, end))
    return parted


# --- from lines and gutters to cells ---


@dataclass
class Part:
    """Words of a line or row in columns `first` to `last`."""

    first: int
    last: int
    words: list[Word]

    @property
    def text(self) -> str:
        """The words."""
        return text_of(self.words)

    @property
    def box(self) -> Box:
        """The box around the words."""
        return around(word.box for word in self.words)


Row = list[Part]


def parts_of(line: Line, strips: Sequence[tuple[float, float]]) -> Row:
    """A line's pieces by column. A piece over a gutter is cut there where its words leave the gutter free."""
    row: Row = []
    for piece in line.pieces:
        run: list[Word] = []
        for word in piece.words:
            if run and _is_cut(run[-1], word, strips, line.space):
                row.append(_part(run, strips))
                run = []
            run.append(word)
        row.append(_part(run, strips))
    joined: Row = []
    for part in row:
        if joined and part.first <= joined[-1].last:
            joined[-1] = Part(joined[-1].first, max(joined[-1].last, part.last), joined[-1].words + part.words)
        else:
            joined.append(part)
    return joined


def _is_cut(before: Word, word: Word, strips: Sequence[tuple[float, float]], space: float) -> bool:
    """Whether a gutter lies in the space between two neighbouring words, and the space is wide or a figure follows."""
    for start, end in strips:
        if before.x1 <= end and word.x0 >= start and before.center < (start + end) / 2 < word.center:
            wide = word.x0 - before.x1 > max(_FIGURE_GAP, 1.3 * space) * min(word.size, before.size)
            return wide or is_figure(word.text)
    return False


def _part(words: list[Word], strips: Sequence[tuple[float, float]]) -> Part:
    """Words with the columns that they lie over; a heading a little wider than its column stays in it."""
    x0, x1 = words[0].x0, max(word.x1 for word in words)
    starts = [-float("inf"), *[end for _, end in strips]]
    ends = [*[start for start, _ in strips], float("inf")]
    shares = [min(x1, end) - max(x0, start) for start, end in zip(starts, ends, strict=True)]
    slack = min(0.5 * words[0].size, 0.3 * (x1 - x0))
    over = [column for column, share in enumerate(shares) if share > slack]
    if not over:
        over = [max(range(len(shares)), key=lambda column: shares[column])]
    return Part(over[0], over[-1], words)


def centered(rows: list[Row], rules: Sequence[Rule]) -> list[Row]:
    """Figures that stand at half the height of a label of two or more lines, joined with it."""
    done: list[Row] = []
    for index, row in enumerate(rows):
        above = done[-1] if done else None
        below = rows[index + 1] if index + 1 < len(rows) else None
        if (
            above
            and below
            and row
            and row[0].first > 0
            and {part.first for part in above} == {part.first for part in below} == {0}
            and not _is_ruled_off(above, row, rules)
            and not _is_ruled_off(row, below, rules)
        ):
            upper, middle, lower = _row_box(above), _row_box(row), _row_box(below)
            em = row[0].words[0].size
            if middle[1] - upper[3] < 0.3 * em and lower[1] - middle[3] < 0.3 * em:
                done[-1] = _merged(_merged(above, row), below)
                rows[index + 1] = []
                continue
        if row:
            done.append(row)
    return done


def joined(rows: list[Row], rules: Sequence[Rule], limits: Sequence[float]) -> list[Row]:
    """Rows of several lines from rows of one line: a line goes on where its words had no room on the line above."""
    done: list[Row] = []
    for row in centered(rows, rules):
        if done and not _is_ruled_off(done[-1], row, rules) and _goes_on(done[-1], row, limits):
            done[-1] = _merged(done[-1], row)
        else:
            done.append(row)
    return done


def _is_ruled_off(above: Row, below: Row, rules: Sequence[Rule]) -> bool:
    upper, lower = _row_box(above), _row_box(below)
    return any(
        (upper[1] + upper[3]) / 2 < rule.at < (lower[1] + lower[3]) / 2
        and min(rule.end, lower[2]) - max(rule.start, lower[0]) > 0.5 * (lower[2] - lower[0])
        for rule in rules
    )


def _row_box(row: Row) -> Box:
    return around(word.box for part in row for word in part.words)


def _goes_on(above: Row, below: Row, limits: Sequence[float]) -> bool:
    upper, lower = _row_box(above), _row_box(below)
    em = max(word.size for word in below[0].words)
    if lower[1] - upper[3] > 0.55 * em:
        return False
    there = {part.first: part for part in above}
    if any(part.first != part.last for part in [*above, *below]):
        return False
    new = {part.first for part in below}
    begins_low = all(part.words[0].text[0].islower() for part in below)
    if new <= set(there) and (begins_low or len(new) < max(2, len(there))):  # the rest of some cells
        return all(_is_wrapped(there[part.first], part, limits) for part in below)
    if set(there) == {0} and 0 in new and len(new) > 1:  # the label began on the line above
        return _is_wrapped(there[0], below[0], limits)
    return False


def _is_wrapped(above: Part, below: Part, limits: Sequence[float]) -> bool:
    """Whether the line below begins with what had no room above."""
    last = max(above.words, key=lambda word: (round(word.middle), word.x1))
    first = below.words[0]
    if is_figure(below.text) and is_figure(above.text):
        return False
    if last.bold != first.bold:
        return False
    room = limits[above.first] - last.x1
    needed = first.x1 - first.x0 + 0.25 * first.size
    indented = first.x0 - min(word.x0 for word in above.words) > 0.3 * first.size
    if _UNFINISHED.search(last.text) or first.text[0] == "(":
        return True
    if first.text[0].islower():
        return indented or room < 2 * needed
    return room < needed and (indented or not first.text[0].isupper())


def _merged(above: Row, below: Row) -> Row:
    parts = {part.first: part for part in above}
    for part in below:
        if part.first in parts:
            parts[part.first] = Part(part.first, part.last, parts[part.first].words + part.words)
        else:
            parts[part.first] = part
    return [parts[number] for number in sorted(parts)]


def ruled_off(lines: Sequence[Line], rules: Sequence[Rule]) -> list[int]:
    """The numbers of the lines right below a rule of full width."""
    left = min(line.pieces[0].x0 for line in lines)
    right = max(line.pieces[-1].x1 for line in lines)
    found = []
    for index in range(1, len(lines)):
        above, below = lines[index - 1].middle, lines[index].middle
        drawn = [rule for rule in rules if above < rule.at < below]
        if drawn and sum(rule.length for rule in drawn) >= 0.8 * (right - left):
            first, last = min(rule.start for rule in drawn), max(rule.end for rule in drawn)
            if first < left + lines[index].size and last > right - lines[index].size:
                found.append(index)
    return found


def header_length(lines: Sequence[Line], below_rule: Sequence[int]) -> int:
    """How many lines are header: those over the first rule of full width, else those over the first line of figures."""
    if below_rule:
        return below_rule[0]
    return next((index for index, line in enumerate(lines) if line.is_figures), 0)


def header_parts(
    lines: Sequence[Line],
    strips: Sequence[tuple[float, float]],
    rules: Sequence[Rule],
    alone: tuple[int, int] | None = None,
) -> list[tuple[int, int, Part]]:
    """The header as (first row, last row, part).

    Headings over several columns keep a row each, the rest of a column's lines is one cell. A heading alone on its
    line lies over the columns `alone`.
    """
    spanning: list[tuple[int, Part]] = []  # number of the line
    leaves: dict[int, list[Word]] = {}
    rows = [parts_of(line, strips) for line in lines]
    for number, (line, row) in enumerate(zip(lines, rows, strict=True)):
        below = lines[number + 1].middle if number + 1 < len(lines) else line.bottom + line.size
        for part in row:
            first, last = (
                alone
                if alone and len(row) == 1
                else _spanned(part, row, rows[number + 1 :], rules, strips, line, below)
            )
            if last == first:
                leaves.setdefault(first, []).extend(part.words)
            elif spanning and (spanning[-1][1].first, spanning[-1][1].last, spanning[-1][0]) == (
                first,
                last,
                number - 1,
            ):
                spanning[-1] = (number, Part(first, last, spanning[-1][1].words + part.words))  # a heading of two lines
            else:
                spanning.append((number, Part(first, last, part.words)))
    levels = sorted({number for number, _ in spanning})
    depth = [0] * (len(strips) + 1)
    found: list[tuple[int, int, Part]] = []
    for number, part in spanning:
        level = levels.index(number)
        found.append((level, level, part))
        for column in range(part.first, part.last + 1):
            depth[column] = level + 1
    last_row = len(levels) if leaves else len(levels) - 1
    found += [
        (min(depth[column], last_row), last_row, Part(column, column, words))
        for column, words in sorted(leaves.items())
    ]
    return found


def _spanned(
    part: Part,
    row: Row,
    lower: Sequence[Row],
    rules: Sequence[Rule],
    strips: Sequence[tuple[float, float]],
    line: Line,
    below: float,
) -> tuple[int, int]:
    """The columns under a heading: those of the short rule under it that lie nearer to it than to its neighbours."""
    x0, _, x1, _ = part.box
    first_column = strips[0][0] if strips else x0
    starts = [x0, *[end for _, end in strips]]
    ends = [*[start for start, _ in strips], max(x1, strips[-1][1] + 1)]
    for rule in rules:
        is_whole = rule.start < first_column - line.size and strips and rule.end > strips[-1][1]  # ends the header
        if line.middle < rule.at < below and rule.start <= x0 + 3 and x1 - 3 <= rule.end and not is_whole:
            covered = [
                column
                for column, (start, end) in enumerate(zip(starts, ends, strict=True))
                if min(rule.end, end) - max(rule.start, start) > 0.3 * (end - start)
                and _nearest((start + end) / 2, row) is part
            ]
            if covered:
                return min(covered[0], part.first), max(covered[-1], part.last)
    return _centered_over(part, row, lower, line.size)


def _centered_over(part: Part, row: Row, lower: Sequence[Row], em: float) -> tuple[int, int]:
    """The columns in whose middle a heading stands, where it stands over none of them in particular."""
    boxes: dict[int, list[Box]] = {}
    for below in lower:
        for other in below:
            if other.first == other.last:
                boxes.setdefault(other.first, []).append(other.box)
    edges = {column: around(some) for column, some in boxes.items()}
    center = (part.box[0] + part.box[2]) / 2

    def off(first: int, last: int) -> float:
        return abs(center - (edges[first][0] + edges[last][2]) / 2)

    left = max((other.last + 1 for other in row if other.last < part.first), default=0)
    right = min((other.first - 1 for other in row if other.first > part.last), default=max(edges, default=-1))
    ranges = [
        (first, last)
        for first in range(left, part.first + 1)
        for last in range(part.last, right + 1)
        if all(column in edges for column in range(first, last + 1))
    ]
    own = (part.first, part.last)
    if own not in ranges or off(*own) < _OFF_CENTER * em:
        return own
    best = min(ranges, key=lambda some: off(*some))
    return best if off(*best) < 0.5 * _OFF_CENTER * em else own


def _nearest(x: float, row: Row) -> Part:
    return min(row, key=lambda part: abs((part.box[0] + part.box[2]) / 2 - x))


def cells_of(lines: Sequence[Line], rules: Sequence[Rule]) -> list[Cell]:
    """The cells of an area that is a table."""
    below_rule = ruled_off(lines, rules)
    head = header_length(lines, below_rule)
    strips = gutters(lines[head:]) or gutters(lines)
    if not strips:
        return []
    cells = [
        Cell(first, part.first, last, part.last, part.text, part.box)
        for first, last, part in header_parts(lines[:head], strips, rules)
    ]
    base = max((cell.last_row for cell in cells), default=-1) + 1
    rows = _rows(lines[head:], [index - head for index in below_rule if index > head], strips, rules)
    for number, row in enumerate(rows, start=base):
        cells += [Cell(number, p.first, number, p.last, p.text, p.box) for p in row]
    return cells


def _rows(
    lines: Sequence[Line], below_rule: Sequence[int], strips: Sequence[tuple[float, float]], rules: Sequence[Rule]
) -> list[Row]:
    """The rows under the header. Where rules part them, what stands between two rules is one, unless it is figures."""
    rows = [parts_of(line, strips) for line in lines]
    for number, row in enumerate(rows):
        if len(row) == 1 and row[0].first > 0 and any(line.is_figures for line in lines[number + 1 : number + 3]):
            over = _centered_over(row[0], row, rows[number + 1 : number + 4], lines[number].size)
            if over == (1, len(strips)):  # a heading over all figures below
                rows[number] = [Part(*over, row[0].words)]
    widths = range(len(strips) + 1)
    limits = [
        max((part.box[2] for row in rows for part in row if part.first == part.last == column), default=0.0)
        for column in widths
    ]
    if len(below_rule) < _RULED_ROWS:
        return joined(rows, rules, limits)
    done: list[Row] = []
    for start, end in pairwise([0, *below_rule, len(lines)]):
        if sum(line.is_figures for line in lines[start:end]) > 1:
            done += joined(rows[start:end], rules, limits)
        else:
            done.append(reduce(_merged, rows[start:end]))
    return done
