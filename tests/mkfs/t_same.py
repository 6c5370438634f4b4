# SPDX-License-Identifier: GPL-2.0-or-later
"""A layer means what its source means: odd tars, made into every format.

Trees are compared with the model that goes along when a tar is made up, see
oddtar.py. ODD_TARS is how many tars are made up (24), ODD_SEED the first seed.
"""
import hashlib
import os
import random
import stat
import subprocess
import tempfile

from layer import FORMATS, INDEX, OWN, attempt, body, library, make
from oddtar import BLOCK, OddTar
from programs import BIN, load, save, tool
from readindex import Index
from tarsource import END, entry, header
from tree import Folder

COUNT = int(os.environ.get("ODD_TARS", "24"))
SEED = int(os.environ.get("ODD_SEED", "1"))
SMALL = ("--max-member=8192", "--chunk-size=4096")
PLAIN = ("external", "zstd", "zstd-per-file")
LANDMARK = 2 * BLOCK
DUMP = BIN + "/dump.stargz"
FSCK = BIN + "/fsck.stargz"


def read(data, *args, toc=None, raw=True):
    """The index of a layer or tar."""
    with tempfile.TemporaryDirectory() as tmp:
        for name, part in (("blob", data), ("toc", toc)):
            if part is not None:
                save(f"{tmp}/{name}", part)
        args += ("--toc=" + tmp + "/toc",) if toc is not None else ()
        args += ("--raw",) if raw else ()
        run = subprocess.run([INDEX, "-q", *args, "-o", tmp + "/index",
                              tmp + "/blob"], capture_output=True,
                             check=False)
        assert run.returncode == 0, run.stderr
        return Index(load(tmp + "/index"), data)


def describe(file):
    """All about a file of the model or of an index, but for its content."""
    what = [file.mode, file.uid, file.gid, file.mtime, file.xattrs]
    kind = stat.S_IFMT(file.mode)
    if kind == stat.S_IFLNK:
        what.append(file.target)
    if kind in (stat.S_IFCHR, stat.S_IFBLK):
        what.append(file.rdev)
    return what


def groups(files):
    """Names that are one file."""
    found = {}
    for path, file in files.items():
        if stat.S_IFMT(file.mode) != stat.S_IFDIR:
            found.setdefault(id(file), set()).add(path)
    return sorted(sorted(g) for g in found.values())


def same(want, index, own=()):
    """An index shows the files of a model, or of another index."""
    have = {p: f for p, f in index.paths.items() if p.decode(
        "utf-8", "replace") not in own}
    assert set(have) == set(want), set(have) ^ set(want)
    for path, file in want.items():
        assert describe(file) == describe(have[path]), \
            (path, describe(file), describe(have[path]))
        if stat.S_IFMT(file.mode) == stat.S_IFREG:
            assert index.content(have[path]) == file.data, path
    assert groups(want) == groups(have)


def same_tar(layer, odd, kind):
    """What the layer unpacks to is the tar, where the manual says so."""
    if kind in PLAIN and not (kind == "external" and odd.sparse):
        assert layer.tar == odd.tar
    elif not odd.sparse:
        start = 0 if kind == "stargz" else LANDMARK
        inner = b"".join(odd.out)
        assert layer.tar[start:start + len(inner)] == inner


def check(odd, kind, *args):
    """Make a layer of a tar and look at it."""
    layer = make(odd.tar, "--verify", *FORMATS[kind], *args,
                 warnings=odd.warnings)
    same_tar(layer, odd, kind)
    same(odd.files, read(layer.data, toc=layer.toc), OWN)
    return layer


def each(function, count=COUNT):
    """Call a function with odd tars; a failure tells the seed."""
    for seed in range(SEED, SEED + count):
        odd = OddTar(seed)
        try:
            function(seed, odd)
        except Exception as why:
            raise AssertionError(f"ODD_SEED={seed} ODD_TARS=1: {why!r}") \
                from why


