#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""List a layer: list-layer.py LAYER

The library is found as others are: /etc/ld.so.conf, LD_LIBRARY_PATH.
"""
import ctypes
import os
import sys
from ctypes import POINTER, byref, c_char, c_char_p, c_int, c_size_t, c_uint32, c_void_p


class Error(ctypes.Structure):
    """struct stargz_error"""
    _fields_ = [("text", c_char * 512)]


class WalkEntry(ctypes.Structure):
    """struct stargz_walk_entry"""
    _fields_ = [("path", c_char_p), ("path_len", c_size_t), ("name", c_char_p),
                ("ino", c_uint32), ("depth", c_uint32), ("leaving", c_uint32),
                ("reserved", c_uint32 * 5)]


stargz = ctypes.CDLL("libstargz.so.0")
stargz.stargz_open.argtypes = [POINTER(c_void_p), POINTER(c_int), c_size_t, c_void_p,
                               POINTER(Error)]
stargz.stargz_close.argtypes = [c_void_p]
stargz.stargz_walk_open.argtypes = [POINTER(c_void_p), c_void_p, c_char_p, POINTER(Error)]
stargz.stargz_walk_next.argtypes = [c_void_p, POINTER(WalkEntry), POINTER(Error)]
stargz.stargz_walk_close.argtypes = [c_void_p]


def paths(layer):
    """The paths in a layer, each as bytes."""
    error, opened, walk, entry = Error(), c_void_p(), c_void_p(), WalkEntry()
    fd = os.open(layer, os.O_RDONLY)
    try:
        ret = stargz.stargz_open(byref(opened), byref(c_int(fd)), 1, None, byref(error))
        if not ret:
            ret = stargz.stargz_walk_open(byref(walk), opened, b"/", byref(error))
        if not ret:
            ret = stargz.stargz_walk_next(walk, byref(entry), byref(error))
        while ret == 1:
            if not entry.leaving:
                yield b"/" + entry.path
            ret = stargz.stargz_walk_next(walk, byref(entry), byref(error))
        if ret:
            raise OSError(-ret, error.text.decode(), layer)
    finally:
        stargz.stargz_walk_close(walk)
        stargz.stargz_close(opened)
        os.close(fd)


if __name__ == "__main__":
    for path in paths(sys.argv[1]):
        sys.stdout.buffer.write(path + b"\n")
