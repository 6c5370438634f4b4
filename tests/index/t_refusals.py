# SPDX-License-Identifier: GPL-2.0-or-later
"""What cannot be sane is left out or refused, with one line that names the entry."""
import json
import tarfile

from indexer import index
from mkblob import (Layer, crc_broken, footer, layer, member, with_toc,
                    packed_spaces)
from readindex import Index

FILE = {"name": "f", "type": "reg", "data": b"content\n"}
LINK = {"name": "l", "type": "hardlink", "linkName": "d"}


def left_out(blob, name, why, warnings=1):
    """An entry costs nothing but itself, and a line."""
    r = index(blob)
    assert r.code == 0, r
    assert r.err.count("warning:") == warnings, r
    assert '"' + name in r.err and why in r.err and "left out" in r.err, r
    assert name.encode() not in Index(r.index, blob).paths


def refused(blob, *words, code=4, args=(), toc=None):
    r = index(blob, *args, toc=toc)
    assert r.code == code, r
    assert r.index is None
    lines = [x for x in r.err.splitlines() if "warning:" not in x]
    assert len(lines) == 1, r
    assert lines[0].startswith("stargz-index: "), r
    for word in words:
        assert word in lines[0], (word, r)


def entries(*list_of_entries):
    return with_toc(json.dumps({"version": 1,
                                "entries": list_of_entries}).encode())


def test_other_files():
    blob = layer([FILE])
    refused(index(blob).index, "is an index", code=1)
    for data in (b"", b"x" * 5000, bytes(1 << 20)):
        refused(data, "not a layer", code=3)


def test_links_to_directories():
    left_out(entries({"name": "d", "type": "dir"}, LINK), "l", "directory")
    left_out(entries({"name": "d/x", "type": "reg"}, LINK), "l", "directory")
    left_out(entries({"name": "l", "type": "hardlink", "linkName": "/"}), "l",
             "directory")


def test_hard_links_in_a_circle():
    left_out(entries({"name": "a", "type": "hardlink", "linkName": "b"},
                     {"name": "b", "type": "hardlink", "linkName": "c"},
                     {"name": "c", "type": "hardlink", "linkName": "b"}),
             "a", "not in the layer", warnings=3)
    left_out(entries({"name": "a", "type": "hardlink", "linkName": "a"}), "a",
             "not in the layer")


def test_entry_below_a_file():
    left_out(entries({"name": "a", "type": "reg"},
                     {"name": "a/b", "type": "reg"}), "a/b", "not a directory")


def test_root_is_not_a_directory():
    for entry in ({"name": "./", "type": "symlink", "linkName": "x"},
                  {"name": "../..", "type": "reg"}):
        left_out(entries(entry), "/", "root")


def test_names():
    left_out(entries({"name": "a\0b", "type": "reg"}), "a\\x00b", "NUL")
    left_out(entries({"name": "d/" + "n" * 256, "type": "dir"}), "d/nn", "255")
    left_out(entries({"name": "n" * 256 + "/x", "type": "reg"}), "nnn", "255")
    refused(entries({"type": "dir"}), "name")
    refused(entries({"name": 5, "type": "dir"}), "name")


def test_whiteouts_of_no_name():
    for name in (".wh.", "d/.wh..", ".wh..."):
        left_out(entries({"name": name, "type": "reg"}), name, "whiteout")


def test_symlink_targets():
    for target in ("", "x" * 4096, "a\0b"):
        refused(entries({"name": "l", "type": "symlink", "linkName": target}),
                '"l"', "symbolic link")
    refused(entries({"name": "l", "type": "symlink"}), '"l"')


def test_ranges_outside_the_blob():
    for offset in (1 << 20, 2**63 - 1):
        refused(layer([FILE], patch=lambda t, o=offset:
                      t["entries"][0].update(offset=o)), '"f"', "outside")


def change(**fields):
    return layer([FILE], patch=lambda t: t["entries"][0].update(fields))


def test_negative_and_huge_numbers():
    for key in ("size", "offset", "innerOffset", "chunkOffset", "chunkSize",
                "uid", "gid", "mode"):
        refused(change(**{key: -1}), '"f"', key)
        refused(change(**{key: 2**63}), '"f"', key)
        refused(change(**{key: 2**64 + 1}))
        refused(change(**{key: 1.5}), '"f"', key)
        refused(change(**{key: "7"}), '"f"', key)
    refused(with_toc(b'{"entries":[{"name":"f","type":"reg","size":1e3}]}'),
            '"f"', "size")


def test_owners_and_devices_out_of_range():
    refused(change(uid=2**32), '"f"', "uid")
    refused(change(gid=2**32), '"f"', "gid")
    for field in ({"devMajor": 4096}, {"devMinor": 1 << 20}, {"devMajor": -1}):
        refused(entries(dict({"name": "c", "type": "char"}, **field)), '"c"')


BIG = {"name": "big", "type": "reg", "data": b"0123456789" * 100}


def chunks(change_entries):
    return layer([BIG], chunk=400,
                 patch=lambda t: change_entries(t["entries"]) and None)


def test_chunks_that_do_not_make_a_file():
    refused(chunks(lambda e: e.pop(1)), '"big"')
    refused(chunks(lambda e: e.pop()), '"big"', "800", "1000")
    refused(chunks(lambda e: e.reverse()), "chunk")
    refused(chunks(lambda e: e[1].update(chunkOffset=399)), '"big"')
    refused(chunks(lambda e: e[2].update(chunkSize=201)), '"big"')
    refused(chunks(lambda e: e[0].update(chunkOffset=1)), '"big"')
    refused(chunks(lambda e: e.append(dict(e[2], chunkOffset=1000))), '"big"')
    refused(chunks(lambda e: e[0].pop("chunkSize")), '"big"')


