"""Requests and bodies through Beadle and its rivals: rounds in turns, so that all have the same weather."""

import os
import socket
import time

import data
import loads
from servers import (Absent, Beadle, ContentFiltering, E2guardian, Echo, Null, SquidGuard, UrlCheck)

CONNECTIONS = (1, 16, 64)
GROWTH_S = 1  # of each load where many sizes are measured
SHIPPED = "/etc/e2guardian/lists"  # of e2guardian, as Debian enables them


class World:
    """What is asked, and by which lists; probe: an address that is to be blocked, or None."""

    def __init__(self, folder, n_domains, phrases=(), patience=20):
        os.makedirs(folder)
        os.chmod(folder, 0o755)
        self.folder, self.phrases = folder, list(phrases)
        self.patience = patience  # quarters of a second for what a server does besides, once it is ready
        self.domains, self.urls = f"{folder}/domains", f"{folder}/urls.txt"
        some = data.make_domains(self.domains, n_domains)
        data.make_urls(self.urls, some)
        self.probe = f"http://{some[0]}/"


def prepared(kinds, bench, world, left_out):
    """Those that are here and take the world's lists, by their names."""
    servers = []
    for kind in kinds:
        name = f"{world.folder}/{kind.__name__.lower()}"  # e2guardian reads paths so
        try:
            server = kind(bench.build, name, world)
            server.prepare()
            servers.append(server)
        except Absent as why:
            left_out.append(str(why))
    return servers


def in_turns(servers, rounds, measure, left_out):
    """measure(server) of each, round by round: name -> what it returned, a list of each round's."""
    results = {}
    for _ in range(rounds):
        for server in list(servers):
            is_server = hasattr(server, "start")
            try:
                if is_server:
                    server.start()
                results.setdefault(server.name, []).append(measure(server))
            except Absent as why:
                left_out.append(str(why))
                servers.remove(server)
            finally:
                if is_server:
                    server.stop()
    return results


def from_one_start(servers, bench, measure, left_out):
    """The same, of rounds from one start: with ten million names that takes some of them a minute."""
    def rounds(server):
        got = []
        for _ in range(bench.rounds):
            if got and hasattr(server, "settle"):
                server.settle()
            got.append(measure(server))
        return got
    return {name: some[0] for name, some in in_turns(servers, 1, rounds, left_out).items()}


def measure_requests(server, seconds, connections=CONNECTIONS):
    urls = server.world.urls
    if isinstance(server, SquidGuard):
        rows = {str(n): loads.lines(server, urls, n, seconds) for n in connections}
        return {"by": rows, "start_s": server.started_s, "memory_mb": rows[str(connections[-1])]["rss_mb"]}
    loads.icap(server, urls, 16, min(1, seconds))  # what is cold gets warm
    rows = {str(n): loads.icap(server, urls, n, seconds) for n in connections}
    return {"by": rows, "start_s": server.started_s, "memory_mb": server.memory_mb()}


def requests(bench):
    n = 10000 if bench.quick else 1000000
    left_out, world = [], World(f"{bench.folder}/requests", n, (), bench.patience)
    servers = prepared((Beadle, UrlCheck, E2guardian, SquidGuard, Null), bench, world, left_out)
    return {"domains": n, "left_out": left_out,
            "servers": in_turns(servers, bench.rounds, lambda s: measure_requests(s, bench.seconds), left_out)}


def shipped_phrases():
    """The lists that e2guardian's package enables, with the one on gambling, which pages here have."""
    try:
        with open(f"{SHIPPED}/weightedphraselist", encoding="latin-1") as f:
            lists = [line[9:line.index(">")] for line in f if line.startswith(".Include<")]
    except OSError:
        return None
    return [f"{SHIPPED}/phraselists/gambling/weighted"] + lists


def count_phrases(path):
    with open(path, encoding="latin-1") as f:
        return sum(line.startswith("<") for line in f)


def measure_bodies(server, seconds, small):
    """MB/s of what a browser makes of it; those that are very slow get the small pages alone."""
    pages = small if isinstance(server, ContentFiltering) else f"{server.world.folder}/pages"
    loads.icap(server, f"{pages}/plain.txt", 4, min(1, seconds))
    by = {coding: loads.icap(server, f"{pages}/{coding}.txt", 16, seconds)
          for coding in ("plain", "gzip")}
    return {"by": by, "start_s": server.started_s, "memory_mb": server.memory_mb()}


