# SPDX-License-Identifier: GPL-2.0-or-later
"""An index beside the tar that a layer was made from, as tarfile reads it."""
import stat
import tarfile

TYPES = {tarfile.REGTYPE: stat.S_IFREG, tarfile.DIRTYPE: stat.S_IFDIR,
         tarfile.SYMTYPE: stat.S_IFLNK, tarfile.CHRTYPE: stat.S_IFCHR,
         tarfile.BLKTYPE: stat.S_IFBLK, tarfile.FIFOTYPE: stat.S_IFIFO,
         tarfile.GNUTYPE_SPARSE: stat.S_IFREG}


def raw(text):
    return text.encode("utf-8", "surrogateescape")


def clean(text):
    return raw(text).strip(b"/").removeprefix(b".").strip(b"/")


def compare_member(tar, info, ix, node, buildah):
    """Producers round times to seconds, but buildah cuts them."""
    assert node.mode == TYPES[info.type] | info.mode
    assert (node.uid, node.gid) == (info.uid, info.gid)
    late = float(info.mtime) - node.mtime / 1e9
    assert -0.5001 <= late <= (1 if buildah else 0.5001), late
    if info.issym():
        assert node.target == raw(info.linkname)
    if info.ischr() or info.isblk():
        assert node.rdev == (info.devmajor, info.devminor)
    want = {raw(k[13:]): raw(v) for k, v in info.pax_headers.items()
            if k.startswith("SCHILY.xattr.")}
    assert node.xattrs == want, (node.xattrs, want)
    if info.isreg() or info.issparse():
        assert ix.content(node) == tar.extractfile(info).read()
