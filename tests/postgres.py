#!/usr/bin/env python3
"""
A PostgreSQL of a test's own, in a temporary folder on a free loopback port, ended by its process id.

    postgres.py PROGRAM [ARGS]     runs it with BEADLE_TEST_STORE=postgresql://... and is it, but
                                   77 (skipped) where PostgreSQL is not installed

Who connects is the role beadle, which owns the database beadle and is no superuser.
"""
import fcntl
import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
PATIENCE = 30  # seconds
SETTINGS = {"listen_addresses": "127.0.0.1", "fsync": "off", "shared_buffers": "32MB",
            "max_connections": "50", "log_min_messages": "fatal"}


def programs():
    """The newest PostgreSQL's folder of programs, or None."""
    found = [f for f in glob.glob("/usr/lib/postgresql/*/bin") if os.access(f + "/initdb", os.X_OK)]
    return max(found, key=lambda f: int(f.split("/")[4]), default=None)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def build_folder():
    """Where meson runs its tests; the live ones are told, or find it as tests/live/conftest.py does."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (os.environ.get("BEADLE_BUILD"), os.getcwd(), root + "/build-check", root + "/build"):
        if folder and os.path.exists(folder + "/build.ninja"):
            return folder
    raise RuntimeError("no build folder: set BEADLE_BUILD")


def copy(folder, to):
    """With its owners, instead of what a test that was ended in the middle left there."""
    shutil.rmtree(to, ignore_errors=True)
    subprocess.run(["cp", "-a", folder, to], check=True)


def roomy():
    """
    In memory, where that has room: of each test's thousands of small files nothing is to last, and to
    make them on a disk takes as long as the test. A container may have no more than 64 MB of it.
    """
    memory = "/dev/shm"
    room = os.statvfs(memory) if os.access(memory, os.W_OK) else None
    return memory if room and room.f_bavail * room.f_frsize > 2 << 30 else None


class Postgres:
    def __init__(self):
        self.bin = programs()
        assert self.bin, "PostgreSQL is not installed"
        self.folder = tempfile.mkdtemp(prefix="beadle-pg-", dir=roomy())
        # It will not run as root, so it becomes the user that its package made.
        self.who = {"user": "postgres", "group": "postgres", "extra_groups": []} \
            if os.geteuid() == 0 else {}
        if self.who:
            shutil.chown(self.folder, "postgres", "postgres")
        self.port = free_port()
        self.url = f"postgresql://beadle@127.0.0.1:{self.port}/beadle"
        self.process = None
        self.fill()

    def fill(self):
        """
        An empty cluster and its database. To make one takes longer than most tests with it, so the
        first test of a build keeps a copy that the others take.
        """
        kept = os.path.join(build_folder(), f"postgresql-{self.bin.split('/')[4]}-{os.geteuid()}")
        with open(kept + ".lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.isdir(kept):
                self.make()
                self.stop()
                copy(self.folder + "/data", kept + ".new")
                os.rename(kept + ".new", kept)
        if not os.path.isdir(self.folder + "/data"):
            copy(kept, self.folder + "/data")
        self.start()

    def make(self):
        subprocess.run([self.bin + "/initdb", "-D", self.folder + "/data", "-A", "trust", "-U",
                        "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], check=True,
                       stdout=subprocess.DEVNULL, cwd=self.folder, **self.who)
        self.start()
        self.sql("CREATE ROLE beadle LOGIN", database="postgres")
        self.sql("CREATE DATABASE beadle OWNER beadle", database="postgres")

    def start(self):
        """Start it, or start it again; returns when it answers."""
        settings = dict(SETTINGS, port=self.port, unix_socket_directories=self.folder)
        words = [w for k, v in settings.items() for w in ("-c", f"{k}={v}")]
        with open(self.folder + "/log", "ab") as log:
            self.process = subprocess.Popen([self.bin + "/postgres", "-D", self.folder + "/data", *words],
                                            stdout=log, stderr=log, cwd=self.folder, **self.who)
        end = time.monotonic() + PATIENCE
        while subprocess.run([self.bin + "/pg_isready", "-q", "-h", "127.0.0.1", "-p",
                              str(self.port)]).returncode:
            assert self.process.poll() is None and time.monotonic() < end, \
                open(self.folder + "/log").read()
            time.sleep(0.05)

    def sql(self, text, role="postgres", database="beadle"):
        """What psql says to it, rows as lines; a superuser's look is held to no school."""
        done = subprocess.run(["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h",
                               "127.0.0.1", "-p", str(self.port), "-U", role, "-d", database, "-c", text],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def kill(self):
        """As a crash does it: with kill -9, its children too."""
        children = open(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read().split()
        self.process.kill()
        self.process.wait()
        for pid in children:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass  # they notice that it is gone
        while any(running(int(pid)) for pid in children):
            time.sleep(0.02)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # without waiting for who is connected
            self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)  # nobody asks it for anything again
            self.process.wait()
        shutil.rmtree(self.folder)


def running(pid):
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def main():
    if not programs():
        print("PostgreSQL is not installed")
        return SKIPPED
    pg = Postgres()
    try:
        return subprocess.run(sys.argv[1:], env=dict(os.environ, BEADLE_TEST_STORE=pg.url)).returncode
    finally:
        pg.close()


if __name__ == "__main__":
    sys.exit(main())
