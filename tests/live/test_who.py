"""Who it is where no proxy says so: RADIUS accounting by radclient, log-on events by HTTP."""

import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time

import pytest

from conftest import ACTIONS, AT_ONCE, ROOT, end_school, free_ports, front, make_school, until
from icap_client import Icap, reqmod

SECRET = "a secret of the access points"
TOKEN_HEAD = "name,network,token\n"
NETWORKS = "network,place,kind,person\n"


def counts_of(school, prefix):
    """(acts or news, refused) of the processes whose names begin so, as `beadle status` shows them."""
    rows = school.beadle("status", check=False).stdout.splitlines()
    rows = [r.split() for r in rows if r.startswith(prefix)]
    at = [row.index("s") for row in rows]  # SINCE is "12 s"
    return (sum(int(row[i + 2]) for row, i in zip(rows, at)),
            sum(int(row[i + 5]) for row, i in zip(rows, at)))


class Who:
    """A school that hears who is where, and those who tell it."""

    def __init__(self, school):
        self.school = school
        self.radius = free_ports(1)[0]
        self.logon = free_ports(1)[0]
        school.env["BEADLE_RADIUS"] = f"127.0.0.1:{self.radius}"
        school.env["BEADLE_LOGON"] = f"127.0.0.1:{self.logon}"
        with open(school.data / "beadle.conf", "a", encoding="utf-8") as f:
            f.write("identity realms = NORTHGATE, northgate.example\n")
        self.tokens = {"pcs": self.new_token("pcs"),
                       "dc": self.new_token("dc", "--network", "127.0.0.0/8")}
        self.put("who/clients.csv", "network,name,secret\n"
                 f"127.0.0.0/8,access points,{SECRET}\n127.0.0.66,odd,another secret here\n")
        local = school.data / "squid" / "local.conf"  # nobody signs in at the proxy
        local.write_text("".join(line for line in local.read_text().splitlines(True)
                                 if not line.startswith(("external_acl", "acl person", "http_access"))))
        school.start()

    def new_token(self, *args):
        return self.school.beadle("who", "token", *args).stdout.strip()

    def put(self, name, text):
        """As the owner of the data folder would write it, renamed into place."""
        file = self.school.data / name
        new = file.with_suffix(".new")
        new.write_text(text)
        new.chmod(0o640)
        owner = self.school.data.stat()
        os.chown(new, owner.st_uid, owner.st_gid)
        new.rename(file)

    def account(self, status, user, address, session="s1", more="", secret=SECRET, source=None):
        """What radclient says of it; raises where there is no answer."""
        text = (f'User-Name = "{user}"\nAcct-Status-Type = {status}\nAcct-Session-Id = "{session}"\n'
                f'Framed-IP-Address = {address}\nCalling-Station-Id = "00-11-22-33-44-55"\n'
                f'NAS-Identifier = "ap-1"\n{more}')
        if source:
            text += f"Packet-Src-IP-Address = {source}\n"
        return subprocess.run(["radclient", "-r", "1", "-t", "1", f"127.0.0.1:{self.radius}", "acct",
                               secret], input=text, text=True, capture_output=True, timeout=20)

    def post(self, event, token="pcs", path="/logon", method="POST", source="127.0.0.1", raw=None,
             headers=None):
        """(status, the JSON that came back)"""
        c = http.client.HTTPConnection("127.0.0.1", self.logon, timeout=10,
                                       source_address=(source, 0))
        body = raw if raw is not None else json.dumps(event)
        fields = {"Authorization": f"Bearer {self.tokens.get(token, token)}"} if token else {}
        fields.update(headers or {})
        try:
            c.request(method, path, body, fields, encode_chunked="Transfer-Encoding" in fields)
            r = c.getresponse()
            return r.status, json.loads(r.read() or b"null")
        finally:
            c.close()

    def asks(self, sites, path, source):
        """Who a request through Squid is recorded as: (login, known)."""
        reply = self.school.visit(sites.url("casino.example", path), source=source)
        assert reply.status == 403 and "ERR_" not in reply.body, reply
        act = self.school.act(path)
        return act["person"], act["known"]

    def counts(self):
        """(news taken, refused) of the process, as `beadle status` shows them."""
        return counts_of(self.school, "who")