def test_chunks_without_a_file():
    chunk = {"name": "f", "type": "chunk", "chunkOffset": 0, "chunkSize": 1}
    refused(entries(chunk), "chunk")
    refused(entries({"name": "d", "type": "dir"}, chunk), "chunk")


def test_members_that_cannot_hold_so_much():
    plain = ("--checkpoints=none",)
    refused(change(size=50 << 20), '"f"', "decoded bytes are impossible", args=plain)
    refused(change(size=(64 << 20) + 1), '"f"', "64 MiB", args=plain)
    refused(change(innerOffset=64 << 20), '"f"', "64 MiB", args=plain)
    refused(change(size=50 << 20), '"f"', "ends before")
    refused(change(innerOffset=64 << 20), '"f"', "ends before")


def test_xattrs():
    for value in ("a", "====", "a===", "ab=c", "a\u00e9==", 5, ["eA=="]):
        refused(entries({"name": "f", "type": "reg",
                         "xattrs": {"user.x": value}}), '"f"', "attribute")
    refused(entries({"name": "f", "type": "reg", "xattrs": []}), '"f"')
    big = {f"user.{i}": "A" * 80000 for i in range(20)}
    refused(entries({"name": "f", "type": "reg", "xattrs": big}),
            '"f"', "limit")


def test_json_that_is_none():
    for text in (b"", b"{", b"[]", b'{"entries":[}', b'{"entries":[{]}',
                 b'{"entries":[{}', b'{"entries":[{},]}', b"{'a':1}",
                 b'{"entries":{}}', b'{"entries":[5]}', b'{"a" 1}',
                 b'{"entries":[]}x', b'{"entries":[]}{}', b'{"a":}',
                 b'{5:1}', b'{"a":1,}', b'{"entries":[],"entries":[]}',
                 b'{"entries":[{"name":"a","type":"dir"}{}]}',
                 b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}",
                 b'{"entries":[{"name":"x' + b"y" * (17 << 20) + b'"}]}'):
        refused(with_toc(text))


def test_version():
    for version in (b"0", b"2", b"7", b'"1"', b"1.0"):
        refused(with_toc(b'{"version":' + version + b',"entries":[]}'),
                "version")


def test_footers():
    good = layer([FILE])
    refused(b"", "not a layer", code=3)
    refused(b"hello", "not a layer", code=3)
    refused(b"\x28\xb5\x2f\xfd" + bytes(100), "zstd frame")
    refused(good[:-1], "cut off")
    body = good[:-51]
    for offset in (len(body), len(body) + 1, 2**64 - 1):
        refused(body + footer("estargz", offset), "footer")
    for digits in (b"+00000000000000f", b"-000000000000001",
                   b"0x00000000000000", b"000000000000000g"):
        bad = footer("estargz", 0).replace(b"0" * 16, digits)
        refused(body + bad, "hexadecimal")
    refused(Layer().finish("external")[0], "--toc", code=3)


def test_damaged_toc():
    good = layer([FILE])
    at = int(good[-51 + 16:-51 + 32], 16)
    end = len(good) - 51
    refused(good[:at] + good[at:end - 20] + good[end:], "truncated")
    refused(good[:at] + bytes(10) + good[at + 10:], "gzip")
    refused(crc_broken(good[:end]) + good[end:], "check")
    refused(Layer().finish(tocname="other.json"), "other.json")
    text = b'{"entries":[]}'
    info = tarfile.TarInfo("stargz.index.json")
    info.size = len(text) + 5000
    blob = member(info.tobuf() + text)
    refused(blob + footer("estargz", 0), "cut off")


def test_toc_larger_than_the_limit():
    info = tarfile.TarInfo("stargz.index.json")
    info.size = (2 << 30) + 1
    blob = member(info.tobuf() + bytes(1000))
    refused(blob + footer("estargz", 0), "2 GiB")
    made = Layer()
    made.pending = b"x" * 1000
    external = made.finish("external")[0]
    # The same amount without a tar header that says so: 2 MB of spaces.
    spaces = packed_spaces(4 << 20)
    refused(external, "limit", toc=spaces * (513))


def test_damaged_external_toc_names_the_file():
    made = Layer()
    blob, toc = made.finish("external")
    refused(blob, "TOC file", toc=toc[:-20])
    refused(blob, "TOC file", toc=b"")


def test_content_that_is_damaged():
    good = layer([FILE, BIG])
    assert index(good, "--check").code == 0
    at = good.find(b"\x1f\x8b", 10)
    bad = bytearray(good)
    bad[at + 12] ^= 0x55
    refused(bytes(bad), '"f"', args=("--check",))
    wrong = layer([FILE, BIG], patch=lambda t: t["entries"][1].update(
        chunkDigest="sha256:" + "0" * 64))
    refused(wrong, '"big"', "digest", args=("--check",))
    assert index(wrong).code == 0
    broken = change(digest="sha256:xyz")
    refused(broken, '"f"', "digest", args=("--check",))


def test_whole_file_digest_without_chunk_digests():
    good = layer([FILE, BIG], chunk=300, digests=False)
    assert index(good, "--check").code == 0
    bad = layer([FILE, dict(BIG, digest="sha256:" + "1" * 64)], chunk=300,
                digests=False)
    refused(bad, '"big"', "digest", args=("--check",))


def test_member_checksum_after_the_content():
    made = Layer(digests=None)
    made.add(FILE)
    made.flush()
    end = len(made.blob)
    blob = made.finish()
    bad = crc_broken(blob[:end]) + blob[end:]
    assert index(bad).code == 0
    refused(bad, '"f"', "check", args=("--check",))


def test_member_shorter_than_its_file():
    refused(change(size=2000, digest=None, chunkDigest=None), '"f"', "early",
            args=("--check",))
