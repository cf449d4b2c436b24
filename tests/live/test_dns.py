"""
Names kept from everyone, by a real Unbound that reads the zone of a served school: what is blocked,
what is passed on, what is answered otherwise, and that a change of policy or lists shows in time.
"""

import random
import re
import signal
import socket
import struct
import subprocess
import time

import pytest
from conftest import ROOT, TWO_PEOPLE, end_school, free_ports, front, make_school, program, until

PAGE4, PAGE6 = "10.20.0.5", "fd00::5"
REAL4, REAL6 = "192.0.2.77", "2001:db8::77"  # what the world outside says of every name
TYPES = {"A": 1, "CNAME": 5, "MX": 15, "AAAA": 28, "HTTPS": 65}
IN_TIME = 15  # seconds from a command to the zone; docs/operator.md says five, on an idle machine

RULES = """block web to category gambling
block dns to category gambling
block dns to category bypass
block dns to host shop.example
force dns safe-search"""


def policy(title, binds, *clauses):
    """Clauses are (id, rules)."""
    text = front(title, binds) + f"\n# {title}\n"
    for name, rules in clauses:
        text += f"\n## {name} {{#{name}}}\n\nSo it is.\n\n```rules\n{rules}\n```\n"
    return text


# --- a resolver ---

def name_at(packet, at):
    labels = []
    while packet[at]:
        if packet[at] >= 0xc0:
            return ".".join(labels + [name_at(packet, (packet[at] & 0x3f) << 8 | packet[at + 1])[0]]), at + 2
        labels.append(packet[at + 1:at + 1 + packet[at]].decode())
        at += 1 + packet[at]
    return ".".join(labels), at + 1


class Unbound:
    """One on a port of its own; `more` are lines of its configuration."""

    def __init__(self, folder, more):
        folder.mkdir(parents=True)
        self.port, = free_ports(1)
        self.folder, self.log = folder, folder / "log"
        (folder / "unbound.conf").write_text(f"""server:
  interface: 127.0.0.1@{self.port}
  port: {self.port}
  do-daemonize: no
  use-syslog: no
  username: ""
  chroot: ""
  pidfile: ""
  directory: "{folder}"
  num-threads: 1
  do-not-query-localhost: no
{more}
remote-control:
  control-enable: yes
  control-interface: {folder}/control
""")
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(["/usr/sbin/unbound", "-d", "-c", f"{folder}/unbound.conf"],
                                            stdout=out, stderr=out)
        until(lambda: self.ask("up.test") is not None, f"unbound is not up: {self.log}")

    def ask(self, name, kind="A"):
        """'NXDOMAIN', or its answers, sorted: addresses and '-> target'; None where nobody answers."""
        number = random.randrange(65536)
        question = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
        packet = struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + question + struct.pack(">xHH", TYPES[kind], 1)
        with socket.socket(type=socket.SOCK_DGRAM) as s:
            s.settimeout(5)
            s.connect(("127.0.0.1", self.port))
            try:
                s.send(packet)
                got = s.recv(4096)
            except OSError:
                return None
        seen, flags, _, answers = struct.unpack_from(">4H", got)
        assert seen == number
        return "NXDOMAIN" if flags & 15 == 3 else self.answers(got, answers) if flags & 15 == 0 else f"rcode {flags & 15}"

    @staticmethod
    def answers(packet, n):
        at, found = name_at(packet, 12)[1] + 4, []
        for _ in range(n):
            at = name_at(packet, at)[1]
            kind, _, _, length = struct.unpack_from(">HHIH", packet, at)
            data = packet[at + 10:at + 10 + length]
            if kind == TYPES["CNAME"]:
                found.append("-> " + name_at(packet, at + 10)[0])
            else:
                found.append(socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, data))
            at += 10 + length
        return sorted(found)

    def control(self, *words):
        return subprocess.run(["/usr/sbin/unbound-control", "-c", f"{self.folder}/unbound.conf", *words],
                              capture_output=True, text=True, timeout=60)

    def end(self):
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def world(tmp_path):
    """The Internet: every name has the same addresses, and the engines' safe ones their own."""
    world = Unbound(tmp_path / "world", f"""
  local-zone: "." redirect
  local-data: ". A {REAL4}"
  local-data: ". AAAA {REAL6}"
  local-zone: "forcesafesearch.google.com." redirect
  local-data: "forcesafesearch.google.com. A 216.239.38.120"
""")
    yield world
    world.end()


