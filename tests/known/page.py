# SPDX-License-Identifier: Apache-2.0
"""The page of the law itself: its tables and constants are read from where they stand."""

from pathlib import Path
import re

PAGE = (Path(__file__).parents[2] / "include/idem/ARITHMETIC.md").read_text(encoding="ascii")


def section(heading):
    """The text below a heading, which may be cut short, up to the next one."""
    return re.split(r"^#+ ", PAGE.partition("\n" + heading)[2], maxsplit=1, flags=re.MULTILINE)[0]


def table(heading):
    """The integers of the table in a section: its rows, each without its first column."""
    rows = re.findall(r"^\| [0-9].*$", section(heading), re.MULTILINE)
    return [[int(cell) for cell in row.strip("|").split("|")[1:]] for row in rows]
