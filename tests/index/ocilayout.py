# SPDX-License-Identifier: GPL-2.0-or-later
"""Images in an OCI layout, and what umoci and GNU tar make of their layers."""
import gzip
import hashlib
import json
import os
import shutil
import stat
import subprocess

from tap import Skip

LAYER = "application/vnd.oci.image.layer.v1.tar"


def require(*programs):
    """Skip a test where a program is missing or must not do what it has to."""
    for program in programs:
        if not shutil.which(program):
            raise Skip("no " + program)
    if os.geteuid():
        raise Skip("not root")


def put(folder, data):
    """Store a blob; its descriptor without a type."""
    digest = hashlib.sha256(data).hexdigest()
    with open(os.path.join(folder, "blobs/sha256", digest), "wb") as f:
        f.write(data)
    return {"digest": "sha256:" + digest, "size": len(data)}


def put_json(folder, kind, value):
    """Store a document; its descriptor."""
    return {"mediaType": f"application/vnd.oci.image.{kind}.v1+json",
            **put(folder, json.dumps(value).encode())}


def write_image(folder, tars, name="image"):
    """An image of these tars, every other one compressed by gzip."""
    os.makedirs(os.path.join(folder, "blobs/sha256"))
    layers = []
    for i, tar in enumerate(tars):
        kind = LAYER + "+gzip" if i % 2 else LAYER
        data = gzip.compress(tar, 1) if i % 2 else tar
        layers.append({"mediaType": kind, **put(folder, data)})
    config = {"architecture": "amd64", "os": "linux", "config": {},
              "rootfs": {"type": "layers", "diff_ids": [
                  "sha256:" + hashlib.sha256(t).hexdigest() for t in tars]}}
    manifest = {"schemaVersion": 2, "layers": layers,
                "config": put_json(folder, "config", config)}
    entry = {**put_json(folder, "manifest", manifest),
             "annotations": {"org.opencontainers.image.ref.name": name}}
    for path, value in (("oci-layout", {"imageLayoutVersion": "1.0.0"}),
                        ("index.json", {"schemaVersion": 2,
                                        "manifests": [entry]})):
        with open(os.path.join(folder, path), "w", encoding="ascii") as f:
            json.dump(value, f)


def read_layers(folder):
    """The blobs of the only image in a layout, lowest first."""
    def blob(descriptor):
        path = descriptor["digest"].replace(":", "/")
        with open(os.path.join(folder, "blobs", path), "rb") as f:
            return f.read()
    with open(os.path.join(folder, "index.json"), encoding="ascii") as f:
        index = json.load(f)
    manifest = json.loads(blob(index["manifests"][0]))
    return [(m, blob(m)) for m in manifest["layers"]]


def unpack(layout, folder, name="image"):
    """What umoci unpacks of an image: the root of the tree."""
    subprocess.run(["umoci", "--log=error", "unpack", "--image",
                    f"{layout}:{name}", folder], check=True,
                   capture_output=True)
    return os.path.join(folder, "rootfs")


def tree(root):
    """All that is in a folder: each path and what lstat(2) says of it."""
    found = {b"": os.lstat(root)}
    top = os.fsencode(root)
    for where, folders, files in os.walk(top):
        for name in folders + files:
            path = os.path.join(where, name)
            found[os.path.relpath(path, top)] = os.lstat(path)
    return found


def xattrs(path):
    """Extended attributes, by name."""
    return {os.fsencode(n): os.getxattr(path, n, follow_symlinks=False)
            for n in os.listxattr(path, follow_symlinks=False)}


def compare_node(ix, node, path, st):
    """One inode of an index with what is at a path.

    Linux gives all symbolic links the same mode, whatever the tar says.
    """
    assert node.type == stat.S_IFMT(st.st_mode), path
    assert node.mode == st.st_mode or stat.S_ISLNK(st.st_mode), path
    assert (node.uid, node.gid, node.mtime) == \
        (st.st_uid, st.st_gid, st.st_mtime_ns), path
    assert node.xattrs == xattrs(path), (path, node.xattrs, xattrs(path))
    if stat.S_ISREG(st.st_mode):
        with open(path, "rb") as f:
            assert ix.content(node) == f.read(), path
    elif stat.S_ISLNK(st.st_mode):
        assert node.target == os.readlink(path), path
    elif stat.S_ISCHR(st.st_mode) or stat.S_ISBLK(st.st_mode):
        assert node.rdev == (os.major(st.st_rdev), os.minor(st.st_rdev)), path


def compare(ix, root):
    """An index with a tree: names, attributes, content and hard links."""
    found = tree(root)
    assert set(ix.paths) == set(found), \
        (set(ix.paths) - set(found), set(found) - set(ix.paths))
    inodes = {}
    for path, st in found.items():
        node = ix.paths[path]
        assert inodes.setdefault(st.st_ino, node) is node, path
        compare_node(ix, node, os.path.join(os.fsencode(root), path), st)
        if not stat.S_ISDIR(st.st_mode):
            assert node.nlink == st.st_nlink, path
