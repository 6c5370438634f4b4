# SPDX-License-Identifier: GPL-2.0-or-later
"""Copying images by skopeo: between forms on this machine, and from a registry on
the loopback interface. Results are compared with those of skopeo alone."""
import contextlib
import glob
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request

from layouts import (TARS, Layout, call, config_of, docker_archive, folder,
                     gzips, image, info, pack, platform, refused, tar,
                     write_layout)
from ocilayout import LAYER
from programs import BIN, load, need, save, tool
from t_indexes import make, settle

NAME = "org.opencontainers.image.ref.name"


def entries(path):
    """The descriptors of index.json."""
    return json.loads(load(path + "/index.json"))["manifests"]


def blobs(path):
    """The blobs of a layout."""
    return {n: load(f"{path}/blobs/sha256/{n}")
            for n in os.listdir(path + "/blobs/sha256")}


def hidden(path):
    """Names of temporary files below a folder."""
    return [n for _, dirs, files in os.walk(path) for n in dirs + files
            if n.startswith(".stargz") or n.startswith("oci-put-blob")]


def pull(tmp, name, dest, *args, **how):
    """Copy an image."""
    said = image("pull", f"--index-cache={tmp}/cache", *args, name, dest, **how)
    assert said == dest + ": copied\n" and not hidden(tmp), said


def test_layouts():
    need("skopeo")
    with folder() as tmp:
        path = write_layout(tmp + "/oci")
        pull(tmp, f"oci:{path}:app:1", f"oci:{tmp}/new:x")
        tool("skopeo", "copy", "-q", f"oci:{path}:app:1", f"oci:{tmp}/want:x")
        assert blobs(tmp + "/new") == blobs(tmp + "/want")
        assert entries(tmp + "/new") == entries(tmp + "/want")
        assert json.loads(load(tmp + "/new/oci-layout")) == \
            json.loads(load(tmp + "/want/oci-layout"))
        assert sorted(os.listdir(tmp + "/new")) == \
            sorted(os.listdir(tmp + "/want"))
        # The indexes are there: mounting makes none.
        assert len(glob.glob(tmp + "/cache/*.index")) == 3
        settle()
        assert not make(f"oci:{tmp}/new:x", tmp + "/cache")
        # Other images stay.
        pull(tmp, f"oci:{path}:app:1", f"oci:{tmp}/new:y")
        pull(tmp, f"oci:{path}:app:1", f"oci:{tmp}/new:x")
        assert sorted(n["annotations"][NAME] for n in entries(tmp + "/new")) == \
            ["x", "y"]


def test_forms():
    need("skopeo")
    with folder() as tmp:
        path = write_layout(tmp + "/oci")
        tool("skopeo", "copy", "-q", f"oci:{path}:app:1", f"dir:{tmp}/dir")
        sources = (f"oci-archive:{pack(path, tmp + '/a.tar')}",
                   f"dir:{tmp}/dir",
                   f"docker-archive:{docker_archive(tmp + '/d.tar')}")
        for i, source in enumerate(sources):
            pull(tmp, source, f"oci:{tmp}/oci{i}")
            tool("skopeo", "copy", "-q", source, f"oci:{tmp}/want{i}")
            assert blobs(f"{tmp}/oci{i}") == blobs(f"{tmp}/want{i}")
            image("verify", f"oci:{tmp}/oci{i}")
        pull(tmp, f"oci:{path}", f"dir:{tmp}/dir2")
        assert {n: load(f"{tmp}/dir2/{n}") for n in os.listdir(tmp + "/dir2")} == \
            {n: load(f"{tmp}/dir/{n}") for n in os.listdir(tmp + "/dir")}
        pull(tmp, f"oci:{path}", f"oci-archive:{tmp}/b.tar:z")
        assert info(f"oci-archive:{tmp}/b.tar:z")["digest"] == \
            entries(path)[0]["digest"]
        # A file is replaced, a directory is not.
        pull(tmp, f"oci:{path}", f"oci-archive:{tmp}/b.tar:new")
        assert info(f"oci-archive:{tmp}/b.tar")["name"] == "new"
        refused(2, "File exists", "pull", f"oci:{path}", f"dir:{tmp}/dir2")


