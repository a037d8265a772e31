from itertools import groupby
from typing import NamedTuple

import segno


class QrCode(NamedTuple):
    """`side` in modules, without the quiet zone; `path`: an SVG path of strokes, one module thick."""

    side: int
    path: str


def qr_code(text: str) -> QrCode:
    code = segno.make(text, micro=False, error="m")
    strokes = []
    for y, row in enumerate(code.matrix):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                strokes.append(f"M{x} {y}.5h{length}")
            x += length
    return QrCode(len(code.matrix), "".join(strokes))
