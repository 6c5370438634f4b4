# SPDX-License-Identifier: GPL-2.0-or-later
"""The indexes of an image: those of its layers, and one of all. They are made by
mount -f, and found in the cache."""
import os
import random
import subprocess
import tarfile
import time

import ocilayout
from layouts import (TARS, Layout, call, config_of, docker_archive, folder,
                     gzips, image, pack, refused, tar, write_layout)
from programs import load, save, tool
from readindex import Index
from tap import TOP


def make(name, cache, *args, **how):
    """Make the indexes of an image; those that were not in the cache before."""
    before = set(os.listdir(cache)) if os.path.exists(cache) else set()
    image("mount", "-f", f"--index-cache={cache}", *args, name, "/", **how)
    return sorted(n for n in set(os.listdir(cache)) - before
                  if n.endswith(".index"))


def settle():
    """Files have no identity until their times are past."""
    time.sleep(0.2)


MERGED = 4


def in_cache(cache, merged):
    """Paths of the indexes of all layers, or of single ones."""
    for name in sorted(os.listdir(cache)):
        path = os.path.join(cache, name)
        if name.endswith(".index") and \
                bool(load(path)[12] & MERGED) == merged:
            yield path


def by_blob(cache):
    """The index of each layer, by the digest of the layer."""
    return {Index(load(path)).blobs[0].sha256.hex(): path
            for path in in_cache(cache, False)}


def layer_stack(path, count):
    """The tars of layers that change each other's files in every way."""
    os.mkdir(path)
    subprocess.run([os.path.join(TOP, "tests/integration/layer-stack"), path,
                    str(count)], check=True)
    return [load(os.path.join(path, n)) for n in sorted(os.listdir(path))]


def chained(tmp, blobs):
    """The indexes of layers by stargz-index, one after the other."""
    paths = [save(f"{tmp}/blob{i}", b) for i, b in enumerate(blobs)]
    made = []
    for i, path in enumerate(paths):
        out = f"{tmp}/chained{i}"
        below = [f"--below={p}" for p in paths[:i]] or ["--below=none"]
        done = call("stargz-index", "-q", *below, "-o", out, path,
                    f"--layer-digest={ocilayout_digest(blobs[i])}")
        assert done.returncode == 0, done
        made.append(out)
    return made


def ocilayout_digest(data):
    """A digest by sha256sum."""
    return "sha256:" + tool("sha256sum", input=data)[:64].decode()


def test_layers_are_as_by_stargz_index():
    with folder() as tmp:
        tars = layer_stack(tmp + "/tars", 8)
        name = "oci:" + write_layout(tmp + "/oci", tars)
        assert len(make(name, tmp + "/cache")) == 8
        found = by_blob(tmp + "/cache")
        blobs = gzips(tars)
        for blob, path in zip(blobs, chained(tmp, blobs)):
            assert load(path) == load(found[ocilayout_digest(blob)[7:]]), path


def test_number_of_threads_does_not_matter():
    with folder() as tmp:
        name = "oci:" + write_layout(tmp + "/oci",
                                     layer_stack(tmp + "/tars", 12))
        made = []
        for cpus in (1, 2):
            cache = f"{tmp}/cache{cpus}"
            os.sched_setaffinity(0, list(range(os.cpu_count()))[:cpus])
            try:
                make(name, cache, "--merged")
            finally:
                os.sched_setaffinity(0, range(os.cpu_count()))
            made.append({n: load(os.path.join(cache, n))
                         for n in os.listdir(cache) if n.endswith(".index")})
        assert made[0] == made[1] and len(made[0]) > 12


def merged_index(cache, *sources, **how):
    """The index of all layers."""
    path, = in_cache(cache, True)
    return Index(load(path), *sources, **how)


def test_merged_tree():
    ocilayout.require("umoci")
    with folder() as tmp:
        tars = layer_stack(tmp + "/tars", 12)
        path = write_layout(tmp + "/oci", tars, "image")
        make("oci:" + path, tmp + "/cache", "--merged")
        root = ocilayout.unpack(path, tmp + "/bundle")
        ix = merged_index(tmp + "/cache", *gzips(tars))
        assert len(ix.blobs) == 12 and len(ix.paths) > 50
        ocilayout.compare(ix, root)


def members(path):
    """From each file of a tar to its first byte and size."""
    with tarfile.open(path) as t:
        return {os.path.normpath(m.name): (m.offset_data, m.size) for m in t}


def check_in_place(tmp, path, names, call_with, root):
    """The index of an archive has the layers at their places in it."""
    call_with()
    ix = merged_index(tmp + "/cache", load(path), one_source=True)
    places = members(path)
    assert [(b.source, b.start, b.size) for b in ix.blobs] == \
        [(1, *places[n]) for n in names], (ix.blobs, places)
    ocilayout.compare(ix, root)


