# SPDX-License-Identifier: GPL-2.0-or-later
"""Names, times and attributes at their limits, and files that exist nowhere."""
import os
import subprocess
import tempfile

from programs import BIN, save, tool
from tarsource import END, entry, pax

MKFS, DUMP, INDEX = (BIN + "/" + p for p in ("mkfs.stargz", "dump.stargz",
                                             "stargz-index"))
FORMATS = ((), ("--format=stargz",), ("-z", "zstd,1"),
           ("--min-chunk-size=0",))


def lines(path, *args):
    """The lines of the text of a tree, without the first, by path."""
    text = tool(DUMP, "-q", "--dump", *args, path).decode().splitlines()
    return {line.split()[0]: line.split()[1:] for line in text[1:]}


def test_many_attributes_of_a_tar():
    """The rest is left out with one line, by all programs alike."""
    records = [(b"SCHILY.xattr.user.%d" % i, b"v") for i in range(65000)]
    with tempfile.TemporaryDirectory() as tmp:
        tar = save(tmp + "/tar", pax(records) + entry(b"f", b"1") + END)
        for args in ((MKFS, tmp + "/out"), (MKFS, "-T5", tmp + "/out"),
                     (INDEX, "-o", tmp + "/index")):
            run = subprocess.run([*args, tar], capture_output=True,
                                 check=False)
            err = run.stderr.decode()
            assert run.returncode == 0 and len(err.splitlines()) == 1, run
            assert '"f": more than 4096 extended attributes' in err, err
        attrs = lines(tmp + "/out")["/f"][8:]
        assert attrs[0].startswith("user.") and len(attrs) == 4096


def test_whiteouts_of_long_names():
    """A marker may be longer than a name, since it is no file."""
    names = ["n" * n for n in range(248, 256)]
    with tempfile.TemporaryDirectory() as tmp:
        os.mkdir(tmp + "/old")
        os.mkdir(tmp + "/new")
        for name in names:
            save(f"{tmp}/old/{name}", b"")
        tool(MKFS, "-q", tmp + "/lower", tmp + "/old")
        for args in FORMATS:
            tool(MKFS, "-q", "--verify", *args, "--diff=" + tmp + "/lower",
                 tmp + "/upper", tmp + "/new")
            seen = lines(tmp + "/upper")
            assert {seen["/" + n][0] for n in names} == {"c"}, seen


def test_fractions_of_seconds():
    """All tables of contents have them, and so do PAX headers."""
    with tempfile.TemporaryDirectory() as tmp:
        os.mkdir(tmp + "/d")
        os.utime(save(tmp + "/d/f", b"x"), ns=(0, 5123456789))
        tar = save(tmp + "/tar", pax([(b"mtime", b"5.123456789")]) +
                   entry(b"f", b"x") + END)
        for args in FORMATS:
            for source in tmp + "/d", tar:
                tool(MKFS, "-q", *args, tmp + "/out", source)
                assert lines(tmp + "/out")["/f"][4] == "5.123456789", args


def test_files_that_exist_nowhere():
    """Lines that somebody adds to the text of a tree."""
    added = """\
/dev d 0755 0 0 1.000000000 0 - -
/dev/console c 0600 0 5 1.000000000 0 5:1 -
/dev/disk b 0660 0 6 1.000000000 0 8:0 -
/dev/pipe p 0644 0 0 1.000000000 0 - -
/dev/fd l 0777 0 0 1.000000000 13 /proc/self/fd -
/etc d 0755 0 0 1.000000000 0 - -
/etc/empty f 0600 0 0 1.000000000 0 - -
/etc/issue f 0644 7 8 1.000000000 6 /text -
"""
    with tempfile.TemporaryDirectory() as tmp:
        os.mkdir(tmp + "/d")
        save(tmp + "/d/text", b"Hello\n")
        dump = b"stargz-dump 1 overlay\n/ d 0755 0 0 1.000000000 0 - -\n"
        save(tmp + "/text", dump + added.encode())
        tool(MKFS, "-q", "--verify", "--from-dump=" + tmp + "/text",
             tmp + "/out", tmp + "/d")
        have = lines(tmp + "/out")
        for line in added.splitlines():
            path, *fields = line.split()
            assert have[path][:6] == fields[:6], (path, have[path])
            if fields[0] in "cbl":
                assert have[path][6] == fields[6]
        assert tool(DUMP, "-q", "--cat=etc/issue", tmp + "/out") == b"Hello\n"
        assert "/text" not in have
