"""
What the live tests share: a Beadle of their own in a temporary folder on free loopback ports, sites
to visit, and clients. Everything is ended by its process id; nothing outside is touched.

    shared    the demonstration school, served, with Squid; one for all tests of a file
    beadle    the demonstration school, served, with Squid (ended after the test)
    school    the same, not started yet: change its folder first, then school.start()
    sites     HTTP and HTTPS servers that answer for every name of NAMES

Names are reached through Squid alone, by its hosts_file, at the sites' ports. Who asks is told to
Squid by the client's address: `school.people["127.0.0.2"] = "p.marlow"`, then
`school.get(url, source="127.0.0.2")`.
"""

import atexit
import concurrent.futures
import functools
import http.server
import itertools
import json
import os
import pwd
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["ok.example", "plain.example", "casino.example", "bets.example", "social.example",
         "friends.example", "games.example", "sharing.example", "archive.example",
         "proxy.example", "www.casino.example", "bank.example", "files.example",
         "www.google.com", "www.bing.com", "www.youtube.com", "duckduckgo.com",
         "safe.duckduckgo.com", "html.duckduckgo.com"]
# All that people did by themselves: acts of their own, and page loads among the visits.
ACTS = """(SELECT id, at_ms, person, known, address, person_groups, source, place, equipment, host, method, scheme,
 path, kept, kind, action, critical, passed, policy, clause, clauses, tell, reason FROM act UNION ALL
 SELECT NULL, l.hour * 3600000 + l.hour_ms, c.person, c.known, c.address, c.person_groups, c.source,
 c.place, c.equipment, i.host, b.method, b.scheme, coalesce(p.text, l.own_path), coalesce(k.text, ''), l.kind, b.action, b.critical, b.passed,
 b.policy, b.clause, b.clauses, b.tell, '' FROM page_load l
 JOIN client c ON c.school = l.school AND c.id = l.client
 JOIN site i ON i.school = l.school AND i.id = l.site
 JOIN basis b ON b.school = l.school AND b.id = l.basis
 LEFT JOIN page_text p ON p.school = l.school AND p.day = l.hour / 24 AND p.id = l.path
 LEFT JOIN page_text k ON k.school = l.school AND k.day = l.hour / 24 AND k.id = l.kept)"""
ACTIONS = ["allow", "note", "coach", "hold", "block"]  # policy/words.h
TWO_PEOPLE = ["--by", "A. Head", "--and", "B. Chair"]  # who answer for what a test publishes
# Seconds. Nothing is slow because it waits that long: a machine that compiles meanwhile can hold a
# sync of the disk, and all who wait for it, for many of them.
PATIENCE = 60
AT_ONCE = 5  # for what takes a tenth of a second, or a second at most, on a machine that is not so busy


def pytest_make_parametrize_id(config, val, argname):
    """Bytes name no test: what is packed has the time in it, and each worker collects at its own."""
    return argname if isinstance(val, bytes) else None


def front(title, binds="staff"):
    """The head of a policy for a test."""
    return f"""---
title: {title}
school: Northgate School
owner: data protection officer
approver: full governing body
review: every 12 months
binds: {binds}
---
"""


def program():
    for folder in (os.environ.get("BEADLE_BUILD"), ROOT / "build-check", ROOT / "build"):
        if folder and (Path(folder) / "beadle").exists():
            return str(Path(folder) / "beadle")
    pytest.exit("there is no beadle to test: ./run --build", returncode=3)


