"""
kill -9 of each process in turn while people browse. What was answered as blocked is in the store in
the end, and exactly once where nobody was asked twice; the others go on; the killed one comes back.
"""

import os
import signal
import subprocess
import threading
import time

import pytest

from conftest import until


class Browsing:
    """Clients that ask for blocked pages, each with a path of its own, and note the answers."""

    def __init__(self, school, sites, clients=3):
        self.school, self.sites = school, sites
        self.blocked, self.failed, self.asked = [], [], 0
        self.lock, self.ended = threading.Lock(), False
        self.threads = [threading.Thread(target=self.turn, args=(i,)) for i in range(clients)]
        for t in self.threads:
            t.start()

    def turn(self, client):
        n = 0
        while not self.ended:
            n += 1
            path = f"/crash-{client}-{n}"
            reply = self.school.visit(self.sites.url("casino.example", path))
            with self.lock:
                self.asked += 1
                ok = reply.status == 403 and "Gambling" in reply.body
                (self.blocked if ok else self.failed).append((path, reply))

    def count(self):
        with self.lock:
            return len(self.blocked)

    def end(self):
        self.ended = True
        for t in self.threads:
            t.join()


def stored(school):
    rows = school.rows("SELECT path, count(*) AS n FROM act WHERE host = 'casino.example' "
                       "GROUP BY path")
    return {r["path"]: r["n"] for r in rows}


@pytest.mark.parametrize("victim", ["web-0", "scribe", "portal", "squid"])
def test_kill_9(beadle, sites, victim):
    browsing = Browsing(beadle, sites)
    try:
        for _ in range(3):
            before = until(lambda: beadle.board() if beadle.is_up() else None, "all up")
            seen = browsing.count()
            until(lambda: browsing.count() > seen + 5, "people get answers")
            os.kill(before[victim][1], signal.SIGKILL)
            after = until(lambda: (lambda b: b if b.get(victim, ("", 0, 0))[0] == "up" and
                                   b[victim][1] != before[victim][1] else None)(beadle.board()),
                          f"{victim} does not come back")
            assert after[victim][2] == before[victim][2] + 1
            for name in set(before) - {victim}:
                assert after[name][1:] == before[name][1:], f"{name} was disturbed"
        seen = browsing.count()
        until(lambda: browsing.count() > seen + 5, "people get answers again")
    finally:
        browsing.end()
    answered = {path for path, _ in browsing.blocked}
    until(lambda: answered <= set(stored(beadle)), "an answered act is not in the store")
    counts = stored(beadle)
    twice = {path: counts[path] for path in answered if counts[path] != 1}
    if victim == "web-0":
        # A worker killed after it recorded and before it answered: Squid asks another, on its own,
        # about the same request. That is a second act, judged and recorded as such; there can be no
        # more of them than requests in the hands of the worker at its ends.
        assert all(n == 2 for n in twice.values()), twice
        assert len(twice) <= 3 * len(browsing.threads), twice
    else:
        assert not twice, f"recorded more than once: {twice}"
    if victim in ("scribe", "portal"):
        assert not browsing.failed, f"{len(browsing.failed)} requests failed: {browsing.failed[:3]}"
    if victim == "web-0":  # only what that very process had in its hands may fail
        assert len(browsing.failed) <= 3 * len(browsing.threads), browsing.failed[:3]


def test_a_stopped_scribe_delays_but_loses_nothing(beadle, sites):
    """A store that is away: the doors go on, and all of it is there afterwards."""
    scribe = beadle.pids()["scribe"]
    os.kill(scribe, signal.SIGSTOP)
    try:
        for n in range(30):
            assert beadle.visit(sites.url("casino.example", f"/away-{n}")).status == 403
        assert not any(path.startswith("/away-") for path in stored(beadle))
    finally:
        os.kill(scribe, signal.SIGCONT)
    wanted = {f"/away-{n}": 1 for n in range(30)}
    until(lambda: wanted.items() <= stored(beadle).items(), "the acts do not arrive once each")


def test_what_is_in_force_is_mended(beadle, sites):
    """Whatever is done to force/, the store has the policies: the scribe puts them back."""
    force = beadle.data / "force"
    (force / "manifest").unlink()
    assert beadle.visit(sites.url("casino.example", "/unlinked")).status == 403
    until((force / "manifest").exists, "the manifest is not put back", patience=5)
    until(lambda: beadle.log.read_text().count("ev=force-mended") == 1, "it is not said")
    staff = next(force.glob("staff.*.md"))
    was = staff.read_bytes()
    staff.write_bytes(b"junk")
    until(lambda: staff.read_bytes() == was, "the document is not put back", patience=5)
    until(lambda: beadle.log.read_text().count("ev=force-mended") == 2, "it is not said each time")
    assert beadle.visit(sites.url("casino.example", "/mended")).status == 403


