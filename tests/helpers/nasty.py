"""Texts that some output takes for more than a text."""

NASTY = [
    "<x>",  # a variable of a path in Snakemake, a tag in HTML
    "{x} {{y}} {",  # wildcards
    "=1+1",  # formulas in a spreadsheet
    "+1 a",
    "-x",
    "@SUM(A1)",
    "'=1",
    "'",
    "-5",  # a number
    "$x$ and $y",  # formulas in Markdown, LaTeX and figures
    r"\alpha{} \\ % & # _ ^ ~",
    "[a](b)",
    "*y*",
    "_legend",
    "a|b `c` ~~d~~",
    "<svg onload=alert(1)>&lt;",
    'it\'s "quoted", $(touch broken); `touch broken`',
    "--out",
    "../x/./*?[!a]",
    "Größe 年龄 €",
    "NA",
    "007",
]
