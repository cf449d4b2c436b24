"""
Attacks that were tried and held: ways round a block by how an address is spelt or sent, tokens that
were bent, stolen or raced, another person's name, Beadle's own ports, and bytes that are no
protocol. Each asserts the verdict or the refusal and that the same processes are still there.
"""

import base64
import html
import html.parser
import json
import os
import re
import socket
import ssl
import threading
import time
import urllib.parse
from pathlib import Path

import pytest
from conftest import ACTIONS, AT_ONCE, until
from icap_client import BROWSER, Icap, http_request, reqmod


def speak(port, data, source="127.0.0.1", patience=5):
    """What comes back for these bytes until the other side closes or falls silent."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), patience, (source, 0)) as s:
        try:
            s.sendall(data)
            while True:
                more = s.recv(65536)
                if not more:
                    return got
                got += more
        except (TimeoutError, ConnectionError):
            return got


def request(target, host, method="GET", extra=""):
    return (f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n{extra}"
            "Connection: close\r\n\r\n").encode("latin-1")


def status_of(reply):
    line = re.match(rb"HTTP/1\.1 (\d+)", reply)
    return int(line.group(1)) if line else 0


def port_of(sites, scheme="http"):
    return (sites.https if scheme == "https" else sites.http).server_address[1]


def inside(school, authority, data, name="ok.example"):
    """What is answered to these bytes inside a tunnel that Squid opens."""
    trust = ssl.create_default_context(cafile=school.data / "squid" / "ca.crt")
    trust.check_hostname = False
    with socket.create_connection(("127.0.0.1", school.ports[2]), 5) as s:
        s.sendall(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += s.recv(1)
        assert status_of(head) == 200, head
        got = b""
        with trust.wrap_socket(s, server_hostname=name) as tls:
            tls.sendall(data)
            try:
                while more := tls.recv(65536):
                    got += more
            except (TimeoutError, ConnectionError, ssl.SSLError):
                pass
        return got


@pytest.fixture
def same(shared):
    """The processes are the same at the end."""
    before = shared.board()
    yield shared
    assert {n: r[1:] for n, r in shared.board().items()} == {n: r[1:] for n, r in before.items()}


# --- round a block ---

@pytest.mark.parametrize("host", [
    "CASINO.example", "casino.example.", "casino%2eexample", "%63asino.example",
    "ok.example@casino.example", "ok.example\\@casino.example", "casino.example#@ok.example",
    "casino.example?@ok.example", "casino.example..", "casino.example%00.ok.example",
    "casino.example;.ok.example"])
def test_spellings_of_a_host(same, sites, host):
    ok = f"ok.example:{port_of(sites)}"
    asked = len(sites.asked)
    reply = speak(same.ports[2], request(f"http://{host}:{port_of(sites)}/spelt", ok))
    assert status_of(reply) in (400, 403), reply[:300]
    assert not sites.asked[asked:], "a site was asked"


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get",
                                    "CONNECTX"])
def test_methods(same, sites, method):
    at = f"casino.example:{port_of(sites)}"
    reply = speak(same.ports[2], request(f"http://{at}/", at, method, "Content-Length: 0\r\n"))
    assert status_of(reply) == 403 and b"X-Beadle-Clause: " in reply, reply[:300]


@pytest.mark.parametrize("scheme", ["ftp", "whois", "gopher", "ws", "foo", "cache_object"])
def test_schemes(same, sites, scheme):
    at = f"casino.example:{port_of(sites)}"
    asked = len(sites.asked)
    reply = speak(same.ports[2], request(f"{scheme}://{at}/", at))
    assert status_of(reply) in (400, 403, 501), reply[:300]
    assert not sites.asked[asked:]


def test_the_address_counts_and_not_the_host_field(same, sites):
    casino, ok = (f"{h}.example:{port_of(sites)}" for h in ("casino", "ok"))
    assert status_of(speak(same.ports[2], request(f"http://{casino}/", ok))) == 403
    asked = len(sites.asked)
    assert status_of(speak(same.ports[2], request(f"http://{ok}/disagree", casino))) == 200
    assert sites.asked[asked:] == ["http://ok.example/disagree"]
    old = speak(same.ports[2], f"GET http://{casino}/ HTTP/1.0\r\n\r\n".encode())
    assert status_of(old) == 403, old[:300]


def test_tunnels_are_judged_by_what_is_asked_inside(same, sites):
    casino, ok = (f"{h}.example:{port_of(sites, 'https')}" for h in ("casino", "ok"))
    asked = len(sites.asked)
    for authority, data in ((ok, request("/", casino)), (casino, b"GET / HTTP/1.0\r\n\r\n"),
                            (ok, request(f"https://{casino}/", ok))):
        reply = inside(same, authority, data, name=authority.split(":")[0])
        assert status_of(reply) == 403 and b"X-Beadle-Clause: " in reply, (authority, data, reply)
    assert not sites.asked[asked:]
    # The name of the tunnel and of its certificate may lie: Squid goes where the request says.
    assert status_of(inside(same, casino, request("/inside", ok))) == 200
    assert sites.asked[asked:] == ["https://ok.example/inside"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_tunnel_inside_a_tunnel_is_refused(same, sites, scheme):
    outer = f"ok.example:{port_of(sites, 'https')}"
    inner = f"casino.example:{port_of(sites, scheme)}"
    data = f"CONNECT {inner} HTTP/1.1\r\nHost: {inner}\r\n\r\n".encode()
    reply = inside(same, outer, data + request("/nested", inner))
    assert status_of(reply) == 403 and b"/nested" not in reply, reply
    assert not any("/nested" in asked for asked in sites.asked)


def test_tunnels_hold_nothing_but_tls(same, sites):
    asked = len(sites.asked)
    at = f"casino.example:{port_of(sites)}"
    for data in (request("/plain", at), b"SSH-2.0-x\r\n"):
        head = f"CONNECT {at} HTTP/1.1\r\nHost: {at}\r\n\r\n".encode()
        assert b"The site" not in speak(same.ports[2], head + data, patience=1)
    assert not sites.asked[asked:]


def test_a_smuggled_request_is_judged(same, sites):
    casino, ok = (f"{h}.example:{port_of(sites)}" for h in ("casino", "ok"))
    second = request(f"http://{casino}/smuggled", casino)
    first = (f"POST http://{ok}/first HTTP/1.1\r\nHost: {ok}\r\nContent-Length: 60\r\n"
             "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").encode()
    speak(same.ports[2], first + second)
    assert not any("smuggled" in a for a in sites.asked)


@pytest.mark.parametrize("which", [0, 1, 2], ids=["portal", "web", "proxy"])
def test_own_ports_by_every_form_of_the_address(same, which):
    port = same.ports[which]
    for host in ("2130706433", "0x7f000001", "017700000001", "127.1", "0", "127.9.9.9",
                 "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "LOCALHOST."):
        reply = speak(same.ports[2], request(f"http://{host}:{port}/", host))
        assert status_of(reply) == 403 and b"ERR_ACCESS_DENIED" in reply, (host, reply[:300])
    reply = inside(same, f"127.0.0.1:{port}", b"GET / HTTP/1.0\r\n\r\n")
    assert status_of(reply) == 403 and b"ERR_ACCESS_DENIED" in reply, reply[:300]


def test_the_cache_manager_is_closed(same):
    for url in (f"http://127.0.0.1:{same.ports[2]}/squid-internal-mgr/info",
                "http://beadle/squid-internal-mgr/info", "http://beadle/squid%2dinternal-mgr/info",
                "cache_object://127.0.0.1/info", "/squid-internal-mgr/menu"):
        reply = speak(same.ports[2], request(url, "beadle"))
        assert status_of(reply) in (400, 403) and b"X-Squid-Error" in reply, (url, reply[:300])


# --- in another's name ---

def test_a_browser_cannot_say_who_it_is(same, sites):
    same.people["127.0.0.3"] = "p.marlow"
    at = f"social.example:{port_of(sites)}"
    reply = speak(same.ports[2], request(
        f"http://{at}/spoofed", at, extra="X-Client-Username: t.ashdown\r\n"
        "X-Client-IP: 10.0.0.1\r\n"
        "X-Forwarded-For: 10.0.0.9\r\nX-Authenticated-User: dC5hc2hkb3du\r\n"
        "Proxy-Authorization: Basic dC5hc2hkb3duOng=\r\n"), "127.0.0.3")
    assert status_of(reply) == 403, reply[:300]
    act = same.act("/spoofed")
    assert (act["person"], act["address"], ACTIONS[act["action"]]) == \
        ("p.marlow", "127.0.0.3", "block")


class Coached:
    """A person at an address who has been shown a coach page."""

    def __init__(self, school, sites, login, address):
        school.people[address] = login
        self.school, self.address = school, address
        self.url = sites.url("social.example", "/coached")
        self.form = sites.url("social.example", "/.beadle/continue")

    def visit(self):
        return self.school.visit(self.url, source=self.address)

    def token(self):
        return html.unescape(re.search(r'name="token" value="([^"]+)"', self.visit().body).group(1))

    def send(self, token, reason="for a lesson", form=None):
        return self.school.visit(form or self.form, "--data-urlencode", f"token={token}",
                                 "--data-urlencode", f"reason={reason}", source=self.address)


def test_bent_and_stolen_tokens_give_no_pass(same, sites):
    owner = Coached(same, sites, "t.ashdown", "127.0.0.4")
    thief = Coached(same, sites, "b.okoro", "127.0.0.5")
    token = owner.token()
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for at in range(0, len(raw), 11):
        bent = bytearray(raw)
        bent[at] ^= 1
        owner.send(base64.urlsafe_b64encode(bytes(bent)).decode().rstrip("="))
    for wrong in (token[:-1], token + "A", token.swapcase(), ""):
        owner.send(wrong)
    owner.send(token, form=sites.url("friends.example", "/.beadle/continue"))
    thief.send(token)
    assert owner.visit().status == 403 and thief.visit().status == 403
    reply = owner.send(token, '<script>alert(1)</script>"&' + "y" * 600)
    assert reply.status == 403 and "<script" not in reply.body and "&lt;script" in reply.body


def test_a_token_raced_is_used_once(same, sites):
    person = Coached(same, sites, "b.okoro", "127.0.0.6")
    token = person.token()
    threads = [threading.Thread(target=person.send, args=(token, "raced")) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    # Where two workers see each other's mark both let go, so it may be nobody: never two.
    person.send(person.token() if person.visit().status == 403 else "", "the last")
    until(lambda: [a for a in same.acts("social.example") if a["reason"] in ("raced", "the last")],
          "no reason is recorded")
    same.visit(sites.url("casino.example", "/after-the-race"))
    same.act("/after-the-race")
    assert len([a for a in same.acts("social.example") if a["reason"] == "raced"]) <= 1


# --- bytes that are no protocol ---

def broken_icap():
    http = http_request("http://casino.example/", headers=BROWSER)
    n = len(http)

    def whole(parts, extra=b"", rest=http):
        return (b"REQMOD icap://x/request ICAP/1.0\r\nAllow: 204\r\nEncapsulated: " + parts +
                b"\r\n" + extra + b"\r\n" + rest)
    end = b"req-hdr=0, req-body=%d" % n
    return {
        "a head without an end": b"REQMOD icap://x/request ICAP/1.0\r\nX: " + b"a" * (16 << 20),
        "too many fields": b"REQMOD icap://x/request ICAP/1.0\r\n" + b"A: b\r\n" * 100000,
        "a giant offset": whole(b"req-hdr=0, null-body=18446744073709551615"),
        "a negative offset": whole(b"req-hdr=0, null-body=-1"),
        "a short offset": whole(b"req-hdr=0, null-body=%d" % (n - 5)),
        "parts in no order": whole(b"null-body=0, req-hdr=10"),
        "a part twice": whole(b"req-hdr=0, req-hdr=0, null-body=%d" % n),
        "no parts": b"REQMOD icap://x/request ICAP/1.0\r\n\r\n",
        "parts said twice": whole(b"req-hdr=0, null-body=%d" % n,
                                  b"Encapsulated: req-hdr=0, null-body=3\r\n"),
        "a giant preview": whole(end, b"Preview: 99999999999999999999\r\n"),
        "a giant chunk": whole(end, rest=http + b"ffffffffffffffff\r\nx"),
        "a negative chunk": whole(end, rest=http + b"-1\r\nx"),
        "an extension without an end": whole(end, rest=http + b"1;" + b"a" * (1 << 20)),
        "trailers without an end": whole(end, rest=http + b"0\r\n" + b"A: b\r\n" * 200000),
        "NULs": b"\0" * 100000 + b"\r\n\r\n",
        "noise": bytes(range(256)) * 400 + b"\r\n\r\n",
    }


@pytest.mark.parametrize("name", broken_icap())
def test_broken_icap(same, name):
    reply = speak(same.ports[1], broken_icap()[name])
    # Closed, with a 400 where nothing had been answered yet; a reset may swallow that.
    assert reply == b"" or reply.startswith((b"ICAP/1.0 400 ", b"ICAP/1.0 200 ")), reply[:200]
    assert b"ICAP/1.0 204" not in reply


def test_slow_clients_hold_up_nobody(same, sites):
    slow = []
    try:
        for port, start in ((same.ports[1], b"REQMOD icap://x/request ICAP/1.0\r\nHo"),
                            (same.ports[2], b"GET http://ok.example/ HTTP/1.1\r\nHo")):
            for _ in range(200):
                slow.append(socket.create_connection(("127.0.0.1", port), 5))
                slow[-1].sendall(start)
        began = time.monotonic()
        assert same.visit(sites.url("casino.example", "/quick")).status == 403
        assert time.monotonic() - began < AT_ONCE
    finally:
        for s in slow:
            s.close()


@pytest.mark.parametrize("data, wanted", [
    (b"GET / HTTP/1.0\r\n\r\n", 421),
    (request("/", "evil.example"), 421),
    (request("/", "127.0.0.1.nip.example"), 421),
    (request("/", "x.localhost"), 421),
    (request("/", "0.0.0.0"), 421),
    (request("/", "2130706433"), 421),
    (b"GET / HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\nConnection: close\r\n\r\n", 421),
    (request("/assets/../../etc/passwd", "localhost"), 404),
    (request("/policies/..%2f..%2fstore", "localhost"), 404),
    (request("/acts/99999999999999999999", "localhost"), 404),
    (request("/", "localhost", "POST", "Content-Length: 100000000\r\n"), 405),
    (b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
], ids=["no host", "another name", "a longer name", "a name below", "everywhere", "a number",
        "two hosts", "a path upwards", "an encoded path", "a giant number", "a post",
        "a long path"])
def test_the_portal_refuses(same, data, wanted):
    assert status_of(speak(same.ports[0], data)) == wanted


class Skeleton(html.parser.HTMLParser):
    """The elements of a page with the names of their attributes: what markup from outside adds to."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.links = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value for name, value in attrs if name in ("href", "src", "action")]