@pytest.fixture
def school(sites):
    """Two policies that bind everyone, small lists with a protected host; not started."""
    school = make_school(sites)
    (school.data / "beadle.conf").write_text(f"run proxy = no\ndns page = {PAGE4}, {PAGE6}\n")
    write_lists(school, "casino.example\nbets.example\n@@fine.bets.example\n", "tunnel.example\nhelp.example\n")
    publish(school, "staff", policy("Staff", "staff", ("web.all", RULES), ("web.own", "block dns to category leisure\ncheck dns, tell technicians")))
    publish(school, "pupils", policy("Pupils", "pupils", ("web.all", RULES), ("web.lifted",
            "block web to category drugs\nblock dns to category drugs\n"
            "permit lesson asked by pupils decided by head lifting web.lifted for stated host")))
    yield school
    end_school(school)


def write_lists(school, gambling, bypass):
    folder = school.folder / "lists"
    folder.mkdir(exist_ok=True)
    for name, text in (("gambling", gambling), ("bypass", bypass), ("drugs", "drugs.example\n"),
                       ("leisure", "leisure.example\n"), ("protected", "help.example\nhelp.shop.example\n")):
        (folder / f"{name}.domains").write_text(text)
    school.beadle("lists", "compile", str(folder))


def publish(school, name, text):
    file = school.folder / f"{name}.md"
    file.write_text(text)
    return school.beadle("policy", "publish", str(file), "--minute", "x", *TWO_PEOPLE)


def zone(school):
    return school.data / "dns" / "beadle.rpz"


def serial(school):
    found = re.search(r"^@ SOA \S+ \S+ (\d+) ", zone(school).read_text(), re.M) if zone(school).exists() else None
    return int(found[1]) if found else 0


@pytest.fixture
def resolver(school, world, tmp_path):
    """The school's own, as packaging/unbound configures it, once there is a zone."""
    school.start()
    until(lambda: serial(school), "there is a zone")
    snippet = (ROOT / "packaging/unbound/beadle.conf").read_text().replace("/var/lib/unbound/beadle.rpz", str(zone(school)))
    resolver = Unbound(tmp_path / "resolver", f"""{snippet.replace("validator ", "")}
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@{world.port}
""")
    yield resolver
    resolver.end()


