# SPDX-License-Identifier: GPL-2.0-or-later
"""What dump.stargz tells, compared with the index and the layer."""
import base64
import contextlib
import gzip
import hashlib
import io
import json
import os
import pty
import re
import struct
import subprocess
import tarfile

from mkblob import Layer, layer
from programs import BIN, load, save, tool
from readindex import Index
from tools import (CONTENT, ITEMS, TEXT, dump, estargz, folder, layers, make_index,
                   output, tar)


def told(*args):
    return json.loads(output("--json", *args))


def failed(why, *args):
    """There is one line, which ends with the reason."""
    r = dump(*args)
    assert r.code == 2 and not r.out, (args, r)
    assert r.err.endswith(why + "\n") and r.err.count("\n") == 1, (args, r)


def test_superblock():
    with folder() as d:
        for name, blob in layers():
            path = save(f"{d}/{name}", blob)
            make_index("-o", f"{d}/index", path)
            index = load(f"{d}/index")
            for args in ((path,), (f"{d}/index",),
                         (f"--index={d}/index", path)):
                o = told("-s", *args)
                assert o["index_size"] == len(index)
                assert o["uuid"].replace("-", "") == index[24:40].hex()
                assert o["data_bytes"] == struct.unpack_from("<Q", index,
                                                             48)[0]
                assert o["tables"]
                for i, t in enumerate(o["tables"]):
                    assert (t["offset"], t["records"]) == \
                        struct.unpack_from("<QQ", index, 56 + 16 * i)
            assert o["blobs"][0]["size"] == len(blob)
            text = output(path).decode()
            assert o["uuid"] in text and str(len(index)) in text
            assert text == output("-s", path).decode()


def test_statistics():
    with folder() as d:
        path = save(f"{d}/blob", estargz(shared=5000)[0])
        make_index("-o", f"{d}/index", path)
        index = Index(load(f"{d}/index"))
        o = told("-S", path)
        assert o["spans"] == len(index.spans)
        assert o["entries"] == len(index.paths)
        assert o["content"] == sum(map(len, CONTENT.values()))
        assert sum(c["decoded"] for c in o["codecs"]) == \
            sum(s[2] for s in index.spans)
        assert sum(r["spans"] for r in o["spans_by_size"]) == len(index.spans)
        assert all(r["from"] * r["spans"] <= r["decoded"] <
                   r["below"] * r["spans"] for r in o["spans_by_size"])
        assert (o["directories"], o["files"], o["symlinks"], o["fifos"],
                o["character_devices"]) == (2, 4, 1, 1, 1)
        assert "Index per entry" in output("--statistics", path).decode()


def test_list():
    names = {i["name"].rstrip("/") for i in ITEMS}
    with folder() as d:
        for name, blob in layers():
            path = save(f"{d}/{name}", blob)
            rows = told("--ls", "-R", path)
            assert {r["path"] for r in rows} == names | {"/"}
            assert [r["path"] for r in told("--ls", path)] == \
                ["d", "null", "pipe", "z"]
            assert [r["path"] for r in told("--ls=d", path)] == \
                ["d/again", "d/none", "d/one", "d/sym", "d/text"]
            one = told("--ls=/d/one", path)
            assert len(one) == 1 and one[0]["mode"] == "-rwsr-xr-x"
            lines = output("--ls=d", path).decode().splitlines()
            assert len(lines) == 5 and lines[3].endswith("d/sym -> ../d/one")
            failed('"nowhere": not in the tree', "--ls=nowhere", path)


def test_odd_names():
    raw = b"caf\xe9\n\\x"
    items = [{"name": "caf\ufffd\n\\x", "path": raw, "type": "reg",
              "data": b"1"}]
    with folder() as d:
        path = save(f"{d}/blob", layer(items))
        line = output("--ls", path)
        assert line.count(b"\n") == 1 and line.endswith(b"\xe9\\x0a\\\\x\n")
        row = told("--ls", path)[0]
        assert base64.b64decode(row["path_base64"]) == raw
        text = output("--dump", path).splitlines()[-1]
        assert text.startswith(rb"/caf\xe9\x0a\\x f ")
        assert output(b"--cat=" + raw, path) == b"1"


def test_stat():
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        o = told("--stat=d/text", path)
        # The file has two names.
        assert o["path"] in ("d/text", "d/again"), o
        assert (o["permissions"], o["size"], o["links"]) == \
            ("0644", len(TEXT), 2), o
        assert o["mtime"] == "2020-02-02T02:02:02Z"
        assert o["xattrs"][0]["name"] == "user.x"
        assert o["xattrs"][0]["value_base64"] == "AP8="
        assert told(f"--ino={o['ino']}", path) == o
        assert told("--ino=1", path)["path"] == "/"
        o = told("--stat=null", path)
        assert (o["major"], o["minor"]) == (1, 3)
        assert b"Target:" in output("--stat=d/sym", path)
        for bad in ("--ino=99", "--stat=x", "--stat=d/one/x", "--stat=d/.."):
            r = dump(bad, path)
            assert r.code == 2 and len(r.err.splitlines()) == 1, r