MARKUP = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'-alert(1)-'",
          "</title></style><svg/onload=alert(1)>", "javascript:alert(1)", "<!--", "]]>", "&lt;b&gt;&#60;",
          "{{7*7}}", "%3Cscript%3E", "\xc3<b>", "\u2028<b>", "</textarea><form action=//evil.example>"]


def ways_in(markup):
    """(name, URL, HTTP fields, ICAP fields): the same act with this text somewhere in it."""
    url = "http://www.casino.example/"
    yield "path", url + markup.replace(" ", "%20"), {}, {}
    yield "query", url + "?q=" + markup.replace(" ", "+"), {}, {}
    for name in ("Referer", "User-Agent", "Cookie", "Origin", "X-Forwarded-Host", "Sec-Fetch-Site"):
        yield name, url, {name: markup}, {}
    for name in ("X-Client-Username", "X-Authenticated-User", "X-Client-IP", "X-Forwarded-For"):
        yield name, url, {}, {name: markup}


@pytest.mark.parametrize("markup", MARKUP)
def test_a_block_page_is_the_same_whatever_a_page_sends(same, markup):
    """Element by element, attribute by attribute, header by header."""
    with Icap(same.ports[1]) as c:
        innocent = c.ask(reqmod("http://www.casino.example/", headers=BROWSER))
        wanted = Skeleton(innocent.body.decode())
        assert wanted.elements and innocent.http_status == 403
        for name, url, fields, icap in ways_in(markup):
            a = c.ask(reqmod(url, headers={**BROWSER, **fields}, icap=icap))
            page = Skeleton(a.body.decode())
            assert a.http_status == 403, (name, a)
            assert (page.elements, page.links) == (wanted.elements, wanted.links), name
            assert a.http_headers.keys() == innocent.http_headers.keys(), name
            policy = "content-security-policy"
            assert a.http_headers[policy] == innocent.http_headers[policy], name
        # A host is brought to its one spelling or refused: nothing is left to come through.
        host = re.sub("[ /?#]", "", markup) + ".casino.example"
        a = c.ask(reqmod(f"http://{host}/", headers=BROWSER))
        if a.http_status == 403:
            assert Skeleton(a.body.decode()).elements == wanted.elements
        else:
            assert a.http_status == 400 and a.http_headers["x-content-type-options"] == "nosniff"
            assert a.http_headers["content-type"].startswith("text/plain")