def shared_out():
    """Ports below those that the kernel gives to clients, of this process of pytest's alone."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    mine = range(16000 + worker % 8 * 2000, 18000 + worker % 8 * 2000)
    begin = os.getpid() % len(mine)  # elsewhere than another pytest's on this machine, mostly
    return itertools.cycle([*mine[begin:], *mine[:begin]])


PORTS = shared_out()


def is_free(port, kind):
    with socket.socket(type=kind) as s:
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_ports(n):
    """n ports of 127.0.0.1 that nobody uses, neither TCP's nor UDP's, all different."""
    free = (p for p in PORTS
            if is_free(p, socket.SOCK_STREAM) and is_free(p, socket.SOCK_DGRAM))
    return list(itertools.islice(free, n))


def until(true, what, patience=PATIENCE, pause=0.02):
    """Wait until true() is, and return what it gave; `what` is said, or called, when it never is."""
    end = time.monotonic() + patience
    while True:
        got = true()
        if got:
            return got
        if time.monotonic() >= end:
            pytest.fail(f"waited {patience} s in vain: {what() if callable(what) else what}")
        time.sleep(pause)


def take(s, wanted):
    """What comes from a socket until this is in it; that it ends before fails the test."""
    got = b""
    while wanted not in got:
        more = s.recv(65536)
        assert more, got
        got += more
    return got


def alive(pid):
    """Whether there is such a process, and not only what is left of it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def children(pid):
    """All processes below this one."""
    try:
        below = [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return below + [p for b in below for p in children(b)]


class Sites:
    """One HTTP and one HTTPS server; both note what they were asked for."""

    def __init__(self, folder):
        self.asked, self.heads = [], []
        self.folder = folder
        self.make_certificates()
        self.http = self.serve(None)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "site.crt", folder / "site.key")
        self.https = self.serve(context)

    def make_certificates(self):
        f = self.folder
        names = ",".join("DNS:" + n for n in NAMES)
        run = lambda *a: subprocess.run(["openssl", *a], check=True, capture_output=True, cwd=f)
        (f / "site.ext").write_text(f"subjectAltName={names}\n")
        run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
            "/CN=the sites' authority", "-keyout", "sites-ca.key", "-out", "sites-ca.crt")
        run("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=sites", "-keyout", "site.key",
            "-out", "site.csr")
        run("x509", "-req", "-days", "2", "-in", "site.csr", "-CA", "sites-ca.crt", "-CAkey",
            "sites-ca.key", "-CAcreateserial", "-extfile", "site.ext", "-out", "site.crt")

    def serve(self, context):
        sites = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                scheme = "https" if context else "http"
                host = self.headers.get("Host", "").split(":")[0]
                sites.asked.append(f"{scheme}://{host}{self.path}")
                length = int(self.headers.get("Content-Length") or 0)
                told = self.rfile.read(length).decode("utf-8", "replace")
                sites.heads.append((f"{scheme}://{host}{self.path}", self.headers, told))
                if self.path.startswith("/made?"):
                    return self.send_made(parse_qs(urlsplit(self.path).query))
                body = (f"<!doctype html><title>{host}</title><h1>The site {host}</h1>"
                        f"<pre>{json.dumps(dict(self.headers))}</pre><p>{told}</p>").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_POST = do_HEAD = do_PUT = do_GET

            def send_made(self, wish):
                """A file as the query describes it: type, name, size; sized=no: in chunks; stop:
                the connection ends after so many bytes."""
                first = lambda name, other: wish.get(name, [other])[0]
                size, sized = int(first("size", "10")), first("sized", "yes") == "yes"
                self.send_response(200)
                self.send_header("Content-Type", first("type", "application/octet-stream"))
                if "name" in wish:
                    self.send_header("Content-Disposition",
                                     f'attachment; filename="{first("name", "")}"')
                if sized:
                    self.send_header("Content-Length", str(size))
                else:
                    self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                if self.command == "HEAD":
                    return
                sent = int(first("stop", str(size)))
                self.close_connection = sent < size
                for at in range(0, sent, 65536):
                    piece = b"x" * min(65536, sent - at)
                    self.wfile.write(piece if sized else b"%x\r\n%s\r\n" % (len(piece), piece))
                if not sized:
                    self.wfile.write(b"0\r\n\r\n")

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request, address):
                pass  # a client that was killed is part of the tests

        server = Server(("127.0.0.1", 0), Handler)
        if context:  # the handshake belongs into the connection's thread, not into accept
            server.socket = context.wrap_socket(server.socket, server_side=True,
                                                do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def url(self, host, path="/", scheme="http"):
        server = self.https if scheme == "https" else self.http
        return f"{scheme}://{host}:{server.server_address[1]}{path}"

    def close(self):
        for server in (self.http, self.https):
            server.shutdown()
            server.server_close()


class Reply:
    def __init__(self, status, body, error):
        self.status, self.body, self.error = status, body, error

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r} {self.error}"


def demo_policy(folder):
    """The demonstration's policies; but what is asked by the clock through a proxy is for tests of that."""
    policy = folder / "policy"
    policy.mkdir()
    for path in (ROOT / "policy").iterdir():
        if path.name != "staff.md":
            (policy / path.name).symlink_to(path)
    (policy / "staff.md").write_text(re.sub(r"(?m)^check .*\n", "", (ROOT / "policy/staff.md").read_text()))
    return policy