def test_cat():
    with folder() as d:
        for name, blob in layers():
            path = save(f"{d}/{name}", blob)
            for file, data in CONTENT.items():
                assert output(f"--cat={file}", path) == data
            assert output("--cat=/d//again", path) == TEXT
            failed("d: not a regular file", "--cat=d", path)
            failed("d/sym: not a regular file", "--cat=d/sym", path)
            output("-o", f"{d}/out", "--cat=d/text", path)
            assert load(f"{d}/out") == TEXT


def test_names_that_begin_others():
    names = ["a" * n for n in range(1, 12)] + ["aab", "ab", "b"]
    made = Layer()
    for name in names:
        made.add({"name": name, "type": "reg", "data": name.encode()})
    with folder() as d:
        path = save(f"{d}/blob", made.finish())
        for name in names:
            assert output(f"--cat={name}", path) == name.encode()
        failed('"aaaab": not in the tree', "--cat=aaaab", path)


def test_nothing_half_written():
    with folder() as d:
        blob = bytearray(estargz()[0])
        at = [i for i in range(len(blob)) if blob[i:i + 3] == b"\x1f\x8b\x08"]
        blob[at[2] + 12] ^= 0x20
        path = save(f"{d}/blob", blob)
        r = dump("-o", f"{d}/out", "--cat=d/text", path)
        assert r.code == 2 and os.listdir(d) == ["blob"], r
        with open("/dev/full", "wb") as full:
            p = subprocess.run([os.path.join(BIN, "dump.stargz"), path],
                               stdout=full, stderr=subprocess.PIPE,
                               check=False)
        assert p.returncode == 2 and b"No space left" in p.stderr, p


def test_extents():
    with folder() as d:
        path = save(f"{d}/blob", estargz(chunk=1000)[0])
        make_index("-o", f"{d}/index", path)
        rows = told("-e", "d/text", path)["extents"]
        assert sum(r["length"] for r in rows) == len(TEXT)
        blob = load(path)
        for r in rows:
            member = gzip.decompress(
                blob[r["start"]:r["start"] + r["compressed"]])
            assert member[r["offset"]:r["offset"] + r["length"]] == \
                TEXT[r["pos"]:r["pos"] + r["length"]]
        assert b"gzip" in output("--extents=d/text", path)
        assert told("-e", "d/none", path)["extents"] == []
        plain = save(f"{d}/tar", tar())
        row, = told("-e", "z", plain)["extents"]
        assert row["codec"] == "stored"
        at = row["start"] + row["offset"]
        assert load(plain)[at:at + row["length"]] == ITEMS[-1]["data"]


def test_toc():
    """The table of contents comes back."""
    def normal(entries, swap=()):
        out = {}
        for e in entries:
            e = {k: v for k, v in e.items() if v not in (0, "")}
            e["name"] = e["name"].strip("/")
            # The first name by their order stands for both.
            if e["name"] in swap:
                e["name"] = swap[e["name"]]
            out[e["name"], e.get("chunkOffset", 0)] = e
        return out

    with folder() as d:
        for how in ({}, {"chunk": 1000}, {"shared": 5000},
                    {"shared": 700, "chunk": 300}):
            blob, made = estargz(**how)
            path = save(f"{d}/blob", blob)
            have = normal(json.loads(output("--toc", path))["entries"],
                          {"d/again": "d/text", "d/text": "d/again"})
            want = normal(json.loads(made.toc)["entries"])
            have.pop((".", 0))
            for key in want:
                a, b = want[key], have[key]
                for k in ("type", "size", "offset", "innerOffset", "uid",
                          "digest", "chunkDigest", "chunkOffset", "chunkSize",
                          "devMajor", "devMinor", "xattrs"):
                    assert a.get(k) == b.get(k), (how, key, k, a, b)
            assert want.keys() == have.keys()


def test_toc_of_one_member():
    """Wherever its spans begin, all files are in the one member of a tar.gz, at
    the places that Python finds in the tar."""
    items = [{"name": f"f{i}", "type": "reg", "data": os.urandom(30000)}
             for i in range(30)]
    data = gzip.decompress(layer(items))
    with folder() as d, tarfile.open(fileobj=io.BytesIO(data)) as t:
        path = save(f"{d}/blob", gzip.compress(data, 1))
        make_index("--span=64K", "-o", f"{d}/index", path)
        toc = json.loads(output("--toc", f"--index={d}/index", path))
        files = {e["name"]: e for e in toc["entries"] if e["type"] == "reg"}
        assert len(Index(load(f"{d}/index")).spans) > 9
        assert len({e.get("offset", 0) for e in files.values()}) == 1
        for item in items:
            name = item["name"]
            assert files[name]["innerOffset"] == t.getmember(name).offset_data