def test_a_coach_page_is_the_same_whatever_is_typed(same):
    """It shows again what was typed, and only as text; nothing of a wrong token comes back at all."""
    who = {"X-Client-Username": "t.ashdown"}
    form = "http://social.example/.beadle/continue"
    fields = {**BROWSER, "Content-Type": "application/x-www-form-urlencoded"}
    url = "http://social.example/?" + "&".join(MARKUP).replace(" ", "+")
    with Icap(same.ports[1]) as c:
        def go_on(reason, token, more=""):
            body = urllib.parse.urlencode({"reason": reason, "token": token, more: more})
            return c.ask(reqmod(form, "POST", fields, body.encode(), who))

        page = c.ask(reqmod(url, headers=BROWSER, icap=who))
        token = re.search(r'name="token" value="([^"]+)"', page.body.decode())[1]
        innocent = go_on("x" * 600, token)
        wanted = Skeleton(innocent.body.decode())
        for markup in MARKUP:
            typed = go_on(markup + "x" * 600, token, markup)
            page = Skeleton(typed.body.decode())
            assert typed.http_status == 403
            assert (page.elements, page.links) == (wanted.elements, wanted.links), markup
            assert typed.http_headers.keys() == innocent.http_headers.keys()
            assert markup.replace("\u2028", " ") in \
                html.unescape(typed.body.decode()).replace("\u2028", " ")
            wrong = go_on("why", markup)
            assert wrong.http_status == 303 and wrong.http_headers["location"] == "/"
            assert not wrong.body
        # What was asked for at first comes back as an address, on one line of a header.
        done = go_on("why", token)
        assert done.http_status == 303 and not done.body
        assert done.http_headers["location"].startswith("http://social.example/?")
        assert done.http_headers.keys() == wrong.http_headers.keys()


