"""
Runs the real daemon for a test: a folder of its own, a configuration, bothyctl, an orderly end.

    with Host(conf) as host:
        host.wait_ready()
        status = host.ctl("status")

Tests print TAP through Tap. Everything is of the build tree ($BOTHY_BUILDDIR); what a test needs
from ../shared it asks shared() for and skips, visibly, where that is None.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get("BOTHY_BUILDDIR", os.getcwd())
SOURCE = os.environ.get("BOTHY_SRCDIR", os.path.join(BUILD, ".."))
SHARED = os.environ.get("BOTHY_SHARED", os.path.join(SOURCE, "..", "shared"))


def shared(name):
    path = os.path.join(SHARED, name)
    return os.path.abspath(path) if os.access(path, os.R_OK) else None


# An installed tree instead of the build tree's wrappers, for honest figures: make bench uses it.
PREFIX = os.environ.get("BOTHY_PREFIX")


def program(name):
    """Path of bothyd or bothyctl."""
    if PREFIX:
        return os.path.join(PREFIX, "sbin" if name == "bothyd" else "bin", name)
    return os.path.join(BUILD, name)


def plugin(name):
    """Path of a plugin."""
    if PREFIX:
        for kind in ("exchange", "strategy"):
            path = os.path.join(PREFIX, "lib", "bothy", "plugins", kind, name + ".so")
            if os.path.exists(path):
                return path
    return os.path.join(BUILD, ".libs", name + ".so")


class Tap:
    """TAP on standard output; the exit code says whether all went well."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, good, name, detail=""):
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}", flush=True)
        if not good:
            self.failed += 1
            for line in str(detail).splitlines()[:60]:
                print(f"#   {line}", flush=True)
        return bool(good)

    def equal(self, got, wanted, name):
        return self.ok(got == wanted, name, f"got    {got!r}\nwanted {wanted!r}")

    def done(self):
        print(f"1..{self.count}", flush=True)
        sys.exit(1 if self.failed else 0)


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


class ControlError(Exception):
    def __init__(self, code, text):
        super().__init__(f"exit code {code}: {text}")
        self.code = code
        self.text = text


class Host:
    """
    conf: text of the configuration without `paths`; %(dir)s is replaced by the test's folder.
    """

    def __init__(self, conf, arguments=(), environment=None, keep=None):
        self.directory = keep or tempfile.mkdtemp(prefix="bothy-test-", dir=scratch())
        self.kept = keep is not None
        self.conf_path = os.path.join(self.directory, "bothy.conf")
        self.socket = os.path.join(self.directory, "control.sock")
        self.arguments = list(arguments)
        self.environment = environment or {}
        self.process = None
        self.write_conf(conf)

    def write_conf(self, conf):
        paths = f"""
paths = {{
    state = "{self.directory}/state";
    log = "{self.directory}/log";
    run = "{self.directory}/run";
    socket = "{self.socket}";
}};
"""
        with open(self.conf_path, "w", encoding="utf-8") as out:
            out.write(conf.replace("%(dir)s", self.directory) + paths)

    def env(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith("BOTHY_")}
        if not PREFIX:
            env["BOTHY_LIBEXEC"] = BUILD
        env["BOTHY_SOCKET"] = self.socket
        env.update(self.environment)
        return env

    def start(self):
        self.stderr_path = os.path.join(self.directory, "stderr")
        self.stderr = open(self.stderr_path, "ab")
        self.process = subprocess.Popen(
            [program("bothyd"), "-c", self.conf_path, *self.arguments],
            stdin=subprocess.DEVNULL, stdout=self.stderr, stderr=self.stderr, env=self.env())
        return self

    def run_once(self, *arguments, timeout=60):
        """The daemon with other arguments, to its end: (exit code, output)."""
        done = subprocess.run(
            [program("bothyd"), "-c", self.conf_path, *arguments], env=self.env(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=timeout, check=False)
        return done.returncode, done.stdout.decode()

    def ctl(self, *arguments, raw=False):
        done = subprocess.run(
            [program("bothyctl"), "-s", self.socket, "--json", *arguments],
            env=self.env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
        if done.returncode != 0:
            raise ControlError(done.returncode, (done.stderr or done.stdout).decode())
        return done.stdout if raw else json.loads(done.stdout)

    def status(self):
        return self.ctl("status")

    def bot(self, name):
        return next(b for b in self.status()["bots"] if b["name"] == name)

    def wait(self, condition, timeout=30, what="the condition"):
        """Polls condition(status) until it is true; returns the status."""
        end = time.monotonic() + timeout
        last = None
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"the daemon ended with {self.process.returncode}\n" + self.tail())
            try:
                last = self.status()
                if condition(last):
                    return last
            except ControlError as error:
                last = error
            time.sleep(0.05)
        raise AssertionError(f"{what} did not come true; last: {last}\n" + self.tail())

    def wait_ready(self, timeout=30):
        return self.wait(lambda s: s["ready"], timeout, "ready")

    def wait_end(self, timeout=120):
        return self.wait(lambda s: s["ended"], timeout, "the end of data")

    def tail(self, lines=40):
        try:
            with open(self.stderr_path, encoding="utf-8", errors="replace") as text:
                return "".join(text.readlines()[-lines:])
        except OSError as error:
            return str(error)

    def log_lines(self):
        """The JSON lines of the log file."""
        path = os.path.join(self.directory, "log", "bothyd.log")
        with open(path, encoding="utf-8") as text:
            return [json.loads(line) for line in text]

    def stop(self, number=signal.SIGTERM, timeout=30):
        """Returns the exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.stderr.close()
        return self.process.returncode

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc):
        try:
            if self.process and self.process.poll() is None:
                self.stop()
        finally:
            if exc[0] is not None:
                sys.stderr.write(self.tail())
            if not self.kept and not os.environ.get("BOTHY_TEST_KEEP"):
                shutil.rmtree(self.directory, ignore_errors=True)


def scratch():
    """A place that nobody else may write to: plugins and secrets are refused elsewhere."""
    path = os.path.join(BUILD, "tests-scratch")
    os.makedirs(path, mode=0o700, exist_ok=True)
    return path
