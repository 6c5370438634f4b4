# SPDX-License-Identifier: GPL-2.0-or-later
"""From a tree to its text and back, by the program of tests/source."""
import os
import subprocess
import tarfile

from mkblob import layer
from programs import load, save
from tap import TOP
from tools import (ITEMS, TEXT, dump, estargz, folder, fsck, layers, output,
                   run)

PROGRAM = os.path.join(TOP, "build/sanitize/unit/source-to-tar")


def rebuild(text, source, where, *args):
    """The tar that is made of a text; or how it failed."""
    with open(where, "wb") as out:
        r = subprocess.run([PROGRAM, *args, f"--from-dump={text}", source],
                           stdout=out, stderr=subprocess.PIPE, check=False)
    return r.returncode, r.stderr.decode()


def test_each_format():
    with folder() as d:
        for name, blob in layers():
            path = save(f"{d}/{name}", blob)
            text = save(f"{d}/text", output("--dump", path))
            r = rebuild(text, path, f"{d}/out")
            assert r == (0, ""), (name, r)
            assert output("--dump", f"{d}/out") == load(text), name
            # Each source of content is as good.
            assert fsck(f"--extract={d}/tree-{name}", path).code == 0
            assert rebuild(text, f"{d}/tree-{name}", f"{d}/out2") == (0, "")
            assert load(f"{d}/out") == load(f"{d}/out2")


def test_the_tar_is_a_tar():
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        text = save(f"{d}/text", output("--dump", path))
        assert rebuild(text, path, f"{d}/tar") == (0, "")
        assert os.path.getsize(f"{d}/tar") % 512 == 0
        with tarfile.open(f"{d}/tar") as t:
            found = {m.name.removeprefix("./"): m for m in t}
            assert found["d/again"].isreg() and found["d/text"].islnk()
            assert t.extractfile("./d/text").read() == TEXT
            assert found["d/one"].mode == 0o4755
            assert found["d/again"].pax_headers["SCHILY.xattr.user.x"]
        names = {i["name"].rstrip("/") for i in ITEMS}
        assert found.keys() == names | {"."}


def test_whiteouts():
    items = [{"name": "gone/", "type": "dir"},
             {"name": "gone/.wh.x", "type": "reg"},
             {"name": "opaque/", "type": "dir", "xattrs": {"user.a": "Yg=="}},
             {"name": "opaque/.wh..wh..opq", "type": "reg"},
             {"name": "opaque/new", "type": "reg", "data": b"n"}]
    # What the text has of them in each view.
    views = ((), ["/gone/x c", "/opaque d user.a=b trusted.overlay.opaque=y "
                  "user.overlay.opaque=y"]), \
        (("--raw",), ["/gone/.wh.x f", "/opaque d user.a=b",
                      "/opaque/.wh..wh..opq f"])
    with folder() as d:
        path = save(f"{d}/blob", layer(items))
        for args, want in views:
            text = save(f"{d}/text", output("--dump", *args, path))
            lines = {x[0]: (x[1], set(x[9:])) for x in
                     map(str.split, load(text).decode().splitlines()[1:])}
            for line in want:
                name, kind, *xattrs = line.split()
                assert lines[name] == (kind, set(xattrs)), (name, lines)
            assert rebuild(text, path, f"{d}/tar") == (0, "")
            assert output("--dump", *args, f"{d}/tar") == load(text)
            with tarfile.open(f"{d}/tar") as t:
                found = {m.name.removeprefix("./"): m for m in t}
                assert t.extractfile("./opaque/new").read() == b"n"
            assert found.keys() == {".", *(i["name"].rstrip("/")
                                           for i in items)}
            for name in ("gone/.wh.x", "opaque/.wh..wh..opq"):
                assert found[name].isreg() and not found[name].size, name
            assert found["opaque"].pax_headers == {"SCHILY.xattr.user.a": "b"}


def test_order_and_priorities_read_content_again():
    with folder() as d:
        path = save(f"{d}/blob", estargz(chunk=1000)[0])
        text = save(f"{d}/text", output("--dump", path))
        save(f"{d}/first", b"z\nd/one\n")
        assert rebuild(text, path, f"{d}/tar", "--sort=type",
                       f"--prioritized-files={d}/first") == (0, "")
        assert output("--dump", f"{d}/tar") == load(text)
        with tarfile.open(f"{d}/tar") as t:
            names = [n.removeprefix("./") for n in t.getnames()]
        assert names.index("z") < names.index("d/one") < \
            names.index("d/again")


def test_a_text_that_was_changed():
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        lines = output("--dump", path).decode().splitlines()
        # One file under another name, another one's content, a new link.
        z = next(i for i, x in enumerate(lines) if x.startswith("/z "))
        lines[z] = lines[z].replace("/z ", "/renamed ", 1)
        lines.append(r"/sp\x20ace l 0777 1 2 -0.250000000 4 /a\\b -")
        lines.append("/twin f 0600 0 0 1.000000000 1 /d/one -")
        text = save(f"{d}/text", "\n".join(lines).encode() + b"\n")
        assert rebuild(text, path, f"{d}/tar") == (0, "")
        assert output("--cat=renamed", f"{d}/tar") == ITEMS[-1]["data"]
        assert output("--cat=twin", f"{d}/tar") == b"1"
        again = output("--dump", f"{d}/tar").decode().splitlines()
        assert lines[-2] in again
        r = dump("--diff", path, f"{d}/tar")
        assert [x[:2] for x in r.out.decode().splitlines()] == \
            ["> ", "> ", "> ", "< "], r


