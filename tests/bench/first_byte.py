"""
How much later the first byte of a stream comes for Beadle: the same Squid with the configuration
that Beadle writes, once as it is and once with ICAP switched off, asked in turns for an event stream
and for the beginning of a film.
"""

import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import threading
import time

SQUID = "/usr/sbin/squid"


class Site:
    """Answers at once with the head and the first bytes of what has no end."""

    HEADS = {
        b"/events": b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n",
        b"/film": b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 1000000000\r\n\r\n"
                  + b"f" * 65536,
    }

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, s):
        with s:
            try:
                head = s.recv(65536)
                s.sendall(self.HEADS[head.split(b" ")[1]])
                s.recv(1)  # until nobody listens any more
            except OSError:
                pass


def first_byte_ms(proxy, site, path):
    """From the request to the first byte of the body."""
    with socket.create_connection(("127.0.0.1", proxy), 10) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        url = f"http://127.0.0.1:{site.port}{path}"
        began = time.perf_counter()
        s.sendall(f"GET {url} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n\r\n".encode())
        got = b""
        while got.find(b"\r\n\r\n") in (-1, len(got) - 4):
            more = s.recv(65536)
            if not more:
                raise RuntimeError(f"no stream by {url}: {got[:200]!r}")
            got += more
        took = (time.perf_counter() - began) * 1000
    if not got.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"no stream by {url}: {got[:200]!r}")
    return took


def wait_for(port, process):
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nothing answers on port {port}")


class School:
    """The demonstration school with Squid, and the same Squid without Beadle beside it."""

    def __init__(self, build, root, folder, ports):
        portal, web, self.proxy, self.bare = ports
        self.beadle, self.data, self.folder = os.path.join(build, "beadle"), f"{folder}/var", folder
        os.makedirs(self.data)
        if os.geteuid() == 0:
            try:
                shutil.chown(self.data, "beadle", "beadle")
            except LookupError:
                pass  # root's then, as the log says
        self.environment = dict(os.environ, BEADLE_PORTAL=f"127.0.0.1:{portal}",
                                BEADLE_WEB=f"127.0.0.1:{web}", BEADLE_PROXY=f"127.0.0.1:{self.proxy}")
        for command in (["demo", "--from", f"{root}/policy"], ["proxy", "write"]):
            subprocess.run([self.beadle, *command, "--data", self.data], check=True,
                           env=self.environment, stdout=subprocess.DEVNULL)
        self.processes = []

    def start(self):
        self.launch([self.beadle, "run", "--data", self.data], self.proxy)
        conf = open(f"{self.data}/squid/squid.conf").read()
        # HTTPS is left out of it: the two would share the folder of certificates.
        for old, new in ((r"icap_enable on", "icap_enable off"), (r"/cache\.log", "/bare.log"),
                         (r"http_port .*", f"http_port 127.0.0.1:{self.bare}"),
                         (r"sslcrtd_program .*", ""), (r"sslcrtd_children .*", ""),
                         (r"ssl_bump .*", "")):
            conf, n = re.subn(old, new, conf)
            if n == 0:
                raise RuntimeError(f"Squid's configuration has no '{old}'")
        with open(f"{self.folder}/bare.conf", "w") as f:
            f.write(conf)
        self.launch([SQUID, "-N", "-n", "bare", "-f", f"{self.folder}/bare.conf"], self.bare)

    def launch(self, command, port):
        out = open(f"{self.folder}/out", "a")
        p = subprocess.Popen(command, env=self.environment, stdout=out, stderr=out)
        self.processes.append(p)
        wait_for(port, p)

    def stop(self):
        for p in self.processes:
            p.send_signal(signal.SIGTERM)
        for p in self.processes:
            try:
                p.wait(20)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()


def measure(school, site, path, rounds):
    """(with Beadle, without): milliseconds, asked in turns."""
    both = ([], [])
    for i in range(rounds + 10):
        for times, proxy in zip(both, (school.proxy, school.bare)):
            took = first_byte_ms(proxy, site, path)
            if i >= 10:  # the first ones warm what is cold
                times.append(took)
    return both


def bench_first_byte(build, root, folder, ports, rounds=300):
    """By what is streamed: medians and 99th percentiles with Beadle and without; None without Squid."""
    if not os.path.exists(SQUID):
        return None
    school, site, got = School(build, root, folder, ports), Site(), {}
    try:
        school.start()
        for path in Site.HEADS:
            both = [sorted(times) for times in measure(school, site, path.decode(), rounds)]
            names = ("with", "without")
            got[path.decode()[1:]] = {
                name: {"p50_ms": statistics.median(t), "p99_ms": t[int(len(t) * 0.99)]}
                for name, t in zip(names, both)}
    finally:
        school.stop()
        site.listener.close()
    return got
