# SPDX-License-Identifier: GPL-2.0-or-later
"""fsck.stargz --extract, compared with what GNU tar extracts."""
import os
import subprocess
import tarfile

from mkblob import layer
from programs import load, save, tool
from tap import Skip, need_root
from tools import (CLEAN, ERRORS, ITEMS, OPERATION, TEXT, estargz, folder,
                   fsck, layers, make_index, run, tar)
from tree import same_tree, tree


def extract(path, where, *args, code=CLEAN):
    r = fsck(f"--extract={where}", *args, path)
    assert r.code == code, r
    return r


def by_tar(path, where, *args):
    os.mkdir(where)
    tool("tar", "-xpf", path, "-C", where, "--xattrs", "--xattrs-include=*",
         "--acls", *args)


def test_as_gnu_tar_does():
    need_root()
    with folder() as d:
        for fmt in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
            path = save(f"{d}/tar{fmt}", tar(fmt))
            by_tar(path, f"{d}/want{fmt}")
            extract(path, f"{d}/have{fmt}")
            # The tar has no entry for its root.
            same_tree(tree(f"{d}/want{fmt}"), tree(f"{d}/have{fmt}"), root=False)


def test_files_with_holes():
    """Content and length are those of the files in the tar."""
    with folder() as d:
        os.mkdir(f"{d}/files")
        for name, pieces in (("none", ()), ("first", (1 << 20,)),
                             ("middle", (0, 1 << 20)), ("last", (0,)),
                             ("two", (0, 2 << 20))):
            with open(f"{d}/files/{name}", "wb") as f:
                for at in pieces:
                    f.seek(at)
                    f.write(TEXT)
                f.truncate(f.tell() if name == "middle" else 3 << 20)
        tool("tar", "-C", d, "--sparse", "-cf", f"{d}/tar", "files")
        assert os.path.getsize(f"{d}/tar") < 1 << 20
        extract(f"{d}/tar", f"{d}/out")
        for name in os.listdir(f"{d}/files"):
            assert load(f"{d}/files/{name}") == load(f"{d}/out/files/{name}"), \
                name


def test_all_formats_alike():
    need_root()
    with folder() as d:
        trees = []
        for name, blob in layers():
            path = save(f"{d}/{name}", blob)
            extract(path, f"{d}/tree-{name}")
            found, links = tree(f"{d}/tree-{name}")
            # What the formats do not all have in these layers.
            for what in found.values():
                for key in "mode", "uid", "gid", "mtime", "xattrs":
                    del what[key]
            trees.append((found, links))
            assert load(f"{d}/tree-{name}/d/again") == TEXT
            assert os.path.samefile(f"{d}/tree-{name}/d/again",
                                    f"{d}/tree-{name}/d/text")
        for other in trees[1:]:
            same_tree(trees[0], other)


def test_marks_for_overlayfs():
    """One of an opaque directory will do; the raw view has the layer's."""
    with folder() as d:
        path = save(f"{d}/blob", layer([
            {"name": "o/", "type": "dir",
             "xattrs": {"user.overlay.opaque": "eA==", "user.a": "Yg=="}},
            {"name": "o/.wh..wh..opq", "type": "reg"}]))
        extract(path, f"{d}/view")
        extract(path, f"{d}/raw", "--raw")
        root = [] if os.geteuid() else ["trusted.overlay.opaque"]
        assert sorted(os.listxattr(f"{d}/view/o")) == root + ["user.a"]
        assert os.getxattr(f"{d}/raw/o", "user.overlay.opaque") == b"x"


