"""One table, four formats: numbers as CSV, and the same for reading as Markdown, LaTeX and HTML."""

from html import escape
from pathlib import Path

import pandas as pd

#: What stands in a table without rows.
EMPTY = "No rows with these settings."

#: A cell with more characters is broken into lines.
LONG = 40

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{caption}</title>
<style>
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem; color: #222; max-width: 66rem }}
table {{ border-collapse: collapse; border-top: 2px solid #222; border-bottom: 2px solid #222; font-size: .9rem }}
caption {{ text-align: left; font-weight: 600; padding-bottom: .6rem }}
th, td {{ padding: .3rem .6rem; text-align: right; vertical-align: top; font-variant-numeric: tabular-nums }}
th {{ border-bottom: 1px solid #222; vertical-align: bottom; font-weight: 600 }}
td {{ white-space: nowrap }}
{columns}
p {{ color: #555 }}
</style>
{table}
<p>{note}</p>
</html>
"""


def write(stem: Path, numbers: pd.DataFrame, shown: pd.DataFrame, caption: str, note: str = "") -> None:
    """Write `stem`.csv from `numbers` at full precision, and .md, .tex, .html from `shown` (all text).

    A table without rows says so in words, as EMPTY. In Markdown a vertical bar in a cell has a backslash before it.
    `note` goes below the table: what the columns mean, which data, which budget.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    shown = shown.rename_axis(columns=None)  # the name of all columns would be a column of its own in HTML
    if shown.empty:
        shown = pd.DataFrame({"": [EMPTY]})
    numbers.to_csv(stem.with_suffix(".csv"), index=False)
    align = ["left" if _is_text(shown[column]) else "right" for column in shown]
    markdown = (
        shown.map(_in_a_cell).rename(columns=_in_a_cell).to_markdown(index=False, colalign=align, disable_numparse=True)
    )
    stem.with_suffix(".md").write_text(f"**{caption}**\n\n{markdown}\n\n{note}\n")
    latex = shown.to_latex(index=False, escape=True, caption=caption, column_format="".join(side[0] for side in align))
    stem.with_suffix(".tex").write_text(f"{latex}% {note}\n")
    html = shown.to_html(index=False, border=0, justify="unset")
    html = html.replace("<thead>", f"<caption>{escape(caption)}</caption>\n  <thead>")
    page = _PAGE.format(caption=escape(caption), table=html, note=escape(note), columns=_columns(shown, align))
    stem.with_suffix(".html").write_text(page)


def _columns(shown: pd.DataFrame, align: list[str]) -> str:
    """CSS for the columns of words: at the left, and long texts broken into lines."""
    rules = []
    for place, (name, side) in enumerate(zip(shown, align, strict=True), start=1):
        if side == "left":
            rules.append(f"th:nth-child({place}), td:nth-child({place}) {{ text-align: left }}")
        if shown[name].str.len().max() > LONG:
            rules.append(f"td:nth-child({place}) {{ white-space: normal; min-width: 13rem }}")
    return "\n".join(rules)


def number(value: float | None, digits: int) -> str:
    """A number for reading, or a dash where there is none; what rounds to zero has no sign."""
    return "–" if value is None or pd.isna(value) else f"{value:z,.{digits}f}"


def _in_a_cell(text: str) -> str:
    """Names from one's own data may hold what Markdown ends a cell or a row with."""
    return " ".join(text.splitlines()).replace("|", r"\|")


def _is_text(column: pd.Series) -> bool:
    return not column.str.match(r"^[–−<+-]?[\d.,]*\d?( ?%)?( ± [\d.,]+)?$").all()
