"""HTML pages that open from disk: everything is inside the file."""

from base64 import b64encode
from collections.abc import Iterable
from html import escape
from pathlib import Path

from relecture.report.chapter import CaptionedFigure, CaptionedTable, Chapter
from relecture.tables import LONG

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; padding: 0 1.5rem; color: #222; max-width: 70rem }}
h1 {{ margin: 0 0 .3rem }}
h2 {{ margin: 2.5rem 0 .5rem; font-size: 1.15rem }}
.question {{ font-size: 1.15rem; color: #555; margin: 0 0 1rem }}
.conclusions {{ border-left: 4px solid #0072B2; padding: .2rem 0 .2rem 1rem; margin: 1rem 0 2rem; font-size: 1.05rem }}
.wide {{ overflow-x: auto }}
table {{ border-collapse: collapse; border-top: 2px solid #222; border-bottom: 2px solid #222; font-size: .85rem }}
th, td {{ padding: .3rem .55rem; text-align: left; vertical-align: top }}
th {{ border-bottom: 1px solid #222; vertical-align: bottom }}
td {{ white-space: nowrap }}
td.long {{ white-space: normal; min-width: 13rem }}
.number {{ text-align: right; font-variant-numeric: tabular-nums }}
.note, figcaption {{ color: #555; font-size: .85rem; margin: .5rem 0 }}
figure {{ margin: 2rem 0; break-inside: avoid }}
img {{ max-width: 100%; height: auto }}
</style>
{body}
</html>
"""


def page(title: str, parts: Iterable[str]) -> str:
    """Return a page from parts that are HTML already."""
    return _PAGE.format(title=escape(title), body="\n".join(parts))


def chapter(content: Chapter) -> str:
    """Return a comparison as one page: question, conclusions, tables, figures."""
    parts = [
        f"<h1>{escape(content.title)}</h1>",
        f'<p class="question">{escape(content.question)}</p>',
        f'<p class="conclusions">{escape(content.conclusions)}</p>',
        *(table(one) for one in content.tables),
        *(_figure(one) for one in content.figures),
    ]
    return page(content.title, parts)


def table(captioned: CaptionedTable) -> str:
    """Return a table with its title, caption and note."""
    content, caption = captioned.table, captioned.caption
    marks = [_mark(right, cells) for right, *cells in zip(content.right, *content.rows, strict=True)]
    head = "".join(f"<th{mark}>{escape(name)}</th>" for mark, name in zip(marks, content.columns, strict=True))
    rows = [
        "<tr>" + "".join(f"<td{mark}>{escape(cell)}</td>" for mark, cell in zip(marks, row, strict=True)) + "</tr>"
        for row in content.rows
    ]
    return "\n".join(
        [
            f"<h2>{escape(content.caption)}</h2>",
            *([f'<p class="note">{escape(caption)}</p>'] if caption else []),
            f'<div class="wide"><table>{f"<thead><tr>{head}</tr></thead>" if any(content.columns) else ""}<tbody>',
            *rows,
            "</tbody></table></div>",
            *([f'<p class="note">{escape(content.note)}</p>'] if content.note else []),
        ]
    )


def _mark(right: bool, cells: list[str]) -> str:
    """Return the class of a column: numbers are aligned right, long texts broken into lines."""
    if right:
        return ' class="number"'
    return ' class="long"' if max(map(len, cells), default=0) > LONG else ""


def _figure(figure: CaptionedFigure) -> str:
    caption = escape(figure.caption)
    return (
        f'<figure><img alt="{caption}" src="{_embedded(figure.stem.with_name(f"{figure.stem.name}.svg"))}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _embedded(image: Path) -> str:
    return f"data:image/svg+xml;base64,{b64encode(image.read_bytes()).decode()}"
