# SPDX-License-Identifier: GPL-2.0-or-later
"""Tars as sources."""
import grp
import pwd
import subprocess

from programs import BIN, need, save, tool
from tree import Folder, attempt, made, members


def test_access_lists_with_names():
    """A layer's users are not those of this machine."""
    need("setfacl")
    with Folder() as t:
        save(t + "/file", b"x")
        tool("setfacl", "-m", "u:bin:rwx,g:adm:r", t + "/file")
        tars = {
            "names": tool("tar", "--acls", "-C", t, "-c", "."),
            "numbers": made(t),
            "both": tool("bsdtar", "--acls", "--format=pax", "-C", t, "-cf",
                         "-", "."),
        }
        # A name that nobody has.
        tars["unknown"] = tars["names"].replace(b"user:bin:", b"user:b?n:")
        for kind, tar in tars.items():
            path = save(t + "/../" + kind, tar)
            run = subprocess.run([BIN + "/stargz-index", "-o",
                                  path + ".index", path], check=True,
                                 capture_output=True)
            err = run.stderr.decode()
            # An index must not depend on where it is made.
            named = kind in ("names", "unknown")
            assert err.count("names instead of numeric IDs") == \
                err.count("warning:") == named, (kind, err)
            want = None if kind == "unknown" else \
                b"user::rw-,user:%d:rwx,group::r--,group:%d:r--,mask::rwx," \
                b"other::r--" % (pwd.getpwnam("bin").pw_uid,
                                 grp.getgrnam("adm").gr_gid)
            m = attempt("--all-root", path)
            assert m.code == 0 and m.err.count("warning:") == named, (kind, m)
            assert access_list(m.tar) == want, (kind, access_list(m.tar))
            m = attempt(path)
            assert m.code == 0 and m.err.count("warning:") == named, (kind, m)
            assert access_list(m.tar) == want or kind in ("both", "unknown")
            layer = save(path + ".tar", m.tar)
            again = subprocess.run([BIN + "/stargz-index", layer], check=True,
                                   capture_output=True).stderr
            assert bool(again) == (kind == "unknown"), (kind, again)


def access_list(tar):
    """That of a file."""
    for m in members(tar):
        if m.name == "./file" and "SCHILY.acl.access" in m.pax_headers:
            return m.pax_headers["SCHILY.acl.access"].encode()
    return None