def test_a_real_tree():
    """What GNU tar packs, with holes, lists of access rights and all."""
    need_root()
    with folder() as d:
        src = f"{d}/src"
        os.makedirs(f"{src}/deep" + "/x" * 200)
        save(f"{src}/deep" + "/x" * 200 + "/end", b"far down")
        with open(f"{src}/holes", "wb") as f:
            for at in (0, 1 << 20, 5 << 20):
                f.seek(at)
                f.write(b"data" * 1000)
            f.truncate(9 << 20)
        save(f"{src}/caf\udce9\n\\ name".encode("utf-8", "surrogateescape"),
             b"odd")
        save(f"{src}/mine", TEXT)
        os.chown(f"{src}/mine", 1234, 4321)
        os.chmod(f"{src}/mine", 0o4711)
        os.setxattr(f"{src}/mine", "user.note", b"\0\xff")
        os.setxattr(f"{src}/mine", "trusted.note", b"t")
        os.setxattr(f"{src}/mine", "security.capability",
                    bytes.fromhex("0000000200200000000000000000000000000000"))
        tool("setfacl", "-m", "u:99:rwx,d:g:77:r-x", f"{src}/deep")
        os.mkdir(f"{src}/closed", 0)
        os.utime(f"{src}/closed", ns=(1, 1234567890123456789))
        os.utime(f"{src}/mine", ns=(1, -5000000001))
        os.mknod(f"{src}/disk", 0o60660, os.makedev(8, 1))
        tool("tar", "-C", src, "-cf", f"{d}/tar", "--sparse", "--format=pax",
             "--xattrs", "--xattrs-include=*", "--acls", ".")
        for pack in ("cat", "gzip -c", "zstd -qc"):
            subprocess.run(f"{pack} {d}/tar >{d}/packed", shell=True,
                           check=True)
            where = f"{d}/{pack.split()[0]}"
            extract(f"{d}/packed", where)
            same_tree(tree(src), tree(where))
            assert os.stat(f"{where}/holes").st_blocks * 512 < 1 << 20


def test_index_and_image():
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        make_index("-o", f"{d}/index", path)
        make_index("--device-image", "-o", f"{d}/image", path)
        extract(path, f"{d}/a")
        extract(path, f"{d}/b", f"--index={d}/index")
        extract(f"{d}/index", f"{d}/c", f"--device={path}")
        extract(f"{d}/image", f"{d}/d")
        extract(path, f"{d}/e", "-f")
        for name in "bcde":
            same_tree(tree(f"{d}/a"), tree(f"{d}/{name}"))


def test_one_path():
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        extract(path, f"{d}/dir", "--path=/d/")
        assert sorted(os.listdir(f"{d}/dir")) == \
            ["again", "none", "one", "sym", "text"]
        assert os.stat(f"{d}/dir").st_mode & 0o7777 == 0o1755
        extract(path, f"{d}/file", "--path=d/text")
        assert os.listdir(f"{d}/file") == ["text"]
        assert load(f"{d}/file/text") == TEXT
        extract(path, f"{d}/link", "--path=d/sym")
        assert os.readlink(f"{d}/link/sym") == "../d/one"
        extract(path, f"{d}/nothing", "--path=d/absent", code=OPERATION)
        extract(path, f"{d}/nothing", "--path=d/sym/x", code=OPERATION)


HOSTILE = [
    # The target of a link becomes a directory of the layer.
    [{"name": "out", "type": "symlink", "linkName": "../victim"},
     {"name": "out/new", "type": "reg", "data": b"bad"}],
    [{"name": "out", "type": "symlink", "linkName": "/{}/victim"},
     {"name": "./out/file", "type": "reg", "data": b"bad"}],
    [{"name": "../victim/file", "type": "reg", "data": b"bad"}],
    [{"name": "a/../../victim/file", "type": "reg", "data": b"bad"}],
    [{"name": "/{}/victim/file", "type": "reg", "data": b"bad"}],
    [{"name": "h", "type": "hardlink", "linkName": "../victim/file"}],
    [{"name": "s", "type": "symlink", "linkName": "../victim/file"},
     {"name": "h", "type": "hardlink", "linkName": "s"},
     {"name": "h", "type": "reg", "data": b"bad", "mode": 0o777}],
    [{"name": "s", "type": "symlink", "linkName": "../victim/file",
      "mode": 0o4777, "uid": 99, "xattrs": {"user.bad": "AAAA"}}],
    [{"name": "..", "type": "reg", "data": b"bad"}],
]


def fill(value, d):
    return {k: v.replace("{}", d.strip("/")) if isinstance(v, str) else v
            for k, v in value.items()}


