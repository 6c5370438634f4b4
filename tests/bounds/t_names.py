# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that a table of contents has lost, which are looked for in the tar."""
import json

from cost import MIB, estargz, index, linear, member, zeroes
from tarsource import END, entry, header, pad, pax

# Most that the header of a file can say.
HUGE = (8 << 30) - 1


def test_content_that_ends_earlier_and_earlier():
    """Each name is looked for behind content that ends before the last one."""
    def once(n):
        size, count = n * 4 * MIB, n * 50
        data = member([header(b"a"), *zeroes(size)])
        return index(estargz(data, (json.dumps({
            "name": f"\ufffd{i}", "type": "reg", "size": size - 2 * i - 4096,
            "innerOffset": 512 + i}) for i in range(count))))
    linear(once)


def test_headers_that_lead_to_the_end():
    """A member for each name, and a header in it that skips all others."""
    def once(n):
        count = n * 60
        one = member([header(b"x", size=HUGE) * 2, *zeroes(MIB // 4)])
        return index(estargz(one * count, (json.dumps({
            "name": f"\ufffd{i}", "type": "reg", "size": 512,
            "offset": i * len(one)}) for i in range(count))))
    linear(once)


def stored(size):
    """The head of a block of deflate data that is stored."""
    return b"\0" + size.to_bytes(2, "little") + \
        (size ^ 65535).to_bytes(2, "little")


def test_members_within_a_member():
    """Each ends where all others end, many stored blocks later."""
    def once(n):
        count, step, block = n * 1200, 1100, 59 * 1100
        blob = bytearray(count * step)
        for at in range(0, len(blob), step):
            blob[at:at + 10] = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
            blob[at + 10:at + 15] = stored(block - at % block - 20)
            blob[at + 15:at + 1039] = header(b"x", size=HUGE) * 2
        for at in range(block, len(blob), block):
            blob[at - 5:at] = stored(block - 5)
        return index(estargz(bytes(blob), (json.dumps({
            "name": f"\ufffd{i}", "type": "reg", "size": 512,
            "offset": i * step}) for i in range(count))))
    linear(once)


def test_names_that_are_found():
    """What is honest is found, however the tar is cut into members."""
    def once(n):
        blob, entries = b"", []
        for i in range(n * 500):
            raw = b"\xff%d" % i
            data = b"%d" % i * 300
            entries.append(json.dumps({
                "name": f"\ufffd{i}", "type": "reg", "size": len(data),
                "offset": len(blob), "innerOffset": 512}))
            blob += member([header(raw, size=len(data)), pad(data)])
        return index(estargz(blob + member([END]), entries))
    assert "U+FFFD" not in linear(once).err


def test_names_of_attributes():
    """As many attributes in the header as in the table, all damaged."""
    def once(n):
        count = n * 1000
        names = [b"user." + b"a" * 100 + b"%d\xff" % i for i in range(count)]
        tar = pax([(b"SCHILY.xattr." + k, b"v") for k in names]) + entry()
        return index(estargz(member([tar + END]), [json.dumps({
            "name": f"f{i}" if i else "f", "type": "reg", "xattrs": {
                k.decode("utf-8", "replace"): "dg==" for k in names}})
            for i in range(8)]))
    linear(once)
