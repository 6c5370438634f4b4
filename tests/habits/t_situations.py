# SPDX-License-Identifier: GPL-2.0-or-later
"""Each situation, as the document has it."""
import re

import table
from makers import MAKERS
from situations import SITUATIONS
from tap import need_root


def compare(title, function):
    """What each program does now against what the document says of it."""
    need_root()
    documented = table.read()
    for maker in MAKERS:
        if not maker.installed():
            continue
        column = documented.get(table.heading(maker))
        if column is not None:
            cell = function(maker)
            assert cell == column[title], (maker.name, cell, column[title])


def test_document_has_all_situations():
    documented = table.read()
    assert MAKERS[0].name in documented, documented.keys()
    for name, column in documented.items():
        assert list(column) == list(SITUATIONS), name


def _add():
    for title, function in SITUATIONS.items():
        name = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
        globals()["test_" + name] = \
            lambda title=title, function=function: compare(title, function)


_add()
