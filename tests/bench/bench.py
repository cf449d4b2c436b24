#!/usr/bin/python3
"""Beadle beside its rivals, in one run on this machine.

Every server gets the same list of a million domains and the same 20,000 requests, of which one in
ten is to be blocked; the load generator checks each verdict. Servers are pinned to the first core,
the load to the second; runs are interleaved, and the median of the rounds is printed with the
lowest and the highest. Beadle does more for its figure than the others: it records every act and
has each block on the disk before it is answered.

    tests/bench/bench.py BUILD [--rounds N] [--seconds S] [--domains N] [--only NAME,...]
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from first_byte import bench_first_byte

SEED = 20261121
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def make_data(folder, n_domains):
    """lists/bench.txt, and urls.txt with the wanted verdict in front of each URL."""
    rng = random.Random(SEED)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    tops = ["com", "net", "org", "info", "co.uk", "de", "io", "site"]
    domains = set()
    while len(domains) < n_domains:
        name = "".join(rng.choices(letters, k=rng.randint(6, 18)))
        domains.add(f"{name}.{rng.choice(tops)}")
    domains = sorted(domains)
    os.makedirs(f"{folder}/lists")
    with open(f"{folder}/lists/bench.txt", "w") as f:
        f.write("\n".join(domains) + "\n")
    with open(f"{folder}/urls.txt", "w") as f:
        for i in range(20000):
            path = "".join(rng.choices(letters, k=rng.randint(4, 40)))
            if i % 10 == 0:
                host = rng.choice(["", "www.", "cdn.a."]) + rng.choice(domains)
            else:
                host = f"www.{''.join(rng.choices(letters, k=20))}.allowed.org"
            f.write(f"{int(i % 10 == 0)} http://{host}/{path}\n")


class Server:
    """A server under test: its own folder, its own port, ended by its own process id."""

    service = "request"

    def __init__(self, folder, data):
        self.folder, self.data, self.port = folder, data, free_port()
        os.makedirs(folder, exist_ok=True)

    def start(self):
        begin = time.monotonic()
        self.process = subprocess.Popen(
            ["taskset", "-c", "0"] + self.command(),
            stdout=open(f"{self.folder}/out", "w"), stderr=subprocess.STDOUT,
            start_new_session=True, env=self.environment())
        while time.monotonic() - begin < 60:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
        else:
            raise RuntimeError(f"{self.name} did not start")
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended: " + open(f"{self.folder}/out").read()[-500:])
        self.started = time.monotonic() - begin

    def environment(self):
        return os.environ.copy()

    def memory_mb(self):
        """Proportional memory of its whole session, so that what is shared counts once."""
        total = 0
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.getsid(int(pid)) != self.process.pid:
                    continue
                with open(f"/proc/{pid}/smaps_rollup") as f:
                    total += next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
            except (OSError, StopIteration):
                continue
        return total / 1024

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Beadle(Server):
    name = "beadle"
    policy = """---
title: The bench
school: Bench
owner: nobody
approver: nobody
review: every 12 months
binds: staff
---
## 1 Blocked {#web.bench}
Not here.

```rules
block web to category bench
```
"""

    def prepare(self, build):
        self.beadle = os.path.join(build, "beadle")
        with open(f"{self.folder}/beadle.conf", "w") as f:
            f.write(f"portal = 127.0.0.1:{free_port()}\nweb = 127.0.0.1:{self.port}\n"
                    "web workers = 1\nrun proxy = no\n")
        with open(f"{self.folder}/bench.md", "w") as f:
            f.write(self.policy)
        for args in (["lists", "compile", f"{self.data}/lists"],
                     ["policy", "publish", f"{self.folder}/bench.md", "--minute", "bench",
                      "--by", "A. Head", "--and", "B. Chair"]):
            subprocess.run([self.beadle, *args, "--data", self.folder], check=True,
                           stdout=subprocess.DEVNULL)

    def command(self):
        return [self.beadle, "run", "--data", self.folder]

    def start(self):
        super().start()
        time.sleep(1.5)  # the scribe lays out what is in force, the door takes it up


class CIcap(Server):
    name, service = "c-icap url_check", "url_check"

    def prepare(self, _build):
        with open(f"{self.data}/lists/bench.txt") as f, open(f"{self.folder}/hash", "w") as out:
            out.writelines(f"{line.strip()}:\n" for line in f)
        os.chmod(self.folder, 0o777)
        with open(f"{self.folder}/c-icap.conf", "w") as f:
            f.write(f"""PidFile {self.folder}/pid