def fake(tmp, script):
    """Environment with a program in the place of skopeo; $SKOPEO is the real one."""
    os.makedirs(tmp + "/bin", exist_ok=True)
    path = save(tmp + "/bin/skopeo", script.encode())
    os.chmod(path, stat.S_IRWXU)
    return {**os.environ, "PATH": f"{tmp}/bin:{os.environ['PATH']}",
            "SKOPEO": shutil.which("skopeo"), "TMP": tmp}


SLOWLY = f"""#!{sys.executable}
import glob, os, shutil, sys, time
if "copy" in sys.argv:
    blobs, = (a.split("=")[1] for a in sys.argv if "shared-blob" in a)
    os.makedirs(blobs + "/sha256", exist_ok=True)
    for done, name in enumerate(os.environ["LAYERS"].split()):
        # The index of each layer has to come before the next layer.
        end = time.time() + 60
        while len(glob.glob(os.environ["TMP"] + "/cache/*.index")) < done:
            time.sleep(0.02)
            if time.time() > end:
                sys.exit("no index of layer " + str(done - 1))
        shutil.copy(os.environ["TMP"] + "/oci/blobs/sha256/" + name, blobs + "/x")
        os.rename(blobs + "/x", blobs + "/sha256/" + name)
os.execv(os.environ["SKOPEO"], ["skopeo", *sys.argv[1:]])
"""


def test_layers_are_indexed_while_others_are_copied():
    need("skopeo")
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layers = [layout.layer(b, LAYER + "+gzip") for b in gzips()]
        layout.add(layout.image(layers=layers))
        env = fake(tmp, SLOWLY)
        env["LAYERS"] = " ".join(n["digest"][7:] for n in layers)
        pull(tmp, "oci:" + layout.close(), f"oci:{tmp}/new", env=env)


DAMAGES = f"""#!{sys.executable}
import os, subprocess, sys, time
blob = os.environ["BLOB"]
if "copy" in sys.argv and os.environ["EARLY"]:
    # The layer arrives damaged, while the copy goes on.
    blobs, = (a.split("=")[1] for a in sys.argv if "shared-blob" in a)
    os.makedirs(blobs + "/sha256", exist_ok=True)
    for name in os.environ["LAYERS"].split():
        with open(os.environ["TMP"] + "/oci/blobs/sha256/" + name, "rb") as f:
            data = bytearray(f.read())
        data[4] ^= name == blob
        with open(blobs + "/x", "wb") as f:
            f.write(data)
        os.rename(blobs + "/x", blobs + "/sha256/" + name)
    time.sleep(60)
done = subprocess.run([os.environ["SKOPEO"], *sys.argv[1:]], check=True)
for folder, _, files in os.walk(os.environ["TMP"]):
    for name in files:
        path = os.path.join(folder, name)
        if name == blob and "/oci/" not in path:
            with open(path, "r+b") as f:
                f.seek(4)
                f.write(b"x")
"""


def test_wrong_digests():
    """What skopeo wrote is compared."""
    need("skopeo")
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layers = [layout.layer(b, LAYER + "+gzip") for b in gzips()]
        layout.add(layout.image(layers=layers))
        name = "oci:" + layout.close()
        for kind in ("oci", "dir"):
            env = fake(tmp, DAMAGES)
            env["BLOB"] = layers[1]["digest"][7:]
            env["LAYERS"] = " ".join(n["digest"][7:] for n in layers)
            for args, early in (((), ""), (("--no-index-cache",), ""), ((), "1")):
                if early and kind == "dir":
                    continue
                env["EARLY"] = early
                refused(4, "layer 1", "pull", f"--index-cache={tmp}/cache", *args,
                        name, f"{kind}:{tmp}/new", env=env)
                assert not os.path.exists(tmp + "/new/index.json")
                assert not os.path.exists(tmp + "/new/manifest.json")
                assert not hidden(tmp)
                # What is wrong is not used by the next copy.
                pull(tmp, name, f"{kind}:{tmp}/new", *args)
                shutil.rmtree(tmp + "/new")


HANGS = """#!/bin/sh
case "$*" in
*copy*) echo $$ >$TMP/pid; for to; do :; done; to=${to#*:}
	mkdir -p $to; echo x >$to/oci-put-blob1; exec sleep 1000 ;;
esac
exec $SKOPEO "$@"
"""


def wait_for(path):
    """Until a file has something in it."""
    end = time.time() + 60
    while not os.path.exists(path) or not load(path):
        assert time.time() < end, path
        time.sleep(0.02)


