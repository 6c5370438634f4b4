# SPDX-License-Identifier: GPL-2.0-or-later
"""The order of entries, and landmarks. The cases are those of the estargz
library's TestSort."""
import io
import json
import os
import random
import tarfile
import tempfile

from tree import (Folder, attempt, extracted, gnu_tar, made, members, names,
                  refused, same_tree, tree)

PREFETCH, NO_PREFETCH = ".prefetch.landmark", ".no.prefetch.landmark"


def make(*entries):
    """A tar of files, "dir/", "sym -> x" and "link => x"."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for entry in entries:
            name, data = entry if isinstance(entry, tuple) else (entry, None)
            info = tarfile.TarInfo(name)
            if " -> " in name:
                info.name, info.linkname = name.split(" -> ")
                info.type = tarfile.SYMTYPE
            elif " => " in name:
                info.name, info.linkname = name.split(" => ")
                info.type = tarfile.LNKTYPE
            elif name.endswith("/"):
                info.type = tarfile.DIRTYPE
            else:
                data = name.encode() if data is None else data
                info.size = len(data)
            tar.addfile(info, io.BytesIO(data or b""))
    return out.getvalue()


def ordered(tar, first, *args, **kwargs):
    """Order a tar by a list of paths, or the text of a list."""
    with tempfile.NamedTemporaryFile("w") as f:
        f.write(first if isinstance(first, str) else
                "".join(p + "\n" for p in first))
        f.flush()
        return made("--prioritized-files=" + f.name, *args, "-", input=tar,
                    **kwargs)


def expect(tar, first, result):
    out = ordered(tar, first)
    assert names(out) == result, names(out)
    with tarfile.open(fileobj=io.BytesIO(out)) as t:
        for m in t:
            if m.name.endswith("landmark"):
                assert m.size == 1 and m.mode == 0 and m.mtime == 0
                assert t.extractfile(m).read() == b"\x0f"
            elif m.isreg():
                # A file holds its own name, unless it is said otherwise.
                assert t.extractfile(m).read().decode() == m.name


def estargz(*args, **kwargs):
    """The entries of an eStargz layer, without its table of contents."""
    found = names(made("-zgzip,1", "--format=estargz", *args, **kwargs))
    assert found.pop() == "stargz.index.json"
    return found


def test_no_list():
    tar = make("a", "b/", "b/c")
    assert estargz("-", input=tar) == [NO_PREFETCH, "a", "b", "b/c"]
    assert names(ordered(tar, [])) == ["a", "b", "b/c"]


def test_files():
    expect(make("a", "b", "c"), ["c", "a"], ["c", "a", PREFETCH, "b"])
    expect(make("a", "b"), ["a", "b"], ["a", "b", PREFETCH])


def test_directories_come_before_their_files():
    expect(make("x", "d/", "d/e/", "d/e/f", "d/g"), ["d/e/f"],
           ["d", "d/e", "d/e/f", PREFETCH, "x", "d/g"])
    expect(make("d/e/f", "d/", "d/e/", "a"), ["d/e/f", "a"],
           ["d", "d/e", "d/e/f", "a", PREFETCH])
    expect(make("./", "./x", "./y"), ["y"], [".", "y", PREFETCH, "x"])


def test_targets_come_before_links():
    expect(make("a", "b/", "b/t", "l => b/t"), ["l"],
           ["b", "b/t", "l", PREFETCH, "a"])
    expect(make("a", "t", "l => t", "m => l"), ["m"],
           ["t", "l", "m", PREFETCH, "a"])
    expect(make("a", "s -> a"), ["s"], ["s", PREFETCH, "a"])


def test_links_in_a_circle():
    expect(make("a", "l => m", "m => l"), ["l"], ["l", "m", PREFETCH, "a"])


def test_markers_come_before_what_they_would_remove():
    for sort, result in (
            ("path", ["d/.wh..wh..opq", "d/.wh.-x", "d/-x", "d/-x/y", "d/z"]),
            ("type", ["d/.wh..wh..opq", "d/.wh.-x", "d/-x", "d/-x/y", "d/z"])):
        out = made("--sort=" + sort, "-", input=make(
            "d/.wh..wh..opq", "d/.wh.-x", "d/-x/", "d/-x/y", "d/z"))
        assert names(out) == result, names(out)
    expect(make("d/.wh..wh..opq", ".wh.e", "a", "d/-x/y", "e/", "e/f"),
           ["d/-x/y", "e/f"],
           ["d/.wh..wh..opq", "d/-x/y", ".wh.e", "e", "e/f", PREFETCH, "a"])


def test_links_to_layers_below_come_first():
    """What is in the layer must not become their target."""
    for sort in ("path", "type"):
        out = made("--sort=" + sort, "-",
                   input=make("b", "l => a", "a", "m => b"))
        assert names(out) == ["l", "a", "b", "m"], names(out)
        # One that is replaced later is not needed.
        out = made("--sort=" + sort, "-", input=make("l => a", "a", "l"))
        assert names(out) == ["a", "l"], names(out)
    expect(make("z", "l => a", "a"), ["z", "a"], ["l", "z", "a", PREFETCH])


def test_long_names():
    long = "/".join(["d" * 120, "f" * 150])
    expect(make("a", "d" * 120 + "/", long), [long],
           ["d" * 120, long, PREFETCH, "a"])


def test_landmarks_are_renewed():
    for old in (PREFETCH, NO_PREFETCH, "./" + PREFETCH, "stargz.index.json"):
        tar = make((old, b"old"), "a", "d/", "d/" + PREFETCH)
        assert names(ordered(tar, ["a"])) == \
            ["a", PREFETCH, "d", "d/" + PREFETCH]
        assert estargz("-", input=tar) == \
            [NO_PREFETCH, "a", "d", "d/" + PREFETCH]


def test_missing_files():
    tar = make("a", "b")
    with tempfile.NamedTemporaryFile("w") as f:
        f.write("a\nno\n")
        f.flush()
        m = attempt("--prioritized-files=" + f.name, "-", input=tar)
        assert m.code == 0 and m.err.count("\n") == 1, m
        assert 'warning: "no": a prioritized file that does not exist' in m.err
        assert names(m.tar) == ["a", PREFETCH, "b"]
        f.seek(0)
        f.write("no\n")
        f.truncate()
        f.flush()
        tar = made("--prioritized-files=" + f.name, "-", input=tar, warnings=1)
        assert names(tar) == ["a", "b"]


def test_the_last_one_counts():
    out = ordered(make(("a", b"1"), "b", ("a", b"2")), ["b"])
    assert names(out) == ["b", PREFETCH, "a"]
    with tarfile.open(fileobj=io.BytesIO(out)) as t:
        assert t.extractfile("a").read() == b"2"


def test_paths_are_cleaned():
    tar = make("a", "d/", "d/b", "c")
    for path in ("d/b", "/d/b", "./d/b", "d//x/../b", "../d/b"):
        expect(tar, [path], ["d", "d/b", PREFETCH, "a", "c"])


def test_records_of_ctr_remote():
    tar = make("a", "b", "c \u00e4")
    record = "".join(json.dumps({"path": p, "manifestDigest": "sha256:0",
                                 "layerIndex": 1}) + "\n"
                     for p in ("c \u00e4", "elsewhere", "b"))
    expect(tar, record, ["c \u00e4", "b", PREFETCH, "a"])
    for bad in ('{"path": 1}\n', '{"paths": "a"}\n', "{\n", '{"path"'):
        with tempfile.NamedTemporaryFile("w") as f:
            f.write("a\n" + bad)
            f.flush()
            refused("--prioritized-files=" + f.name, "-", input=tar,
                    words=["line 2"])


def test_sorted_by_path():
    with Folder(odd=True) as t:
        tar = made(t)
        assert made("--sort=path", t) == tar
        # The same entries, shaken.
        blocks = []
        with tarfile.open(fileobj=io.BytesIO(tar)) as f:
            all_members = f.getmembers()
        ends = [m.offset for m in all_members[1:]] + [None]
        for m, end in zip(all_members, ends):
            blocks.append(tar[m.offset:end])
        tail = blocks[-1]
        end = all_members[-1].offset_data - all_members[-1].offset
        end += -(-all_members[-1].size // 512) * 512
        blocks[-1], tail = tail[:end], tail[end:]
        random.Random(1).shuffle(blocks)
        shaken = b"".join(blocks) + tail
        assert shaken != tar
        result = extracted(made("--sort=path", "-", input=shaken))
        same_tree(result, tree(t))
        order = names(made("--sort=path", "-", input=shaken))
        plain = [os.path.normpath(m.name) for m in all_members]
        firsts = [n for n in order if not n.startswith("link")]
        assert firsts == [n for n in plain if not n.startswith("link")]


def test_sorted_by_type():
    tar = make("d/", "d/b.py", "d/lib.so.1.2", "a.txt", "x.so", "c.py",
               "d/empty.py => a.txt", ("none", b""), "d/none2", ".hidden",
               "s -> x")
    assert names(made("--sort=type", "-", input=tar)) == \
        ["d", "none", "s", ".hidden", "d/none2", "c.py", "d/b.py",
         "d/lib.so.1.2", "x.so", "a.txt", "d/empty.py"]


def test_any_order_gives_the_same_tree():
    with Folder(odd=True) as t:
        expected = tree(t)
        sparse = gnu_tar(t, "--format=pax", "--sparse")
        for sort in ("path", "type"):
            same_tree(extracted(made("--sort=" + sort, t)), expected)
            same_tree(extracted(made("--sort=" + sort, "-", input=sparse)),
                      expected)
            assert made("--sort=" + sort, t) == made(
                "--sort=" + sort, "-", input=made(t))


def test_everything_at_once():
    with Folder(odd=True) as t, tempfile.NamedTemporaryFile("w") as f:
        f.write("link/two\nnode/fifo\nsize/sparse\n")
        f.flush()
        args = ("--all-root", "-T7", "--exclude-path=link/below",
                "--no-xattrs", "--sort=type",
                "--prioritized-files=" + f.name)
        direct = made(*args, t)
        assert names(direct)[:6] == [".", "link", "link/one", "link/two",
                                     "node", "node/fifo"]
        assert direct == made(*args, "-", input=made(t))
        assert all(m.uid == 0 and m.mtime in (0, 7)
                   for m in members(direct))


