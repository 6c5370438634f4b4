# SPDX-License-Identifier: GPL-2.0-or-later
"""What fsck.stargz finds, and how it ends."""
import gzip
import hashlib
import json
import os
import struct
import subprocess

from hashtree import seal, seal_super
from mkblob import layer, with_toc
from programs import load, save, tool, zstd
from readindex import Index, plain
from tap import Skip
from tools import (CLEAN, CONTENT, ERRORS, ITEMS, OPERATION, TEXT, USAGE, Layer,
                   estargz, folder, fsck, layers, make_index, run, tar)


def ends(code, *args):
    r = fsck(*args)
    assert r.code == code, r
    return r


def unread(why, *args):
    """The last argument cannot be read, for this reason."""
    r = ends(OPERATION, *args)
    assert r.err == f"fsck.stargz: {args[-1]}: {why}\n", (why, r)


def found(path, *words, args=("-f",), code=ERRORS):
    """Every word is in one of the lines."""
    r = ends(code, *args, path)
    for line in r.err.splitlines():
        assert line.startswith("fsck.stargz: "), r
    for word in words:
        assert word in r.err, (word, r)
    return r.err


def test_sound_layers_of_all_formats():
    with folder() as d:
        for name, blob in layers():
            path = save(f"{d}/{name}", blob)
            for args in ((), ("-a",), ("-p",), ("-y",), ("-n",), ("-f",),
                         ("-f", "-j1"), ("-af", "-j", "7")):
                r = ends(CLEAN, *args, path)
                assert r.out.startswith(f"{path}: clean".encode()), r
            assert load(path) == blob


def test_sound_indexes_and_images():
    with folder() as d:
        for name, blob in layers():
            path = save(f"{d}/{name}", blob)
            make_index("-o", f"{d}/index", path)
            make_index("--device-image", "-o", f"{d}/image", path)
            for args in ((), ("-f",)):
                ends(CLEAN, *args, f"--index={d}/index", path)
                ends(CLEAN, *args, f"--device={path}", f"{d}/index")
                ends(CLEAN, *args, f"{d}/image")
            assert "not checked" in ends(CLEAN, "-f", f"{d}/index").err
            ends(CLEAN, "-fq", f"{d}/index")


