"""A host that answers bothyctl as a test wants it to, and TAP. Not a test by itself."""
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading

BUILD = os.environ.get("BOTHY_BUILDDIR", ".")
SOURCE = os.environ.get("BOTHY_SRCDIR", ".")
PROGRAM = os.path.join(BUILD, "bothyctl")


class Tap:
    def __init__(self):
        self.number = self.failed = 0
        if not os.access(PROGRAM, os.X_OK):
            print("1..0 # SKIP bothyctl is not built")
            sys.exit(0)

    def check(self, condition, what, *details):
        self.number += 1
        print(("ok" if condition else "not ok"), self.number, "-", what)
        if not condition:
            self.failed += 1
            for detail in details:
                print("#", str(detail).replace("\n", "\n# "))

    def skip(self, what, why):
        self.number += 1
        print(f"ok {self.number} - {what} # SKIP {why}")

    def done(self):
        print(f"1..{self.number}")
        sys.exit(1 if self.failed else 0)


class Host:
    """Answers each request with answers[command]: a result, or (code, text), or raw bytes."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="bothyctl-")
        self.path = os.path.join(self.folder, "control.sock")
        self.answers = {}
        self.requests = []
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        self.listener.listen(8)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.answer, args=(peer,), daemon=True).start()

    def answer(self, peer):
        stream = peer.makefile("rwb")
        length = struct.unpack("<I", stream.read(4))[0]
        request = json.loads(stream.read(length))
        self.requests.append(request)
        answer = self.answers.get(request["command"])
        if answer is None:
            stream.read(1)  # says nothing until the client is gone
            return
        if isinstance(answer, bytes):
            frame = answer
        else:
            if isinstance(answer, tuple):
                document = {"code": answer[0], "error": answer[1]}
            else:
                document = {"code": 0, "result": answer}
            text = json.dumps(document).encode()
            frame = struct.pack("<I", len(text)) + text
        stream.write(frame)
        stream.flush()
        stream.close()
        peer.close()

    def close(self):
        self.listener.close()
        shutil.rmtree(self.folder)


def run(*args, **more):
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith("BOTHY_")}
    environment.update(more.pop("environment", {}))
    return subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env=environment, **more)
