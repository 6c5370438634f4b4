# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that make an image of a directory, and what became of a run."""
import os
import re
import shutil
import signal
import subprocess

from programs import BIN

# No run takes longer, in seconds: one that does waits for something.
LIMIT = 30


class Maker:
    """A program: how it is called, and how its images are read."""

    def __init__(self, name, make, check, extract, version):
        self.name, self.make, self.check = name, make, check
        self.extract, self.version_of = extract, version

    def installed(self):
        """Are all programs there that it needs?"""
        commands = self.make("s", "o"), self.check("o"), self.extract("o", "d")
        return all(shutil.which(command[0]) for command in commands)

    def version(self):
        """The number that it prints."""
        done = subprocess.run(self.version_of, capture_output=True, check=False)
        return re.search(rb"\d+\.\d+(\.\d+)?", done.stdout + done.stderr)[0] \
            .decode()


def _ours(program):
    return os.path.join(BIN, program)


MAKERS = [
    Maker("mkfs.stargz",
          lambda src, out: [_ours("mkfs.stargz"), out, src],
          lambda out: [_ours("fsck.stargz"), "-fq", out],
          lambda out, to: [_ours("fsck.stargz"), "--extract=" + to, out],
          [_ours("mkfs.stargz"), "--version"]),
    Maker("mksquashfs",
          lambda src, out: ["mksquashfs", src, out],
          lambda out: ["unsquashfs", "-ls", out],
          lambda out, to: ["unsquashfs", "-f", "-d", to, out],
          ["mksquashfs", "-version"]),
    Maker("mkfs.erofs",
          lambda src, out: ["mkfs.erofs", out, src],
          lambda out: ["fsck.erofs", out],
          lambda out, to: ["fsck.erofs", "--extract=" + to, "--overwrite", out],
          ["mkfs.erofs", "-V"]),
    Maker("mkfs.cramfs",
          lambda src, out: ["mkfs.cramfs", src, out],
          lambda out: ["fsck.cramfs", out],
          lambda out, to: ["fsck.cramfs", "--extract=" + to, out],
          ["mkfs.cramfs", "-V"]),
    Maker("tar",
          lambda src, out: ["tar", "--xattrs", "--acls", "-cf", out, "-C", src,
                            "."],
          lambda out: ["tar", "-tf", out],
          lambda out, to: ["tar", "--xattrs", "--xattrs-include=*", "--acls",
                           "-xpf", out, "-C", to],
          ["tar", "--version"]),
]


def status(code):
    """0, 1, …; SIGTERM; hangs."""
    if code is None:
        return "hangs"
    return str(code) if code >= 0 else signal.Signals(-code).name


def run(command, **how):
    """Run a command: its exit status, None if it has to be killed, and what it
    wrote to both outputs."""
    how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
           "stderr": subprocess.PIPE, **how}
    with subprocess.Popen(command, start_new_session=True, **how) as child:
        try:
            out, err = child.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            return None, b"", b""
        return child.returncode, out or b"", err or b""


def works(command):
    """Does a command end with success?"""
    return run(command)[0] == 0