@functools.cache
def demonstration():
    """
    What `beadle demo` and the first `beadle proxy write` make: phrases that are compiled, keys of the
    proxy. Each school begins with a copy, because to make it takes longer than many a test.
    """
    first = School(make_folder(), None)
    atexit.register(shutil.rmtree, first.folder, ignore_errors=True)
    first.beadle("demo", "--from", str(demo_policy(first.folder)))
    first.beadle("proxy", "write")
    shutil.rmtree(first.data / "squid" / "bytes")  # a link in it leads to this very folder
    return first.data


class School:
    """A data folder and the `beadle run` that serves it."""

    def __init__(self, folder, sites):
        self.folder, self.sites = folder, sites
        self.data = folder / "var"
        self.log = folder / "log"
        self.process = None
        self.people = People(folder)
        self.ports = free_ports(3)
        portal, web, proxy = (f"127.0.0.1:{p}" for p in self.ports)
        self.portal, self.proxy, self.web = f"http://{portal}", f"http://{proxy}", web
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TZ": "Europe/London",
                    "HOME": str(folder),
                    "BEADLE_PORTAL": portal, "BEADLE_WEB": web, "BEADLE_PROXY": proxy,
                    "ASAN_OPTIONS": "detect_leaks=0"}
        self.data.mkdir()
        if os.geteuid() == 0 and has_user("beadle"):
            shutil.chown(self.data, "beadle", "beadle")

    def beadle(self, *args, check=True, env=None):
        """A command on this folder; its result has returncode, stdout and stderr."""
        done = subprocess.run([program(), *args, "--data", str(self.data)], text=True,
                              capture_output=True, env=dict(self.env, **(env or {})), timeout=60,
                              cwd=self.folder)
        assert not check or done.returncode == 0, f"beadle {args}: {done.stdout}{done.stderr}"
        return done

    def fill(self):
        demo_policy(self.folder)
        shutil.rmtree(self.data)
        subprocess.run(["cp", "-a", demonstration(), self.data], check=True)  # with its owners
        self.configure()

    def configure(self):
        self.beadle("proxy", "write")
        local = self.data / "squid" / "local.conf"
        (self.folder / "hosts").write_text("127.0.0.1 localhost " + " ".join(NAMES) + "\n")
        shutil.copy(self.sites.folder / "sites-ca.crt", self.folder / "sites-ca.crt")
        local.write_text(
            f"hosts_file {self.folder}/hosts\n"
            f"tls_outgoing_options cafile={self.folder}/sites-ca.crt\n"
            f"external_acl_type people ttl=0 negative_ttl=0 children-max=2 %SRC {self.people.helper}\n"
            "acl person external people\n"
            "http_access allow this_machine person\n")

    def start(self):
        self.launch()
        until(self.is_up, f"beadle run is not up: {self.log}")
        return self

    def launch(self):
        out = open(self.log, "ab")
        self.process = subprocess.Popen([program(), "run", "--data", str(self.data)], stdout=out,
                                        stderr=out, env=self.env, cwd=self.folder)
        out.close()

    def is_up(self):
        assert self.process.poll() is None, "beadle run ended: " + self.log.read_text()
        status = self.beadle("status", check=False)
        return status.returncode == 0 and "before anybody sees it" not in status.stdout

    def board(self):
        """What `beadle status` says: {name: (state, pid, restarts)}."""
        rows = self.beadle("status", check=False).stdout.splitlines()
        at = next((i for i, r in enumerate(rows) if r.startswith("NAME")), len(rows))
        words = [r.split() for r in rows[at + 1:] if r.strip()]
        return {w[0]: (w[1], int(w[2]), int(w[5])) for w in words}

    def pids(self):
        return {name: pid for name, (_, pid, _) in self.board().items()}

    def stop(self, how=signal.SIGINT):
        """End it as Ctrl-C does; returns the exit status and the processes that outlived it."""
        if not self.process:
            return None, []
        below = children(self.process.pid)
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        end = time.monotonic() + 2
        while time.monotonic() < end and any(alive(p) for p in below):
            time.sleep(0.02)
        left = [p for p in below if alive(p)]
        for p in left:
            os.kill(p, signal.SIGKILL)
        self.process = None
        return status, left

    def get(self, url, *args, source=None, patience=PATIENCE, data=None):
        """Fetch through the proxy with curl, which trusts the school's authority and no other."""
        more = ["--interface", source] if source else []
        done = subprocess.run(
            ["curl", "-sS", "-m", str(patience), "-x", self.proxy, "--noproxy", "",
             "--cacert", str(self.data / "squid" / "ca.crt"), "-w", "\n%{http_code}", *more, *args,
             url],
            input=data, capture_output=True, timeout=patience + 5)
        body, _, status = done.stdout.decode("utf-8", "replace").rpartition("\n")
        return Reply(int(status or 0), body, done.stderr.decode().strip())

    def visit(self, url, *args, **more):
        """Fetch as a browser loads a page."""
        return self.get(url, "-H", "Accept: text/html,*/*;q=0.8", "-H", "Sec-Fetch-Dest: document",
                        "-H", "Sec-Fetch-Mode: navigate", *args, **more)

    def ask_portal(self, path):
        done = subprocess.run(["curl", "-sS", "-m", "10", "--noproxy", "*", "-w", "\n%{http_code}",
                               self.portal + path], capture_output=True, text=True)
        body, _, status = done.stdout.rpartition("\n")
        return Reply(int(status or 0), body, done.stderr.strip())

    def rows(self, query, *args):
        """Look into the store, which others may be writing."""
        with sqlite3.connect(f"file:{self.data}/store.db?mode=ro", uri=True, timeout=5) as db:
            db.row_factory = sqlite3.Row
            return [dict(r) for r in db.execute(query, args)]

    def acts(self, host=None):
        rows = self.rows(f"SELECT * FROM {ACTS} ORDER BY at_ms")
        return [r for r in rows if host is None or r["host"] == host]

    def act(self, path):
        """The one act of that path, once the scribe has brought it over."""
        found = until(lambda: self.rows(f"SELECT * FROM {ACTS} WHERE path = ?", path),
                      lambda: f"no act of {path} in the store; the log:\n{self.log.read_text()[-4000:]}")
        assert len(found) == 1, found
        return found[0]