LINE = re.compile(
    r"/\S* (?:h - - - - - /\S* -|[fdlcbps] [0-7]{4} \d+ \d+ "
    r"-?\d+\.\d{9} \d+ \S+ (?:-|sha256:[0-9a-f]{64})(?: [^ =]+=\S*)*)")


def unescape(text):
    return re.sub(rb"\\(?:\\|x(..))",
                  lambda m: bytes.fromhex(m[1].decode()) if m[1] else b"\\",
                  text)


def test_dump():
    with folder() as d:
        for name, blob in layers():
            path = save(f"{d}/{name}", blob)
            text = output("--dump", path).decode()
            head, *lines = text.splitlines()
            assert head == "stargz-dump 1 overlay" and text.isascii()
            assert output("--dump", path).decode() == text
            digests = {}
            for line in lines:
                assert LINE.fullmatch(line), line
                f = line.split(" ")
                if f[1] == "f":
                    digests[f[0].strip("/")] = f[8]
            assert len(lines) == len(ITEMS) + 1
            want = {n: "sha256:" + hashlib.sha256(c).hexdigest() if c else "-"
                    for n, c in CONTENT.items()}
            want["d/again"] = want["d/text"]
            assert digests.items() <= want.items()
            assert len(digests) == len(CONTENT)
        head = output("--raw", "--dump", path).split(b"\n")[0]
        assert head == b"stargz-dump 1 raw"


def test_dump_of_times_and_attributes():
    items = [{"name": "early", "type": "reg",
              "modtime": "1969-12-31T23:59:58.75Z",
              "xattrs": {"user.a=b c": "AD0g"}},
             {"name": "dash", "type": "symlink", "linkName": "-"}]
    with folder() as d:
        path = save(f"{d}/blob", layer(items))
        lines = output("--dump", path).decode().splitlines()
        assert lines[3] == (r"/early f 0000 0 0 -1.250000000 0 - - "
                            r"user.a\x3db\x20c=\x00=\x20"), lines
        assert lines[2].split()[7] == r"\x2d", lines


def test_diff():
    other = [dict(i) for i in ITEMS]
    other[1]["mode"] = 0o755
    other[2]["data"] = TEXT[:-1] + b"!"
    other[5]["linkName"] = "elsewhere"
    other[6]["devMinor"] = 5
    other[7]["gid"] = 3
    other[8] = {"name": "z", "type": "dir"}
    other.append({"name": "new/file", "type": "reg"})
    del other[3]
    with folder() as d:
        a, b = save(f"{d}/a", estargz()[0]), save(f"{d}/b", layer(other))
        for same in (estargz(chunk=1000)[0], estargz(shared=9999)[0]):
            r = dump("--diff", a, save(f"{d}/c", same))
            assert (r.code, r.out, r.err) == (0, b"", ""), r
        r = dump("--diff", a, b)
        assert r.code == 1 and not r.err, r
        assert r.out.decode().splitlines() == [
            "! d/again: content", "< d/none",
            "! d/one: mode 4755 and 0755", "! d/sym: target",
            "! d/text: content", "> new",
            "! null: device 1,3 and 1,5", "! pipe: gid 0 and 3",
            "! z: type"], r.out.decode()
        make_index("-o", f"{d}/index", a)
        failed("its blob is missing (--device)", "--diff", a, f"{d}/index")
        failed("absent: No such file or directory", "--diff", a, f"{d}/absent")
        make_index("--device-image", "-o", f"{d}/image", a)
        assert dump("--diff", a, f"{d}/image").code == 0


def test_colors_of_differences():
    with folder() as d:
        a, b = save(f"{d}/a", estargz()[0]), save(f"{d}/b", layer(
            [i for i in ITEMS if i["name"] != "null"] +
            [{"name": "new", "type": "dir"}]))
        plain = dump("--diff", a, b).out
        assert plain.splitlines() == [b"> new", b"< null"], plain
        for args in (("--color=never",), ("--color=auto",)):
            assert dump("--diff", *args, a, b).out == plain
        r = dump("--diff", "--color=always", a, b)
        assert (r.code, r.out) == (1, b"\33[32m> new\33[m\n"
                                   b"\33[31m< null\33[m\n"), r
        failed("--color=blue: not one of auto, always, never", "--diff",
               "--color=blue", a, b)
        failed("--color: requires --diff", "--color=always", a)
        for no, colored in (("", True), ("1", False)):
            env = {**os.environ, "TERM": "xterm", "NO_COLOR": no}
            out = on_terminal([BIN + "/dump.stargz", "--diff", a, b], env)
            assert (b"\33[32m> new" in out) == colored, (no, out)
        env["TERM"] = "dumb"
        env["NO_COLOR"] = ""
        assert b"\33" not in on_terminal([BIN + "/dump.stargz", "--diff", a, b], env)