@pytest.fixture(scope="module")
def who(sites):
    school = make_school(sites)
    yield Who(school)
    end_school(school)


def test_radius_names_a_person_and_ends_it(who, sites):
    assert who.asks(sites, "/before", "127.0.1.1") == ("", 0)
    assert who.account("Start", r"NORTHGATE\\\\T.Ashdown", "127.0.1.1").returncode == 0
    assert who.asks(sites, "/during", "127.0.1.1") == ("t.ashdown", 1)
    listed = who.school.beadle("who", "list").stdout
    assert "127.0.1.1" in listed and "t.ashdown" in listed and "00-11-22-33-44-55" in listed
    assert who.account("Stop", "t.ashdown", "127.0.1.1").returncode == 0
    assert who.asks(sites, "/after", "127.0.1.1") == ("", 0)
    assert "127.0.1.1" not in who.school.beadle("who", "list").stdout


def test_the_policy_is_that_persons(who, sites):
    url = sites.url("social.example", "/theirs")
    assert who.account("Start", "p.marlow", "127.0.1.2", "p").returncode == 0
    assert who.account("Start", "t.ashdown", "127.0.1.3", "t").returncode == 0
    pupil, staff = (who.school.visit(url, source=a) for a in ("127.0.1.2", "127.0.1.3"))
    assert "You do not use social networks at school." in pupil.body, pupil
    assert "What do you need it for?" in staff.body, staff


def test_others_are_nobody_of_the_school(who, sites):
    assert who.account("Start", "t.ashdown", "127.0.1.4", "a").returncode == 0
    assert who.account("Start", "t.ashdown@other.example", "127.0.1.4", "b").returncode == 0
    assert who.asks(sites, "/stranger", "127.0.1.4") == ("t.ashdown@other.example", 0)
    assert who.account("Start", "PC-12$@NORTHGATE.EXAMPLE", "127.0.1.4", "c").returncode == 0
    assert who.asks(sites, "/machine", "127.0.1.4") == ("", 0)


def test_a_server_that_starts_ends_its_sessions(who, sites):
    assert who.account("Start", "t.ashdown", "127.0.1.5", "x").returncode == 0
    assert who.asks(sites, "/on-before", "127.0.1.5") == ("t.ashdown", 1)
    on = 'Acct-Status-Type = Accounting-On\nNAS-Identifier = "ap-1"\n'
    done = subprocess.run(["radclient", "-r", "1", "-t", "1", f"127.0.0.1:{who.radius}", "acct",
                           SECRET], input=on, text=True, capture_output=True, timeout=20)
    assert done.returncode == 0, done.stdout + done.stderr
    assert who.asks(sites, "/on-after", "127.0.1.5") == ("", 0)


def test_a_forged_packet_is_ignored_and_counted(who, sites):
    taken, refused = who.counts()
    assert who.account("Start", "t.ashdown", "127.0.1.6", "f", secret="guessed").returncode != 0
    assert who.account("Start", "t.ashdown", "127.0.1.6", "f", source="127.0.0.66").returncode != 0
    assert who.asks(sites, "/forged", "127.0.1.6") == ("", 0)
    now_taken, now_refused = who.counts()
    assert now_taken == taken and now_refused >= refused + 2
    assert "not made with its secret" in who.school.log.read_text()


def signed(attributes, identifier=1, secret=SECRET.encode()):
    head = bytes([4, identifier]) + (20 + len(attributes)).to_bytes(2, "big")
    return head + hashlib.md5(head + bytes(16) + attributes + secret).digest() + attributes