def slow_memory(server, n):
    """What n bodies cost that come slowly: each has sent 32 kB of a page and says no more."""
    with open(f"{server.world.folder}/pages/slow.html", "rb") as f:
        page = f.read(32768)
    header = server.header() + "\r\n" if hasattr(server, "header") else ""
    http = b"GET http://www.slow.allowed.org/ HTTP/1.1\r\nHost: www.slow.allowed.org\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 200000\r\n\r\n"
    icap = (f"RESPMOD icap://127.0.0.1/{server.service} ICAP/1.0\r\nHost: 127.0.0.1\r\n{header}"
            f"X-Client-IP: 10.1.1.1\r\nEncapsulated: req-hdr=0, res-hdr={len(http)}, "
            f"res-body={len(http) + len(head)}\r\n\r\n").encode()
    message = icap + http + head + b"8000\r\n" + page + b"\r\n"
    before, sockets, taken = server.memory_mb(), [], 0
    try:
        for _ in range(n):
            s = socket.create_connection(("127.0.0.1", server.port), 5)
            s.setblocking(False)
            sockets.append(s)
            try:
                taken += s.send(message) == len(message)
            except OSError:
                pass
        time.sleep(2 if n > 100 else 0.5)
        return {"connections": n, "sent": taken, "more_mb": round(server.memory_mb() - before, 1)}
    except OSError as why:
        return {"connections": len(sockets), "sent": taken, "refused": str(why),
                "more_mb": round(server.memory_mb() - before, 1)}
    finally:
        for s in sockets:
            s.close()


def make_body_world(bench, folder, phrases, said, sizes=data.SIZES):
    world = World(folder, 1000, phrases, bench.patience)
    data.make_pages(f"{folder}/pages", said, sizes)
    with open(f"{folder}/pages/slow.html", "wb") as f:
        f.write(data.Writer(1).page(40000, None))
    return world


BODIES = (Beadle, E2guardian, Echo, ContentFiltering)


def bodies(bench):
    phrases, said, left_out = shipped_phrases(), data.GAMBLING, []
    if not phrases:
        left_out.append("e2guardian's phrase lists are not installed: invented ones instead")
    if not phrases or bench.quick:
        phrases = [f"{bench.folder}/bodies.list"]
        said = data.make_phrases(phrases[0], 1000)
    world = make_body_world(bench, f"{bench.folder}/bodies", phrases, said,
                            data.SMALL if bench.quick else data.SIZES)
    small = f"{bench.folder}/bodies/small"
    data.make_pages(small, said, data.SMALL)
    servers = prepared(BODIES, bench, world, left_out)
    rounds = in_turns(servers, bench.rounds, lambda s: measure_bodies(s, bench.seconds, small), left_out)
    slow = in_turns(servers, 1, lambda s: slow_memory(s, 50 if bench.quick else 1000), left_out)
    return {"phrases": sum(map(count_phrases, phrases)), "left_out": left_out, "servers": rounds,
            "slow": {name: some[0] for name, some in slow.items()}}


def grow_domains(bench):
    """Requests at 64 connections, for each size as `requests` has them."""
    grown, seconds = {}, min(GROWTH_S, bench.seconds)
    for n in (1000,) if bench.quick else (1000, 10000, 100000, 1000000, 10000000):
        left_out, world, got = [], World(f"{bench.folder}/domains-{n}", n, (), bench.patience), {}
        kinds = (Beadle,) if bench.quick else (Beadle, UrlCheck, E2guardian, SquidGuard)
        for kind in kinds:  # one after the other: the largest leave little room
            servers = prepared((kind,), bench, world, left_out)
            got |= from_one_start(servers, bench, lambda s: measure_requests(s, seconds, (64,)), left_out)
        grown[str(n)] = {"left_out": left_out, "servers": got}
        bench.clear(world.folder)
    return grown


def grow_phrases(bench):
    """Pages, for each size as `bodies` has them."""
    grown, seconds = {}, min(GROWTH_S, bench.seconds)
    for n in (100,) if bench.quick else (100, 1000, 5000, 20000):
        folder, left_out = f"{bench.folder}/phrases-{n}", []
        list_path = f"{bench.folder}/phrases-{n}.list"
        said = data.make_phrases(list_path, n)
        sizes = data.SMALL if bench.quick else data.SIZES
        world = make_body_world(bench, folder, [list_path], said, sizes)
        small = f"{folder}/small"
        data.make_pages(small, said, data.SMALL)
        kinds = (Beadle,) if bench.quick else (Beadle, E2guardian)
        if n <= 1000 and not bench.quick:
            kinds += (ContentFiltering,)
        servers = prepared(kinds, bench, world, left_out)
        got = from_one_start(servers, bench, lambda s: measure_bodies(s, seconds, small), left_out)
        grown[str(n)] = {"left_out": left_out, "servers": got}
        bench.clear(folder)
    return grown