def on_terminal(args, env):
    """What a program prints to a terminal."""
    main, other = pty.openpty()
    with subprocess.Popen(args, stdout=other, env=env) as run:
        os.close(other)
        out = b""
        with contextlib.suppress(OSError):
            while part := os.read(main, 4096):
                out += part
        os.close(main)
        assert run.wait() == 1
    return out


def test_diff_with_a_directory():
    """What GNU tar unpacks is what the layer has, and a change is found."""
    with folder() as d:
        tree = f"{d}/tree"
        os.mkdir(tree)
        path = save(f"{d}/layer", tar(tarfile.GNU_FORMAT))
        tool("tar", "-C", tree, "-xpf", path, "--numeric-owner")
        # The tar has no entry of the root: there it has these attributes.
        os.chmod(tree, 0o755)
        os.utime(tree, (0, 0))
        for pair in ((path, tree), (tree, path), (tree, tree)):
            r = dump("--diff", *pair)
            assert (r.code, r.out, r.err) == (0, b"", ""), r
        os.chmod(f"{tree}/d/one", 0o600)
        save(f"{tree}/z", bytes(range(255, -1, -1)) * 9)
        os.utime(f"{tree}/z", (1, 1))
        os.mkdir(f"{tree}/more")
        os.utime(tree, (0, 0))
        r = dump("--diff", path, tree)
        assert r.code == 1 and r.out.decode().splitlines() == [
            "! d/one: mode 4755 and 0600", "> more", "! z: content"], r
        failed("tree: not a regular file or block device", tree)
        failed("absent: No such file or directory", "--diff", path,
               f"{tree}/absent")


def test_diff_of_hard_links():
    one = [{"name": n, "type": "reg", "data": b"x"} for n in "ac"] + \
        [{"name": "b", "type": "hardlink", "linkName": "a"},
         {"name": "d", "type": "hardlink", "linkName": "c"}]
    two = one[:2] + [dict(one[2], linkName="c"), dict(one[3], linkName="a")]
    with folder() as d:
        a, b = save(f"{d}/a", layer(one)), save(f"{d}/b", layer(two))
        r = dump("--diff", a, b)
        assert r.code == 1 and b"hard links" in r.out, r


def test_extract_blob():
    with folder() as d:
        paths = [save(f"{d}/{name}", blob) for name, blob in layers()]
        make_index("--merge", "--device-image", "-o", f"{d}/image", *paths)
        count = told(f"{d}/image")["blobs"]
        assert len(count) == len(paths)
        for i, path in enumerate(paths):
            assert output(f"--extract-blob={i}", f"{d}/image") == load(path)
            output("-o", f"{d}/out", f"--extract-blob={i}", f"{d}/image")
            assert load(f"{d}/out") == load(path)
        for bad in (len(paths), 1 << 31):
            failed(f"image: has no blob {bad}", f"--extract-blob={bad}",
                   f"{d}/image")
        make_index("-o", f"{d}/index", paths[0])
        failed("blob 0 is missing (--device)", "--extract-blob=0", f"{d}/index")


def test_usage():
    for text, why in (
            ("", "BLOB: is missing"), ("-x a", "-x: no such option"),
            ("--ls --toc a", "--toc: one command at a time"),
            ("a b", "b: is one argument too many"),
            ("--diff a", "A or B: is missing"),
            ("--diff a b c", "c: is one argument too many"),
            ("--ino=0 a", "--ino=0: not a number (1 to "),
            ("--ino=x a", "--ino=x: not a number (1 to "),
            ("-R a", "--recursive: requires --ls"),
            ("--json --dump a", "--json: cannot be used with this command"),
            ("--diff --index=x a b", "--diff: cannot be used with --index"),
            ("--extract-blob=-1 a", "--extract-blob=-1: not a number (0 to "),
            ("/nonexistent", "/nonexistent: No such file or directory")):
        r = dump(*text.split())
        assert r.code == 2 and not r.out, (text, r)
        assert r.err.startswith("dump.stargz: " + why), (text, r)
        assert r.err.count("\n") == 1, (text, r)
    assert b"Usage:" in output("--help")
    assert output("--version").startswith(b"dump.stargz ")
