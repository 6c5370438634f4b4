# SPDX-License-Identifier: GPL-2.0-or-later
"""Running programs, and the files that they read and write."""
import os
import shutil
import subprocess
import sys

from tap import TOP, Skip

# The programs with the sanitizers.
BIN = os.environ.get("STARGZ_BIN", os.path.join(TOP, "build/sanitize/bin"))


def build(*targets):
    """Build the programs with the sanitizers."""
    subprocess.run(["make", "-s", "-C", TOP + "/userspace", "SANITIZE=1",
                    *(targets or ("all",))], check=True, stdout=sys.stderr)


def tool(*command, check=True, **how):
    """Run another program, which has to succeed if check is set; its output."""
    done = subprocess.run(command, capture_output=True, check=False, **how)
    assert not check or done.returncode == 0, \
        (command, done.returncode, done.stderr)
    return done.stdout


def need(*programs):
    """Skip a test where a program is missing."""
    for program in programs:
        if not shutil.which(program):
            raise Skip("no " + program)


def zstd(data, *args):
    """One frame, without its content size."""
    need("zstd")
    return tool("zstd", "-qc", *args, input=data)


def load(path):
    """The bytes of a file."""
    with open(path, "rb") as f:
        return f.read()


def save(path, data):
    """Write a file; its path."""
    with open(path, "wb") as f:
        f.write(data)
    return path


def xattrs(path):
    """The extended attributes of a file or link, by name."""
    return {os.fsencode(n): os.getxattr(path, n, follow_symlinks=False)
            for n in os.listxattr(path, follow_symlinks=False)}


def walk(root):
    """What lstat(2) says of each path in a folder, and of the folder as b""."""
    top = os.fsencode(root)
    found = {b"": os.lstat(top)}
    for where, folders, files in os.walk(top):
        for name in folders + files:
            path = os.path.join(where, name)
            found[os.path.relpath(path, top)] = os.lstat(path)
    return found
