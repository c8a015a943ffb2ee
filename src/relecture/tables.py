"""One table, four formats: numbers as CSV, and the same for reading as Markdown, LaTeX and HTML."""

from html import escape
from pathlib import Path

import pandas as pd

FORMATS = ("csv", "md", "tex", "html")

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{caption}</title>
<style>
body {{ font: 16px/1.45 system-ui, sans-serif; margin: 2rem; color: #222; max-width: 62rem }}
table {{ border-collapse: collapse; border-top: 2px solid #222; border-bottom: 2px solid #222 }}
caption {{ text-align: left; font-weight: 600; padding-bottom: .6rem }}
th, td {{ padding: .35rem .9rem; text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }}
th {{ border-bottom: 1px solid #222; font-weight: 600 }}
th:first-child, td:first-child {{ text-align: left }}
td.text {{ text-align: left; white-space: normal }}
p {{ color: #555 }}
</style>
{table}
<p>{note}</p>
</html>
"""


def write(stem: Path, numbers: pd.DataFrame, shown: pd.DataFrame, caption: str, note: str = "") -> None:
    """Write `stem`.csv from `numbers` at full precision, and .md, .tex, .html from `shown` (all text).

    `note` goes below the table: what the columns mean, which data, which budget.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    numbers.to_csv(stem.with_suffix(".csv"), index=False)
    align = ["left" if _is_text(shown[column]) else "right" for column in shown]
    markdown = shown.to_markdown(index=False, colalign=align, disable_numparse=True)
    stem.with_suffix(".md").write_text(f"**{caption}**\n\n{markdown}\n\n{note}\n")
    latex = shown.to_latex(index=False, escape=True, caption=caption, column_format="".join(side[0] for side in align))
    stem.with_suffix(".tex").write_text(f"{latex}% {note}\n")
    html = shown.to_html(index=False, border=0, justify="right")
    html = html.replace("<thead>", f"<caption>{escape(caption)}</caption>\n  <thead>")
    stem.with_suffix(".html").write_text(_PAGE.format(caption=escape(caption), table=html, note=escape(note)))


def number(value: float | None, digits: int) -> str:
    """A number for reading, or a dash where there is none."""
    return "–" if value is None or pd.isna(value) else f"{value:,.{digits}f}"


def _is_text(column: pd.Series) -> bool:
    return not column.str.match(r"^[–−<+-]?[\d.,]*\d?( ?%)?( ± [\d.,]+)?$").all()
