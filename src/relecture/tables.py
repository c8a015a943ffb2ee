"""One table in five formats: CSV for numbers; JSON, Markdown, LaTeX and HTML for reading."""

import re
from html import escape
from pathlib import Path

import pandas as pd
from pydantic import BaseModel

from relecture.atomic_files import write_text
from relecture.data_files import write_csv
from relecture.errors import UserError

#: Text of a table without rows.
EMPTY = "No rows with these settings."

#: Signs of Markdown: always, before a tag, an entity or a link, and an underscore that is not inside a word.
_MARKDOWN = re.compile(r"[\\`*|]|<(?=[a-zA-Z/!?])|&(?=#?\w+;)|\[(?=[^\]]*\]\()|(?<!\w)_|_(?!\w)|~(?=~)|(?<=~)~")

#: What LaTeX writes for its own signs.
_LATEX = str.maketrans(
    {sign: f"\\{sign}" for sign in "&%$#_{}"}
    | {"~": r"\textasciitilde ", "^": r"\textasciicircum ", "\\": r"\textbackslash "}
)

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


class TextTable(BaseModel):
    """A table for reading, the content of the JSON file: all cells are text.

    `right` says which columns hold numbers and are aligned at the right. `note` says what the columns mean, which data
    they are from and which preset they were made with.
    """

    caption: str
    columns: list[str]
    right: list[bool]
    rows: list[list[str]]
    note: str = ""


def write(stem: Path, numbers: pd.DataFrame, text: pd.DataFrame, caption: str, note: str = "") -> None:
    """Write `stem`.csv from `numbers` at full precision, and .json, .md, .tex, .html from `text`.

    A table without rows says so in words (EMPTY). Texts are shown as they are in every format: what is a sign of its
    language in Markdown, LaTeX or HTML is escaped.
    """
    text = text.rename_axis(columns=None)  # the name of all columns would be a column of its own in HTML
    if text.empty:
        text = pd.DataFrame({"": [EMPTY]})
    write_csv(stem.with_suffix(".csv"), numbers)
    right = [not _is_text(text[column]) for column in text]
    table = TextTable(
        caption=caption, columns=list(text), right=right, rows=text.to_numpy().tolist(), note=note
    ).model_dump_json(indent=2)
    write_text(stem.with_suffix(".json"), f"{table}\n")
    align = ["right" if is_number else "left" for is_number in right]
    markdown = (
        text.map(_escape_markdown)
        .rename(columns=_escape_markdown)
        .to_markdown(index=False, colalign=align, disable_numparse=True)
    )
    write_text(stem.with_suffix(".md"), f"**{_escape_markdown(caption)}**\n\n{markdown}\n\n{_escape_markdown(note)}\n")
    latex = (
        text.map(_escape_latex)
        .rename(columns=_escape_latex)
        .to_latex(
            index=False,
            escape=False,
            caption=_escape_latex(caption),
            column_format="".join(side[0] for side in align),
        )
    )
    write_text(stem.with_suffix(".tex"), f"{latex}% {_one_line(note)}\n")
    html = text.to_html(index=False, border=0, justify="unset")
    html = html.replace("<thead>", f"<caption>{escape(caption)}</caption>\n  <thead>")
    page = _PAGE.format(caption=escape(caption), table=html, note=escape(note), columns=_column_css(text, right))
    write_text(stem.with_suffix(".html"), page)


def read(stem: Path) -> TextTable:
    """Read `stem`.json; UserError if `write` did not write it."""
    path = stem.with_suffix(".json")
    try:
        return TextTable.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path} is not a table of this project ({error}). Delete it and run again") from error


def number(value: float | None, digits: int) -> str:
    """Format a number for reading; a dash for None and NaN, and no sign where it rounds to zero."""
    return "–" if value is None or pd.isna(value) else f"{value:z,.{digits}f}"


def _column_css(text: pd.DataFrame, right: list[bool]) -> str:
    """CSS for the columns: text at the left, and long texts broken into lines."""
    rules = []
    for index, (name, is_number) in enumerate(zip(text, right, strict=True), start=1):
        if not is_number:
            rules.append(f"th:nth-child({index}), td:nth-child({index}) {{ text-align: left }}")
        if text[name].str.len().max() > LONG:
            rules.append(f"td:nth-child({index}) {{ white-space: normal; min-width: 13rem }}")
    return "\n".join(rules)


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def _escape_markdown(text: str) -> str:
    """Return text on one line, with a backslash before everything that Markdown does not show as it is."""
    escaped = _MARKDOWN.sub(r"\\\g<0>", _one_line(text))
    return escaped.replace("$", r"\$") if escaped.count("$") > 1 else escaped  # two of them enclose a formula


def _escape_latex(text: str) -> str:
    r"""Return text on one line, with the commands for signs of LaTeX; `[` and `*` would belong to the `\\` before."""
    escaped = _one_line(text).translate(_LATEX)
    return f"{{{escaped[0]}}}{escaped[1:]}" if escaped.startswith(("[", "*")) else escaped


def _is_text(column: pd.Series) -> bool:
    return not column.str.match(r"^[–−<+-]?[\d.,]*\d?( ?%)?( ± [\d.,]+)?$").all()
