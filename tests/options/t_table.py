# SPDX-License-Identifier: GPL-2.0-or-later
"""--help and man pages name the options of the table, and no others."""
import re
import subprocess

from rows import PROGRAMS, output, rows, run
from tap import TOP

# What begins a tag: an option, or a key with or without a value.
TAG = re.compile(r"^ {5}(-\S.*?|[a-z_]+(?:\[?=\S+)?)(?: {2,}(.*))?$")


def help_blocks(program):
    """From each spelling in --help to the text about it."""
    blocks, texts = {}, None
    keys = any(row.key for row in rows(program))
    for line in output(program, "--help").splitlines():
        found = re.match(r"^ {2,6}([-a-z]\S*(?:, --\S+)?(?: [A-Z]\S*)?)"
                         r"(?: {2,}(.*))?$", line)
        # What has no dash is a key, or not an option: a command, a name.
        if found and not line.startswith(" " * 7) and \
                (keys or found[1].startswith("-")):
            texts = [found[2] or ""]
            short, _, long = found[1].partition(", ")
            # "-o, --output=FILE": the argument belongs to both.
            if long:
                short += re.sub("^--[a-z-]*=?", " ", long).rstrip()
            for name in filter(None, (short, long)):
                blocks[name] = texts
        elif texts and line.startswith(" " * 24):
            texts.append(line.strip())
        else:
            texts = None
    return {name: " ".join(text) for name, text in blocks.items()}


def page_blocks(program):
    """From each spelling in the man page to the text about it."""
    page = f"{TOP}/userspace/man/{program}.{PROGRAMS[program][1]}"
    plain = subprocess.run(
        f"mandoc -T ascii -O width=200 '{page}' | col -b -x", shell=True,
        check=True, capture_output=True, text=True).stdout
    blocks, texts, section = {}, None, ""
    for line in plain.splitlines():
        if re.match(r"^\S", line):
            section, texts = line, None
        found = TAG.match(line)
        if found and (section == "OPTIONS" or line.startswith(" " * 5 + "-") and
                      section in ("DESCRIPTION", "COMMANDS")):
            texts = [found[2] or ""]
            for name in found[1].split(", "):
                blocks[name.replace(" | ", "|")] = texts
        elif texts and re.match(r"^( {9,}|$)", line):
            texts.append(line.strip())
        else:
            texts = None
    return {name: " ".join(text) for name, text in blocks.items()}


def check(program, blocks, change):
    """The blocks are about all rows, and say ranges and words."""
    want = {change(s): row for row in rows(program) for s in row.spellings()}
    assert set(blocks) == set(want), set(blocks) ^ set(want)
    for spelling, row in want.items():
        text = spelling + " " + re.sub(" +", " ", blocks[spelling])
        if row.told:
            assert row.range in text, (program, row, row.range, text)
        for word in row.words:
            assert re.search(rf"\b{re.escape(word)}\b", text), (program, row, word)


def test_help():
    for program in PROGRAMS:
        check(program, help_blocks(program), str)


def lower(spelling):
    """With the placeholder as man pages have it."""
    return re.sub(r"[ =\[].*", lambda m: m[0].lower(), spelling)


def test_man_pages():
    for program in PROGRAMS:
        check(program, page_blocks(program), lower)


def test_commands():
    """--help, man page and completions name the same commands."""
    program = "stargz-image"
    text = output(program, "--help").split("Commands:\n")[1]
    names = re.findall(r"^  ([a-z]+)(?: |$)", text.split("\n\n")[0], re.M)
    assert len(names) > 5 and len(set(names)) == len(names), names
    with open(f"{TOP}/userspace/man/{program}.8", encoding="ascii") as f:
        page = f.read().split(".Sh COMMANDS")[1].split(".Sh ")[0]
    assert re.findall(r"^\.It Cm ([a-z]+)", page, re.M) == names
    for shell in ("bash", "zsh", "fish"):
        script = output(program, f"--print-completion={shell}")
        for name in names:
            assert re.search(rf"\b{name}\b", script), (shell, name)
    for wrong in ("none", "mounts", "Mount", ""):
        done = run(program, wrong)
        assert done.returncode == 1 and "no such command" in done.stderr, done


def test_help_is_narrow_and_has_no_blanks_at_ends():
    for program in PROGRAMS:
        for line in output(program, "--help").splitlines():
            assert len(line) <= 80 and line == line.rstrip(), line


def test_letters_and_names_are_unique():
    for program in PROGRAMS:
        signs = [s for row in rows(program) for s in row.signs()]
        assert len(signs) == len(set(signs)), signs


def test_standard_options():
    for program in PROGRAMS:
        signs = {s for row in rows(program) for s in row.signs()}
        assert {"-h", "--help", "-V", "--version"} <= signs
        for letter, name in (("-q", "--quiet"), ("-v", "--verbose")):
            assert letter in signs or name not in signs, (program, letter)
        text = output(program, "--help")
        assert text == output(program, "-h") and text.startswith("Usage: ")
        text = output(program, "--version")
        assert text == output(program, "-V") and text.startswith(program + " ")


def test_lists_are_asked_for_alone():
    """What completions and tests ask for is no option: no prefix, no company."""
    for program, (status, _, operands) in PROGRAMS.items():
        assert "--print-options" not in output(program, "--help")
        for args in (["--print-option"], ["--print-options", *operands],
                     ["--print-completion"], ["--print-completion=sh"]):
            done = run(program, *args)
            assert done.returncode == status and not done.stdout, done
