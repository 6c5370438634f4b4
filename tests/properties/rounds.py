# SPDX-License-Identifier: GPL-2.0-or-later
"""Rounds with a seed each."""
import os
import random
import tempfile

# Set by the options of the suite.
COUNT = 15
FIRST = 1


def each(once):
    """Call once(random numbers, seed, empty folder) for each round."""
    for seed in range(FIRST, FIRST + COUNT):
        with tempfile.TemporaryDirectory() as tmp:
            try:
                once(random.Random(seed), seed, os.fsencode(tmp))
            except Exception as why:
                raise AssertionError(f"--seed {seed}: {why}") from why
