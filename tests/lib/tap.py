# SPDX-License-Identifier: GPL-2.0-or-later
"""Suites in Python: run functions named test_*, print TAP.

A suite is a folder with modules t_NAME.py and a script that calls main(). The
case NAME.TEST is the function test_TEST of t_NAME.py; NAME stands for all cases
of that module.
"""
import argparse
import glob
import importlib
import os
import signal
import sys
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
CORPUS = os.environ.get("STARGZ_CORPUS",
                        os.path.join(os.path.dirname(TOP), "shared/corpus"))


class Skip(Exception):
    """Raised by a test that cannot run here; says why."""


def need_root():
    """Skip what an ordinary user cannot test."""
    if os.geteuid():
        raise Skip("needs root")


def find_cases(folder):
    """The cases of a suite by name, module by module."""
    cases = {}
    for path in sorted(glob.glob(os.path.join(folder, "t_*.py"))):
        module = os.path.basename(path)[:-3]
        cases.update((f"{module[2:]}.{name[5:]}", value) for name, value in
                     vars(importlib.import_module(module)).items()
                     if name.startswith("test_"))
    return cases


def choose(cases, names):
    """The cases that some names stand for; an unknown name ends the program."""
    chosen = {}
    for name in names:
        found = {c: f for c, f in cases.items()
                 if name in (c, c.split(".")[0])}
        if not found:
            sys.exit(f"{os.path.basename(sys.argv[0])}: {name}: no such case")
        chosen.update(found)
    return chosen


def unignore_signals():
    """Programs inherit what is ignored, as by nohup(1) or for a background job of
    a script, and tests send these signals to them."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def run(cases):
    """Run cases; the exit status."""
    unignore_signals()
    print(f"1..{len(cases)}", flush=True)
    failed = 0
    for n, (name, function) in enumerate(cases.items(), 1):
        try:
            function()
            print(f"ok {n} - {name}")
        except Skip as why:
            print(f"ok {n} - {name} # SKIP {why}")
        except Exception:
            failed += 1
            print(f"not ok {n} - {name}")
            for line in traceback.format_exc().splitlines():
                print("# " + line[:400])
        sys.stdout.flush()
    return 1 if failed else 0


def arguments(doc):
    """What every suite takes; a suite may add options of its own."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true",
                        help="print the names of all cases")
    parser.add_argument("cases", metavar="CASE", nargs="*",
                        help="a case, or a module of cases; default: all")
    return parser


def main(parsed, prepare):
    """List or run cases of the suite that the program belongs to.

    prepare() is called before the first case; it may raise Skip where none can
    run.
    """
    cases = find_cases(os.path.dirname(os.path.abspath(sys.argv[0])))
    chosen = choose(cases, parsed.cases) if parsed.cases else cases
    if parsed.list:
        print("\n".join(chosen))
        return 0
    try:
        prepare()
    except Skip as why:
        print(f"1..0 # SKIP {why}")
        return 0
    return run(chosen)