def test_names_as_people_ask_for_them(school, world, resolver):
    page = [PAGE4]
    real = [REAL4]
    asked = {
        "casino.example": page, "www.casino.example": page, "a.b.c.casino.example": page,
        "bets.example": page, "fine.bets.example": real, "www.fine.bets.example": real,
        "x.bets.example": page, "tunnel.example": page,
        "shop.example": page, "www.shop.example": page,  # a host that a rule names
        "help.shop.example": real, "a.help.shop.example": real,  # protected
        "help.example": real,  # protected, though a list names it
        "leisure.example": real,  # the staff's policy alone
        "drugs.example": real,  # can be lifted
        "ok.example": real, "example": real, "notcasino.example": real,
        "use-application-dns.net": "NXDOMAIN", "mask.icloud.com": "NXDOMAIN",
        "mask-h2.icloud.com": "NXDOMAIN", "www.icloud.com": real,
        "www.google.co.uk": ["-> forcesafesearch.google.com", "216.239.38.120"],
        "www.google.com": ["-> forcesafesearch.google.com", "216.239.38.120"],
        "mail.google.com": real,
        "www.bing.com": ["-> strict.bing.com", REAL4],
        "duckduckgo.com": ["-> safe.duckduckgo.com", REAL4],
        "www.youtube.com": ["-> restrict.youtube.com", REAL4],
    }
    got = {name: resolver.ask(name) for name in asked}
    assert got == {name: sorted(a) if isinstance(a, list) else a for name, a in asked.items()}
    assert resolver.ask("casino.example", "AAAA") == [PAGE6]
    assert resolver.ask("ok.example", "AAAA") == [REAL6]
    # No other kind of record leads past the page: not the addresses that HTTPS records hint at.
    assert resolver.ask("casino.example", "HTTPS") == [] and resolver.ask("www.casino.example", "MX") == []
    # And what the school's own check says of this resolver, of one that has no zone, and of none.
    made = lambda port: school.beadle("check", "dns", "--now", check=False,
                                      env=dict(BEADLE_DNS_RESOLVER=f"127.0.0.1:{port}"))
    done = made(resolver.port)
    assert done.returncode == 0 and "blocks names of 2 categories, and finds a help line" in done.stdout, done.stdout
    done = made(world.port)
    assert done.returncode == 1 and ": failed\n" in done.stdout
    assert "A name on the list of gambling is answered as if nothing blocked it" in done.stdout
    done = made(free_ports(1)[0])
    assert ": could not run\n" in done.stdout and "nobody answers there" in done.stdout
    zone(school).unlink()
    done = made(resolver.port)
    assert ": failed\n" in done.stdout and "There is no zone." in done.stdout


def test_a_change_shows_in_time(school, resolver):
    def taken(name, answers):
        """As beadle-rpz.service does for each new zone."""
        was, began = serial(school), time.monotonic()

        def sees():
            assert resolver.control("auth_zone_reload", "beadle.rpz").returncode == 0
            return serial(school) > was and resolver.ask(name) == answers
        return was, began, sees

    assert resolver.ask("ok.example") == [REAL4]
    was, began, sees = taken("ok.example", [PAGE4])
    for name in ("staff", "pupils"):
        publish(school, name, policy(name, name, ("web.all", RULES.replace("shop.example", "ok.example"))))
    until(sees, "the new rule is in the zone", patience=IN_TIME)
    assert resolver.ask("shop.example") == [REAL4]
    print(f"a policy showed after {time.monotonic() - began:.1f} s")
    was, began, sees = taken("casino.example", [REAL4])
    write_lists(school, "bets.example\n", "tunnel.example\n")
    until(sees, "the new lists are in the zone", patience=IN_TIME)
    assert resolver.ask("bets.example") == [PAGE4]
    assert "dns" in school.beadle("clerk", "list").stdout
    assert "FAILED" not in school.beadle("clerk", "list").stdout
    rows = school.rows("SELECT * FROM job WHERE name = 'dns'")
    assert "gone" in rows[0]["result"] and rows[0]["failures"] == 0, rows


def test_a_broken_zone_takes_nothing_away(school, resolver, tmp_path):
    good = zone(school).read_bytes()
    zone(school).write_bytes(good + b"x" * 64 + b".example CNAME .\n")
    assert resolver.control("auth_zone_reload", "beadle.rpz").stdout.startswith("error")
    assert resolver.ask("casino.example") == [PAGE4]


# --- the command ---

def ask(school, *words, check=True):
    return school.beadle("dns", "export", *words, check=check)


@pytest.fixture
def still(school):
    """In force, and no longer served: nobody else writes the zone."""
    school.start()
    until(lambda: serial(school), "there is a zone")
    assert school.stop()[0] == 0
    return school


