"""
Timed work by a real clerk: once however many clerks, through kill -9 and a stop in the middle; list
updates from a real server, and what it may send that is none; backups under load, and their drill.
"""

import hashlib
import http.server
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import pytest
from conftest import ACTS, alive, children, end_school, make_school, program, until
from icap_client import Icap, reqmod

NAMES = [f"h{i}.example" for i in range(400)]
GOOD = ("\n".join(NAMES) + "\n").encode()


class Server:
    """Answers as a test says; it can be told to wait before it does."""

    def __init__(self):
        self.asked, self.go = [], threading.Event()
        self.well()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                tag = f'"{hash(outer.body) & 0xffffffff:x}"'
                outer.asked.append(self.headers.get("If-None-Match"))
                outer.go.wait(60)
                if outer.asked[-1] == tag and outer.status == 200:
                    self.send_response(304)
                    self.end_headers()
                    return
                self.send_response(outer.status)
                self.send_header("ETag", tag)
                self.send_header("Content-Type", outer.type)
                self.send_header("Content-Length", str(len(outer.body) + outer.short))
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *args):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, address):
                pass  # a client that was killed is part of the tests

        self.server = Quiet(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/list.txt"

    def well(self, **but):
        answer = {"body": GOOD, "type": "text/plain", "short": 0, "status": 200, **but}
        for name, value in answer.items():
            setattr(self, name, value)
        self.go.set()


@pytest.fixture
def server():
    server = Server()
    yield server
    server.go.set()
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture
def office(sites, server):
    """The demonstration school without a proxy, with one list that is fetched; not started."""
    school = make_school(sites)
    (school.data / "beadle.conf").write_text("run proxy = no\nbackups kept = 3\n")
    (school.data / "lists" / "lists.conf").write_text(
        f"every 2 hours\nsource list.txt as gambling from {server.url}\n")
    yield school
    end_school(school)


def job(school, name):
    rows = school.rows("SELECT * FROM job WHERE name = ?", name)
    return rows[0] if rows else None


def runs(school, name):
    row = job(school, name)
    return row["runs"] if row else 0


def make_due(school, name):
    with sqlite3.connect(school.data / "store.db", timeout=10) as db:
        db.execute("UPDATE job SET next_ms = 0 WHERE name = ?", (name,))
    db.close()


def started(school):
    school.start()
    until(lambda: all(runs(school, name) == 1 for name in ("lists", "optimise", "storage", "ledger", "drill")),
          "the first runs")
    return school


def test_lists_are_fetched_when_they_are_due(office, server):
    started(office)
    row = job(office, "lists")
    assert (row["failures"], row["schedule"]) == (0, "every 2 hours"), row
    assert row["result"] == "1 fetched, 0 unchanged", row
    assert row["next_ms"] - row["ended_ms"] == 2 * 3600 * 1000, row
    assert "gambling" in office.beadle("lists", "find", "h7.example").stdout
    assert (office.data / "lists" / "list.txt").read_bytes() == GOOD
    until(lambda: "in-force" in office.log.read_text(), "the doors took them")
    make_due(office, "lists")
    until(lambda: runs(office, "lists") == 2, "the second run")
    assert job(office, "lists")["result"] == "0 fetched, 1 unchanged"
    assert server.asked[0] is None and server.asked[1] is not None
    assert job(office, "backup")["runs"] == 0, "at night"
    said = office.beadle("clerk", "list").stdout
    assert re.search(r"lists \(every 2 hours\).*\n  due .*\n  last run .*: 0 fetched", said), said
    assert office.log.read_text().count("ev=job-done") >= 3
    assert server.url not in office.log.read_text()


def changes(school):
    """What `lists changes` says, the newest last; each is an entry of the ledger that verifies."""
    found = re.findall(r"^lists/(\d+)  \S+\n  SHA-256 ([0-9a-f]{64})\n  (.*)$",
                       school.beadle("lists", "changes").stdout, re.M)
    rows = school.rows("SELECT record FROM ledger_entry WHERE kind = 8 ORDER BY entry")
    assert [f"lists/{n}" for n, _, _ in found] == [r["record"] for r in rows]
    school.beadle("ledger", "verify")
    return found


def test_lists_that_the_clerk_brings_are_in_the_ledger(office, server):
    before = changes(office)
    started(office)
    after = until(lambda: (c := changes(office)) != before and c, "the entry")
    assert len(after) == len(before) + 1, after
    said = after[-1][2]
    assert re.search(r"; gambling of .*list\.txt is new, with \d+(;|$)", said), said
    assert "ev=lists-entered" in office.log.read_text()
    file = office.data / "lists" / "lists.map"
    assert after[-1][1] == hashlib.sha256(file.read_bytes()).hexdigest()
    folder = office.folder / "by-hand"
    folder.mkdir()
    (folder / "games.txt").write_text("games.example\n")
    office.beadle("lists", "compile", str(folder / "games.txt"), "--category", "games")
    by_command = changes(office)
    assert len(by_command) == len(after) + 1 and "gambling of" in by_command[-1][2], by_command
    time.sleep(1)  # ten looks of the scribe, who knows it
    assert changes(office) == by_command
    (office.folder / "beside").write_bytes(b"none of ours")
    os.replace(office.folder / "beside", file)
    last = until(lambda: (c := changes(office)) != by_command and c, "the entry of a file by hand")
    assert last[-1][2] == "no file of lists that can be read"


def own_address():
    """One of this machine that is not a loopback one; None where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return None
        address = s.getsockname()[0]
    return None if address.startswith("127.") else address


def test_a_redirect_leads_nobody_further_inside(office, server):
    outside = own_address()
    if not outside:
        pytest.skip("this machine has no address but loopback ones")
    asked = []

    class Leader(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            if self.path == "/in":
                self.send_response(302)
                self.send_header("Location", server.url)
            elif self.path == "/on":
                self.send_response(302)
                self.send_header("Location", "/list")
            else:
                self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(GOOD) if self.path == "/list" else 0))
            self.end_headers()
            if self.path == "/list":
                self.wfile.write(GOOD)

        def log_message(self, *args):
            pass

    leader = http.server.ThreadingHTTPServer((outside, 0), Leader)
    threading.Thread(target=leader.serve_forever, daemon=True).start()
    try:
        conf = office.data / "lists" / "lists.conf"
        url = f"http://{outside}:{leader.server_port}"
        conf.write_text(f"every 2 hours\nsource list.txt as gambling from {url}/in\n")
        started(office)
        assert job(office, "lists")["failures"] == 1, job(office, "lists")
        said = office.beadle("lists", "update", str(conf), check=False)
        assert "further inside" in said.stdout + said.stderr, said
        assert "/in" in asked and not server.asked, "it was led to this machine's own services"
        conf.write_text(f"every 2 hours\nsource list.txt as gambling from {url}/on\n")
        office.beadle("lists", "update", str(conf))
        assert (office.data / "lists" / "list.txt").read_bytes() == GOOD
    finally:
        leader.shutdown()
        leader.server_close()


def test_two_clerks_do_a_job_once(office, server):
    started(office)
    second = subprocess.Popen([program(), "role", "clerk", "--data", str(office.data)],
                              env=office.env, stderr=subprocess.DEVNULL)
    try:
        for n in range(2, 7):
            make_due(office, "lists")
            until(lambda: runs(office, "lists") >= n, "it is done")
            time.sleep(2.5)  # the other looks too
            assert runs(office, "lists") == n and len(server.asked) == n
        server.go.clear()
        make_due(office, "lists")
        until(lambda: len(server.asked) == 7, "one has it in hand")
        done = office.beadle("clerk", "run", "lists", check=False)
        assert done.returncode == 1 and "is being done by another clerk" in done.stderr, done
        assert "being done by" in office.beadle("clerk", "list").stdout
        server.go.set()
        until(lambda: runs(office, "lists") == 7, "it is done")
        assert second.poll() is None and job(office, "lists")["failures"] == 0
    finally:
        second.terminate()
        second.wait()


def test_kill_9_in_the_middle(office, server):
    started(office)
    server.go.clear()
    make_due(office, "lists")
    until(lambda: len(server.asked) == 2, "it is at it")
    clerk = office.pids()["clerk"]
    below = children(clerk)
    assert len(below) == 2, "the job, and who fetches for it"
    os.kill(clerk, signal.SIGKILL)
    until(lambda: not any(alive(p) for p in below), "its children end with it")
    server.well(body=GOOD + b"new.example\n")
    assert runs(office, "lists") == 1 and job(office, "lists")["holder"]
    until(lambda: runs(office, "lists") == 2, "another takes it over", patience=45)
    row = job(office, "lists")
    assert (row["failures"], row["holder"]) == (0, ""), row
    assert "401 domains" in (office.data / "run" / "job-lists.log").read_text()
    until(office.is_up, "all is up")


def test_a_stop_in_the_middle_is_no_failure(office, server):
    started(office)
    server.go.clear()
    make_due(office, "lists")
    until(lambda: len(server.asked) == 2, "it is at it")
    status, left = office.stop()
    assert (status, left) == (0, [])
    row = job(office, "lists")
    assert (row["holder"], row["failures"], row["next_ms"]) == ("", 0, 0), row
    server.go.set()
    office.start()
    until(lambda: runs(office, "lists") == 2, "it is done after the start", patience=10)


def test_a_bad_download_never_replaces_a_good_list(office, server):
    started(office)
    failures = 0
    for but, said in [
            ({"body": GOOD + b"x.example\n", "short": 1000}, "cut short"),
            ({"body": b"<!DOCTYPE html>\n" + GOOD}, "page of HTML"),
            ({"type": "text/html; charset=utf-8", "body": GOOD + b"x.example\n"}, "a page, not a list"),
            ({"body": ("\n".join(NAMES[:150]) + "\n").encode()}, "under 50 % of it"),
            ({"status": 503}, "503")]:
        server.well(**but)
        make_due(office, "lists")
        failures += 1
        until(lambda: job(office, "lists")["failures"] == failures, f"it fails: {but}")
        row = job(office, "lists")
        assert said in row["result"] and "1 of 1 could not be fetched" in row["result"], row
        pause = min(15 * 2 ** (failures - 1), 120) * 60000
        assert row["next_ms"] - row["ended_ms"] == pause, row
        assert (office.data / "lists" / "list.txt").read_bytes() == GOOD
        assert "gambling" in office.beadle("lists", "find", "h399.example").stdout
    until(lambda: "lists FAILS" in office.beadle("status", check=False).stdout, "status says it")
    assert office.beadle("status", check=False).returncode == 1
    assert "lists FAILS" in office.ask_portal("/").body
    done = office.beadle("clerk", "list", check=False)
    assert done.returncode == 1 and "FAILED   5 in a row: 1 of 1 could" in done.stdout, done
    server.well(body=GOOD + b"new.example\n")
    done = office.beadle("clerk", "run", "lists")
    assert "lists: 1 fetched, 0 unchanged" in done.stdout, done
    until(office.is_up, "and it is over")
    assert "gambling" in office.beadle("lists", "find", "new.example").stdout


def test_a_list_outside_its_folder_is_not_touched(office, server):
    """The job may write lists/ and nothing else, whatever lists.conf says."""
    (office.data / "lists" / "lists.conf").write_text(
        f"source ../stolen.txt as gambling from {server.url}\n")
    before = (office.data / "lists" / "lists.map").read_bytes()
    done = office.beadle("clerk", "run", "lists", check=False)
    assert done.returncode == 1 and "stolen.txt" in done.stderr, done
    assert not (office.data / "stolen.txt").exists()
    assert (office.data / "lists" / "lists.map").read_bytes() == before


def test_everybody_is_in_a_sandbox(office, server):
    started(office)
    server.go.clear()
    make_due(office, "lists")
    until(lambda: len(server.asked) == 2, "it is at it")
    clerk = office.pids()["clerk"]
    filters = []
    for pid in [clerk, *children(clerk)]:
        with open(f"/proc/{pid}/status") as f:
            status = dict(line.split(":", 1) for line in f)
        assert status["Seccomp"].strip() == "2" and status["NoNewPrivs"].strip() == "1", status
        filters.append(int(status["Seccomp_filters"]))
    # No rings, and its calls; the job and who fetches took on one more each, as any job beside it does.
    assert filters[0] == 2 and len(filters) >= 3 and set(filters[1:]) == {3}, filters


class Load:
    """People who are stopped, each of which is an act on the disk and in the store."""

    def __init__(self, school):
        self.port = int(school.web.split(":")[1])
        self.done, self.slowest, self.ended = 0, 0.0, False
        self.threads = [threading.Thread(target=self.go, args=(n,)) for n in range(3)]
        for t in self.threads:
            t.start()

    def go(self, n):
        with Icap(self.port) as icap:
            while not self.ended:
                began = time.monotonic()
                answer = icap.ask(reqmod(f"http://h5.example/load-{n}"))
                self.slowest = max(self.slowest, time.monotonic() - began)
                assert answer.status == 200
                self.done += 1

    def end(self):
        self.ended = True
        for t in self.threads:
            t.join()


def test_backups_under_load(office):
    started(office)
    load = Load(office)
    made = []
    try:
        for n in range(4):
            seen = load.done
            assert office.ask_portal("/acts").status == 200  # which is an entry of the ledger
            until(lambda: load.done > seen + 100, "acts are recorded")
            to = office.data / f"copy-{n}.db"
            office.beadle("backup", "--to", str(to))
            made.append(to)
    finally:
        load.end()
    until(lambda: office.rows(f"SELECT count(*) AS n FROM {ACTS}")[0]["n"] == load.done, "all are stored")
    held = []
    for to in made:
        done = office.beadle("restore-drill", str(to))
        assert done.stdout.endswith("PASSED\n") and "ok     the ledger verifies\n" in done.stdout, done
        rows = dict(re.findall(r"^rows (\w+) (\d+)$", done.stdout, re.M))
        held.append(int(rows["act"]) + int(rows["page_load"]))
    assert held == sorted(held) and held[-1] > 0 and held[-1] <= load.done, held
    assert load.slowest < 2, load.slowest
    left = sorted(p.name for p in office.data.glob("copy-*"))
    assert left == sorted(f"copy-{n}.db{s}" for n in range(4) for s in ("", ".sum"))


def test_the_first_backup_is_tried_at_once(office):
    started(office)
    assert job(office, "drill")["result"] == "there is no backup to try yet"
    office.beadle("clerk", "run", "backup")
    until(lambda: job(office, "drill")["result"].endswith(" PASSED"), "the drill, without a week's wait")
    assert job(office, "drill")["schedule"] == "every 1 week"


def test_a_damaged_backup_fails_its_drill(office):
    to = office.data / "copy.db"
    done = office.beadle("backup", "--to", str(to))
    assert "has " in done.stdout and "bytes" in done.stdout
    done = office.beadle("backup", "--to", str(to), check=False)
    assert done.returncode == 1 and "is there already" in done.stderr, done
    good = to.read_bytes()
    at = good.index(b"Northgate School")
    to.write_bytes(good[:at] + b"S" + good[at + 1:])
    done = office.beadle("restore-drill", str(to), check=False)
    assert done.returncode == 1 and "FAILED the digest" in done.stdout, done
    to.write_bytes(good[:len(good) // 2])
    done = office.beadle("restore-drill", str(to), check=False)
    assert done.returncode == 1 and "FAILED: do not rely" in done.stdout, done
    to.write_bytes(good)
    assert office.beadle("restore-drill", str(to)).stdout.endswith("PASSED\n")
    done = office.beadle("restore-drill", str(office.data / "none.db"), check=False)
    assert done.returncode == 1 and "there is no backup" in done.stderr, done


def test_a_backup_is_restored(office):
    """As the guide says it: what was in force then is in force again."""
    started(office)
    assert office.beadle("clerk", "run", "backup").stdout.startswith("backup: ")
    kept, = (office.data / "backup").glob("*.db")
    office.stop()
    for path in office.data.glob("store.db*"):
        path.unlink()
    shutil.copy(kept, office.data / "store.db")
    st = office.data.stat()
    os.chown(office.data / "store.db", st.st_uid, st.st_gid)
    office.start()
    with Icap(int(office.web.split(":")[1])) as icap:
        assert icap.ask(reqmod("http://h5.example/after")).status == 200
    until(lambda: office.acts("h5.example"), "and it is recorded")


def test_the_oldest_backups_go(office):
    for n in range(5):
        office.beadle("clerk", "run", "backup")
        time.sleep(1.1)  # they are named by the second
    files = sorted(p.name for p in (office.data / "backup").iterdir())
    assert len(files) == 6 and sum(f.endswith(".db") for f in files) == 3, files
    assert "3 older" not in job(office, "backup")["result"]
    assert "1 older one removed" in job(office, "backup")["result"]


def test_what_is_not_understood(office):
    done = office.beadle("clerk", "run", "sweep", check=False)
    assert done.returncode == 2 and "lists backup optimise" in done.stderr, done
    assert office.beadle("clerk", check=False).returncode == 2
    assert office.beadle("clerk", "start", check=False).returncode == 2
    assert office.beadle("restore-drill", check=False).returncode == 2
    (office.data / "beadle.conf").write_text("backup = daily\n")
    done = office.beadle("clerk", "list", check=False)
    assert done.returncode == 1 and "beadle.conf:1: backup: 'daily' is no schedule" in done.stderr, done
