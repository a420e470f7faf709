"""The tables of one page: how each is read is decided by what is drawn and written there."""
from __future__ import annotations
from ingestion.readers.pdf.areas import framed, runs
from ingestion.readers.pdf.borderless import cells_of, lines_in
from ingestion.readers.pdf.bands import cells_of_lattice
from ingestion.readers.pdf.layout import Layout
from ingestion.readers.pdf.ruled import Lattice, lattices, words_by_block
from ingestion.readers.pdf.structure import Cell, PageTable, compact, text_of, around

def tables_of(layout: Layout):
    found=[]
    taken=[]
    for lat in lattices(layout):
        t=_ruled(layout, lat)
        if t: found.append(t); taken.append(lat.box)
    free=[w for w in layout.words if not any(b[0]<=w.center<=b[2] and b[1]<=w.middle<=b[3] for b in taken)]
    for way in (framed, runs):
        for lines in way(layout, free):
            words=[w for l in lines for p in l.pieces for w in p.words]
            box=around(words)
            rules=[r for r in layout.across if box[1]-2<r.at<box[3]+2 and r.start>=box[0]-20 and r.end<=box[2]+20]
            t=compact(layout.page, False, cells_of(lines, rules, box[2]-box[0]))
            if t is None or t.row_count<2 or t.column_count<2: continue
            found.append(t)
            used=set(map(id,words))
            free=[w for w in free if id(w) not in used]
    return found

def _ruled(layout, lat):
    cells=cells_of_lattice(lat, layout.words)
    t=compact(layout.page, True, cells)
    if t is None or t.row_count<2 or t.column_count<2: return None
    filled=sum(bool(c.text) for c in t.cells)
    words=sum(len(c.text.split()) for c in t.cells)
    if filled< max(3, 1.5*t.row_count) or words/filled>35: return None
    return t