def test_archives_are_read_in_place():
    ocilayout.require("umoci")
    with folder() as tmp:
        tars = layer_stack(tmp + "/tars", 5)
        oci = write_layout(tmp + "/oci", tars, "image")
        root = ocilayout.unpack(oci, tmp + "/bundle")
        path = pack(oci, tmp + "/oci.tar")
        names = ["blobs/sha256/" + ocilayout_digest(b)[7:]
                 for b in gzips(tars)]
        for name, use in (("image", lambda: make(
                f"oci-archive:{path}", tmp + "/cache", "--merged")),
                          ("mount", lambda: mount(tmp, path))):
            assert name
            subprocess.run(["rm", "-rf", tmp + "/cache"], check=True)
            check_in_place(tmp, path, names, use, root)


def mount(tmp, path, *options):
    """mount -t stargz of an archive, without mounting."""
    done = call("mount.stargz", "-f", path, "/", "-o",
                ",".join([f"indexcache={tmp}/cache", *options]))
    assert done.returncode == 0 and not done.stderr, done


def test_archives_of_docker_in_place():
    ocilayout.require("umoci")
    with folder() as tmp:
        tars = layer_stack(tmp + "/tars", 4)
        root = ocilayout.unpack(write_layout(tmp + "/oci", tars, "image"),
                                tmp + "/bundle")
        names = [f"{i:064x}/layer.tar" for i in range(4)]
        for compressed in (False, True):
            subprocess.run(["rm", "-rf", tmp + "/cache"], check=True)
            path = docker_archive(tmp + "/app.tar", tars,
                                  compressed=compressed)
            check_in_place(tmp, path, names, lambda p=path: mount(tmp, p), root)


def test_mount_of_archives_chooses():
    with folder() as tmp:
        path = docker_archive(tmp + "/app.tar", tags=("a:1", "b:1"))
        mount(tmp, path, "image=b:1", "platform=linux/amd64")
        for options, code, text in (
                ("image=c", 32, 'no image "c"'),
                ("platform=linux/s390x", 32, "no image for linux/s390x")):
            done = call("mount.stargz", "-f", path, "/", "-o", options)
            assert done.returncode == code and text in done.stderr and \
                done.stderr.count("\n") == 1, done
        save(tmp + "/layer.tar", TARS[0])
        done = call("mount.stargz", "-f", tmp + "/layer.tar", "/", "-o",
                    "noindexcache,image=x")
        assert done.returncode == 1 and "require an archive" in done.stderr


def test_a_tar_with_a_folder_of_blobs_is_a_layer():
    with folder() as tmp:
        path = save(tmp + "/layer.tar", tar(("blobs/", b""), ("blobs/x", b"y")))
        settle()
        mount(tmp, path)
        made, = in_cache(tmp + "/cache", False)
        assert b"blobs/x" in Index(load(made), load(path)).paths


def test_cache():
    """An index is made once, also for images that share their lowest layers."""
    with folder() as tmp:
        cache = tmp + "/cache"
        settled = write_layout(tmp + "/a")
        other = write_layout(tmp + "/b", [*TARS, tar(("x", b"y"))])
        settle()
        assert len(make("oci:" + settled, cache)) == 3
        assert not make("oci:" + settled, cache)
        assert len(make("oci:" + settled, cache, "--merged")) == 1
        assert not make("oci:" + settled, cache, "--merged")
        assert len(make("oci:" + other, cache)) == 1
        assert len(make("oci:" + other, cache, "--merged")) == 1
        swapped = write_layout(tmp + "/c", TARS[::-1])
        assert len(make("oci:" + swapped, cache)) == 3


def test_layers_in_other_places_share_no_merged_index():
    with folder() as tmp:
        path = write_layout(tmp + "/oci")
        assert len(make("oci:" + path, tmp + "/cache", "--merged")) == 4
        assert len(make("oci-archive:" + pack(path, tmp + "/a.tar"),
                        tmp + "/cache", "--merged")) == 4


def test_cached_indexes_are_not_used_with_other_bytes():
    """The digest of each file is compared before an index of the cache is used
    with it, and again if the file changes."""
    with folder() as tmp:
        cache = tmp + "/cache"
        layout = Layout(tmp + "/oci")
        layers = [layout.layer(b, ocilayout.LAYER + "+gzip") for b in gzips()]
        layout.add(layout.image(layers=layers))
        name = "oci:" + layout.close()
        settle()
        make(name, cache)
        blob = layout.blob(layers[1])
        data = bytearray(load(blob))
        data[4] ^= 1
        save(blob, bytes(data))
        for _ in range(2):
            refused(32, "layer 1 has the digest sha256:", "mount", "-f",
                    f"--index-cache={cache}", name, tmp)
            settle()
        data[4] ^= 1
        save(blob, bytes(data))
        assert not make(name, cache)
        # Another copy of the image has to prove itself, too.
        copy = write_layout(tmp + "/copy")
        save(copy + "/blobs/sha256/" + layers[1]["digest"][7:],
             bytes([*data[:4], data[4] ^ 1, *data[5:]]))
        refused(32, "layer 1 has the digest sha256:", "mount", "-f",
                f"--index-cache={cache}", "oci:" + copy, tmp)


