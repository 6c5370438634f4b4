# SPDX-License-Identifier: GPL-2.0-or-later
"""Wrong options give one line with option, value and range, the exit status of
the program for that, and nothing else."""
import os
import string
import tempfile

from rows import PROGRAMS, every_row, rows, run


def refused(program, args, *words, operands=True):
    """It is refused, with a line that has all the words."""
    status, _, names = PROGRAMS[program]
    with tempfile.TemporaryDirectory() as tmp:
        os.mkdir(tmp + "/mnt")
        done = run(program, *args, *(names if operands else []), cwd=tmp)
        assert os.listdir(tmp) == ["mnt"], (program, args)
    assert done.returncode == status, (program, args, done)
    assert not done.stdout, (program, args, done)
    lines = done.stderr.splitlines()
    assert len(lines) == 1, (program, args, lines)
    assert lines[0].startswith(program + ": "), lines
    for word in words:
        assert word in lines[0], (program, args, word, lines)


def accepted(program, args):
    """Not refused for a value; the operands name nothing."""
    with tempfile.TemporaryDirectory() as tmp:
        os.mkdir(tmp + "/mnt")
        done = run(program, *args, *PROGRAMS[program][2], cwd=tmp)
        assert os.listdir(tmp) == ["mnt"], (program, args)
    assert done.returncode and not done.stdout, (program, args, done)
    assert ": not " not in done.stderr, (program, args, done)


def test_numbers_out_of_range():
    for program, row in every_row():
        if not row.numeric:
            continue
        for value in (row.min - 1, row.max + 1, 1 << 64, "x", "1q", "1.5",
                      "-", "1 ", "+1"):
            for args in row.given(str(value)):
                refused(program, args, row.signs()[-1], str(value), row.range)


def test_numbers_at_the_ends_of_the_range():
    count = 0
    for program, row in every_row():
        if row.numeric:
            count += 1
            # What a message says of the range can be given as it stands.
            for value in (row.min, row.max, *row.range.split(" to ")):
                for args in row.given(str(value)):
                    accepted(program, args)
    assert count > 15, count


def test_sizes():
    for value in ("1K", "1M", "64K", "65536"):
        accepted("mkfs.stargz", ["--pad=" + value])
    for value in ("64k", "64KiB", "0x1000", "1P", "64KB"):
        refused("mkfs.stargz", ["--pad=" + value], value)
    for value in ("64k", "64KiB", "0x1000", "010", "1T"):
        accepted("mount.stargz", ["-o", "offset=" + value])
    for value in ("64KB", "1P", "0x", "08", "1Ki"):
        refused("mount.stargz", ["-o", "offset=" + value], value)


def test_choices():
    for program, row in every_row():
        if row.kind != "choice":
            continue
        for value in ("nosuch", "", row.words[0].upper(), row.words[0][:-1]):
            for args in row.given(value):
                refused(program, args, row.signs()[-1], value, *row.words)
        for value in row.words:
            for args in row.given(value):
                accepted(program, args)


def test_missing_arguments():
    for program, row in every_row():
        if row.need != "required":
            continue
        if row.key:
            for text in (row.name, row.name + "="):
                refused(program, ["-o", text], row.name + ": needs a value",
                        row.range)
            continue
        for sign in row.signs():
            refused(program, [sign], row.signs()[-1] + ": needs a value",
                    row.range, operands=False)


def test_arguments_that_are_not_taken():
    for program, row in every_row():
        if row.need:
            continue
        if row.key:
            refused(program, ["-o", row.name + "=1"], row.name + "=1: takes no")
        elif row.name:
            refused(program, [f"--{row.name}=1"], row.name + "=1: takes no")


def test_unknown_options():
    for program in PROGRAMS:
        used = {row.letter for row in rows(program)}
        for args in (["--nonsense"], ["--nonsense=1"]):
            refused(program, args, args[0] + ": no such option", "--help")
        for letter in set(string.ascii_letters) - used:
            refused(program, ["-" + letter], f"-{letter}: no such option")


def test_prefixes_of_names():
    accepted("mkfs.stargz", ["--chunk=64K"])
    refused("mkfs.stargz", ["--chunk=1q"], "--chunk-size=1q")
    refused("mkfs.stargz", ["--for=1"], "--format", "--force-uid", "--force-gid")
    # A whole name counts, also where it begins another.
    refused("stargz-index", ["--toc"], "--toc: needs", operands=False)


def test_a_message_is_one_line():
    for program, row in every_row():
        if row.numeric:
            for args in row.given("1\n2"):
                refused(program, args, "1\\0122")


def test_labels():
    for value in ("x" * 33, "ü" * 17):
        for args in (["-L" + value], ["--label=" + value]):
            refused("stargz-index", args, "--label=" + value, "32 bytes")
    for value in ("", "x" * 32, "ü" * 16, "a=b c"):
        accepted("stargz-index", ["--label=" + value])
    status, _, names = PROGRAMS["stargz-index"]
    done = run("stargz-index", b"--label=\xff", *names, encoding="latin-1")
    assert done.returncode == status and "not UTF-8" in done.stderr, done


def test_properties():
    for value in ("", "key", "=", "=value", "None"):
        refused("stargz-index", ["--property=" + value], "--property=" + value,
                "not KEY=VALUE")
    for first in ("--property=k=v", "--property=none"):
        refused("stargz-index", [first, "--property=k=w", "--property=k="],
                "--property=k", "given twice")
    for args in (["--property=k=v", "--property=none", "--property=k=w"],
                 ["--property=kk=v", "--property=k=v"], ["--property=k=v"], ["--property=k=", "--property=l=a=b"],
                 ["--property=none"], ["--property=k=v", "--property=none"]):
        accepted("stargz-index", args)


def test_digests():
    right = "sha256:" + "0123456789abcdefABCDEF" + "0" * 42
    for program, how in (("stargz-index", ["--layer-digest={}"]),
                         ("mount.stargz", ["-o", "layer_digest={}"]),
                         ("mount.stargz", ["-o", "index_digest={}"]),
                         ("mount.stargz", ["-o", "toc_digest={}"])):
        for value in ("x", "sha256:", right[:-1], right + "0", right[7:],
                      "sha512:" + right[7:], right.replace("f", "g")):
            args = [arg.format(value) for arg in how]
            refused(program, args, value, "not sha256: and 64")
        accepted(program, [arg.format(right) for arg in how])


def test_digest_is_printed_once():
    for option in "--stats", "--json", "--check":
        refused("stargz-index", ["--digest", option], "--digest: ", option)


def test_levels():
    for value in ("gzip,0", "gzip,13", "gzip,", "gzip,x", "gzip,4294967297"):
        refused("mkfs.stargz", ["-z" + value], "-z " + value, "1 to 12")
    for value in ("zstd,0", "zstd,23", "zstd,-1"):
        refused("mkfs.stargz", ["-z", value], "-z " + value, "1 to 22")
    for value in ("gzip,1", "gzip,12", "zstd", "zstd,22"):
        accepted("mkfs.stargz", ["-z", value])
