# SPDX-License-Identifier: GPL-2.0-or-later
"""Completions: each shell takes them, and they offer what the table lists."""
import os
import pty
import re
import shlex
import shutil
import subprocess
import tempfile

from programs import BIN
from rows import PROGRAMS, output, rows
from tap import Skip

# What bash takes words apart at, of what stands in our command lines.
BREAKS = re.compile(r"[=:]+|[^=:]+")


def script(program, shell):
    return output(program, "--print-completion=" + shell)


def needs(shell):
    if not shutil.which(shell):
        raise Skip("no " + shell)


def folder():
    """With a file and two directories to be named."""
    tmp = tempfile.TemporaryDirectory()
    for name in ("delta", "echo"):
        os.mkdir(f"{tmp.name}/{name}")
    for name in ("alpha", "with blank"):
        with open(f"{tmp.name}/{name}", "w", encoding="ascii"):
            pass
    return tmp


class Bash:
    """The function of one program, called as bash calls it."""

    def __init__(self, program):
        self.program, self.tmp, self.asked = program, folder(), []

    def ask(self, *words):
        """Note a command line; the last word is to be completed."""
        pieces = [p for w in words for p in BREAKS.findall(w) or [""]]
        self.asked.append(shlex.join([self.program, *pieces]))

    def replies(self):
        """To all that was asked."""
        function = "_" + re.sub(r"\W", "_", self.program)
        lines = [script(self.program, "bash"), "compopt() { :; }"]
        for asked in self.asked:
            lines += [f"COMP_WORDS=({asked}) COMPREPLY=()",
                      "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))", function,
                      "printf '%s\\n' \"${COMPREPLY[@]}\" ---"]
        done = subprocess.run(["bash", "-eu"], input="\n".join(lines) + "\n",
                              text=True, capture_output=True, check=False,
                              cwd=self.tmp.name)
        assert done.returncode == 0 and not done.stderr, done
        found = [set(filter(None, text.split("\n")))
                 for text in done.stdout.split("---\n")[:-1]]
        assert len(found) == len(self.asked)
        return found


def test_bash_reads_them():
    for program in PROGRAMS:
        subprocess.run(["bash", "-n"], input=script(program, "bash"),
                       text=True, check=True)


def offers(row):
    """What stands for it in a list of options or keys."""
    if row.key:
        return {row.name + "="} if row.need == "required" else \
            {row.name, row.name + "="} if row.need else {row.name}
    long = {"required": {"--%s="}, "optional": {"--%s", "--%s="}, "": {"--%s"}}
    return {"-" + row.letter} - {"-"} | \
        {t % row.name for t in long[row.need] if row.name}


def test_bash_offers_each_option():
    for program in PROGRAMS:
        bash, table = Bash(program), rows(program)
        want = {o for row in table if not row.key for o in offers(row)}
        bash.ask("-")
        bash.ask("--")
        for sign in sorted(want):
            bash.ask(sign.rstrip("="))
        every, long, *single = bash.replies()
        assert every == want, every ^ want
        assert long == {o for o in want if o.startswith("--")}, long
        for sign, found in zip(sorted(want), single):
            assert sign in found, (sign, found)


def test_bash_offers_each_key():
    keys = [row for row in rows("mount.stargz") if row.key]
    want = {o for row in keys for o in offers(row)}
    bash = Bash("mount.stargz")
    bash.ask("-o", "")
    bash.ask("-o", "raw,toc=x,")
    bash.ask("a", "-o", "toc=b,indexc")
    first, later, some = bash.replies()
    assert first == want, first ^ want
    # bash replaces what follows the last = only.
    assert later == {"x," + name for name in want}, later
    assert some == {"b,indexcache=", "b,indexcachesize="}, some


def test_bash_offers_values():
    for program in PROGRAMS:
        for row in rows(program):
            files = {"file": {"alpha", "with blank", "delta", "echo"},
                     "directory": {"delta", "echo"}}.get(row.kind, set())
            want = files | set(row.words)
            if row.kind == "keys" or not row.need:
                continue
            bash = Bash(program)
            for start in ("", *sorted({w[:1] for w in want | {"x"}})):
                for args in row.given(start):
                    # A value in the word of its letter is not completed.
                    if row.key or args[0].startswith("--"):
                        bash.ask(*args)
                if row.need == "required" and not row.key:
                    for sign in row.signs():
                        bash.ask(sign, start)
                for found in bash.replies():
                    assert found == {w for w in want if w.startswith(start)}, \
                        (program, row, start, found)
                bash.asked = []


