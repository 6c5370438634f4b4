#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Decompress a file to standard output: read.py gzip|zlib|r:gz|r|gz FILE.

zlib is the naive way, one decompressor object. The last two are modes of
tarfile, and list the names of entries instead.
"""
import gzip
import shutil
import sys
import tarfile
import zlib

how, path = sys.argv[1:]
if how == "gzip":
    with gzip.open(path) as stream:
        shutil.copyfileobj(stream, sys.stdout.buffer)
elif how.startswith("r"):
    with tarfile.open(path, how, errors="surrogateescape") as tar:
        for member in tar:
            name = member.name.encode("utf-8", "surrogateescape")
            sys.stdout.buffer.write(name + b"\n")
else:
    with open(path, "rb") as blob:
        sys.stdout.buffer.write(zlib.decompressobj(31).decompress(blob.read()))
