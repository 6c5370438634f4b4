# SPDX-License-Identifier: GPL-2.0-or-later
"""Stacks made at random."""
import os

from fuzz import fuzz


def say(lines):
    """For whoever reads the log."""
    for line in lines:
        print("# " + line, flush=True)


def test_stacks_as_containerd_unpacks_them():
    first, count = (int(os.environ[n]) for n in ("REPLAY_FIRST",
                                                 "REPLAY_STACKS"))
    counts = fuzz(first, count, say)
    say([f"seeds {first} to {first + count - 1}: {counts}"])
    assert counts["stacks"] == count and not counts["wrong"]
    # Of few stacks the engine refuses every entry.
    assert counts["compared"] >= count - count // 10