def is_running(pid):
    """Has a process not ended?"""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().split()[2] != "Z"
    except OSError:
        return False


def test_interruption():
    """Signals leave nothing. What SIGKILL leaves goes with the next copy."""
    need("skopeo")
    with folder() as tmp:
        name = "oci:" + write_layout(tmp + "/oci")
        for dest in (f"oci:{tmp}/new", f"dir:{tmp}/new", f"oci-archive:{tmp}/new"):
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
                env = fake(tmp, HANGS)
                with contextlib.suppress(OSError):
                    os.unlink(tmp + "/pid")
                with subprocess.Popen([BIN + "/stargz-image", "pull", name, dest,
                                       f"--index-cache={tmp}/cache"],
                                      env=env) as p:
                    wait_for(tmp + "/pid")
                    pid = int(load(tmp + "/pid"))
                    p.send_signal(number)
                    assert p.wait() == -number
                end = time.time() + 30
                while is_running(pid):
                    assert time.time() < end
                    time.sleep(0.02)
                if number != signal.SIGKILL:
                    assert sorted(os.listdir(tmp)) == ["bin", "oci", "pid"]
            time.sleep(0.2)
            assert hidden(tmp)
            done = call("stargz-image", "pull", "-q", name, dest,
                        f"--index-cache={tmp}/cache")
            assert done.returncode == 0 and not hidden(tmp), done
            assert "removed what a copy left" in done.stderr
            for made in ("new", "cache"):
                subprocess.run(["rm", "-rf", f"{tmp}/{made}"], check=True)


def test_directories_in_use_stay():
    """A copy does not remove the directory of another one that runs."""
    need("skopeo")
    with folder() as tmp:
        name = "oci:" + write_layout(tmp + "/oci")
        with subprocess.Popen([BIN + "/stargz-image", "pull", name,
                               f"oci:{tmp}/new:a"], env=fake(tmp, HANGS)) as p:
            wait_for(tmp + "/pid")
            image("pull", "-q", f"--index-cache={tmp}/cache", name,
                  f"oci:{tmp}/new:b")
            assert hidden(tmp + "/new")
            p.terminate()
            p.wait()
        assert not hidden(tmp)
        image("verify", f"oci:{tmp}/new:b")


def test_refusals():
    need("skopeo")
    with folder() as tmp:
        name = "oci:" + write_layout(tmp + "/oci")
        for dest in ("x", f"docker:{tmp}/x", "oci:", f"docker-archive:{tmp}/x"):
            refused(3, "not oci:DIR[:TAG], oci-archive:", "pull", name, dest)
        refused(3, "used where they are", "pull", "containerd:x", f"oci:{tmp}/x")
        refused(2, "skopeo: ", "pull", f"oci:{tmp}/none", f"oci:{tmp}/x")
        refused(2, "skopeo: ", "pull", f"oci:{tmp}/none", f"dir:{tmp}/x")
        refused(2, "No such file", "pull", name, f"oci:{tmp}/none/x")
        refused(2, "Not a directory", "pull", name, f"oci:{tmp}/oci/index.json")
        refused(1, "DST: is missing", "pull", name)
        assert os.listdir(tmp) == ["oci"]


def test_no_skopeo():
    with folder() as tmp:
        env = {**os.environ, "PATH": tmp}
        args = [f"--image-cache={tmp}/images"]
        text = "skopeo is not installed; it copies images of registries"
        docker = "docker:" + "//example.com/app"
        for command in (["info"], ["verify"], ["convert"], ["disk", "-otmp/disk"]):
            operands = [f"oci:{tmp}/new"] if command == ["convert"] else []
            refused(2, text, *command, *args, docker, *operands, env=env)
        refused(32, text, "mount", *args, docker, tmp, env=env)
        refused(2, text, "pull", docker, f"oci:{tmp}/new", env=env)
        assert not os.listdir(tmp)