def test_merged_images():
    with folder() as d:
        paths = [save(f"{d}/{name}", blob) for name, blob in layers()]
        make_index("--merge", "-o", f"{d}/index", *paths)
        make_index("--merge", "--device-image", "-o", f"{d}/image", *paths)
        devices = [f"--device={p}" for p in paths]
        ends(CLEAN, "-f", f"{d}/image")
        ends(CLEAN, "-f", f"{d}/index", *devices)
        broken = bytearray(load(paths[-1]))
        broken[len(broken) // 2] ^= 0x55
        save(paths[-1], broken)
        ends(ERRORS, "-f", f"{d}/index", *devices)


def test_usage():
    for text, why in (("", "BLOB: is missing"), ("-x a", "-x: no such option"),
                      ("-j0 a", "--jobs=0: not a number (1 to "),
                      ("-jx a", "--jobs=x: not a number (1 to "),
                      ("-j 999 a", "--jobs=999: not a number (1 to "),
                      ("--index=a b c", "c: is a second file, which cannot "),
                      ("--path=a b", "--path: requires --extract"),
                      ("--overwrite a", "--overwrite: requires --extract"),
                      ("--annotation=x a", "--annotation=x: not KEY=VALUE")):
        r = ends(USAGE, *text.split())
        assert r.err.startswith("fsck.stargz: " + why) and not r.out, (text, r)
        assert r.err.count("\n") == 1, (text, r)
    assert b"Usage:" in ends(CLEAN, "--help").out
    assert ends(CLEAN, "--version").out.startswith(b"fsck.stargz ")


def test_what_cannot_be_read():
    with folder() as d:
        text = save(f"{d}/text", b"no layer at all\n" * 99)
        empty = save(f"{d}/empty", b"")
        for args, none in (((), "neither an index nor a layer of a known format"),
                           (("-f",), "not a layer: neither a tar nor a tar "
                            "compressed with gzip or zstd")):
            unread("No such file or directory", *args, f"{d}/absent")
            unread("not a regular file or block device", *args, d)
            unread(none, *args, text)
            unread(none, *args, empty)
        unread(f"{text} is not an index", f"--index={text}", text)


def test_codes_are_added_up():
    with folder() as d:
        good = save(f"{d}/good", estargz()[0])
        blob = bytearray(estargz()[0])
        blob[-10] ^= 1
        blob[40] ^= 1
        bad = save(f"{d}/bad", blob)
        r = ends(ERRORS | OPERATION, "-f", good, bad, f"{d}/absent", good)
        assert r.out.count(b"clean") == 2, r


def test_codes_of_one_layer_are_added_up():
    """A file is damaged, another is there already, whichever comes first."""
    good = estargz()[0]
    at = [i for i in range(len(good)) if good[i:i + 3] == b"\x1f\x8b\x08"]
    for member, there in ((1, "z"), (3, "d/one")):
        with folder() as d:
            blob = bytearray(good)
            blob[at[member] + 12] ^= 0x20
            os.makedirs(f"{d}/out/d")
            save(f"{d}/out/{there}", b"")
            found(save(f"{d}/blob", blob), f'"{there}": File exists',
                  args=(f"--extract={d}/out",), code=ERRORS | OPERATION)


def test_damaged_content():
    with folder() as d:
        blob = bytearray(estargz()[0])
        at = [i for i in range(len(blob)) if blob[i:i + 3] == b"\x1f\x8b\x08"]
        # The members of d/one, d/text, which is d/again too, and z.
        for i in at[1:4]:
            blob[i + 12] ^= 0x20
        path = save(f"{d}/blob", blob)
        ends(CLEAN, "-a", path)
        for jobs in ("-j1", "-j4"):
            err = found(path, '"d/one"', '"d/again"', '"z"',
                        args=("-f", jobs))
            assert len(err.splitlines()) == 3, err
        assert load(path) == blob


def test_trailers_of_members():
    """The content is sound, but not what the trailer says of it."""
    with folder() as d:
        good = estargz()[0]
        at = [i for i in range(len(good)) if good[i:i + 3] == b"\x1f\x8b\x08"]
        # The member of d/one ends where that of d/text begins.
        for back, word in ((8, "incorrect data check of a gzip member"),
                           (4, "incorrect length check of a gzip member")):
            blob = bytearray(good)
            blob[at[2] - back] ^= 0x20
            err = found(save(f"{d}/blob", blob), '"d/one"', word)
            assert len(err.splitlines()) == 1, err


def test_wrong_digests():
    def wrong(toc):
        for e in toc["entries"]:
            if e["name"] == "d/one":
                e["digest"] = "sha256:" + "1" * 64
            if e["name"] == "z" and e["type"] == "reg":
                e["chunkDigest"] = "sha256:" + "2" * 64
            if e["name"] == "d/text" and e.get("chunkOffset") == 2000:
                e["chunkDigest"] = "sha256:" + "3" * 64

    # In the second layer, a member holds several chunks.
    for shared in (0, 9000):
        with folder() as d:
            path = save(f"{d}/blob", layer(ITEMS, chunk=1000, shared=shared,
                                           patch=wrong))
            err = found(path, '"d/one": bytes 0 to 1', '"z": bytes 0 to 1000',
                        '"d/again": bytes 2000 to 3000')
            assert len(err.splitlines()) == 3, err


def test_whole_file_digest_beside_those_of_chunks():
    def wrong(toc):
        for e in toc["entries"]:
            if e["name"] == "d/text" and e["type"] == "reg":
                e["digest"] = "sha256:" + "1" * 64

    with folder() as d:
        path = save(f"{d}/blob", layer(ITEMS, chunk=1000, patch=wrong))
        err = found(path, '"d/again"', "digest")
        assert len(err.splitlines()) == 1, err


def test_toc_digest():
    blob, made = estargz()
    digest = hashlib.sha256(made.toc).hexdigest()
    with folder() as d:
        path = save(f"{d}/blob", blob)
        for args in ((), ("-f",)):
            ends(CLEAN, *args, f"--toc-digest=sha256:{digest}", path)
            found(path, "TOC digest",
                  args=(*args, f"--toc-digest=sha256:{'0' * 64}"))
        other = save(f"{d}/tar", tar())
        unread("the layer has no table of contents, but an option requires "
               "one; it is another layer, or truncated",
               f"--toc-digest=sha256:{digest}", other)


def test_external_toc():
    made = Layer()
    for item in ITEMS:
        made.add(item)
    blob, toc = made.finish("external")
    with folder() as d:
        path, text = save(f"{d}/blob", blob), save(f"{d}/toc", toc)
        ends(CLEAN, path)
        unread("the TOC of this layer is in a separate file; name it with "
               "--toc", "-f", path)
        ends(CLEAN, "-f", f"--toc={text}", path)
        save(text, toc[:-9])
        found(path, "TOC", args=("-f", f"--toc={text}"))


def test_damaged_toc():
    with folder() as d:
        path = save(f"{d}/blob", with_toc(b'{"version":1,"entries":[}'))
        for args in ((), ("-f",)):
            found(path, "TOC", args=args)
        blob = bytearray(estargz()[0])
        blob[-30:-20] = b"f" * 10
        path = save(path, blob)
        found(path, args=())


def test_truncated_and_damaged_streams():
    with folder() as d:
        for name, blob in layers():
            if not name.startswith("tar."):
                continue
            found(save(f"{d}/{name}", blob[:-len(blob) // 3]))
            broken = bytearray(blob)
            broken[len(blob) // 2] ^= 0xff
            found(save(f"{d}/{name}", broken))


def test_quick_check_of_layers_cut_short():
    """Half a download is damaged, wherever it ends. What may lack is the padding
    of a tar behind its end marker, and all of a zero-filled one."""
    with folder() as d:
        for name, blob in layers():
            end = len(blob.rstrip(b"\0")) + 512 if name == "tar" else len(blob)
            cuts = {end // 2, end - 1, end - 8, end - 30, end - 51, end - 52}
            if name == "tar":
                cuts |= set(range(512, end, 512))
            for cut in sorted(cuts):
                found(save(f"{d}/{name}", blob[:cut]), args=("-q",))


def test_quick_check_without_footer():
    with folder() as d:
        path = f"{d}/layer"
        found(save(path, estargz()[0][:-51]), "footer", args=())
        chunked = f"{d}/chunked"
        os.mkdir(f"{d}/tree")
        save(f"{d}/tree/file", b"1234\n" * 99)
        r = run("mkfs.stargz", "-q", "-z", "zstd", "--format=zstd-chunked",
                chunked, f"{d}/tree")
        assert r.code == 0, r
        ends(CLEAN, chunked)
        found(save(path, load(chunked)[:-120]), "footer", args=())
        # Compressed again, it is an honest tar.gz with a file of that name.
        text = gzip.decompress(estargz()[0])
        ends(CLEAN, save(path, gzip.compress(text)))
        ends(CLEAN, save(path, zstd(text)))


def test_json():
    with folder() as d:
        good, bad = save(f"{d}/good", estargz()[0]), save(f"{d}/b\xff", b"x" * 9)
        blob = bytearray(estargz()[0])
        blob[40] ^= 1
        damaged = save(f"{d}/damaged", blob)
        r = ends(ERRORS | OPERATION, "--json", "-f", good, damaged, bad,
                 f"{d}/absent")
        decode = json.JSONDecoder().raw_decode
        text, found_ = r.out.decode(), []
        while text:
            what, end = decode(text)
            found_.append(what)
            text = text[end:].lstrip()
        assert [f["result"] for f in found_] == ["clean", "errors", "failed",
                                                 "failed"], found_
        assert [f["fault_count"] for f in found_] == [0, 1, 1, 0], found_
        assert found_[0]["data_bytes"] == sum(map(len, CONTENT.values())), found_
        assert "damaged" in found_[1]["faults"][0]["message"], found_
        assert r.err.count("\n") == 1 and "absent" in r.err, r


def test_fifos_are_not_waited_for():
    with folder() as d:
        path, blob = f"{d}/fifo", save(f"{d}/blob", estargz()[0])
        os.mkfifo(path)
        for program, args in (("fsck.stargz", (path,)),
                              ("fsck.stargz", (f"--index={path}", blob)),
                              ("fsck.stargz", (f"--toc={path}", blob)),
                              ("dump.stargz", (path,)),
                              ("stargz-index", ("-o", f"{d}/out", path)),
                              ("stargz-index", (f"--toc={path}", "-o",
                                                f"{d}/out", blob)),
                              ("mkfs.stargz", (f"{d}/out", path)),
                              ("mkfs.stargz", (f"--prioritized-files={path}",
                                               f"{d}/out", blob))):
            r = run(program, *args, timeout=60)
            assert r.code and "FIFO" in r.err, (program, args, r)
            assert not os.path.exists(f"{d}/out")


def patched(index, at, data, reseal=seal):
    """An index with other bytes, which fit its checksums again."""
    out = bytearray(index)
    out[at:at + len(data)] = data
    if reseal:
        reseal(out)
    return bytes(out)


def offset(index, table, record=0, size=1):
    """Where a record of a table is."""
    return struct.unpack_from("<Q", index, 56 + 16 * table)[0] + record * size


def damaged(index):
    """Damaged indexes: name, bytes, whether a quick look finds it, a word."""
    def u32(value):
        return struct.pack("<I", value)

    inode = offset(index, 0)
    yield "checksum", patched(index, 30, b"\xff", None), True, "checksum"
    yield "size", patched(index, 40, struct.pack("<Q", 1 << 40)), True, \
        "truncated index"
    yield "table", patched(index, 56, struct.pack("<Q", 1 << 40)), True, \
        "table beyond the end"
    yield "overlap", patched(index, 56 + 16, index[56:64]), True, \
        "overlapping tables"
    yield "short", index[:-8], True, "truncated index"
    yield "shorter", index[:4096 + 8], True, "truncated index"
    yield "padding", patched(index, 4000, b"x"), True, \
        "data behind the superblock"
    tables, end = struct.unpack_from("<Q", index, 312)[0], len(index)
    yield "tree", patched(index, 312, struct.pack("<Q", tables + 1)), True, \
        "bad position of the hash tree"
    yield "no tree", patched(index, 312, struct.pack("<Q", end + 4096)), True, \
        "bad position of the hash tree"
    yield "small tree", patched(index + bytes(4096), 40, struct.pack(
        "<Q", end + 4096)), True, "bad size of the hash tree"
    yield "block size", patched(index, 10, struct.pack("<H", 8192)), True, \
        "bad superblock size"
    for name, at in (("root", 320), ("table", inode)):
        yield "unsealed " + name, patched(index, at, b"\xaa", seal_super), True, \
            "the index does not match the hash tree"
    yield "label", patched(index, 352, b"a\0b"), False, "label"
    yield "creator", patched(index, 384 + 31, b"b"), False, "creator"
    yield "mode", patched(index, inode + 48, b"\0\0"), False, "inode 2"
    yield "nlink", patched(index, inode + 4, u32(9)), False, "links"
    yield "parent", patched(index, inode + 48 + 44, u32(9)), False, "parent"
    yield "name", patched(index, offset(index, 2), b"/"), False, \
        "name with a slash"
    yield "order", patched(index, offset(index, 2), b"\xff"), False, \
        "unsorted names"
    yield "span", patched(index, offset(index, 4) + 20, b"\xff\xff"), False, \
        "span without blob"
    yield "codec", patched(index, offset(index, 4) + 22, b"\xff"), False, \
        "unknown codec"
    yield "content", patched(index, offset(index, 4, 1, 24) + 12, u32(1)), \
        False, "extent beyond its span"
    # The name of d/one becomes another one of d/none.
    one, none = (Index(index).paths[name].ino for name in (b"d/one", b"d/none"))
    at = next(at for at in range(offset(index, 1), offset(index, 2), 12)
              if index[at:at + 4] == u32(one))
    yield "no name", patched(index, at, u32(none)), False, \
        f"inode {one} of the index: has no name"
    yield "sum", patched(index, 48, struct.pack("<Q", 1)), False, \
        "superblock"


def test_damaged_indexes():
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        make_index("-o", f"{d}/index", path)
        good = load(f"{d}/index")
        for name, data, quick, word in damaged(good):
            bad = save(f"{d}/{name}", data)
            args = (f"--index={bad}",)
            r = fsck("-f", *args, path)
            assert r.code == ERRORS and word in r.err, (name, r)
            found(path, args=args) if quick else ends(CLEAN, *args, path)


def test_index_of_a_development_version():
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        make_index("-o", f"{d}/index", path)
        old = save(f"{d}/old", patched(load(f"{d}/index"), 10,
                                       struct.pack("<H", 512)))
        for args in ((), ("-f",), (f"--index={old}",)):
            r = ends(OPERATION, *args, path if len(args) and "=" in args[0]
                     else old)
            assert "made by a development version, make the index again" in \
                r.err, r


def test_index_that_says_other_things_than_the_layer():
    """Each record is sound, but not what the layer has."""
    with folder() as d:
        for name, blob in layers():
            path = save(f"{d}/{name}", blob)
            make_index("-o", f"{d}/index", path)
            good = load(f"{d}/index")
            inode = offset(good, 0) + 48 * 4
            for at, data, word in ((inode + 8, b"\7", "uid"),
                                   (inode, b"\1", "mode"),
                                   (offset(good, 2), b"c", "only in"),
                                   (inode + 24, b"\1", "mtime")):
                bad = save(f"{d}/bad", patched(good, at, data))
                found(path, word, args=("-f", f"--index={bad}"))
                ends(CLEAN, "-f", f"--index={d}/index", path)


def test_index_whose_content_is_elsewhere():
    """Each file is that of the layer, but one begins a byte later."""
    with folder() as d:
        path = save(f"{d}/blob", gzip.compress(tar()))
        make_index("-o", f"{d}/index", path)
        good = load(f"{d}/index")
        node = Index(good, load(path)).paths[b"d/one"]
        at = offset(good, 0, node.ino - 1, 48) + 36
        assert struct.unpack_from("<I", good, at)[0] == node.b
        bad = save(f"{d}/bad", patched(good, at, struct.pack("<I", node.b + 1)))
        found(path, "differ in the positions of content",
              args=("-f", f"--index={bad}"))


def test_unsorted_attributes():
    """The first of two names is changed to one that comes behind the other."""
    made = Layer()
    made.add({"name": "f", "type": "reg",
              "xattrs": {"user.a": "AA==", "user.b": "AA=="}})
    with folder() as d:
        path = save(f"{d}/blob", made.finish())
        make_index("-o", f"{d}/index", path)
        index = load(f"{d}/index")
        # A header of the set, one of the attribute, and its name.
        at = offset(index, 6) + 16
        for name, word in ((b"c", "unsorted"), (b"b", "unsorted")):
            assert index[at:at + 1] == b"a"
            bad = save(f"{d}/bad", patched(index, at, name))
            found(path, "inode 2", word, args=("-f", f"--index={bad}"))


def test_digests_of_an_index():
    """They are compared with the content of each span."""
    long = [{"name": "d/", "type": "dir"},
            {"name": "d/text", "type": "reg", "data": TEXT * 99}]
    long = gzip.compress(gzip.decompress(layer(long)))
    for blob in (estargz()[0], long):
        with folder() as d:
            path = save(f"{d}/blob", blob)
            make_index("--digests", "--span=256K", "-o", f"{d}/index", path)
            good = load(f"{d}/index")
            digests = Index(good, blob).digests
            ends(CLEAN, "-f", f"--index={d}/index", path)
            nr = len(digests) - 1
            last = offset(good, 9, sum(map(len, digests)) - 1, 32)
            for at, data, word in (
                    (last, b"12", f"span {nr} at offset "),
                    (last, b"12", "do not have the digest in the index"),
                    (offset(good, 11, nr, 4), b"\xff\xff\xff\xff",
                     f"digests of span {nr} of the index: digests of span out "
                     "of range")):
                bad = save(f"{d}/bad", patched(good, at, data))
                found(path, word, args=("-f", f"--index={bad}"))


def test_digests_of_a_blob():
    """An index may have those of all bytes of its blob, and of its tar."""
    with folder() as d:
        for name, blob in layers():
            path = save(f"{d}/{name}", blob)
            digest = hashlib.sha256(blob).hexdigest()
            make_index(f"--layer-digest=sha256:{digest}", "-o", f"{d}/index",
                       path)
            good = load(f"{d}/index")
            ends(CLEAN, "-f", f"--index={d}/index", path)
            # Only a layer without a table of contents is decoded as a whole.
            wanted = [(32, hashlib.sha256(blob).digest())]
            if name.startswith("tar"):
                wanted.append((64, hashlib.sha256(plain(blob)).digest()))
            for at, sha256 in wanted:
                at += offset(good, 5)
                assert good[at:at + 32] == sha256
                bad = save(f"{d}/bad", patched(good, at, b"12"))
                found(path, "sha256:" + sha256.hex(),
                      args=("-f", f"--index={bad}"))


def test_index_with_other_options():
    with folder() as d:
        path = save(f"{d}/gz", gzip.compress(tar()))
        for args in (("--span=64K",), ("--raw",)):
            make_index(*args, "-o", f"{d}/index", path)
            ends(CLEAN, "-f", f"--index={d}/index", path)


def test_many_faults_are_told():
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        make_index("-o", f"{d}/index", path)
        data = bytearray(load(f"{d}/index"))
        inodes = offset(data, 0)
        for ino in (3, 5, 7):
            struct.pack_into("<H", data, inodes + 48 * (ino - 1), 0)
        seal(data)
        bad = save(f"{d}/bad", data)
        err = found(bad, "inode 3 ", "inode 5 ", "inode 7 ")
        assert len(err.splitlines()) > 3


def test_faults_are_bounded():
    with folder() as d:
        made = Layer()
        for i in range(3000):
            made.add({"name": f"f{i}", "type": "reg", "mode": 0o644})
        path = save(f"{d}/blob", made.finish())
        make_index("-o", f"{d}/index", path)
        data = bytearray(load(f"{d}/index"))
        for ino in range(2, 3002):
            struct.pack_into("<H", data, offset(data, 0) + 48 * (ino - 1), 0)
        seal(data)
        err = found(save(f"{d}/bad", data), "more")
        assert len(err.splitlines()) <= 1001


def test_index_of_another_layer():
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        other = save(f"{d}/other", estargz(chunk=1000)[0])
        make_index("-o", f"{d}/index", path)
        found(other, args=("-f", f"--index={d}/index"))
        found(save(f"{d}/short", load(path)[:100]), "reaches",
              args=(f"--index={d}/index",))


def test_block_device():
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        make_index("--device-image", "-o", f"{d}/image", path)
        r = subprocess.run(["losetup", "-rf", "--show", f"{d}/image"],
                           capture_output=True, check=False)
        if r.returncode:
            raise Skip("no loop device")
        device = r.stdout.decode().strip()
        try:
            ends(CLEAN, "-a", device)
            ends(CLEAN, "-f", device)
        finally:
            tool("losetup", "-d", device)


def test_checkpoints_are_checked():
    """Spans inside one gzip member: damage is laid at the door of one."""
    data = b"".join(hashlib.sha256(b"%d" % i).hexdigest().encode()
                    for i in range(40000))
    with folder() as d:
        made = Layer()
        made.add({"name": "f", "type": "reg", "data": data})
        blob = bytearray(made.finish())
        path = save(f"{d}/blob", blob)
        make_index("--span=64K", "-o", f"{d}/index", path)
        index = Index(load(f"{d}/index"))
        assert len(index.spans) > 12
        ends(CLEAN, "-f", f"--index={d}/index", path)
        span = index.spans[10]
        blob[span[0] + 99] ^= 4
        err = found(save(path, blob), "span 10",
                    args=("-f", f"--index={d}/index"))
        assert "span 9 " not in err and "span 11 " not in err, err