class People(dict):
    """Address -> login, told to Squid by a helper that reads a file at each question."""

    HELPER = """#!/usr/bin/python3
import json, sys
for line in sys.stdin:
    login = json.load(open(sys.argv[1])).get(line.split()[0])
    print("OK user=" + login if login else "ERR", flush=True)
"""

    def __init__(self, folder):
        super().__init__()
        self.file = folder / "people.json"
        script = folder / "people.py"
        script.write_text(self.HELPER)
        script.chmod(0o755)
        self.helper = f"{script} {self.file}"
        self.write()

    def write(self):
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(self))
        new.chmod(0o644)
        new.rename(self.file)

    def clear(self):
        super().clear()
        self.write()

    def __setitem__(self, address, login):
        super().__setitem__(address, login)
        self.write()


def has_user(name):
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


@pytest.fixture(scope="session")
def sites():
    folder = Path(tempfile.mkdtemp(prefix="beadle-sites-"))
    sites = Sites(folder)
    yield sites
    sites.close()
    shutil.rmtree(folder)


def make_folder():
    # Not pytest's tmp_path, which only root may enter where root runs the tests.
    folder = Path(tempfile.mkdtemp(prefix="beadle-live-"))
    folder.chmod(0o755)
    return folder


def make_school(sites):
    school = School(make_folder(), sites)
    school.fill()
    return school


ENDINGS = []
ENDERS = concurrent.futures.ThreadPoolExecutor(4)


def end_school(school):
    """Begun now and awaited at the end of the run: Squid takes more than two seconds for it. Its future."""
    ending = ENDERS.submit(wrong_in_the_end, school)
    ENDINGS.append((os.environ.get("PYTEST_CURRENT_TEST"), ending))
    return ending


def wrong_in_the_end(school):
    """End it and delete its folder; what should not be, or nothing."""
    status, left = school.stop()
    said = school.log.read_text() if school.log.exists() else ""
    shutil.rmtree(school.folder, ignore_errors=True)
    if left:
        return f"processes outlived beadle run: {left}"
    if status not in (0, None):  # of one that did not end by itself its children go all the same
        return f"beadle run ended with {status}: {said}"
    return said if "runtime error" in said or "AddressSanitizer" in said else ""


@pytest.fixture(scope="session", autouse=True)
def good_endings():
    yield
    wrong = [f"{test}: {said}" for test, ending in ENDINGS if (said := ending.result())]
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def school(sites):
    school = make_school(sites)
    yield school
    end_school(school)


@pytest.fixture
def beadle(school):
    return school.start()


@pytest.fixture(scope="module")
def lasting(sites):
    school = make_school(sites).start()
    yield school
    end_school(school)


@pytest.fixture
def shared(lasting):
    """One for a whole file, for tests that change nothing; nobody is known at the beginning."""
    lasting.people.clear()
    return lasting
