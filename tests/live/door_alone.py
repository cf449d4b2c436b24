"""
A web door as a process of its own (tests/unit/web/door_host.c), with nothing else running: no
portal, no scribe, no store, no proxy. For tests that speak ICAP to it.

    empty     a door with nothing in force, not started
    door      a door with the demonstration school's policies, roll and lists, serving
"""

import hashlib
import os
import re
import resource
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, free_ports, until
from icap_client import Icap

STAFF = {"X-Client-Username": "t.ashdown", "X-Client-IP": "10.1.2.3"}
OTHER = {"X-Client-Username": "b.okoro", "X-Client-IP": "10.1.2.4"}
PUPIL = {"X-Client-Username": "p.marlow", "X-Client-IP": "10.1.2.5"}
CASINO = "http://casino.example/slots?coin=1"
SOCIAL = "https://social.example/feed?x=%22%3C"
FINE = "http://ok.example/lesson"


def door_host():
    for folder in (os.environ.get("BEADLE_BUILD"), ROOT / "build-check", ROOT / "build"):
        host = Path(folder or "/nowhere") / "tests/unit/web/door_host"
        if host.exists():
            return host
    pytest.exit("there is no door_host to test: build with -Dtests=true", returncode=3)


class Door:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.host = door_host()
        self.port = free_ports(1)[0]
        self.workers = {}
        for name in ("force", "lists"):
            (self.folder / name).mkdir()

    def publish(self, files):
        """Brings these files (name: bytes) into force, as the scribe does: the manifest last."""
        lines = []
        for name, data in sorted(files.items()):
            (self.folder / "force" / (name + ".new")).write_bytes(data)
            os.replace(self.folder / "force" / (name + ".new"), self.folder / "force" / name)
            lines.append(f"{name} {hashlib.sha256(data).hexdigest()}\n")
        (self.folder / "force/manifest.new").write_text("".join(lines))
        os.replace(self.folder / "force/manifest.new", self.folder / "force/manifest")

    def lists(self, folder):
        subprocess.run([self.host, "lists", self.folder, folder], check=True)

    def start(self, name="web-0", under=(), descriptors=None):
        """`under`: a program that runs it (strace); `descriptors`: how many it may have open."""
        limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
        with open(self.folder / f"{name}.log", "ab") as log:
            starts = self.log(name).count("ev=up")
            p = subprocess.Popen([*under, self.host, "run", self.folder, str(self.port), name],
                                 stderr=log, preexec_fn=limit if descriptors else None)
        self.workers[name] = p
        until(lambda: self.log(name).count("ev=up") > starts or p.poll() is not None,
              "the door is up")
        assert p.poll() is None, self.log(name)

    def log(self, name="web-0"):
        return (self.folder / f"{name}.log").read_text()

    def stop(self):
        for p in self.workers.values():
            p.send_signal(signal.SIGTERM)
        for p in self.workers.values():
            assert p.wait(10) == 0

    def kill(self, name="web-0"):
        p = self.workers.pop(name)
        p.kill()
        p.wait()

    def client(self, **kw):
        return Icap(self.port, **kw)

    def acts(self, name="web-0"):
        keys = ["kind", "action", "passed", "person", "address", "host", "path", "policy", "clause",
                "tell", "reason"]
        out = subprocess.run([self.host, "acts", self.folder, name], check=True,
                             capture_output=True, text=True).stdout
        return [dict(zip(keys, line.split("\t"))) for line in out.splitlines()]


def model():
    return {"staff.md": (ROOT / "policy/staff.md").read_bytes(),
            "pupils.md": (ROOT / "policy/pupils.md").read_bytes(),
            "roll.csv": (ROOT / "policy/demo/people.csv").read_bytes()}


def end_door(d):
    """Ends what still runs, and looks at how each process ended and what it said."""
    alive = [p for p in d.workers.values() if p.poll() is None]
    for p in alive:
        p.terminate()
    codes = [p.wait(10) for p in d.workers.values()]
    assert all(c == 0 for c in codes), codes
    logs = "".join(f.read_text() for f in d.folder.glob("*.log"))
    assert "Sanitizer" not in logs and "runtime error" not in logs, logs


@pytest.fixture
def empty(tmp_path):
    """A door with nothing in force, not started."""
    d = Door(tmp_path)
    yield d
    end_door(d)


@pytest.fixture
def door(empty):
    empty.publish(model())
    empty.lists(ROOT / "policy/demo/lists")
    empty.start()
    return empty


def icap(line, *fields, body=b""):
    return ("\r\n".join((line, "Host: x") + fields) + "\r\n\r\n").encode() + body


def rss(pid, what="VmRSS"):
    """Memory of a process in kB; VmHWM is the most that it ever had."""
    return int(re.search(what + r":\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


def is_asan(program):
    """Whether a sanitizer is in it, which keeps what was freed."""
    return b"__asan_init" in Path(program).read_bytes()


def reset_peak(pid):
    """From now on VmHWM counts anew; needs the same rights as looking into the process."""
    try:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    except PermissionError:
        pass
