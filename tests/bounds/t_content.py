# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that share content, and digests and holes without end."""
import tempfile

from cost import MIB, estargz, member, refused, run, zeroes
from programs import save


def shared(tmp, files, mib):
    """A layer of files that are all the same member; its path."""
    data = member(zeroes(mib * MIB), flush=True)
    return save(tmp + "/layer", estargz(data, (
        f'{{"name":"f{i}","type":"reg","size":{mib * MIB}}}'
        for i in range(files))))


def test_index_of_shared_content():
    """20,000 files in a member with 512 spans: as many extents as both."""
    with tempfile.TemporaryDirectory() as tmp:
        layer = shared(tmp, 20000, 64)
        r = run("stargz-index", "-q", "-o", tmp + "/index", layer, mib=128,
                seconds=10)
    refused(r, "extents", "1056768")


def test_index_of_content_shared_by_some():
    """What would be honest: 1000 files, which make 512,000 extents."""
    with tempfile.TemporaryDirectory() as tmp:
        layer = shared(tmp, 1000, 64)
        r = run("stargz-index", "-q", "-o", tmp + "/index", layer, mib=128)
    assert r.code == 0, r