def typed(program, *lines):
    """What an interactive bash makes of a tabulator at the end of each line."""
    with folder() as tmp:
        with open(tmp + "/.inputrc", "w", encoding="ascii") as f:
            f.write("set bell-style none\nset enable-bracketed-paste off\n")
        with open(tmp + "/.completion", "w", encoding="utf-8") as f:
            f.write(script(program, "bash"))
        # Control-A: to the start of the line, where printf takes the rest.
        text = "".join(f"{line}\t\x01printf '<%s>' >>.typed \n"
                       for line in lines)
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(tmp)
            os.environ.update(HOME=tmp, INPUTRC=tmp + "/.inputrc", TERM="dumb",
                              PATH=BIN + ":" + os.environ["PATH"])
            os.execvp("bash", ["bash", "--noprofile", "--rcfile",
                               ".completion", "-i"])
        os.write(fd, (text + "exit\n").encode())
        while True:
            try:
                if not os.read(fd, 4096):
                    break
            except OSError:
                break
        os.waitpid(pid, 0)
        os.close(fd)
        with open(tmp + "/.typed", encoding="utf-8") as f:
            return re.findall("<(.*?)>", f.read())


def test_bash_completes_what_is_typed():
    assert typed("mkfs.stargz", "mkfs.stargz --ch", "mkfs.stargz --verb",
                 "mkfs.stargz --format=ex", "mkfs.stargz --sort no",
                 "mkfs.stargz -z zs", "mkfs.stargz --toc=wi",
                 "mkfs.stargz --index=al", "mkfs.stargz out del") == [
        "mkfs.stargz", "--chunk-size=", "mkfs.stargz", "--verbose",
        "mkfs.stargz", "--format=external-toc",
        "mkfs.stargz", "--sort", "none", "mkfs.stargz", "-z", "zstd",
        "mkfs.stargz", "--toc=with blank", "mkfs.stargz", "--index=alpha",
        "mkfs.stargz", "out", "delta/"]
    assert typed("mount.stargz", "mount.stargz -o raw,dec",
                 "mount.stargz -o raw,decoder=z", "mount.stargz -o toc=al",
                 "mount.stargz -o toc=a,indexcache=del",
                 "mount.stargz -o toc=a,noi") == [
        "mount.stargz", "-o", "raw,decoder=",
        "mount.stargz", "-o", "raw,decoder=zlib",
        "mount.stargz", "-o", "toc=alpha",
        "mount.stargz", "-o", "toc=a,indexcache=delta/",
        "mount.stargz", "-o", "toc=a,noindexcache"]


def test_zsh_reads_them():
    needs("zsh")
    for program in PROGRAMS:
        subprocess.run(["zsh", "-f", "-n"], input=script(program, "zsh"),
                       text=True, check=True)


def test_zsh_has_each_option():
    """Its specifications, read here as _arguments and _values read them."""
    for program in PROGRAMS:
        lines = script(program, "zsh").splitlines()
        assert lines[0] == "#compdef " + program
        specs = [line.strip().removesuffix(" \\") for line in lines
                 if line.startswith("\t\t'") and "[" in line]
        table = rows(program)
        assert len(specs) == len(table), (program, specs)
        found = set()
        for spec in specs:
            names = spec.partition("'[")[0] if spec.startswith("'*'") else \
                spec[1:].partition("[")[0]
            found |= {n.rstrip("+=-") for n in re.split(r"[{},]", names.replace(
                "'*'", ""))} - {""}
        want = {s for row in table for s in row.signs()}
        assert found == want, found ^ want
        text = "\n".join(specs)
        for row in table:
            for word in row.words:
                assert re.search(rf"[( ]{re.escape(word)}[ );]", text), word


def test_fish_offers_them():
    needs("fish")
    for program in PROGRAMS:
        table = [row for row in rows(program) if not row.key]
        with folder() as tmp:
            lines = [script(program, "fish"),
                     f"complete -C '{program} -'; echo ---"]
            for row in table:
                for word in row.words:
                    sign = row.signs()[-1]
                    lines.append(f"complete -C '{program} {sign} {word[:1]}'")
            done = subprocess.run(
                ["fish", "--no-config"], input="\n".join(lines) + "\n",
                text=True, capture_output=True, check=False, cwd=tmp,
                env={**os.environ, "HOME": tmp})
        assert done.returncode == 0 and not done.stderr, done
        options, _, values = done.stdout.partition("---\n")
        found = {line.split("\t")[0] for line in options.splitlines()}
        want = {s for row in table for s in row.signs()}
        # fish shows the long name of an option that has one.
        assert found <= want, found - want
        short = {"-" + row.letter for row in table if row.name}
        assert want - found <= short, want - found
        for row in table:
            assert set(row.words) <= {v.split("\t")[0]
                                      for v in values.splitlines()}, row
