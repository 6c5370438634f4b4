# SPDX-License-Identifier: GPL-2.0-or-later
"""Make small layers in eStargz or legacy stargz form, sane or not.

An item is a dict with the members of a TOC entry, and besides them:
  data  content of a regular file
  path  true name in the tar, bytes (default: the name)
  link  true link target in the tar, bytes
"""
import base64
import calendar
import gzip
import hashlib
import io
import json
import os
import re
import struct
import tarfile
import zlib

from tarsource import record

TYPES = {
    "reg": tarfile.REGTYPE, "dir": tarfile.DIRTYPE, "symlink": tarfile.SYMTYPE,
    "hardlink": tarfile.LNKTYPE, "char": tarfile.CHRTYPE,
    "block": tarfile.BLKTYPE, "fifo": tarfile.FIFOTYPE,
}


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def member(data, name=None):
    """One gzip member; with a name it has more header fields."""
    out = io.BytesIO()
    with gzip.GzipFile(name or "", "wb", 6, out, 0) as f:
        f.write(data)
    return out.getvalue()


def seconds(text):
    """A time of a table of contents as a number; what is none is zero."""
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)"
                         r"(\.\d+)?Z", str(text))
    try:
        whole = calendar.timegm(tuple(map(int, found.groups()[:6])))
        return whole + float(found[7]) if found[7] else whole
    except (AttributeError, ValueError, OverflowError):
        return 0


def number(item, key, most):
    """A number of an entry that a header can hold, or zero."""
    value = item.get(key, 0)
    return value if isinstance(value, int) and 0 <= value <= most else 0


def attributes(item):
    """Extended attributes as a PAX header has them."""
    found = item.get("paxxattrs")
    if found is not None:
        return found
    try:
        return {k.encode(): base64.b64decode(v, validate=True)
                for k, v in item.get("xattrs", {}).items()}
    except (AttributeError, TypeError, ValueError):
        return {}


def tar_header(item, fmt=tarfile.PAX_FORMAT):
    """The headers of an entry, which say what the table says of it."""
    info = tarfile.TarInfo(os.fsdecode(item.get("path", item["name"])))
    info.mtime = seconds(item.get("modtime"))
    if fmt != tarfile.PAX_FORMAT:
        info.mtime = int(info.mtime)
    info.uid, info.gid = (number(item, k, 0xffffffff) for k in ("uid", "gid"))
    info.devmajor = number(item, "devMajor", 0o7777777)
    info.devminor = number(item, "devMinor", 0o7777777)
    info.type = TYPES.get(item.get("type"), tarfile.REGTYPE)
    info.size = len(item.get("data", b""))
    info.mode = item.get("mode", 0) & 0o7777
    info.linkname = os.fsdecode(item.get("link", item.get("linkName", "")))
    records = b"".join(record(b"SCHILY.xattr." + k, v)
                       for k, v in attributes(item).items())
    extension = b""
    if records:
        more = tarfile.TarInfo("pax")
        more.type = tarfile.XHDTYPE
        more.size = len(records)
        extension = more.tobuf(tarfile.USTAR_FORMAT) + records + \
            bytes(-len(records) % 512)
    return extension + info.tobuf(fmt, "utf-8", "surrogateescape")


def lossy(raw):
    """What Go makes of bytes that are not UTF-8: U+FFFD for each."""
    out, i = "", 0
    while i < len(raw):
        for n in (1, 2, 3, 4):
            try:
                out += raw[i:i + n].decode("utf-8")
                i += n
                break
            except UnicodeDecodeError:
                pass
        else:
            out += "\ufffd"
            i += 1
    return out


def footer(kind, offset):
    if kind == "estargz":
        extra = b"SG\x16\0" + b"%016x" % offset + b"STARGZ"
    elif kind == "legacy":
        extra = b"%016x" % offset + b"STARGZ"
    else:
        extra = b"SG\x11\0STARGZEXTERNALTOC"
    return (b"\x1f\x8b\x08\x04\0\0\0\0\0\xff" + struct.pack("<H", len(extra)) +
            extra + b"\x01\0\0\xff\xff" + bytes(8))


class Layer:
    """Members and TOC entries of a layer, in the order of the tar."""

    def __init__(self, chunk=4 << 20, shared=0, fmt=tarfile.PAX_FORMAT,
                 digests=True, names=False):
        self.blob = b""
        self.pending = b""
        self.entries = []
        self.chunk = chunk
        self.shared = shared
        self.fmt = fmt
        self.digests = digests
        self.names = names

    def flush(self):
        if self.pending:
            self.blob += member(self.pending, "n" if self.names else None)
        self.pending = b""

    def add(self, item):
        item = dict(item)
        self.pending += tar_header(item, self.fmt)
        data = item.pop("data", b"")
        entry = {k: v for k, v in item.items()
                 if k not in ("path", "link", "paxxattrs")}
        if item.get("type") == "reg" and data:
            self.content(entry, data)
        else:
            self.entries.append(entry)

    def content(self, entry, data):
        entry.setdefault("size", len(data))
        if self.digests is not None:
            entry.setdefault("digest", sha256(data))
        for pos in range(0, len(data), self.chunk):
            part = data[pos:pos + self.chunk]
            if len(self.pending) >= self.shared:
                self.flush()
            e = entry if not pos else {"name": entry["name"], "type": "chunk"}
            if len(self.blob):
                e["offset"] = len(self.blob)
            if self.pending:
                e["innerOffset"] = len(self.pending)
            if pos:
                e["chunkOffset"] = pos
            if pos + len(part) < len(data):
                e["chunkSize"] = len(part)
            if self.digests:
                e["chunkDigest"] = sha256(part)
            self.pending += part
            self.entries.append(e)
        self.pending += bytes(-len(data) % 512)

    def finish(self, kind="estargz", toc=None, tocname="stargz.index.json",
               tail=b""):
        """The blob; for an external TOC the pair of blob and TOC file."""
        self.flush()
        if toc is None:
            toc = {"version": 1, "entries": self.entries}
        text = toc if isinstance(toc, bytes) else \
            json.dumps(toc, indent="\t").encode()
        self.toc = text
        info = tarfile.TarInfo(tocname)
        info.size = len(text)
        tar = (info.tobuf(tarfile.USTAR_FORMAT) + text +
               bytes(-len(text) % 512) + bytes(1024))
        packed = member(tar)
        if kind == "external":
            return self.blob + footer(kind, 0), packed
        return self.blob + packed + tail + footer(kind, len(self.blob))


def layer(items, kind="estargz", patch=None, **how):
    """A blob made of items; patch changes the entries of its TOC."""
    made = Layer(**how)
    for item in items:
        made.add(item)
    made.flush()
    toc = {"version": 1, "entries": made.entries}
    if patch:
        toc = patch(toc) or toc
    return made.finish(kind, toc)


def with_toc(text):
    """A blob without content and with this text as its TOC."""
    return Layer().finish(toc=text)


def crc_broken(packed):
    """Damage the checksum of the last member of some bytes."""
    at = len(packed) - 8
    return packed[:at] + bytes([packed[at] ^ 1]) + packed[at + 1:]


def packed_spaces(size):
    """A member of white space, as small as deflate can."""
    z = zlib.compressobj(9, zlib.DEFLATED, 31)
    return z.compress(b" " * size) + z.flush()