def test_packets_of_any_bytes_end_nothing(who, sites):
    pid = who.school.pids()["who"]
    status = b"\x28\x06\0\0\0\x01"
    odd = [b"", b"\0", b"\4", bytes(20), b"\xff" * 4096, b"\4\1\xff\xff" + bytes(60000),
           signed(b""), signed(b"\x01"), signed(b"\x01\x00"), signed(b"\x01\xff"),
           signed(status + b"\x08\x03\x01"), signed(status + b"\x61\x04\0\xff"),
           signed(status + b"\x01\xff" + bytes(253)),
           signed(status + b"\x01\x08\0\n\xff\xfe\x1b[" + b"\x08\x06\x7f\0\x01\x07"),
           signed(status + b"\x21\xff" + bytes(253) * 1)] + \
          [os.urandom(n) for n in range(0, 4096, 61)] + \
          [signed(os.urandom(n)) for n in range(0, 4000, 61)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.connect(("127.0.0.1", who.radius))
        for packet in odd:
            s.send(packet)
        name, address = b"\x01\x0bt.ashdown", b"\x08\x06\x7f\0\x01\x08"
        good = signed(status + b"\x2c\x03z" + name + address, identifier=77)
        s.send(good)
        while s.recv(4096)[1] != 77:
            pass
    assert who.asks(sites, "/odd", "127.0.1.8") == ("t.ashdown", 1)
    assert who.school.pids()["who"] == pid
    said = who.school.log.read_text()
    assert said.count("ev=packet-refused") <= 2 * 20 + 2, "the log is flooded"


def test_a_kill_loses_nothing_that_was_acknowledged(who, sites):
    assert who.account("Start", "t.ashdown", "127.0.1.9", "k9").returncode == 0
    before = who.school.pids()["who"]
    os.kill(before, signal.SIGKILL)
    assert who.asks(sites, "/killed", "127.0.1.9") == ("t.ashdown", 1)
    until(lambda: who.school.board()["who"][0] == "up" and who.school.pids()["who"] != before,
          "it is not started again")
    assert who.account("Stop", "t.ashdown", "127.0.1.9", "k9").returncode == 0
    assert who.asks(sites, "/after-kill", "127.0.1.9") == ("", 0)


def test_a_log_on_event_names_a_person_and_ends_it(who, sites):
    status, said = who.post({"event": "logon", "login": r"NORTHGATE\B.Okoro", "device": "PC-12"},
                            source="127.0.2.1")
    assert (status, said) == (200, {"event": "logon", "login": "b.okoro", "address": "127.0.2.1"})
    assert who.asks(sites, "/logon", "127.0.2.1") == ("b.okoro", 1)
    assert who.post({"event": "logoff", "login": "t.ashdown"}, source="127.0.2.1")[0] == 200
    assert who.asks(sites, "/others-logoff", "127.0.2.1") == ("b.okoro", 1)
    assert who.post({"event": "logoff", "login": "b.okoro"}, source="127.0.2.1")[0] == 200
    assert who.asks(sites, "/logoff", "127.0.2.1") == ("", 0)
    assert who.post({"event": "logon", "login": "b.okoro"}, source="127.0.2.1")[0] == 200
    assert who.asks(sites, "/logon-again", "127.0.2.1") == ("b.okoro", 1)


def test_the_script_that_ships_tells_it(who, sites):
    """From this machine's own address, as pam_exec would start it."""
    conf = who.school.folder / "logon.conf"
    conf.write_text(f"url=http://127.0.0.1:{who.logon}/logon\ntoken={who.tokens['pcs']}\n")
    script = ROOT / "packaging/logon/beadle-logon.sh"
    env = {"PATH": "/usr/bin:/bin", "BEADLE_LOGON_CONF": str(conf), "PAM_USER": "NORTHGATE\\B.Okoro"}
    run = lambda kind: subprocess.run([script], env=dict(env, PAM_TYPE=kind), check=True, timeout=20)
    run("open_session")
    assert who.asks(sites, "/script-on", "127.0.0.1") == ("b.okoro", 1)
    run("close_session")
    assert who.asks(sites, "/script-off", "127.0.0.1") == ("", 0)


def test_events_do_not_come_through_the_proxy(who):
    """There the address that speaks would be the proxy's."""
    for host in ("127.0.0.1", "localhost", "127.0.0.2"):
        reply = who.school.get(f"http://{host}:{who.logon}/logon", "--data", "{}")
        assert reply.status == 403 and "ERR_ACCESS_DENIED" in reply.body, (host, reply)


def test_a_directory_speaks_for_its_network(who, sites):
    event = {"event": "logon", "login": "t.ashdown", "address": "127.0.2.2"}
    status, said = who.post(event, token="pcs", source="127.0.2.3")
    assert status == 403 and said["error"] == "this token does not speak for that address"
    assert who.asks(sites, "/not-mine", "127.0.2.2") == ("", 0)
    assert who.post(event, token="dc")[0] == 200
    assert who.asks(sites, "/mine", "127.0.2.2") == ("t.ashdown", 1)
    assert who.post(dict(event, address="10.0.0.7"), token="dc")[0] == 403


@pytest.mark.parametrize("status, error, more", [
    (401, "no sender has this token", {"token": None}),
    (401, "no sender has this token", {"token": "x" * 43}),
    (404, "there is only /logon here", {"path": "/"}),
    (405, "events are posted", {"method": "GET"}),
    (413, "an event has at most 4096 bytes", {"raw": "x" * 5000}),
    (413, "an event has at most 4096 bytes", {"raw": iter([b"x" * 3000] * 2),
                                              "headers": {"Transfer-Encoding": "chunked"}}),
    (400, "no JSON: line 1, column 5", {"raw": "event=logon"}),
    (400, "an event is one JSON object", {"raw": "[]"}),
    (400, '"event" and "login" must both be there', {"raw": "{}"}),
    (400, '"event" must be "logon" or "logoff"', {"raw": '{"event": "in", "login": "a"}'}),
    (400, '"login" must be a plain text of 1 to 255 bytes', {"raw": '{"login": ""}'}),
    (400, '"login" is a computer\'s account, and no person',
     {"raw": '{"event": "logon", "login": "PC-1$"}'}),
], ids=lambda v: str(v) if isinstance(v, int) else None)
def test_refusals_say_why(who, status, error, more):
    refused = who.counts()[1]
    got, said = who.post(None, **more)
    assert (got, said) == (status, {"error": error})
    assert who.counts()[1] == refused + 1


def test_many_who_say_nothing_hinder_nobody(who):
    slow = [socket.create_connection(("127.0.0.1", who.logon), 5, (f"127.0.3.{i % 8 + 1}", 0))
            for i in range(300)]
    try:
        for s in slow:
            s.send(b"POST /logon HTTP/1.1\r\nHost: ")
        began = time.monotonic()
        assert who.post({"event": "logon", "login": "b.okoro"}, source="127.0.2.9")[0] == 200
        assert time.monotonic() - began < AT_ONCE
    finally:
        for s in slow:
            s.close()


def test_keys_change_while_it_runs(who):
    new = who.new_token("laptops")
    until(lambda: who.post({"event": "logon", "login": "b.okoro"}, token=new,
                           source="127.0.2.8")[0] == 200, "the new token is not taken", 5)
    good = (who.school.data / "who/senders.csv").read_text()
    assert new not in good, "the token itself is kept"
    who.put("who/senders.csv", TOKEN_HEAD + "broken\n")
    until(lambda: "senders.csv:2: 1 fields" in who.school.log.read_text(), "nothing is said", 5)
    assert who.post({"event": "logoff", "login": "b.okoro"}, token=new, source="127.0.2.8")[0] == 200
    who.put("who/senders.csv", TOKEN_HEAD)
    until(lambda: who.post({"event": "logon", "login": "b.okoro"}, token=new,
                           source="127.0.2.8")[0] == 401, "the token is still taken", 5)
    who.put("who/senders.csv", good)
    until(lambda: who.post({"event": "logoff", "login": "b.okoro"}, token=new,
                           source="127.0.2.8")[0] == 200, "the tokens are not back", 5)


GUESTS = front("Rules for the guest network") + """## 1 Guests {#guests}
Visitors' devices do not open archives on the guest network.

```rules
block web to host archive.example
  using own-devices
  at guest-network
note web to host archive.example
  using unknown-devices
```
"""


def test_networks_say_where_it_is_and_whose(who, sites):
    school = who.school
    file = school.folder / "guests.md"
    file.write_text(GUESTS)
    school.beadle("policy", "publish", str(file), "--minute", "1", "--by", "A. Head", "--and",
                  "B. Chair")
    url = sites.url("archive.example", "/")
    assert school.visit(url, source="127.0.4.1").status == 200, "nobody could tell the place"

    table = school.folder / "networks.csv"
    table.write_text(NETWORKS + "127.0.4.0/24,guest-network,own-devices,\n"
                     "127.0.4.9,,school-devices,P.Marlow\n")
    said = school.beadle("networks", "import", str(table)).stdout
    assert said == "the table of networks now has 2 rows\n"
    until(lambda: school.visit(url, source="127.0.4.1").status == 403, "not taken", 5)
    school.visit(sites.url("casino.example", "/guest"), source="127.0.4.1")
    act = school.act("/guest")
    assert (act["place"], act["equipment"], act["source"]) == ("guest-network", "own-devices", "")
    school.visit(sites.url("casino.example", "/fixed"), source="127.0.4.9")
    act = school.act("/fixed")
    assert (act["person"], act["known"], act["source"], act["place"], act["equipment"]) == \
        ("p.marlow", 1, "network", "guest-network", "school-devices")
    page = school.ask_portal(f"/acts/{act['id']}").body
    assert "by the table of networks" in page and "at guest-network" in page
    assert "it comes to the same verdict" in page
    school.visit(sites.url("archive.example", "/elsewhere"), source="127.0.5.1")
    act = school.act("/elsewhere")
    assert (ACTIONS[act["action"]], act["equipment"]) == ("note", "unknown-devices")
    # Who is at the address by an event is closer than the device's own user.
    assert who.account("Start", "t.ashdown", "127.0.4.9", "n9").returncode == 0
    assert who.asks(sites, "/closer", "127.0.4.9") == ("t.ashdown", 1)
    assert school.act("/closer")["source"] == "radius"


def test_a_table_with_a_mistake_changes_nothing(who, sites):
    school = who.school
    url = sites.url("archive.example", "/")
    before = (school.data / "networks/networks.csv").read_bytes()
    bad = school.folder / "bad.csv"
    bad.write_text(NETWORKS + "127.0.4.0/24,guest-network,own-devices,\n127.0.4.1/24,,,\n")
    done = school.beadle("networks", "import", str(bad), check=False)
    assert done.returncode == 1 and "bad.csv:3: '127.0.4.1/24' has bits past" in done.stderr
    assert (school.data / "networks/networks.csv").read_bytes() == before
    who.put("networks/networks.csv", bad.read_text())  # by hand
    until(lambda: "networks.csv:3: '127.0.4.1/24' has bits past" in school.log.read_text(),
          "nothing is said", 5)
    assert school.visit(url, source="127.0.4.1").status == 403, "the former table is gone"
    who.put("networks/networks.csv", before.decode())


def test_without_a_source_nothing_is_remembered(who, sites):
    """The last of this file that uses it: its settings are another school's afterwards."""
    school = who.school
    assert who.account("Start", "t.ashdown", "127.0.6.1", "n61").returncode == 0
    school.stop()
    assert b"t.ashdown" in (school.data / "run/addresses").read_bytes()
    heard = {name: school.env.pop(name) for name in ("BEADLE_RADIUS", "BEADLE_LOGON")}
    school.start()
    assert who.asks(sites, "/forgotten", "127.0.6.1") == ("", 0)
    assert b"t.ashdown" not in (school.data / "run/addresses").read_bytes()
    assert "who" not in school.board()
    school.env.update(heard)


def test_untrusted_peers_are_closed_and_counted(school, sites):
    with open(school.data / "beadle.conf", "a", encoding="utf-8") as f:
        f.write("trusted peers = 127.0.0.1\n")
    school.start()
    port = school.ports[1]
    for n in range(1, 4):
        with Icap(port, source="127.0.0.2") as c:
            assert c.is_closed()
        until(lambda: counts_of(school, "web-")[1] == n, "it is not counted", 5)
    with Icap(port) as c:
        assert c.ask(reqmod(sites.url("ok.example"))).status == 204
    assert school.visit(sites.url("ok.example")).status == 200
    assert "ev=peer-refused" in school.log.read_text()