CommandsSocket {self.folder}/ctl
Timeout 60
MaxKeepAliveRequests 1000000
KeepAliveTimeout 600
StartServers 2
MaxServers 2
MinSpareThreads 1
MaxSpareThreads 200
ThreadsPerChild 70
MaxRequestsPerChild 0
Port 127.0.0.1:{self.port}
ServerAdmin a@school.example
ServerName icap.school.example
TmpDir {self.folder}
DebugLevel 0
Pipelining on
ModulesDir /usr/lib/x86_64-linux-gnu/c_icap
ServicesDir /usr/lib/x86_64-linux-gnu/c_icap
TemplateDir /usr/share/c_icap/templates/
TemplateDefaultLanguage en
LoadMagicFile /etc/c-icap/c-icap.magic
ServerLog {self.folder}/server.log
AccessLog {self.folder}/access.log
Service url_check srv_url_check.so
url_check.LookupTableDB blk domain hash:{self.folder}/hash
url_check.Profile default block blk
url_check.Profile default pass ALL
""")

    def command(self):
        return ["c-icap", "-N", "-f", f"{self.folder}/c-icap.conf"]


class E2guardian(Server):
    name, service = "e2guardian", "request"

    def prepare(self, _build):
        shutil.copytree("/etc/e2guardian", f"{self.folder}/etc", dirs_exist_ok=True)
        os.makedirs(f"{self.folder}/log", exist_ok=True)
        conf = f"{self.folder}/etc/e2guardian.conf"
        user = "root" if os.geteuid() == 0 else os.environ["USER"]
        text = open(conf).read().replace("/etc/e2guardian", f"{self.folder}/etc")
        drop = ("loglocation", "filterip", "filterports", "transparenthttpsport", "icapport",
                "pidfilename", "nodaemon", "daemonuser", "daemongroup")
        lines = [line for line in text.split("\n")
                 if line.split("=")[0].strip(" #") not in drop]
        lines += [f"loglocation = '{self.folder}/log/access.log'", "filterip = '127.0.0.1'",
                  f"filterports = {free_port()}", f"icapport = {self.port}",
                  f"pidfilename = '{self.folder}/pid'",
                  f"daemonuser = '{user}'", f"daemongroup = '{user}'"]
        open(conf, "w").write("\n".join(lines) + "\n")
        for root, _folders, files in os.walk(f"{self.folder}/etc"):
            for name in files:
                path = os.path.join(root, name)
                old = open(path, encoding="latin-1").read()
                new = old.replace("/etc/e2guardian", f"{self.folder}/etc")
                if new != old:
                    open(path, "w", encoding="latin-1").write(new)
        site_list = f"{self.folder}/etc/lists/bannedsitelist"
        with open(site_list, "a") as f:
            f.write(f"\n.Include<{self.data}/lists/bench.txt>\n")

    def command(self):
        return ["e2guardian", "-N", "-c", f"{self.folder}/etc/e2guardian.conf"]


RIVALS = {"c-icap url_check": "c-icap", "e2guardian": "e2guardian"}


def load(build, server, connections, seconds):
    out = subprocess.run(
        ["taskset", "-c", "1", os.path.join(build, "tests/bench/icap_load"), "127.0.0.1",
         str(server.port), server.service, f"{server.data}/urls.txt", str(connections),
         str(seconds)], check=True, capture_output=True, text=True)
    return json.loads(out.stdout)


def spread(values, form="{:,.0f}"):
    return (f"{form.format(statistics.median(values))} "
            f"[{form.format(min(values))}..{form.format(max(values))}]")


def bench_door(build, folder, args):
    classes = [c for c in (Beadle, CIcap, E2guardian)
               if not args.only or c.name.split()[0] in args.only]
    servers, results = [], {}
    for kind in classes:
        if kind.name in RIVALS and not shutil.which(RIVALS[kind.name]):
            print(f"(left out: {kind.name} is not installed)")
            continue
        server = kind(os.path.join(folder, kind.name.split()[0]), f"{folder}/data")
        server.prepare(build)
        servers.append(server)
    for _round in range(args.rounds):
        for server in servers:
            server.start()
            try:
                load(build, server, 16, 1)  # warm
                for connections in (1, 16, 64):
                    got = load(build, server, connections, args.seconds)
                    results.setdefault((server.name, connections), []).append(got)
                results.setdefault((server.name, "mb"), []).append(server.memory_mb())
            finally:
                server.stop()
    print(f"\nICAP REQMOD, {args.domains:,} domains, one in ten blocked, one core, "
          f"{args.rounds} rounds of {args.seconds} s: median [lowest..highest]")
    print(f"{'server':<18}{'connections':>12}  {'requests/s':<32}{'p50 us':<8}{'p99 us':<10}"
          f"{'wrong':>6}{'errors':>8}")
    for server in servers:
        for connections in (1, 16, 64):
            r = results[(server.name, connections)]
            print(f"{server.name:<18}{connections:>12}  "
                  f"{spread([x['per_second'] for x in r]):<32}"
                  f"{statistics.median(x['p50_us'] for x in r):<8.0f}"
                  f"{statistics.median(x['p99_us'] for x in r):<10.0f}"
                  f"{sum(x['wrong'] for x in r):>6}{sum(x['errors'] for x in r):>8}")
        print(f"{'':<18}{'memory':>12}  {spread(results[(server.name, 'mb')], '{:.0f}')} MB")


def bench_parts(build):
    tests = os.path.join(build, "tests/bench")
    out = subprocess.run([f"{tests}/bench_judge", f"{ROOT}/policy/model/staff.md",
                          f"{ROOT}/policy/model/pupils.md"], check=True, capture_output=True, text=True)
    for line in out.stdout.splitlines():
        judge = json.loads(line)
        print(f"judge: {judge['ns_a_call']} ns a verdict at the door {judge['door']}, both model policies, "
              f"{judge['rules']} rules ({judge['scope']})")
    out = subprocess.run([f"{tests}/bench_lists"], check=True, capture_output=True, text=True)
    for lists in map(json.loads, out.stdout.splitlines()):
        print(f"lists: {lists['domains']:,} domains, {lists['compiled_a_second']:,.0f} compiled a "
              f"second, open in {lists['open_ms']} ms, ready in {lists['ready_ms']} ms, "
              f"{lists['bytes_a_domain']} bytes a domain, {lists['ns_a_look_up']} ns a look-up "
              "with all parent domains")


def bench_scan(build):
    """Phrases: the tests' own texts are dense in them, which is harder than what pupils read."""
    out = subprocess.run([os.path.join(build, "tests/bench/bench_scan"), f"{ROOT}/policy/phrases",
                          f"{ROOT}/tests/corpus/benign"], check=True, capture_output=True, text=True)
    got = json.loads(out.stdout)
    print(f"scan: {got['phrases']:,} phrases, MB/s on one core: " +
          ", ".join(f"{name} {got[name]}" for name in got
                    if name not in ("phrases", "spellings", "bytes of a scan")) +
          f"; {got['bytes of a scan']:,} bytes a scan")


