#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Serve one file on the loopback interface, once, with Content-Encoding: gzip.

serve.py FILE: prints the address, then answers one request.
"""
import http.server
import shutil
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    """Any path is the file."""

    def do_GET(self):  # pylint: disable=invalid-name
        """Send it."""
        with open(sys.argv[1], "rb") as blob:
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            shutil.copyfileobj(blob, self.wfile)

    def log_message(self, *args):
        """Say nothing."""


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
server.timeout = 30
print(f"http://127.0.0.1:{server.server_port}/", flush=True)
server.handle_request()
