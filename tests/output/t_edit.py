# SPDX-License-Identifier: GPL-2.0-or-later
"""stargz-index changes an index that exists, and prints digests of indexes.

hashlib computes the digests. What is not asked for stays as it is.
"""
import hashlib
import json
import os
import subprocess
import tarfile

from programs import BIN, tool
from tap import need_root
from toolplace import ToolPlace

INDEX, DUMP, FSCK = "stargz-index", "dump.stargz", "fsck.stargz"
USAGE, SYSTEM, REFUSED = 1, 2, 4


class IndexPlace(ToolPlace):
    """It also has "index", with label, properties and prefetch list."""

    def __init__(self):
        super().__init__()
        self.save("list", b"src/file\n")
        self.works(INDEX, "-q", "-Lold", "--property=image.ref=a",
                   "--property=empty=", "--prefetch=list", "-o", "index",
                   "layer")

    def told(self, name):
        """What dump.stargz prints of an index."""
        return json.loads(self.works(DUMP, "--json", name).stdout)

    def facts(self, name):
        """Label, properties, and number of spans of the prefetch list."""
        o = self.told(name)
        return (o["label"], [(r["key"], r["value"]) for r in o["properties"]],
                next(t["records"] for t in o["tables"]
                     if t["table"] == "prefetch"))

    def digest(self, name):
        """The digest of an index, by hashlib."""
        return "sha256:" + hashlib.sha256(self.load(name)[:4096]).hexdigest()


OLD = ("old", [("image.ref", "a"), ("empty", "")], 1)


def test_made_as_told():
    with IndexPlace() as p:
        assert p.facts("index") == OLD
        p.works(INDEX, "-q", "-o", "plain", "layer")
        assert p.facts("plain") == ("", [], 0)
        for name in "index", "plain":
            assert p.told(name)["index_digest"] == p.digest(name)
            p.works(FSCK, "-f", "--index=" + name, "layer")
        # All of it is beside the tree.
        assert p.told("index")["uuid"] == p.told("plain")["uuid"]


def test_each_change_leaves_the_rest():
    label, properties, prefetch = OLD
    with IndexPlace() as p:
        before = p.load("index")
        p.save("nothing", b"")
        for args, want in (
                (["--label=new"], ("new", properties, prefetch)),
                (["-L", ""], ("", properties, prefetch)),
                (["-Lü" + "x" * 30], ("ü" + "x" * 30, properties, prefetch)),
                (["--property=k=v=w"], (label, [("k", "v=w")], prefetch)),
                (["--property=none"], (label, [], prefetch)),
                (["--property=a=b", "--property=none", "--property=c=d"],
                 (label, [("c", "d")], prefetch)),
                (["--prefetch=nothing"], (label, properties, 0)),
                (["-Ln", "--property=a=b", "--prefetch=list"],
                 ("n", [("a", "b")], 1))):
            p.works(INDEX, "-q", *args, "-o", "new", "index")
            assert p.facts("new") == want, (args, p.facts("new"))
            assert p.told("new")["index_digest"] == p.digest("new")
            p.works(FSCK, "-f", "--index=new", "layer")
            assert p.works(DUMP, "--dump", "--index=new", "layer").stdout == \
                p.works(DUMP, "--dump", "--index=index", "layer").stdout
            assert p.load("index") == before
            os.unlink(p / "new")


def test_changes_that_are_undone_give_the_same_bytes():
    with IndexPlace() as p:
        before = p.load("index")
        p.works(INDEX, "-q", "-Lx", "--property=none", "-o", "new", "index")
        assert p.load("new") != before
        p.works(INDEX, "-q", "-Lold", "--property=image.ref=a",
                "--property=empty=", "-o", "new", "new")
        assert p.load("new") == before


def test_index_is_its_own_output():
    with IndexPlace() as p:
        os.symlink("index", p / "link")
        for n, name in enumerate(("index", "./index", "link", p / "index")):
            p.works(INDEX, "-q", f"-L{n}", "-o", name, "index")
            assert p.facts("index")[0] == str(n)
        assert os.readlink(p / "link") == "index"
        os.link(p / "index", p / "twin")
        p.works(INDEX, "-q", "-Ltwin", "-o", "index", "twin")
        assert p.facts("twin") == p.facts("index") == ("twin", *OLD[1:])
        assert p.names() == ["index", "layer", "link", "list", "src",
                             "src/file", "twin"]