@contextlib.contextmanager
def registry(tmp):
    """A registry on the loopback interface; its address, and an environment in
    which skopeo speaks HTTP with it."""
    need("skopeo", "docker-registry")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{s.getsockname()[1]}"
    save(tmp + "/registry.yml", f"""
version: 0.1
storage: {{filesystem: {{rootdirectory: {tmp}/registry}}}}
http: {{addr: "{address}"}}
""".encode())
    os.makedirs(tmp + "/home/.config/containers")
    save(tmp + "/home/.config/containers/registries.conf", f"""
[[registry]]
location = "{address}"
insecure = true
""".encode())
    with open(tmp + "/log", "wb") as log, subprocess.Popen(
            ["docker-registry", "serve", tmp + "/registry.yml"], stdout=log,
            stderr=log) as p:
        end = time.time() + 60
        while True:
            try:
                with urllib.request.urlopen(f"http://{address}/v2/"):
                    break
            except (urllib.error.URLError, ConnectionError):
                assert time.time() < end and p.poll() is None, load(tmp + "/log")
                time.sleep(0.05)
        try:
            yield address, {**os.environ, "HOME": tmp + "/home"}
        finally:
            p.terminate()


def publish(tmp, env, layout, to):
    """Copy all images of an index to a registry."""
    tool("skopeo", "copy", "-q", "--all", "oci:" + layout, f"docker://{to}",
         env=env)
    assert tmp


def test_registry():
    with folder() as tmp, registry(tmp) as (address, env):
        publish(tmp, env, write_layout(tmp + "/oci"), address + "/app:1")
        name = f"docker://{address}/app:1"
        pull(tmp, name, f"oci:{tmp}/new:x", env=env)
        assert entries(tmp + "/new")[0]["digest"] == \
            entries(tmp + "/oci")[0]["digest"]
        cached = f"--image-cache={tmp}/images"
        found = info(name, cached, env=env)
        assert found["digest"] == entries(tmp + "/oci")[0]["digest"]
        assert found["name"] == address + "/app:1"
        assert image("verify", cached, name, env=env).endswith("3 layers verified\n")
        assert len(make(name, tmp + "/cache2", cached, env=env)) == 3
        image("disk", cached, name, "-o", tmp + "/disk", env=env)
        image("convert", cached, name, f"oci:{tmp}/esgz", env=env)
        # One copy, which only the owner reads; an equal image is no second one.
        assert len(entries(tmp + "/images")) == 1
        assert stat.S_IMODE(os.stat(tmp + "/images").st_mode) == 0o700
        publish(tmp, env, tmp + "/oci", address + "/other:1")
        info(f"docker://{address}/other:1", cached, env=env)
        assert len(entries(tmp + "/images")) == 1
        # A new image of the same name.
        publish(tmp, env, write_layout(tmp + "/oci2", TARS[:2]), address + "/app:1")
        assert info(name, cached, env=env)["digest"] == \
            entries(tmp + "/oci2")[0]["digest"]
        assert len(entries(tmp + "/images")) == 2
        refused(2, "skopeo: ", "info", cached, f"docker://{address}/none", env=env)
        # A digest needs no registry, and no skopeo.
        digest = entries(tmp + "/oci")[0]["digest"]
        offline = {**env, "PATH": tmp}
        assert info(f"docker://{address}/app@{digest}", cached,
                    env=offline)["digest"] == digest
        assert not hidden(tmp)


def test_platforms_of_a_registry():
    with folder() as tmp, registry(tmp) as (address, env):
        layout = Layout(tmp + "/oci")
        images = []
        for arch in ("amd64", "arm64", "s390x"):
            tars = [tar(("platform", arch.encode()))]
            images.append({**layout.image(tars, config=config_of(
                tars, architecture=arch)), "platform": platform("linux/" + arch)})
        layout.add(layout.index(*images))
        publish(tmp, env, layout.close(), address + "/multi:1")
        name = f"docker://{address}/multi:1"
        for arch, entry in zip(("amd64", "arm64", "s390x"), images):
            found = info(name, f"--image-cache={tmp}/images",
                         "--platform=linux/" + arch, env=env)
            assert found["digest"] == entry["digest"]
            pull(tmp, name, f"oci:{tmp}/new:{arch}", "--platform=linux/" + arch,
                 env=env)
            pull(tmp, name, f"dir:{tmp}/{arch}", "--platform=linux/" + arch,
                 env=env)
            assert info(f"dir:{tmp}/{arch}")["digest"] == entry["digest"]
        assert [n["digest"] for n in entries(tmp + "/new")] == \
            [n["digest"] for n in images]
        refused(2, "no image for linux/riscv64", "info", name,
                "--platform=linux/riscv64", f"--image-cache={tmp}/images", env=env)