def test_layers_of_a_text():
    """mkfs.stargz makes the same tree in another format."""
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        text = save(f"{d}/text", output("--dump", path))
        assert fsck(f"--extract={d}/tree", path).code == 0
        for source in (path, f"{d}/tree"):
            for how in (("-zgzip", "--format=estargz"),
                        ("-zgzip", "--format=stargz"),
                        ("-zzstd", "--format=zstd-chunked")):
                r = run("mkfs.stargz", "-q", *how, f"--from-dump={text}",
                        f"{d}/made", source)
                assert r.code == 0 and not r.err, r
                assert fsck("-f", f"{d}/made").code == 0
                assert output("--dump", f"{d}/made") == load(text)
        save(text, load(text).replace(b"sha256:", b"sha256:00", 1))
        os.unlink(f"{d}/made")
        r = run("mkfs.stargz", f"--from-dump={text}", f"{d}/made", path)
        assert r.code == 8 and len(r.err.splitlines()) == 1, r
        assert not os.path.exists(f"{d}/made")


HEAD = b"stargz-dump 1 overlay\n"
BAD = [
    b"", b"text\n", b"stargz-dump 2 overlay\n", b"stargz-dump 1 other\n",
    HEAD + b"/",
    HEAD + b"/ d 0755 0 0 0.000000000 0 -\n",
    HEAD + b"/ d 0755 0 0 0.000000000 0 -  -\n",
    HEAD + b"/ d 0799 0 0 0.000000000 0 - -\n",
    HEAD + b"/ d 10755 0 0 0.000000000 0 - -\n",
    HEAD + b"/ d 0755 -1 0 0.000000000 0 - -\n",
    HEAD + b"/ d 0755 4294967296 0 0.000000000 0 - -\n",
    HEAD + b"/ d 0755 0 0 zero 0 - -\n",
    HEAD + b"/ d 0755 0 0 0.000000000 0 - sha256:00\n",
    HEAD + b"/ q 0755 0 0 0.000000000 0 - -\n",
    HEAD + b"/ dd 0755 0 0 0.000000000 0 - -\n",
    HEAD + b"x f 0755 0 0 0.000000000 1 /z -\n",
    HEAD + b"/../x f 0755 0 0 0.000000000 1 /z -\n",
    HEAD + b"/a//x f 0755 0 0 0.000000000 1 /z -\n",
    HEAD + b"/a/ f 0755 0 0 0.000000000 1 /z -\n",
    HEAD + b"/a\\x00 f 0755 0 0 0.000000000 1 /z -\n",
    HEAD + b"/a\\x0 f 0755 0 0 0.000000000 1 /z -\n",
    HEAD + b"/a\\n f 0755 0 0 0.000000000 1 /z -\n",
    HEAD + b"/" + b"n" * 256 + b" f 0755 0 0 0.000000000 1 /z -\n",
    HEAD + b"/a f 0755 0 0 0.000000000 1 - -\n",
    HEAD + b"/a f 0755 0 0 0.000000000 1 /../z -\n",
    HEAD + b"/a f 0755 0 0 0.000000000 1 /z sha256:xyz\n",
    HEAD + b"/a f 0755 0 0 0.000000000 99999999999999999999 /z -\n",
    HEAD + b"/a l 0777 0 0 0.000000000 2 xxx -\n",
    HEAD + b"/a c 0777 0 0 0.000000000 0 1 -\n",
    HEAD + b"/a c 0777 0 0 0.000000000 0 1:x -\n",
    HEAD + b"/a h 0777 - - - - /z -\n",
    HEAD + b"/a h - - - - - - -\n",
    HEAD + b"/a h - - - - - /z - user.a=b\n",
    HEAD + b"/a d 0777 0 0 0.000000000 0 - - user.a\n",
    HEAD + b"/a d 0777 0 0 0.000000000 0 - - other.a=b\n",
    HEAD + b"/a d 0777 0 0 0.000000000 0 - - \n",
]


def test_texts_that_are_none():
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        for bad in BAD:
            text = save(f"{d}/text", bad)
            code, err = rebuild(text, path, f"{d}/tar")
            assert code == 1 and len(err.splitlines()) == 1, (bad, code, err)
            if len(bad) > len(HEAD):
                assert "line 2: " in err, (bad, err)


def test_content_that_is_not_there():
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        assert fsck(f"--extract={d}/tree", path).code == 0
        os.symlink("z", f"{d}/tree/link")
        os.symlink("d", f"{d}/tree/dlink")
        for data in ("1 /absent -", "1 /z -", "1 /d -", "1 /pipe -",
                     "2304 /link -", "1 /dlink/one -", "1 /z/x -",
                     "1 /d/one sha256:" + "0" * 64):
            text = save(f"{d}/text", HEAD + b"/a f 0755 0 0 0.000000000 " +
                        data.encode() + b"\n")
            for source in (path, f"{d}/tree"):
                code, err = rebuild(text, source, f"{d}/tar")
                assert code == 1 and '"a"' in err, (data, source, code, err)
