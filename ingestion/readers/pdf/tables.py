"""The tables of one page: how each is read is decided by what is drawn and written there."""
from __future__ import annotations
from ingestion.readers.pdf.areas import framed, runs
from ingestion.readers.pdf.borderless import cells_of, lines_in, usual_space
from ingestion.readers.pdf.bands import cells_of_lattice
from statistics import median
from ingestion.readers.pdf.layout import Layout
from ingestion.readers.pdf.ruled import Lattice, lattices, words_by_block
from ingestion.readers.pdf.structure import Cell, PageTable, compact, text_of, around, without_caption

def tables_of(layout: Layout):
    found=[]
    taken=[]
    space=usual_space(layout.words)
    for lat in lattices(layout):
        t=_ruled(layout, lat, space)
        if t: found.append(t); taken.append(lat.box)
    free=[w for w in layout.words if not any(b[0]<=w.center<=b[2] and b[1]<=w.middle<=b[3] for b in taken)]
    for way in (framed, runs):
        for lines in way(layout, free, space):
            words=[w for l in lines for p in l.pieces for w in p.words]
            box=around(words)
            rules=[r for r in layout.across if box[1]-2<r.at<box[3]+2 and r.start>=box[0]-20 and r.end<=box[2]+20]
            t=compact(layout.page, False, cells_of(lines, rules))
            if t is None or t.row_count<2 or t.column_count<2: continue
            found.append(t)
            used=set(map(id,words))
            free=[w for w in free if id(w) not in used]
    return found

def _ruled(layout, lat, space):
    cells=cells_of_lattice(lat, layout.words, space)
    t=compact(layout.page, True, without_caption(cells))
    if t is None or t.row_count<2 or t.column_count<2: return None
    filled=[c for c in t.cells if c.text]
    words=sum(len(c.text.split()) for c in filled)
    if len(filled)< max(3, 1.5*t.row_count) or words/len(filled)>35: return None
    if is_chart(layout, lat.box, len(filled)): return None
    if is_panels(t, layout.size): return None
    return t


def is_panels(t, size):
    """Rows many times as high as their text are the frames of pictures."""
    rows={}
    for c in t.cells:
        if c.text and c.row==c.last_row:
            lines=max(1.0, len(c.text)*0.5*size/max(1,c.box[2]-c.box[0]))
            rows[c.row]=max(rows.get(c.row,0), lines*1.2*size/max(1,c.box[3]-c.box[1]))
    return bool(rows) and median(rows.values())<0.2


def is_chart(layout, box, cells):
    """More curves than a table has cells."""
    inside=sum(box[0]<=(c[0]+c[2])/2<=box[2] and box[1]<=(c[1]+c[3])/2<=box[3] for c in layout.curves)
    return inside>max(8, 0.5*cells)
