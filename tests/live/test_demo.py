"""./run as the README tells it: from a fresh data folder to a page in the portal, and again."""

import os
import signal
import subprocess
import time

import pytest

from conftest import ROOT, School, alive, children, end_school, make_folder, until


class Run(School):
    """The school as ./run makes it, in a folder that was not there before."""

    def __init__(self, folder, sites):
        super().__init__(folder, sites)
        self.data.rmdir()  # ./run makes it
        self.env.update(BEADLE_DATA=str(self.data), BEADLE_INSTALL="no")

    def launch(self):
        out = open(self.log, "ab")
        self.process = subprocess.Popen([str(ROOT / "run")], stdout=out, stderr=out, env=self.env)
        out.close()

    def is_up(self):
        assert self.process.poll() is None, "./run ended: " + self.log.read_text()
        return self.data.exists() and self.beadle("status", check=False).returncode == 0


@pytest.fixture
def run(sites):
    run = Run(make_folder(), sites)
    yield run
    end_school(run)


def test_run(run):
    done = subprocess.run([str(ROOT / "run"), "--build"], env=run.env, capture_output=True, text=True,
                          timeout=300)
    assert done.returncode == 0 and not run.data.exists(), done
    run.start()
    said = until(lambda: (lambda t: t if "Ctrl-C ends it" in t else None)(run.log.read_text()),
                 "it says what to open")
    assert run.portal in said and "casino.example" in said

    for url in ("http://casino.example/", "https://proxy.example/"):
        reply = run.visit(url)
        assert reply.status == 403 and "Northgate School" in reply.body, reply
    known = run.visit("http://casino.example/", "--proxy-user", "b.okoro:any")
    assert known.status == 403 and "2.2 Gambling" in known.body, known
    stranger = run.visit("http://casino.example/")
    assert stranger.status == 403 and "1.3 Gambling" in stranger.body, stranger
    until(lambda: "casino.example" in run.ask_portal("/acts").body, "the portal does not list it")

    sought = run.visit("https://www.google.com/search?q=how+to+kill+myself")
    assert sought.status == 403 and "1.8 Hurting yourself" in sought.body, sought
    until(lambda: "3 How we know that it works" in run.ask_portal("/checks").body, "it tries itself out")
    checks = run.beadle("check", check=False).stdout
    assert ": passed\n" in checks and ": failed\n" not in checks and ": could not run\n" not in checks, checks

    processes = children(run.process.pid)
    os.kill(run.process.pid, signal.SIGINT)
    assert run.process.wait(10) == 0
    until(lambda: not any(alive(p) for p in processes), "processes outlive Ctrl-C", 2)

    began = time.monotonic()
    run.start()
    took = time.monotonic() - began
    assert took < 5, f"a second start took {took:.1f} s"
    # Squid is up before it listens, and nobody waited for it here.
    until(lambda: run.visit("http://casino.example/again").status == 403, "it blocks again")
    assert run.ask_portal("/acts").status == 200


def test_run_knows_only_build(run):
    done = subprocess.run([str(ROOT / "run"), "--biuld"], env=run.env, capture_output=True, text=True)
    assert done.returncode == 2 and "use: ./run [--build]" in done.stderr