def test_hostile_layers_stay_inside():
    codes = set()
    for items in HOSTILE:
        with folder() as d:
            os.mkdir(f"{d}/victim", 0o755)
            save(f"{d}/victim/file", b"precious")
            before = tree(f"{d}/victim")
            path = save(f"{d}/blob", layer([fill(i, d) for i in items]))
            r = fsck(f"--extract={d}/here", path)
            assert r.code in (CLEAN, ERRORS, OPERATION), r
            same_tree(before, tree(f"{d}/victim"))
            assert set(os.listdir(d)) <= {"victim", "blob", "here"}
            codes.add(r.code)
    # Some of them are made into something harmless.
    assert CLEAN in codes, codes


def test_links_that_are_there_before():
    """What lies in the folder already leads nothing out of it."""
    for args in ((), ("--overwrite",)):
        with folder() as d:
            os.makedirs(f"{d}/victim/d")
            save(f"{d}/victim/file", b"precious")
            os.mkdir(f"{d}/here")
            os.symlink("../victim", f"{d}/here/d")
            os.symlink("../victim/file", f"{d}/here/z")
            os.link(f"{d}/victim/file", f"{d}/here/pipe")
            before = tree(f"{d}/victim")
            path = save(f"{d}/blob", estargz()[0])
            extract(path, f"{d}/here", *args,
                    code=CLEAN if args else OPERATION)
            same_tree(before, tree(f"{d}/victim"))
            assert load(f"{d}/victim/file") == b"precious"
            if args:
                assert load(f"{d}/here/d/text") == TEXT
                assert not os.path.islink(f"{d}/here/d")


def test_existing_files_are_left_alone():
    with folder() as d:
        path = save(f"{d}/blob", estargz()[0])
        extract(path, f"{d}/x")
        save(f"{d}/x/z", b"mine")
        r = extract(path, f"{d}/x", code=OPERATION)
        assert '"z": File exists' in r.err, r
        assert load(f"{d}/x/z") == b"mine"
        extract(path, f"{d}/x", "--overwrite")
        assert load(f"{d}/x/z") == ITEMS[-1]["data"]
        os.unlink(f"{d}/x/z")
        os.mkdir(f"{d}/x/z")
        extract(path, f"{d}/x", "--overwrite", code=OPERATION)
        assert os.path.isdir(f"{d}/x/z")


def test_damaged_content_leaves_no_file():
    with folder() as d:
        blob = bytearray(estargz()[0])
        at = [i for i in range(len(blob)) if blob[i:i + 3] == b"\x1f\x8b\x08"]
        blob[at[2] + 12] ^= 0x20
        r = extract(save(f"{d}/blob", blob), f"{d}/x", code=ERRORS)
        assert '"d/text"' in r.err, r
        assert not os.path.exists(f"{d}/x/d/text")
        assert load(f"{d}/x/d/one") == b"1"
        assert load(f"{d}/x/z") == ITEMS[-1]["data"]


def test_as_an_ordinary_user():
    need_root()
    with folder() as d:
        os.chmod(d, 0o755)
        path = save(f"{d}/blob", estargz()[0])
        os.mkdir(f"{d}/own")
        os.chown(f"{d}/own", 65534, 65534)
        r = run("fsck.stargz", f"--extract={d}/own/x", path, user=65534,
                group=65534, extra_groups=[])
        assert r.code == CLEAN and "superuser" in r.err, r
        found, _ = tree(f"{d}/own/x")
        assert b"null" not in found and b"pipe" in found
        assert all(what["uid"] == 65534 for what in found.values())
        assert found[b"d/one"]["mode"] & 0o7777 == 0o755


def test_full_disk():
    need_root()
    with folder() as d:
        os.mkdir(f"{d}/small")
        path = save(f"{d}/blob", estargz()[0])
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "none",
                           f"{d}/small"], check=False).returncode:
            raise Skip("mount")
        try:
            r = extract(path, f"{d}/small/x", code=OPERATION)
            assert "No space left" in r.err, r
        finally:
            subprocess.run(["umount", f"{d}/small"], check=True)