def test_what_a_crash_left_half_written_is_swept(beadle):
    old = [beadle.data / "lists/lists.map.0011223344556677.new", beadle.data / "run/x.new"]
    young = beadle.data / "lists/lists.map.8899aabbccddeeff.new"
    beadle.stop()
    for path in [*old, young]:
        path.write_bytes(b"half a file")
    for path in old:
        os.utime(path, (time.time() - 7200,) * 2)
    beadle.start()
    until(lambda: not any(path.exists() for path in old), "they are still there")
    assert young.exists()


def test_a_turned_byte_of_the_journal_costs_one_act(beadle, sites):
    """In a segment that is still written to, and it is said at once."""
    def block(n):
        assert beadle.visit(sites.url("casino.example", f"/turned-{n}")).status == 403

    scribe = beadle.pids()["scribe"]
    os.kill(scribe, signal.SIGSTOP)
    try:
        for n in range(12):
            block(n)
        for segment in beadle.data.glob("journal/web-*/*.seg"):
            with open(segment, "r+b") as f:
                at = segment.read_bytes().find(b"/turned-")
                if at > 0:
                    f.seek(at)
                    f.write(b"!")
    finally:
        os.kill(scribe, signal.SIGCONT)
    for n in range(12, 24):
        block(n)
    workers = len([name for name in beadle.pids() if name.startswith("web-")])
    arrived = lambda: sum(path.startswith("/turned-") for path in stored(beadle))
    until(lambda: arrived() >= 24 - workers, "the others do not arrive")
    assert arrived() < 24
    assert "ev=journal-unreadable" in beadle.log.read_text()
    assert b"A JOURNAL IS DAMAGED" in (beadle.data / "run/board").read_bytes()


def test_a_locked_store_is_waited_for(beadle, sites):
    import sqlite3
    db = sqlite3.connect(beadle.data / "store.db", isolation_level=None, timeout=10)
    db.execute("BEGIN IMMEDIATE")
    assert beadle.visit(sites.url("casino.example", "/locked")).status == 403
    time.sleep(1.5)
    assert "/locked" not in stored(beadle)
    db.execute("ROLLBACK")
    db.close()
    until(lambda: stored(beadle).get("/locked") == 1, "the act does not arrive once")


def test_all_at_once(beadle, sites):
    """The supervisor itself is killed: nothing stays behind, and a new start serves what there is."""
    browsing = Browsing(beadle, sites)
    try:
        until(lambda: browsing.count() > 10, "people get answers")
        pids = beadle.pids()
        beadle.process.kill()
        beadle.process.wait()
    finally:
        browsing.end()
    until(lambda: not any(os.path.exists(f"/proc/{p}") for p in pids.values()),
          "children outlive their supervisor")
    answered = {path for path, _ in browsing.blocked}
    beadle.start()
    until(lambda: answered <= set(stored(beadle)), "an answered act is not in the store")
    counts = stored(beadle)
    assert all(counts[path] == 1 for path in answered)


class Traced:
    """The system calls of the web workers, while it is open."""

    CALLS = "trace=recvfrom,fdatasync,sendto"

    def __init__(self, school):
        self.path, said = school.folder / "trace", school.folder / "trace.said"
        workers = [pid for name, pid in school.pids().items() if name.startswith("web-")]
        with said.open("w") as stderr:
            self.process = subprocess.Popen(
                ["strace", "-f", "-y", "-s", "8192", "-e", self.CALLS, "-o", str(self.path)] +
                [word for pid in workers for word in ("-p", str(pid))], stderr=stderr)
        until(lambda: said.read_text().count("attached") >= len(workers), "no trace")

    def end(self):
        """The calls in the order of their ends: thread, name, arguments and result, line of begin."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)
        calls, begun = [], {}
        for at, line in enumerate(self.path.read_text(errors="replace").splitlines()):
            thread, _, rest = line.partition(" ")
            rest = rest.strip()
            if rest.endswith("<unfinished ...>"):
                begun[thread] = (at, rest.removesuffix("<unfinished ...>"))
                continue
            began, head = at, ""
            if rest.startswith("<... "):
                began, head = begun.pop(thread, (at, ""))
                rest = rest.partition("resumed>")[2]
            name, _, tail = (head + rest).partition("(")
            calls.append((began, at, name, tail))
        return calls


def test_a_block_is_on_the_disk_before_it_is_answered(beadle, sites):
    """kill -9 leaves what the kernel has, so only the order of the calls shows it."""
    traced = Traced(beadle)
    for n in range(8):
        assert beadle.visit(sites.url("casino.example", f"/traced-{n}")).status == 403
    calls = traced.end()
    for n in range(8):
        asked = next(c for c in calls if c[2] == "recvfrom" and f"/traced-{n}" in c[3])
        connection = asked[3].partition(",")[0]
        answered = next(c for c in calls if c[2] == "sendto" and c[0] > asked[1] and
                        c[3].startswith(connection) and "403" in c[3])
        synced = [c for c in calls if c[2] == "fdatasync" and ".seg>" in c[3] and
                  c[3].endswith("= 0") and asked[1] < c[0] and c[1] < answered[0]]
        assert synced, f"/traced-{n} was answered before a sync: {asked[:2]} {answered[:2]}"