def test_no_markup_comes_through(same):
    script, image = "<script>alert(1)</script>", '"><img src=x>'
    with Icap(same.ports[1]) as c:
        a = c.ask(reqmod("http://bets.example/?" + script, headers=BROWSER,
                         icap={"X-Client-Username": script, "X-Client-IP": image}))
    assert b"<script" not in a.body and b"<img" not in a.body
    act = until(lambda: same.acts("bets.example"), "no act")[0]
    assert (act["person"], act["address"]) == (script, "127.0.0.1")  # what is no address is none
    for path in ("/", "/acts", "/violations", f"/acts/{act['id']}",
                 "/acts?person=%3Cscript%3Ealert(1)%3C/script%3E&host=%22%3E%3Cimg%20src=x%3E"):
        reply = same.ask_portal(path)
        assert reply.status == 200, (path, reply)
        assert script not in reply.body and "<img src=x" not in reply.body, path


# --- files ---

def test_secrets_are_the_owners(same):
    for name in ("squid/ca.pem", "run/coach.key", "run/passes"):
        assert os.stat(same.data / name).st_mode & 0o077 == 0, name
    assert not [p for p in Path(same.data).rglob("*")
                if not p.is_symlink() and p.stat().st_mode & 0o007 and p.name != "index.txt"]


def test_links_among_the_journals_lead_nowhere(beadle, sites):
    os.symlink("/etc", beadle.data / "journal" / "elsewhere")
    (beadle.data / "journal" / "web-0").mkdir(exist_ok=True)
    os.symlink("/etc/passwd", beadle.data / "journal" / "web-0" / "000000009999.seg")
    restarts = beadle.board()["scribe"][2]
    time.sleep(0.5)
    os.unlink(beadle.data / "journal" / "web-0" / "000000009999.seg")
    assert beadle.visit(sites.url("casino.example", "/links")).status == 403
    beadle.act("/links")
    assert beadle.board()["scribe"][2] == restarts
    assert "root:" not in json.dumps(beadle.rows("SELECT * FROM refused"))