def bench_scribe(build, folder):
    """A day in term through the scribe, while somebody writes as people do on the portal."""
    out = subprocess.run([os.path.join(build, "tests/bench/bench_scribe"), f"{folder}/scribe"],
                         check=True, capture_output=True, text=True)
    got = json.loads(out.stdout)
    print(f"scribe: {got['acts_a_second']:,} acts a second on one core "
          f"({got['cpu_us_an_act']} us of it an act)")
    for name, what in (("transaction", "its transactions"), ("people", "people's writes meanwhile")):
        t = got[name]
        print(f"{'':<8}{what}: p50 {t['p50_ms']} ms, p99 {t['p99_ms']} ms, "
              f"longest {t['max_ms']} ms of {t['n']:,}")
    print(f"{'':<8}MB a school week: " +
          ", ".join(f"{kind} {mb}" for kind, mb in got["mb_a_week"].items()))


def bench_replay(build, folder):
    """What a school does in three hours under one pair of policies, replayed under another."""
    out = subprocess.run([os.path.join(build, "tests/bench/bench_replay"), f"{folder}/replay", "2000000"] +
                         [f"{ROOT}/policy/{name}.md" for name in ("staff", "pupils")] + ["--"] +
                         [f"{ROOT}/policy/model/{name}.md" for name in ("staff", "pupils")],
                         check=True, capture_output=True, text=True)
    got = json.loads(out.stdout)
    print(f"replay: {got['acts_a_second']:,.0f} acts a second on one core, "
          f"{got['rows_a_second']:,.0f} rows of the store ({got['acts'] + got['parts']:,} acts in "
          f"{got['rows']:,} rows)")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--domains", type=int, default=1000000)
    parser.add_argument("--only", default="", help="beadle, c-icap, e2guardian")
    args = parser.parse_args()
    args.build = os.path.abspath(args.build)
    args.only = [x for x in args.only.split(",") if x]
    folder = tempfile.mkdtemp(prefix="beadle-bench-")
    os.chmod(folder, 0o755)
    try:
        make_data(f"{folder}/data", args.domains)
        bench_parts(args.build, folder)
        bench_scan(args.build)
        sys.stdout.flush()
        os.mkdir(f"{folder}/stream")
        os.chmod(f"{folder}/stream", 0o755)
        bench_first_byte(args.build, ROOT, f"{folder}/stream", [free_port() for _ in range(4)])
        bench_scribe(args.build, folder)
        bench_replay(args.build, folder)
        sys.stdout.flush()
        bench_door(args.build, folder, args)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