def test_damaged_indexes_of_the_cache_are_made_again():
    with folder() as tmp:
        cache, name = tmp + "/cache", "oci:" + write_layout(tmp + "/oci")
        made = make(name, cache, "--merged")
        good = {n: load(os.path.join(cache, n)) for n in made}
        rng = random.Random(1)
        for broken in made:
            path = os.path.join(cache, broken)
            data = bytearray(good[broken])
            data[rng.randrange(512)] ^= 1 << rng.randrange(8)
            os.unlink(path)
            save(path, bytes(data))
            os.chmod(path, 0o600)
            make(name, cache, "--merged")
            make(name, cache)
            assert load(path) == good[broken], broken


def test_without_a_cache():
    with folder() as tmp:
        name = "oci:" + write_layout(tmp + "/oci")
        image("mount", "-f", "--no-index-cache", name, tmp)
        image("mount", "-f", "--index-cache=/proc/none", name, tmp)
        assert sorted(os.listdir(tmp)) == ["oci"]


def test_limit_of_the_cache():
    with folder() as tmp:
        name = "oci:" + write_layout(tmp + "/oci")
        made = make(name, tmp + "/cache", "--index-cache-size=1")
        assert not made, made


def test_indexes_that_are_evicted():
    """One process adds more indexes than the cache has room for besides old ones."""
    with folder() as tmp:
        cache = tmp + "/cache"
        tars = [tar((f"old{i}", b"x")) for i in range(6)]
        old = []
        for i, t in enumerate(tars):
            layout = Layout(f"{tmp}/old{i}")
            layout.add(layout.image([t], config=config_of([t])))
            old += make("oci:" + layout.close(), cache)
        assert len(old) == 6, old
        size = os.stat(f"{cache}/{old[0]}").st_size
        # The last use of each, in another order than the names.
        for i, name in enumerate(reversed(old)):
            os.utime(f"{cache}/{name}", (10**9 + i, 10**9))
        tars = [tar((f"new{i}", b"x")) for i in range(4)]
        layout = Layout(tmp + "/new")
        layout.add(layout.image(tars, config=config_of(tars)))
        new = make("oci:" + layout.close(), cache,
                   f"--index-cache-size={size * 7}")
        assert len(new) == 4, new
        assert set(os.listdir(cache)) & set(old) == set(old[:3])


def test_digests_of_content():
    with folder() as tmp:
        name = "oci:" + write_layout(tmp + "/oci")
        assert len(make(name, tmp + "/cache", "--merged")) == 4
        assert len(make(name, tmp + "/cache", "--merged",
                        "--verify=digest")) == 4
        assert not make(name, tmp + "/cache", "--merged", "--verify=crc")
        compat = [load(p)[12] & 1 for merged in (False, True)
                  for p in in_cache(tmp + "/cache", merged)]
        assert sorted(compat) == [0] * 4 + [1] * 4


def test_implied_parents():
    """A layer without the entries of its directories takes them from below."""
    tars = [tar(("usr/", b""), ("usr/lib/", b"")), tar(("usr/lib/x", b"y"))]
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layout.add(layout.image(tars, config=config_of(tars)))
        make("oci:" + layout.close(), tmp + "/cache")
        found = by_blob(tmp + "/cache")
        ix = Index(load(found[ocilayout_digest(gzips(tars)[1])[7:]]))
        assert ix.paths[b"usr/lib"].mtime == 10**9


def test_layers_twice():
    with folder() as tmp:
        tars = [*TARS, TARS[0], TARS[1]]
        name = "oci:" + write_layout(tmp + "/oci", tars)
        assert len(make(name, tmp + "/cache", "--merged")) == 6


def test_many_layers():
    with folder() as tmp:
        tars = [tar((f"d{i % 7}/", b""), (f"d{i % 7}/f{i}", b"%d" % i),
                    ("last", b"%d" % i)) for i in range(200)]
        name = "oci:" + write_layout(tmp + "/oci", tars)
        make(name, tmp + "/cache", "--merged")
        ix = merged_index(tmp + "/cache", *gzips(tars))
        assert len(ix.blobs) == 200 and len(ix.paths) == 209
        assert ix.content(ix.paths[b"last"]) == b"199"
