"""The servers under test: each in its own folder, on free ports of loopback, ended by its own pid."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
E2GUARDIAN = "/etc/e2guardian"
MODULES = "/usr/lib/x86_64-linux-gnu/c_icap"
QUIET = 4  # quarters of a second
START_S = 60  # a server that takes longer is said to


class Absent(Exception):
    """A rival that is not here, or does not take so much; the text says which."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def run(*command, **how):
    done = subprocess.run(command, capture_output=True, text=True, **how)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:4])}: {(done.stdout + done.stderr)[-500:]}")
    return done.stdout


class Server:
    """service: the path of its ICAP address. `world` has what it is asked and by which lists."""

    service = "request"
    stop_s = 15  # for what it has to bring to an end

    def __init__(self, build, folder, world):
        self.build, self.folder, self.world, self.port = build, folder, world, free_port()
        self.process = None
        os.makedirs(folder, exist_ok=True)

    def prepare(self):
        pass

    def start(self):
        """Up to the first right verdict; then some patience for what it does besides, and what the
        last round left it to do."""
        begin = time.monotonic()
        with open(f"{self.folder}/out", "w") as out:
            self.process = subprocess.Popen(["taskset", "-c", "0"] + self.command(), stdout=out,
                                            stderr=subprocess.STDOUT, start_new_session=True)
        while not self.is_ready():
            if self.process.poll() is not None:
                with open(f"{self.folder}/out", errors="replace") as out:
                    raise Absent(f"{self.name} ended as it started: {out.read()[-300:]}")
            if time.monotonic() - begin > START_S:
                raise Absent(f"{self.name} did not start within {START_S} s")
            time.sleep(0.01)
        self.started_s = time.monotonic() - begin
        self.settle()

    def settle(self):
        """Until it has been quiet for a second: what waits for the disk is quiet for a moment too."""
        quiet = 0
        for _ in range(self.world.patience):
            before = self.cpu_s()
            time.sleep(0.25)
            quiet = quiet + 1 if self.cpu_s() - before < 0.03 else 0
            if quiet == QUIET:
                return

    def is_ready(self):
        """Whether it answers, and blocks what is to be blocked."""
        try:
            return self.world.probe is None or b" 204 " not in self.ask(self.world.probe)
        except OSError:
            return False

    def ask(self, url):
        """The head of its answer to a REQMOD; one that lets it go on by an echo is called 204."""
        http = f"GET {url} HTTP/1.1\r\nHost: {url.split('/')[2]}\r\nAccept: text/html\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port), 5) as s:
            s.sendall((f"REQMOD icap://127.0.0.1:{self.port}/{self.service} ICAP/1.0\r\n"
                       f"Host: 127.0.0.1\r\nAllow: 204\r\nX-Client-IP: 10.1.1.1\r\n"
                       f"X-Client-Username: user1\r\n"
                       f"Encapsulated: req-hdr=0, null-body={len(http)}\r\n\r\n{http}").encode())
            got = b""
            while b"\r\n\r\n" not in got:
                more = s.recv(65536)
                if not more:
                    raise ConnectionError("closed")
                got += more
        return b"ICAP/1.0 204 as it came\r\n" + got if b"req-hdr" in got else got

    def pids(self):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.getsid(int(pid)) == self.process.pid:
                    yield int(pid)
            except OSError:
                continue

    def cpu_s(self, named=""):
        """Processor time of its processes so far, those that ended included."""
        total = 0
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/cmdline") as f:
                    if named not in f.read().replace("\0", " "):
                        continue
                with open(f"/proc/{pid}/stat") as f:
                    total += sum(map(int, f.read().rpartition(")")[2].split()[11:15]))
            except OSError:
                continue
        return total / os.sysconf("SC_CLK_TCK")

    def memory_mb(self):
        """Proportional memory of its whole session, so that what is shared counts once."""
        total = 0
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/smaps_rollup") as f:
                    total += next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
            except (OSError, StopIteration):
                continue
        return total / 1024

    def stop(self):
        if not self.process or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(self.stop_s)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Null(Server):
    name = "answers 204 unread"

    def command(self):
        return [os.path.join(self.build, "tests/bench/icap_null"), str(self.port)]

    def is_ready(self):
        try:
            return b" 204 " in self.ask("http://a.example/")
        except OSError:
            return False


PHRASE_POLICY = """---
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
block web to category gambling
block web with certain phrases gambling
```
"""