def test_says_what_is_in_it_and_why_not(still):
    said = ask(still).stdout
    for line in ("staff web.all: category gambling: blocked for everyone",
                 "pupils web.all: host shop.example: blocked for everyone",
                 "staff web.own: category leisure: not blocked here, for no such rule binds pupils",
                 "pupils web.lifted: not carried out, as a zone has nothing for 'names that can be lifted': "
                 "block dns to category drugs",
                 "law illegal: not carried out, as a zone has nothing for 'names of illegal content': "
                 "block dns to category illegal, always",
                 "safe search: forced for everyone"):
        assert line + "\n" in said, said
        assert f"; {line}\n" in zone(still).read_text()
    assert "is fresh: serial" in said
    assert "warning: what can be lifted is not blocked" in still.beadle(
        "policy", "check", str(still.folder / "pupils.md"), check=False).stderr


def test_check_changes_nothing(still):
    before = zone(still).read_bytes()
    done = ask(still, "--check")
    assert "0 new, 0 gone, 0 with another answer" in done.stdout and zone(still).read_bytes() == before
    draft = still.folder / "draft.md"
    draft.write_text(policy("Draft", "staff, pupils", ("web.all", "block dns to category gambling, leisure")))
    done = ask(still, str(draft), "--check", check=False)
    assert done.returncode == 1, done
    assert "+ leisure.example\n" in done.stdout and "- tunnel.example\n" in done.stdout, done.stdout
    assert "casino.example" not in done.stdout and "leisure: blocked for everyone" in done.stdout
    assert zone(still).read_bytes() == before and not list((still.data / "dns").glob("*.new"))


def test_a_named_policy_stands_alone(still, tmp_path):
    file = still.folder / "pupils.rpz"
    said = ask(still, str(still.folder / "staff.md"), "--to", str(file)).stdout
    assert "category leisure: blocked for everyone" in said
    assert f"\nleisure.example A {PAGE4}\n" in file.read_text()
    assert ask(still, str(still.folder / "staff.md"), check=False).returncode == 2
    other = still.folder / "hosts"
    other.write_text("127.0.0.1 localhost\n")
    done = ask(still, "--to", str(other), check=False)
    assert done.returncode == 1 and "is no zone of Beadle's" in done.stderr, done
    assert other.read_text() == "127.0.0.1 localhost\n"


def test_serials_grow_and_the_same_is_the_same(still):
    first, text = serial(still), zone(still).read_text()
    assert ask(still).returncode == 0 and serial(still) == first
    (still.data / "beadle.conf").write_text("run proxy = no\n")
    zone(still).write_text(re.sub(r"^(@ SOA \S+ \S+) \d+", r"\1 4000000000", text, flags=re.M))
    ask(still)
    assert serial(still) == 4000000001
    assert "\ncasino.example CNAME .\n*.casino.example CNAME .\n" in zone(still).read_text()
    (still.data / "beadle.conf").write_text(f"run proxy = no\ndns page = {PAGE4}, {PAGE6}\n")
    ask(still)
    names = lambda t: t[t.index("\n NS "):]
    assert names(zone(still).read_text()) == names(text)


def test_lists_without_their_hosts_are_told_of(still):
    (still.data / "lists" / "lists.hosts").unlink()
    done = ask(still, check=False)
    assert done.returncode == 1 and "compile the lists again" in done.stderr, done
    write_lists(still, "other.example\n", "")
    ask(still)
    assert "\nother.example A" in zone(still).read_text()


def test_a_kill_leaves_the_old_zone_or_the_new(still):
    names = "".join(f"h{i}.gambling.example.net\nw{i}.example\n" for i in range(60000))
    write_lists(still, names, "")
    before = zone(still).read_text()
    for pause in (0.02, 0.05, 0.1, 0.15):
        process = subprocess.Popen([program(), "dns", "export", "--data", str(still.data)], env=still.env,
                                   stdout=subprocess.DEVNULL)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
        text = zone(still).read_text()
        assert text == before or text.count("\n") > 480000, len(text)
    ask(still)
    assert zone(still).read_text().count(f" A {PAGE4}\n") >= 240000