def dump(*args):
    """The text of a tree with digests of content, by dump.stargz."""
    return tool(DUMP, "-q", "--dump", *args)


def test_the_model_is_what_the_tar_means():
    each(lambda seed, odd: same(odd.files, read(odd.tar)))


def test_layers_are_what_the_tar_means():
    """One format each, in turn, with large and with small members."""
    kinds = list(FORMATS)

    def one(seed, odd):
        kind = kinds[seed % len(kinds)]
        small = seed // len(kinds) % 2 and kind != "stargz"
        check(odd, kind, *(SMALL if small else ()))
    each(one)


def test_all_ways_give_the_same_tree():
    """In every format and order, as it is and as it is mounted."""
    ways = [FORMATS[k] for k in FORMATS if k != "external"] + [
        ("--sort=path",), ("--sort=type",), ("--sort=type", "-z", "zstd,3"),
        ("--uid-offset=0", "--sort=path"), ("-z", "zstd,3", *SMALL)]

    tried = set()

    def one(seed, odd):
        with tempfile.TemporaryDirectory() as tmp:
            save(tmp + "/tar", odd.tar)
            want = [dump(*raw, tmp + "/tar") for raw in ((), ("--raw",))]
            for args in ways:
                run = attempt("-q", *args, tmp + "/layer", tmp + "/tar")
                if b"only in the order of the source" in run.stderr:
                    continue
                tried.add(args)
                assert run.returncode == 0, (args, run.stderr)
                have = [dump(*raw, tmp + "/layer")
                        for raw in ((), ("--raw",))]
                assert without_own(have[1]) == want[1], args
                assert not_opaque(have[0]) == not_opaque(want[0]), args
                run = subprocess.run([FSCK, "-f", tmp + "/layer"],
                                     capture_output=True, check=False)
                assert run.returncode == 0 and not run.stderr, run.stderr
    each(one, (COUNT + 7) // 8)
    # A single seed may be one that some formats cannot hold.
    assert COUNT < 24 or tried == set(ways), set(ways) - tried


def not_opaque(text):
    """A TOC does not say that a directory replaced something of its layer, by
    which it is opaque: the manual names that. Markers are compared as files."""
    for name in b"user", b"trusted":
        text = text.replace(b" " + name + b".overlay.opaque=y", b"")
    return text


def without_own(text):
    return b"".join(x for x in text.splitlines(True)
                    if x.split(b" ")[0][1:].decode("utf-8", "replace")
                    not in OWN)


def test_the_library_reads_the_same():
    """Content by name, as the estargz library finds it in the table."""
    def one(seed, odd):
        kind = ("per-file", "stargz", "zstd-per-file")[seed % 3]
        layer = make(odd.tar, *FORMATS[kind], warnings=odd.warnings)
        have = set(library(layer.data, digest=layer.info["tocDigest"]))
        want = {hashlib.sha256(f.data).hexdigest() + " " + path.decode()
                for path, f in odd.files.items()
                if f.kind == stat.S_IFREG}
        own = {x for x in have if x.split(" ", 1)[1] in OWN}
        assert have - own == want, (have - own) ^ want
    each(lambda seed, odd: one(seed, OddTar(seed, holes=False,
                                            plain_names=True)),
         (COUNT + 1) // 2)


def tar_with(*entries, end=END):
    return b"".join(entries) + end


def files_of(tar, *args, warnings=0):
    """Names and contents in a layer, for each format."""
    found = []
    for kind in FORMATS:
        layer = make(tar, "--verify", *FORMATS[kind], *args,
                     warnings=warnings)
        index = read(layer.data, toc=layer.toc)
        found.append({p.decode(): index.content(f)
                      for p, f in index.paths.items()
                      if stat.S_ISREG(f.mode) and p.decode() not in OWN})
        assert found[-1] == found[0], kind
        links = groups(index.paths)
    return found[0], [g for g in links if len(g) > 1]


def test_last_entries_that_are_empty():
    for end in (END, b"", bytes(BLOCK)):
        tar = tar_with(entry(b"a", b"1"), entry(b"none"), end=end)
        assert files_of(tar)[0] == {"a": b"1", "none": b""}
        tar = tar_with(entry(b"none"), end=end)
        assert files_of(tar)[0] == {"none": b""}
    with Folder() as t:
        save(t + "/a", b"1")
        save(t + "/z", b"")
        assert files_of(t)[0] == {"a": b"1", "z": b""}


def test_holes_at_the_end_and_nothing_else():
    for size, form in ((1, "gnu"), (600, "posix"), (3 << 20, "posix")):
        with tempfile.TemporaryDirectory() as tmp:
            for name, data in (("hole", b""), ("tail", b"t" * 4096)):
                with open(f"{tmp}/{name}", "wb") as f:
                    f.write(data)
                    f.truncate(len(data) + size)
            want = {"hole": bytes(size), "tail": b"t" * 4096 + bytes(size)}
            tar = tool("tar", "--sparse", "--format=" + form, "-C", tmp, "-c",
                       "hole", "tail")
            if size < BLOCK:
                assert files_of(tar)[0] == want
            assert files_of(body(tar))[0] == want


def test_links_to_what_was_replaced():
    tar = tar_with(entry(b"a", b"old"), header(b"b", b"1", link=b"a"),
                   entry(b"a", b"newer"), header(b"c", b"1", link=b"b"),
                   header(b"d", b"1", link=b"a"))
    assert files_of(tar) == ({"a": b"newer", "b": b"old", "c": b"old",
                              "d": b"newer"},
                             [[b"a", b"d"], [b"b", b"c"]])
    for args in (("--sort=path",), ("--sort=type",)):
        assert files_of(tar, *args) == files_of(tar)
    large = random.Random(1).randbytes(1 << 20)
    tar = tar_with(entry(b"a", large), header(b"b", b"1", link=b"a"),
                   entry(b"a", b""))
    assert files_of(tar)[0] == {"a": b"", "b": large}
    # Its own name again, by way of another.
    tar = tar_with(entry(b"a", b"1"), header(b"b", b"1", link=b"a"),
                   header(b"a", b"1", link=b"b"))
    assert files_of(tar) == ({"a": b"1", "b": b"1"}, [[b"a", b"b"]])


def test_links_to_what_was_replaced_and_left_out():
    tar = tar_with(entry(b"x", b"one"), header(b"b", b"1", link=b"x"),
                   header(b"c", b"1", link=b"x"), entry(b"b", b"new"),
                   header(b"d", b"1", link=b"x"), entry(b"x", b"other"),
                   header(b"e", b"1", link=b"x"))
    assert files_of(tar, "--exclude-path=x") == (
        {"b": b"new", "c": b"one", "d": b"one", "e": b"other"},
        [[b"c", b"d"]])


def test_links_to_themselves():
    link = header(b"./s", b"1", link=b"s")
    tar = tar_with(entry(b"a", b"1"), link, entry(b"b", b"2"))
    assert files_of(tar, warnings=1)[0] == {"a": b"1", "b": b"2"}
    assert make(tar, *FORMATS["zstd"], warnings=1).tar == tar
    tar = tar_with(entry(b"s", b"1"), link)
    assert files_of(tar, warnings=1)[0] == {"s": b"1"}


def test_names_that_no_table_can_say():
    """Bytes that are not UTF-8, of links, of what comes after holes."""
    names = [b"\xff%d" % i for i in range(9)]
    tar = tar_with(entry(names[0], b"old"),
                   header(names[1], b"1", link=names[0]),
                   entry(names[0], b"new"),
                   header(names[2], b"1", link=names[1]),
                   header(names[3], b"1", link=names[0]),
                   entry(names[1], b""), entry(names[4], b"4"))
    for kind in FORMATS:
        layer = make(tar, "--verify", *FORMATS[kind])
        index = read(layer.data, toc=layer.toc)
        have = {p: index.content(f) for p, f in index.paths.items()
                if p in names}
        assert have == {names[0]: b"new", names[1]: b"", names[2]: b"old",
                        names[3]: b"new", names[4]: b"4"}, (kind, have)
        assert index.paths[names[3]] is index.paths[names[0]]


# Faults of a writer, planted into calls that it makes.
PLANTED = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <stdint.h>
#include <unistd.h>

int json_object_put(void *value);

void *json_object_new_int64(int64_t n)
{
	void *(*real)(int64_t) = dlsym(RTLD_NEXT, "json_object_new_int64");

	return real(FAULT == 1 && n == 4711 ? 4712 : n);
}

void *json_object_new_string_len(const char *s, int len)
{
	void *(*real)(const char *, int) =
		dlsym(RTLD_NEXT, "json_object_new_string_len");
	static int seen;

	if (FAULT == 2 && len == 6 && !memcmp(s, "victim", 6))
		s = "wictim";
	if (FAULT == 3 && len == 6 && !memcmp(s, "target", 6) && seen++)
		s = "victim";
	return real(s, len);
}

int json_object_object_add(void *to, const char *key, void *value)
{
	int (*real)(void *, const char *, void *) =
		dlsym(RTLD_NEXT, "json_object_object_add");

	if (FAULT != 5 || strcmp(key, "digest"))
		return real(to, key, value);
	json_object_put(value);
	return 0;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
	static size_t sum;
	char copy[1 << 20];

	if (FAULT == 4 && fd > 2 && sum <= 3000 && sum + len > 3000 &&
	    len <= sizeof(copy)) {
		memcpy(copy, bytes, len);
		copy[3000 - sum] ^= 1;
		bytes = copy;
	}
	sum += len;
	return real(fd, bytes, len);
}
"""


def test_what_verify_finds():
    rand = random.Random(5)
    tar = tar_with(header(b"target", b"0", uid=4711),
                   entry(b"victim", rand.randbytes(20000), uid=4711),
                   header(b"link", b"1", link=b"target"))
    words = {0: "", 1: "uid 4711 and 4712", 2: '"victim": only in',
             3: "hard links", 4: "digest",
             5: "wrong digest of its content"}
    with tempfile.TemporaryDirectory() as tmp:
        save(tmp + "/planted.c", PLANTED.encode())
        save(tmp + "/tar", tar)
        for fault, word in words.items():
            tool("cc", "-shared", "-fPIC", f"-DFAULT={fault}", "-o",
                 tmp + "/planted.so", tmp + "/planted.c")
            env = {**os.environ, "LD_PRELOAD": tmp + "/planted.so",
                   "ASAN_OPTIONS": "verify_asan_link_order=0"}
            for args in FORMATS.values():
                if "--format=external-toc" in args:
                    continue
                verified(tmp, env, word, *args)


def verified(tmp, env, word, *args):
    """A run finds what its table says wrongly; damage only with --verify."""
    proved = word not in ("", "digest")
    for more in ((), ("--verify",)):
        code = 8 if proved or (word and more) else 0
        run = attempt(*more, *args, tmp + "/layer", tmp + "/tar", env=env)
        err = run.stderr.decode()
        assert run.returncode == code, (args, code, err)
        assert os.path.exists(tmp + "/layer") == (code == 0)
        if code:
            assert len(err.splitlines()) == 1, err
            assert ("error of this program" if proved else
                    "verification failed") in err, err
            # A damaged member is found by whatever reads it first.
            assert word in err or word == "digest", err
        else:
            os.unlink(tmp + "/layer")


def test_verify_needs_what_can_be_read():
    run = attempt("--verify", "-", "/dev/null")
    assert run.returncode == 16, run
    assert run.stderr == b"mkfs.stargz: --verify: cannot be used if DEST is -\n"
