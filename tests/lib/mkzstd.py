# SPDX-License-Identifier: GPL-2.0-or-later
"""Make small layers in the form zstd:chunked."""
import json
import struct

from mkblob import Layer, sha256
from programs import zstd

FILE = {"name": "f", "type": "reg", "data": b"content\n"}
BIG = {"name": "big", "type": "reg", "data": bytes(range(256)) * 40}


def skippable(data, kind=0):
    return struct.pack("<II", 0x184d2a50 + kind, len(data)) + data


def footer(kind, *numbers):
    """The numbers are offset, length, size and type."""
    raw = struct.pack("<4Q", *(n % 2**64 for n in numbers))
    if kind == 64:
        raw += bytes(24) + b"GNUlInUx"
    else:
        raw += b"GnUlInUx"
    return skippable(raw.ljust(kind, b"\0"))


class ZLayer(Layer):
    """The same as a gzip layer, in frames."""

    def flush(self):
        if self.pending:
            self.blob += zstd(self.pending, "--no-check")
        self.pending = b""

    def finish(self, kind=40, toc=None, between=b"", **change):
        self.flush()
        if toc is None:
            toc = {"version": 1, "entries": self.entries}
        self.toc = toc if isinstance(toc, bytes) else json.dumps(toc).encode()
        packed = change.get("packed") or zstd(self.toc)
        numbers = {"offset": len(self.blob) + 8, "length": len(packed),
                   "size": len(self.toc), "type": 1}
        numbers.update((k, v) for k, v in change.items() if k in numbers)
        self.position = ":".join(str(n) for n in numbers.values())
        self.stored = sha256(packed)
        return self.blob + skippable(packed) + between + \
            footer(kind, *numbers.values())


def filled(*items, **how):
    made = ZLayer(**how)
    for item in items or (FILE, BIG):
        made.add(item)
    made.flush()
    return made
