"""`mrf ui` says when its first page can be opened, and not before."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import PROJECT, free_port

SERVER = """
import http.server, sys, time
from orchestration.commands.operation_commands import _tell_when_it_answers
port = int(sys.argv[1])
_tell_when_it_answers(f"http://127.0.0.1:{port}")
time.sleep(1.5)
print("loaded", flush=True)
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", port), Answers).handle_request()
time.sleep(1)
"""


def test_the_interface_says_when_it_answers() -> None:
    port = free_port()
    done = subprocess.run(
        [sys.executable, "-c", SERVER, str(port)], cwd=PROJECT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n") == ["loaded", f"Prête : http://127.0.0.1:{port}", ""]