class Beadle(Server):
    """With the model policies in force, or with phrases to look for; its journal and scribe on."""

    name = "Beadle"

    def prepare(self):
        self.beadle = os.path.join(self.build, "beadle")
        write(f"{self.folder}/data/beadle.conf",
              f"portal = 127.0.0.1:{free_port()}\nweb = 127.0.0.1:{self.port}\n"
              "web workers = 1\nrun proxy = no\n")
        self.put_lists()
        if self.world.phrases:
            self.service = "response"
            self.put_phrases()
            write(f"{self.folder}/bench.md", PHRASE_POLICY)
            self.publish(f"{self.folder}/bench.md")
            return
        people = "".join(f"user{i},User {i},{'pupils older-pupils' if i % 5 else 'staff'}\n"
                         for i in range(50))
        write(f"{self.folder}/people.csv", "login,name,groups\n" + people)
        self.tell("people", "import", f"{self.folder}/people.csv")
        for name in ("staff", "pupils"):
            self.publish(f"{ROOT}/policy/model/{name}.md")

    def tell(self, *words):
        return run(self.beadle, *words, "--data", f"{self.folder}/data")

    def publish(self, path):
        self.tell("policy", "publish", path, "--minute", "bench", "--by", "A. Head",
                  "--and", "B. Chair")

    def put_lists(self):
        """The lists that the model policies name, and the million domains among them."""
        lists = f"{self.folder}/lists"
        for source in (f"{ROOT}/policy/lists", f"{ROOT}/policy/demo/lists"):
            for name in os.listdir(source):
                if not name.endswith((".domains", ".txt")):
                    continue
                target = f"{lists}/{name.rpartition('.')[0]}.domains"
                with open(f"{source}/{name}") as f:
                    write(target, (open(target).read() if os.path.exists(target) else "") + f.read())
        with open(self.world.domains) as f, open(f"{lists}/gambling.domains", "a") as out:
            shutil.copyfileobj(f, out)
        self.tell("lists", "compile", lists)

    def put_phrases(self):
        folder = f"{self.folder}/phrases"
        for i, path in enumerate(self.world.phrases):
            text = run(self.beadle, "phrases", "import", path, "--class", "gambling")
            if len(text.splitlines()) > 1:  # of some lists nothing can be said
                write(f"{folder}/{i}.txt", text)
        self.tell("phrases", "compile", folder)

    def command(self):
        return [self.beadle, "run", "--data", f"{self.folder}/data"]


class CIcap(Server):
    stop_s = 1  # nothing of it is kept

    def prepare(self):
        if not shutil.which("c-icap") or not os.path.exists(f"{MODULES}/{self.module}"):
            raise Absent(f"{self.name} is not installed")
        os.chmod(self.folder, 0o777)
        write(f"{self.folder}/c-icap.conf", f"""PidFile {self.folder}/pid
CommandsSocket {self.folder}/ctl
Timeout 60
MaxKeepAliveRequests 10000000
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
ModulesDir {MODULES}
ServicesDir {MODULES}
TemplateDir /usr/share/c_icap/templates/
TemplateDefaultLanguage en
LoadMagicFile /etc/c-icap/c-icap.magic
ServerLog {self.folder}/server.log
AccessLog {self.folder}/access.log
Service {self.service} {self.module}
{self.configuration()}
""")

    def command(self):
        return ["c-icap", "-N", "-f", f"{self.folder}/c-icap.conf"]


class UrlCheck(CIcap):
    name, service, module = "c-icap url_check", "url_check", "srv_url_check.so"

    def configuration(self):
        with open(self.world.domains) as f, open(f"{self.folder}/hash", "w") as out:
            out.writelines(f"{line.strip()}:\n" for line in f)
        return (f"url_check.LookupTableDB blk domain hash:{self.folder}/hash\n"
                "url_check.Profile default block blk\nurl_check.Profile default pass ALL")


class Echo(CIcap):
    """Bodies go through it, and nobody looks at them."""

    name, service, module = "c-icap echo, unread", "echo", "srv_echo.so"

    def configuration(self):
        return ""

    def is_ready(self):
        try:
            return bool(self.ask("http://a.example/"))
        except OSError:
            return False