def test_index_on_a_device_is_not_overwritten_while_it_is_read():
    need_root()
    with IndexPlace() as p:
        with open(p / "disk", "wb") as f:
            f.truncate(1 << 20)
        p.works(INDEX, "-q", "-o", "disk", "-Ldisk", "index")
        os.truncate(p / "disk", 1 << 20)
        loop = tool("losetup", "--show", "-f", p / "disk").decode().strip()
        try:
            p.refuses(INDEX, "-q", "--force", "-Lnew", "-o", loop, loop,
                      code=SYSTEM, words=["is also the input " + loop])
        finally:
            tool("losetup", "-d", loop)


def test_damaged_index_is_refused_and_stays():
    with IndexPlace() as p:
        good = p.load("index")
        for at in (40, 100, 4096, 4097, len(good) // 2, len(good) - 1):
            bad = bytearray(good)
            bad[at] ^= 1
            p.save("bad", bad)
            for args in (["-Lnew", "-o", "bad"], ["-Lnew", "-o", "new"],
                         ["--digest"]):
                p.refuses(INDEX, "-q", *args, "bad", code=REFUSED,
                          words=["bad"])
        p.save("bad", good[:-1])
        p.refuses(INDEX, "-q", "-Lnew", "-o", "bad", "bad", code=REFUSED,
                  words=["bad"])


def test_prefetch_list_is_not_replaced():
    with IndexPlace() as p:
        for source in "layer", "index":
            p.refuses(INDEX, "-q", "--prefetch=list", "-o", "list", source,
                      code=SYSTEM, words=["is also the input list"])


def test_prefetch_list_that_cannot_be_used():
    with IndexPlace() as p:
        for source in "layer", "index":
            p.refuses(INDEX, "-q", "--prefetch=nosuch", "-o", "new", source,
                      code=SYSTEM, words=["nosuch: No such file"])
            p.refuses(INDEX, "-q", "--prefetch=src", "-o", "new", source,
                      code=SYSTEM, words=["src: "])
        p.save("list", b"src/nosuch\nsrc/file\n")
        r = p.works(INDEX, "--prefetch=list", "-o", "new", "index")
        (line,) = r.stderr.decode().splitlines()
        assert "warning: " in line and "src/nosuch" in line, line
        assert p.facts("new")[2] == 1


def test_options_that_an_index_does_not_take():
    digest = "sha256:" + "0" * 64
    with IndexPlace() as p:
        for option in ("--toc=list", "--toc-digest=" + digest, "--raw",
                       "--annotation=io.github.containers.zstd-chunked."
                       "manifest-position=1:2:3:1", "--layer-digest=" + digest, "--digests",
                       "--size=8192", "--span=64K", "--checkpoints=none"):
            p.refuses(INDEX, "-q", option, "-Lx", "-o", "new", "index",
                      code=USAGE, words=[option.split("=")[0] + ": ",
                                         "cannot be used with an index"])
        p.refuses(INDEX, "--check", "index", code=USAGE, words=["--check: "])
        p.refuses(INDEX, "index", code=USAGE,
                  words=["index: is an index already"])
        p.refuses(INDEX, "-o", "new", "index", code=USAGE,
                  words=["index: ", "--label, --property or --prefetch"])
        p.refuses(INDEX, "-Lx", "index", code=USAGE,
                  words=["--output: is required"])
        p.refuses(INDEX, "-Lx", "-o", "new", "index", "layer", code=USAGE,
                  words=["second layer"])


def test_layer_digest():
    with IndexPlace() as p:
        right = "sha256:" + hashlib.sha256(p.load("layer")).hexdigest()
        for text in right, "sha256:" + right[7:].upper():
            p.works(INDEX, "-q", "--layer-digest=" + text, "-o", "new",
                    "layer")
            assert {"blob": 0, "of": "layer", "sha256": right[7:]} in \
                p.told("new")["blob_digests"]
        wrong = "sha256:" + "0" * 64
        p.refuses(INDEX, "-q", "--layer-digest=" + wrong, "-o", "new", "layer",
                  code=REFUSED, words=["layer: ", right, wrong])
        p.refuses(INDEX, "-q", "--merge", "--layer-digest=" + right, "-o",
                  "new", "layer", code=USAGE, words=["--layer-digest: "])
        # A tar.gz is decoded as one stream, so the digest of the tar is known.
        tar = subprocess.run(["gzip", "-dc", p / "layer"], check=True,
                             capture_output=True).stdout
        assert {"blob": 0, "of": "tar",
                "sha256": hashlib.sha256(tar).hexdigest()} in \
            p.told("new")["blob_digests"]


def test_digests_of_content():
    """All 128 KiB of a file that is longer."""
    with IndexPlace() as p:
        p.save("src/long", os.urandom(300_000))
        with tarfile.open(p / "tar", "w") as tar:
            tar.add(p.src, "src")
        p.works(INDEX, "-q", "--digests", "-o", "new", "tar")
        o = p.told("new")
        assert "digests" in o["features"].split()
        records = {t["table"]: t["records"] for t in o["tables"]}
        assert records["digests"] > 2
        assert records["digest starts"] == records["spans"]
        p.works(FSCK, "-f", "--index=new", "tar")
        bad = bytearray(p.load("tar"))
        bad[bad.index(b"content\n") + 4] ^= 1
        p.save("tar", bad)
        r = p.run(FSCK, "-f", "--index=new", "tar")
        layer, file = r.stderr.decode().splitlines()
        assert r.returncode == 4 and "the layer has the digest" in layer, r
        assert "src/file" in file and "digest in the index" in file, r


def test_digest():
    with IndexPlace() as p:
        for args in (["layer"], ["--device-image", "layer"],
                     ["--merge", "layer"], ["-Lx", "index"]):
            r = p.works(INDEX, "-q", "--digest", "-o", "new", *args)
            assert r.stdout.decode() == p.digest("new") + "\n", args
            r = p.works(INDEX, "--digest", "new")
            assert r.stdout.decode() == p.digest("new") + "\n" and \
                not r.stderr, args
            r = p.works(INDEX, "-q", "--digest", "-o", "-", *args) \
                if args[0] != "--device-image" else None
            if r:
                assert r.stdout == p.load("new")
                assert r.stderr.decode() == p.digest("new") + "\n"
        for option in "--json", "--stats":
            r = p.works(INDEX, "-q", option, "-o", "new", "layer")
            assert p.digest("new") in r.stdout.decode()
            p.refuses(INDEX, "--digest", option, "-o", "new", "layer",
                      code=USAGE, words=["--digest: "])
        p.refuses(INDEX, "--digest", "--check", "layer", code=USAGE,
                  words=["--digest: "])
        p.refuses(INDEX, "--digest", "nosuch", code=SYSTEM,
                  words=["nosuch: No such file"])
        p.refuses(INDEX, "-q", "--digest", "src/file", code=3,
                  words=["not a layer"])
        assert p.names().count("index") == 1


def test_digest_of_standard_input():
    with IndexPlace() as p:
        with open(p / "index", "rb") as f:
            r = subprocess.run([os.path.join(BIN, INDEX), "--digest", "-"],
                               stdin=f, capture_output=True, check=False)
        # An output is required before it is known what the input is.
        assert r.returncode == USAGE and b"--output" in r.stderr, r


def test_device_image_is_not_changed():
    with IndexPlace() as p:
        p.works(INDEX, "-q", "--device-image", "-o", "image", "layer")
        for name in "image", "new":
            p.refuses(INDEX, "-q", "-Lnew", "-o", name, "image", code=USAGE,
                      words=["image: is a device image"])


def test_many_properties():
    with IndexPlace() as p:
        texts = [f"--property=key.{i:03}={'v' * 631}" for i in range(102)]
        # 102 texts of 640 bytes, and a NUL each.
        size = sum(len(t) - len("--property=") + 1 for t in texts)
        last = "--property=l=" + "v" * (65536 - size - 3)
        p.works(INDEX, "-q", *texts, last, "-o", "new", "layer")
        assert len(p.facts("new")[1]) == 103
        r = p.run(INDEX, "-q", *texts, last + "v", "-o", "more", "layer")
        assert r.returncode and b"65536" in r.stderr.replace(b",", b"") or \
            b"64 KiB" in r.stderr, r
        assert not os.path.exists(p / "more")
