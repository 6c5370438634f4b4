# SPDX-License-Identifier: GPL-2.0-or-later
"""The table in Documentation/tools.md."""
import os

from makers import MAKERS
from situations import SITUATIONS
from tap import TOP

DOCUMENT = os.path.join(TOP, "Documentation/tools.md")
HEAD = "| situation |"


def heading(maker):
    """Of a column: that of ours names no version."""
    return maker.name if maker is MAKERS[0] else \
        f"{maker.name} {maker.version()}"


def text():
    """The table as Markdown."""
    makers = [maker for maker in MAKERS if maker.installed()]
    lines = [f"{HEAD} " + " | ".join(map(heading, makers)) + " |",
             "|---" * (len(makers) + 1) + "|"]
    for title, function in SITUATIONS.items():
        lines.append(f"| {title} | " +
                     " | ".join(map(function, makers)) + " |")
    return "\n".join(lines)


def read():
    """The table of the document: column by column, a dictionary by situation."""
    with open(DOCUMENT, encoding="utf-8") as f:
        lines = f.read().splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith(HEAD))
    columns = [cell.strip() for cell in lines[begin].strip("|").split("|")]
    found = {name: {} for name in columns[1:]}
    for line in lines[begin + 2:]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for name, cell in zip(columns[1:], cells[1:]):
            found[name][cells[0]] = cell
    return found