class ContentFiltering(Echo):
    name, service, module = "c-icap content filtering", "filter", "srv_content_filtering.so"

    def configuration(self):
        with open(f"{self.folder}/phrases", "w") as out:
            for path in self.world.phrases:
                with open(path, encoding="latin-1") as f:
                    out.writelines(filter(None, map(self.rule, f)))
        return ("srv_content_filtering.MaxBodyData 2M\n"
                f"srv_content_filtering.Match bench body file:{self.folder}/phrases\n"
                "srv_content_filtering.Profile default block score{bench>159}")

    @staticmethod
    def rule(line):
        """Of e2guardian's phrases those that are one text; combinations cannot be said."""
        m = re.fullmatch(r"<([ a-z0-9'-]+)><(-?\d+)>", line.split("#")[0].strip())
        if not m:
            return None
        text = m[1].strip()
        edge = r"\b" if m[1] != text else ""
        return f"score={m[2]} /{edge}{text}{edge}/i\n"


class E2guardian(Server):
    name = "e2guardian"
    stop_s = 1  # it waits for its threads, which wait for requests; and nothing of it is kept

    def prepare(self):
        if not shutil.which("e2guardian") or not os.path.isdir(E2GUARDIAN):
            raise Absent("e2guardian is not installed")
        etc = f"{self.folder}/etc"
        shutil.copytree(E2GUARDIAN, etc, dirs_exist_ok=True)
        os.makedirs(f"{self.folder}/log", exist_ok=True)
        for root, _folders, files in os.walk(etc):
            for name in files:
                self.edit(os.path.join(root, name), lambda old: old.replace(E2GUARDIAN, etc))
        self.edit(f"{etc}/e2guardian.conf", self.settings)
        self.edit(f"{etc}/lists/bannedsitelist",
                  lambda old: f"{old}\n.Include<{self.world.domains}>\n")
        if self.world.phrases:
            self.service = "response"
            self.edit(f"{etc}/e2guardianf1.conf", lambda old: re.sub(
                r"(?m)^naughtynesslimit.*", "naughtynesslimit = 160", old))
            includes = "".join(f".Include<{path}>\n" for path in self.world.phrases)
            for name, text in (("weighted", includes), ("banned", ""), ("exception", "")):
                write(f"{etc}/lists/{name}phraselist", text)

    @staticmethod
    def edit(path, change):
        with open(path, encoding="latin-1") as f:
            old = f.read()
        new = change(old)
        if new != old:
            with open(path, "w", encoding="latin-1") as f:
                f.write(new)

    def settings(self, old):
        user = "root" if os.geteuid() == 0 else os.environ["USER"]
        ours = {"loglocation": f"'{self.folder}/log/access.log'", "filterip": "'127.0.0.1'",
                "filterports": free_port(), "transparenthttpsport": None, "icapport": self.port,
                "pidfilename": f"'{self.folder}/pid'", "nodaemon": None,
                "daemonuser": f"'{user}'", "daemongroup": f"'{user}'"}
        lines = [line for line in old.split("\n") if line.split("=")[0].strip(" #") not in ours]
        return "\n".join(lines + [f"{k} = {v}" for k, v in ours.items() if v is not None]) + "\n"

    def header(self):
        """What it adds to a request and wants back with the answer, as Squid brings it."""
        self.service, service = "request", self.service
        head = self.ask("http://www.pages1.allowed.org/")
        self.service = service
        m = re.search(rb"(?i)X-ICAP-E2G:[^\r]*", head)
        return m[0].decode() if m else ""

    def ask(self, url):
        self.service, service = "request", self.service
        try:
            return super().ask(url)
        finally:
            self.service = service

    def command(self):
        return ["e2guardian", "-N", "-c", f"{self.folder}/etc/e2guardian.conf"]


class SquidGuard:
    """No server: Squid gives it a line for each request."""

    name = "squidGuard (redirector)"

    def __init__(self, build, folder, world):
        self.build, self.folder, self.world = build, folder, world
        self.conf = f"{folder}/squidGuard.conf"

    def prepare(self):
        if not shutil.which("squidGuard"):
            raise Absent("squidGuard is not installed")
        os.makedirs(f"{self.folder}/db/blk")
        os.makedirs(f"{self.folder}/log")
        shutil.copy(self.world.domains, f"{self.folder}/db/blk/domains")
        write(self.conf, f"""dbhome {self.folder}/db
logdir {self.folder}/log
dest blk {{
	domainlist blk/domains
}}
acl {{
	default {{
		pass !blk all
		redirect http://block.school.example/?u=%u
	}}
}}
""")
        begin = time.monotonic()
        try:
            run("squidGuard", "-c", self.conf, "-C", "all", timeout=START_S)
        except subprocess.TimeoutExpired:
            raise Absent(f"squidGuard did not make its list within {START_S} s") from None
        self.started_s = time.monotonic() - begin

    def command(self):
        return ["taskset", "-c", "0", "squidGuard", "-c", self.conf]
