# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs, and the options that each of them lists."""
import csv
import io
import os
import subprocess

from programs import BIN

# Exit status after a wrong command line, section of the man page, and operands
# that name nothing.
PROGRAMS = {
    "stargz-image": (1, 8, ["info", "oci:nosuch"]),
    "stargz-index": (1, 1, ["nosuch"]),
    "stargz-mkinitramfs": (1, 8, ["-k", "nosuch", "-o", "new"]),
    "mkfs.stargz": (16, 8, ["out", "nosuch"]),
    "fsck.stargz": (16, 8, ["nosuch"]),
    "dump.stargz": (2, 8, ["nosuch"]),
    "mount.stargz": (1, 8, ["-f", "nosuch", "mnt"]),
}


def run(program, *args, **how):
    """One call; output as text."""
    return subprocess.run([os.path.join(BIN, program), *args], text=True,
                          capture_output=True, check=False, **how)


def output(program, *args):
    """What it prints, when all goes well."""
    done = run(program, *args)
    assert done.returncode == 0 and not done.stderr, (program, args, done)
    return done.stdout


class Row:
    """An option, or a key of mount.stargz's list."""

    def __init__(self, fields):
        self.key = fields["type"] == "key"
        self.letter, self.name = fields["letter"], fields["name"]
        self.kind, self.need = fields["kind"], fields["need"]
        self.argument, self.range = fields["argument"], fields["range"]
        self.told = fields["told"] == "told"
        self.words = fields["words"].split(",") if fields["words"] else []
        self.numeric = self.kind in ("size", "number")
        if self.numeric:
            self.min, self.max = int(fields["min"]), int(fields["max"])

    def signs(self):
        """How it is given, without an argument: "-o", "--output", "raw"."""
        if self.key:
            return [self.name]
        return ["-" + self.letter] * bool(self.letter) + \
               ["--" + self.name] * bool(self.name)

    def spellings(self):
        """The same, with the placeholder of the argument."""
        for sign in self.signs():
            glue = " " if sign[0] == "-" and sign[1] != "-" else "="
            if self.need == "required":
                yield sign + glue + self.argument
            elif self.need == "optional":
                yield f"{sign}[{glue}{self.argument}]"
            else:
                yield sign

    def given(self, value):
        """Command lines that give it a value, a list of arguments each."""
        if self.key:
            return [["-o", f"{self.name}={value}"]]
        return [[sign + "=" + value if sign[1] == "-" else sign + value]
                for sign in self.signs()]

    def __repr__(self):
        return "/".join(self.signs())


def rows(program):
    """Its options and keys."""
    found = [Row(fields) for fields in csv.DictReader(
        io.StringIO(output(program, "--print-options")), delimiter="\t",
        quoting=csv.QUOTE_NONE)]
    assert len(found) > 5, found
    return found


def every_row():
    """Pairs of a program and a row of it."""
    return [(p, row) for p in PROGRAMS for row in rows(p)]
