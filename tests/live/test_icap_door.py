"""
The web door as its own process, spoken to by a raw ICAP client: what RFC 3507 asks of it, what
policies do to requests, the way past a coach page, and what it makes of peers that misbehave.
"""

import base64
import hashlib
import hmac
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.parse
from pathlib import Path

import pytest
from conftest import ROOT, front, until
from door_alone import (CASINO, FINE, OTHER, PUPIL, SOCIAL, STAFF, door, empty, icap,  # noqa: F401
                        model)
from icap_client import BROWSER, Closed, chunked, http_request, reqmod, respmod

# --- RFC 3507 ---

GET = http_request(FINE)
NULL = f"Encapsulated: req-hdr=0, null-body={len(GET)}"

CONFORMANCE = [
    ("options", icap("OPTIONS icap://h/request ICAP/1.0"), 200, True),
    ("options of the other service", icap("OPTIONS icap://h/response ICAP/1.0"), 200, True),
    ("options with a query", icap("OPTIONS icap://h:1344/request?x=1 ICAP/1.0"), 200, True),
    ("unknown service", icap("OPTIONS icap://h/avscan ICAP/1.0"), 404, True),
    ("allowed", icap("REQMOD icap://h/request ICAP/1.0", "Allow: 204", NULL, body=GET), 204, True),
    ("allowed without 204", icap("REQMOD icap://h/request ICAP/1.0", NULL, body=GET), 200, True),
    ("fields in any case", icap("REQMOD icap://h/request ICAP/1.0", "ALLOW: 204",
                                NULL.replace("Enc", "eNC"), body=GET), 204, True),
    ("unknown fields", icap("REQMOD icap://h/request ICAP/1.0", "Allow: 204", "X-Odd: 1", NULL,
                            body=GET), 204, True),
    ("response method to the request service",
     icap("RESPMOD icap://h/request ICAP/1.0", NULL, body=GET), 405, True),
    ("request method to the response service",
     icap("REQMOD icap://h/response ICAP/1.0", NULL, body=GET), 405, True),
    ("unknown method", icap("LOGMOD icap://h/request ICAP/1.0", NULL, body=GET), 405, False),
    ("another version", icap("OPTIONS icap://h/request ICAP/2.0"), 505, False),
    ("not ICAP", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", None, False),
    ("no Encapsulated", icap("REQMOD icap://h/request ICAP/1.0"), 400, False),
    ("offsets backwards", icap("REQMOD icap://h/request ICAP/1.0",
                               "Encapsulated: req-hdr=40, null-body=10", body=GET), 400, False),
    ("offsets beyond reason", icap("REQMOD icap://h/request ICAP/1.0",
                                   "Encapsulated: req-hdr=0, null-body=99999999", body=GET),
     400, False),
    ("offset of many digits", icap("REQMOD icap://h/request ICAP/1.0",
                                   "Encapsulated: req-hdr=0, null-body=" + "9" * 40), 400, False),
    ("rubbish within", icap("REQMOD icap://h/request ICAP/1.0",
                            "Encapsulated: req-hdr=0, null-body=11", body=b"rubbish\r\n\r\n"),
     400, False),
    ("a space before the colon", b"OPTIONS icap://h/request ICAP/1.0\r\nHost : x\r\n\r\n", 400,
     False),
    ("a bare line feed", b"OPTIONS icap://h/request ICAP/1.0\r\nHost: x\nA: b\r\n\r\n", 400, False),
    ("a NUL", b"OPTIONS icap://h/request ICAP/1.0\r\nHost: \0\r\n\r\n", 400, False),
]


@pytest.mark.parametrize("what,data,status,stays", CONFORMANCE, ids=[c[0] for c in CONFORMANCE])
def test_conformance(door, what, data, status, stays):
    with door.client() as c:
        a = c.ask(data)
        assert a.status == status if status else a.status in (400, 505)
        if stays:
            assert c.ask(reqmod(FINE)).status == 204
        else:
            assert a.headers["connection"] == "close"
            assert c.is_closed()


def test_options(door):
    with door.client() as c:
        a = c.ask(icap("OPTIONS icap://h/request ICAP/1.0"))
        assert a.headers["methods"] == "REQMOD"
        assert a.headers["preview"] == "0"
        assert a.headers["transfer-preview"] == "*"
        assert a.headers["allow"] == "204"
        assert int(a.headers["max-connections"]) > 0
        assert int(a.headers["options-ttl"]) > 0
        assert re.fullmatch(r'"[^"]{1,32}"', a.headers["istag"])
        assert c.ask(icap("OPTIONS icap://h/response ICAP/1.0")).headers["methods"] == "RESPMOD"


def test_istag_tells_of_every_change(door):
    """Policies, roll and lists, each alone: the proxy may keep no answer past any of them."""
    with door.client() as c:
        tag = lambda: c.ask(icap("OPTIONS icap://h/request ICAP/1.0")).headers["istag"]
        seen = [tag()]

        def changed():
            until(lambda: tag() not in seen, "another ISTag")
            seen.append(tag())
        files = model()
        files["roll.csv"] = files["roll.csv"].replace(b"staff", b"pupils")
        door.publish(files)
        changed()
        files["staff.md"] += b"\nAn edition.\n"
        door.publish(files)
        changed()
        door.lists(ROOT / "policy/demo/lists")
        changed()
        assert c.ask(reqmod(FINE)).headers["istag"] == seen[-1]
        assert all(re.fullmatch(r'"[^"]{1,32}"', t) for t in seen)


def test_close_is_honoured(door):
    with door.client() as c:
        a = c.ask(reqmod(FINE, icap={"Connection": "close"}))
        assert a.status == 204 and a.headers["connection"] == "close"
        assert c.is_closed()


def test_pipelined_requests_are_answered_in_order(door):
    wanted = [(FINE, 204), (CASINO, 200), (FINE, 204), (CASINO, 200), (CASINO, 200), (FINE, 204)] * 20
    with door.client() as c:
        c.send(b"".join(reqmod(url, icap=STAFF) for url, _ in wanted))
        assert [c.answer().status for _ in wanted] == [status for _, status in wanted]


def test_more_answers_than_are_kept_unsent(door):
    with door.client() as c:
        c.send(b"OPTIONS icap://h/request ICAP/1.0\r\n\r\n" * 3000)
        assert all(c.answer().status == 200 for _ in range(3000))


def test_what_is_no_address_is_not_recorded_as_one(door):
    asked = ["10.1.2.3", "2001:db8::7", "<b>10.1.2.3</b>", "10.1.2.3, 10.9.9.9", "999.1.1.1", ""]
    with door.client() as c:
        for said in asked:
            c.ask(reqmod(CASINO, icap={**STAFF, "X-Client-IP": said}))
    door.stop()
    assert [a["address"] for a in door.acts()] == asked[:2] + ["127.0.0.1"] * 4


def test_half_closed_peer_gets_its_answers(door):
    with door.client() as c:
        c.send(reqmod(CASINO, icap=STAFF) + reqmod(FINE) + reqmod(CASINO, icap=STAFF))
        c.s.shutdown(socket.SHUT_WR)
        assert [c.answer().status for _ in range(3)] == [200, 204, 200]
        assert c.is_closed()


def test_split_at_every_byte(door):
    data = reqmod(CASINO, "POST", {"Content-Length": "5"}, b"hello", {**STAFF, "Allow": None})
    for i in range(1, len(data)):
        with door.client() as c:
            c.send(data[:i])
            if i % 16 == 0:
                time.sleep(0.002)
            c.send(data[i:])
            a = c.answer()
            assert a.status == 200 and a.http_status == 403, i
            assert c.ask(reqmod(FINE)).status == 204, i


@pytest.mark.parametrize("size,extension", [(1, ""), (3, ";name=value"), (7, ' ; q="a;b"'),
                                            (4096, ";" + "e" * 3000)])
def test_echo_with_chunks_of_all_kinds(door, size, extension):
    body = os.urandom(10000)
    head = reqmod(FINE, "POST", {"Content-Type": "x/y"}, b"", {"Allow": None})[:-5]
    with door.client() as c:
        a = c.ask(head + chunked(body, size, extension))
        assert a.status == 200
        assert a.http_head.startswith(f"POST {FINE} HTTP/1.1\r\n")
        assert a.body == body
        assert c.ask(reqmod(FINE)).status == 204


@pytest.mark.parametrize("wrong", [b"xyz\r\n", b"-1\r\n", b"ffffffffffffffffff\r\n", b"5\r\nhelloXX",
                                   b"5;" + b"e" * 5000 + b"\r\n"])
def test_wrong_chunks_end_the_connection(door, wrong):
    head = reqmod(FINE, "POST", None, b"", {"Allow": None})[:-5]
    with door.client() as c:
        c.send(head + wrong)
        with pytest.raises((Closed, ConnectionResetError)):
            c.answer()
    with door.client() as c:
        assert c.ask(reqmod(FINE)).status == 204


def test_respmod_passes(door):
    with door.client() as c:
        assert c.ask(respmod(CASINO, b"x" * 5000)).status == 204
        assert c.ask(respmod(CASINO, b"x", {"Preview": "0", "Allow": None})).status == 204
        a = c.ask(respmod(CASINO, b"hello", {"Allow": None}))
        assert a.status == 200 and a.body == b"hello"
        assert a.http_head.startswith("HTTP/1.1 200 OK")
    assert door.acts() == []


def test_post_is_judged_by_its_head(door):
    with door.client() as c:
        c.send(reqmod(FINE, "POST", None, b"...", {"Preview": "0"}))
        assert c.answer().status == 204  # no 100 Continue: the body is not wanted
        assert c.ask(reqmod(CASINO, "POST", None, b"...", {"Preview": "0", **STAFF})).status == 100
        assert c.ask(chunked(b"...")).http_status == 403
        a = c.ask(reqmod(CASINO, "POST", {"Expect": "100-continue"}, b"...", {"Preview": "0", **STAFF}))
        assert a.http_status == 403
        a = c.ask(reqmod(CASINO, "POST", None, b"x" * 200000, STAFF))
        assert a.http_status == 403
        assert c.ask(reqmod(FINE)).status == 204


# --- what the policies do ---

def refused(c, size, fields=()):
    """A post to a page that is blocked, of which the first kilobyte is sent."""
    http = {"Content-Length": str(size)} | dict(fields)
    c.send(reqmod(CASINO, "POST", http, b"x" * 1024, STAFF)[:-5])


def is_silent(c, seconds):
    return not select.select([c.s], [], [], seconds)[0]


def test_who_still_sends_is_refused_when_all_is_there(door):
    """Squid 5 ends the connection behind a refusal: who then still sends would never see it."""
    with door.client() as c:
        refused(c, 2048)
        assert is_silent(c, 0.5)
        c.send(chunked(b"x" * 1024))
        assert c.answer().http_status == 403
        assert c.ask(reqmod(FINE, icap=STAFF)).status == 204
    with door.client() as c:
        refused(c, 2048)
        c.send(b"no chunk\r\n")
        assert c.answer().status == 400


def test_who_sends_no_more_is_refused_all_the_same(door):
    with door.client() as c:
        refused(c, 2048)
        assert is_silent(c, 2)
        assert c.answer().http_status == 403
        c.send(chunked(b"x" * 1024))
        assert c.ask(reqmod(FINE, icap=STAFF)).status == 204


def test_what_is_very_long_or_not_sent_yet_is_refused_at_once(door):
    for size, fields in ((64 << 20, {"Expect": "100-continue"}), ((64 << 20) + 1, {})):
        with door.client() as c:
            refused(c, size, fields)
            assert not is_silent(c, 1.5) and c.answer().http_status == 403
            c.send(chunked(b"x" * 1024))
            assert c.ask(reqmod(FINE, icap=STAFF)).status == 204


def test_what_says_no_length_is_refused_after_so_much(door):
    with door.client() as c:
        refused(c, 0, {"Content-Length": "many"})
        mega = b"100000\r\n" + b"x" * (1 << 20) + b"\r\n"
        for _ in range(63):
            c.send(mega)
        assert is_silent(c, 0.2)
        c.send(mega)
        assert not is_silent(c, 2) and c.answer().http_status == 403
        c.send(mega + b"0\r\n\r\n")
        assert c.ask(reqmod(FINE, icap=STAFF)).status == 204


def test_block_page(door):
    with door.client() as c:
        a = c.ask(reqmod(CASINO, headers=BROWSER, icap=STAFF))
    page = a.body.decode()
    assert a.http_status == 403
    assert a.http_headers["content-type"] == "text/html; charset=utf-8"
    assert int(a.http_headers["content-length"]) == len(a.body)
    assert "2.2 Gambling" in page and "You do not gamble" in page and "casino.example" in page
    assert "Northgate School" in page and "the technicians" in page
    style = re.search(r"<style>(.*?)</style>", page, re.S)[1].encode()
    want = base64.b64encode(hashlib.sha256(style).digest()).decode()
    assert f"'sha256-{want}'" in a.http_headers["content-security-policy"]
    [act] = door.acts()
    assert act["action"] == "block" and act["clause"] == "web.gambling" and act["policy"] == "staff"
    assert act["person"] == "t.ashdown" and act["address"] == "10.1.2.3"
    assert act["path"] == "/slots?coin=1" and act["tell"] == "technicians"


def test_the_policy_is_linked_only_where_the_portal_can_be_reached(door):
    here = {**STAFF, "X-Client-IP": "127.0.0.1"}
    with door.client() as c:
        pages = [c.ask(reqmod(CASINO, headers=BROWSER, icap=who)).body for who in (STAFF, here)]
    assert [b"Read the policy" in page for page in pages] == [False, True]


def test_policies_bind_whom_they_bind(door):
    with door.client() as c:
        for who, clause in ((STAFF, "staff#web.social"), (PUPIL, "pupils#web.social"),
                            ({}, "pupils#web.social"),  # unknown: the strictest of all
                            ({"X-Client-Username": "nobody.here"}, "pupils#web.social")):
            a = c.ask(reqmod(SOCIAL, headers=BROWSER, icap=who))
            assert a.http_headers["x-beadle-clause"] == clause, who


def test_forms_of_answers(door):
    cases = [({"Accept": "*/*"}, "text/plain; charset=utf-8"),
             ({"Accept": "application/json"}, "application/json"),
             ({"Sec-Fetch-Dest": "image"}, "image/gif"), ({"Sec-Fetch-Dest": "script"}, None)]
    with door.client() as c:
        for headers, kind in cases:
            a = c.ask(reqmod(CASINO, headers=headers, icap=STAFF))
            assert a.http_status == 403
            assert a.http_headers.get("content-type") == kind, headers
            assert a.http_headers["cache-control"] == "no-store"
        a = c.ask(reqmod(CASINO, "HEAD", icap=STAFF))
        assert a.http_status == 403 and a.body == b""


def test_what_is_recorded_of_allowed_acts(door):
    with door.client() as c:
        for headers in (BROWSER, {"Sec-Fetch-Dest": "image"}):
            assert c.ask(reqmod("http://ok.example/x?q=1", headers=headers, icap=STAFF)).status == 204
        c.ask(reqmod("http://sharing.example/film", headers=BROWSER, icap=STAFF))
        tunnel = b"CONNECT casino.example:443 HTTP/1.1\r\nHost: casino.example:443\r\n\r\n"
        assert c.ask(icap("REQMOD icap://h/request ICAP/1.0", "Allow: 204",
                          f"Encapsulated: req-hdr=0, null-body={len(tunnel)}",
                          body=tunnel)).status == 204
    assert len(door.acts()) == 3  # a tunnel is no act
    acts = door.acts()
    assert [(a["kind"], a["path"]) for a in acts[:2]] == [("page", "/x?q=1"), ("part", "")]
    assert acts[2]["action"] == "note" and acts[2]["clause"] == "web.copyright"


def test_address_that_cannot_be_read(door):
    with door.client() as c:
        for host in ("b\xfccher.example", "a..b", "[::zz]", "x" * 300, "%00.example"):
            head = f"GET http://{host}/ HTTP/1.1\r\n\r\n".encode("latin-1")
            a = c.ask(icap("REQMOD icap://h/request ICAP/1.0", "Allow: 204",
                           f"Encapsulated: req-hdr=0, null-body={len(head)}", body=head))
            assert a.status == 200 and a.http_status == 400, host
        assert c.ask(reqmod(FINE)).status == 204


# --- the way past a coach page ---

def coached(c, who=STAFF, url=SOCIAL):
    a = c.ask(reqmod(url, headers=BROWSER, icap=who))
    assert a.http_status == 403
    return token_of(a)


def token_of(a):
    return re.search(r'name="token" value="([^"]+)"', a.body.decode())[1]


def reference(a):
    return re.search(r"Reference <b>(\d{6}-\d{6}-\d{3})</b>", a.body.decode())[1]


def go_on(c, token, reason, who=STAFF, url="https://social.example/.beadle/continue", preview=True,
          headers=None):
    body = urllib.parse.urlencode({"reason": reason, "token": token}).encode()
    fields = {"Content-Type": "application/x-www-form-urlencoded", **BROWSER, **(headers or {})}
    if not preview:
        return c.ask(reqmod(url, "POST", fields, body, who))
    c.send(reqmod(url, "POST", fields, body, {**who, "Preview": "0"}))
    status, _ = c.head()
    assert status == 100
    return c.ask(chunked(body, 100))


@pytest.mark.parametrize("preview", [True, False])
def test_coach_and_go_on(door, preview):
    with door.client() as c:
        token = coached(c)
        a = go_on(c, token, "To plan the\r\nschool trip & more", preview=preview)
        assert a.http_status == 303 and a.http_headers["location"] == SOCIAL
        assert c.ask(reqmod(SOCIAL, headers=BROWSER, icap=STAFF)).status == 204
        assert c.ask(reqmod("https://social.example/b.png", headers={"Sec-Fetch-Dest": "image"},
                            icap=STAFF)).status == 204
        # Parts from elsewhere belong to the page that one may see; pages from elsewhere do not.
        friends = "https://friends.example/c.js"
        assert c.ask(reqmod(friends, headers={"Sec-Fetch-Dest": "script", "Referer":
                                              "https://social.example/"}, icap=STAFF)).status == 204
        assert c.ask(reqmod(friends, headers=BROWSER, icap=STAFF)).http_status == 403
        # Nobody else, and no other clause.
        assert c.ask(reqmod(SOCIAL, headers=BROWSER, icap=OTHER)).http_status == 403
        assert c.ask(reqmod(SOCIAL, headers=BROWSER, icap=PUPIL)).http_status == 403
        assert c.ask(reqmod(CASINO, headers=BROWSER, icap=STAFF)).http_status == 403
    acts = door.acts()
    assert acts[0]["action"] == "coach" and acts[0]["passed"] == "0"
    assert acts[1]["passed"] == "1" and acts[1]["reason"] == "To plan the school trip & more"
    assert acts[1]["clause"] == "web.social" and acts[1]["path"] == "/feed?x=%22%3C"
    assert acts[2]["action"] == "coach" and acts[2]["passed"] == "1" and acts[2]["reason"] == ""


def test_going_on_wants_a_reason(door):
    with door.client() as c:
        a = c.ask(reqmod(SOCIAL, headers=BROWSER, icap=STAFF))
        token, first = token_of(a), reference(a)
        time.sleep(0.01)
        a = go_on(c, token, " \r\n ")
        assert a.http_status == 403 and b"few words" in a.body
        long = "<b>" + "x" * 600
        a = go_on(c, token, long)
        assert a.http_status == 403 and b"500 characters" in a.body
        # What may be quoted is the act on record, not this asking, which is on none.
        assert reference(a) == first
        assert b"&lt;b&gt;xxx" in a.body  # kept, and escaped
        assert c.ask(reqmod(SOCIAL, headers=BROWSER, icap=STAFF)).http_status == 403
        # 500 characters are fine, however many bytes they take.
        assert go_on(c, token, "\N{LATIN SMALL LETTER E WITH ACUTE}" * 500).http_status == 303
        assert c.ask(reqmod(SOCIAL, headers=BROWSER, icap=STAFF)).status == 204


def test_tokens_are_for_one_person_host_and_use(door):
    with door.client() as c:
        token = coached(c)
        a = go_on(c, token, "why not", who=OTHER)
        assert a.http_status == 303 and a.http_headers["location"] == "/"
        assert c.ask(reqmod(SOCIAL, headers=BROWSER, icap=OTHER)).http_status == 403
        a = go_on(c, token, "x", url="https://friends.example/.beadle/continue")
        assert a.http_headers["location"] == "/"
        for wrong in ("", "AAAA", token[:-2] + "AA", token + "A", "\xff" * 50):
            assert go_on(c, wrong, "x").http_headers["location"] == "/"
        assert c.ask(reqmod(SOCIAL, headers=BROWSER, icap=STAFF)).http_status == 403
        assert go_on(c, token, "first").http_headers["location"] == SOCIAL
        assert go_on(c, token, "again").http_headers["location"] == SOCIAL
    reasons = [a["reason"] for a in door.acts() if a["reason"]]
    assert reasons == ["first"]  # the second use recorded and opened nothing


def test_a_token_from_before_the_clock_was_set_back(door):
    """Signed as the door signs, and good for longer than any that it makes now."""
    key = (door.folder / "run/coach.key").read_bytes()
    who = b"person t.ashdown"

    def until_in(token, minutes):
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[:-32]
        raw = raw[:1] + struct.pack(">Q", int(time.time() + minutes * 60) * 1000) + raw[9:]
        lengths = struct.pack("=QQ", len(raw), len(who))
        mac = hmac.new(key, lengths + raw + who, hashlib.sha512).digest()[:32]
        return base64.urlsafe_b64encode(raw + mac).decode().rstrip("=")

    with door.client() as c:
        for minutes, status in ((120, 200), (5, 204)):  # the page is asked about again, or not
            assert go_on(c, until_in(coached(c), minutes), "for a lesson").http_status == 303
            assert c.ask(reqmod(SOCIAL, headers=BROWSER, icap=STAFF)).status == status


def test_scripts_and_other_sites_cannot_go_on(door):
    with door.client() as c:
        token = coached(c)
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                        {"Sec-Fetch-Mode": "cors"}, {"Sec-Fetch-Mode": "no-cors"}):
            assert go_on(c, token, "x", headers=headers).http_status == 403
        assert c.ask(reqmod(SOCIAL, headers=BROWSER, icap=STAFF)).http_status == 403
        assert go_on(c, token, "x", headers={"Sec-Fetch-Site": "same-origin",
                                             "Sec-Fetch-Mode": "navigate"}).http_status == 303
        # A token stands on a page that a person looks at, and nowhere else.
        for dest in ("iframe", "empty", "image"):
            a = c.ask(reqmod("https://friends.example/", headers={"Sec-Fetch-Dest": dest},
                             icap=STAFF))
            assert b"token" not in a.body


def test_form_too_large(door):
    with door.client() as c:
        token = coached(c)
        assert go_on(c, token, "x" * 20000, preview=False).http_status == 413
        assert go_on(c, token, "x" * 20000).http_status == 413
        assert c.ask(reqmod(FINE)).status == 204


def test_passes_and_keys_outlive_a_killed_worker(door):
    with door.client() as c:
        token, unused = coached(c), coached(c, OTHER)
        assert go_on(c, token, "planning").http_status == 303
    door.kill()
    door.start()
    with door.client() as c:
        assert c.ask(reqmod(SOCIAL, headers=BROWSER, icap=STAFF)).status == 204
        assert go_on(c, unused, "planning too", who=OTHER).http_status == 303
    door.start("web-1")  # a pass is known to every worker
    for _ in range(24):
        with door.client() as c:
            assert c.ask(reqmod(SOCIAL, headers=BROWSER, icap=STAFF)).status == 204
    assert door.acts("web-1")
    assert (door.folder / "run/coach.key").stat().st_mode & 0o777 == 0o600


# --- peers that misbehave, and what happens to the process ---

def test_untrusted_peer_is_closed(empty):
    (empty.folder / "beadle.conf").write_text("trusted peers = 127.0.0.2\n")
    empty.publish(model())
    empty.start()
    with empty.client(source="127.0.0.3") as c:
        c.send(reqmod(FINE))
        assert c.is_closed()
    with empty.client(source="127.0.0.2") as c:
        assert c.ask(reqmod(FINE)).status == 204
    assert "ev=peer-refused" in empty.log()
    assert len(empty.acts()) == 1


def test_full_house_says_so(empty):
    empty.publish(model())
    empty.start(descriptors=200)
    with empty.client() as c:
        room = int(c.ask(icap("OPTIONS icap://h/request ICAP/1.0")).headers["max-connections"])
    assert 50 <= room <= 150
    taken = [empty.client() for _ in range(room)]
    assert [c.ask(reqmod(FINE)).status for c in taken] == [204] * room
    with empty.client() as c:
        assert c.answer().status == 503
        assert c.is_closed()
    assert taken[0].ask(reqmod(FINE)).status == 204
    for c in taken:
        c.s.close()

    def served():
        with empty.client() as c:
            return c.ask(reqmod(FINE)).status == 204
    until(served, "there is room again")


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not here")
def test_strict_acts_are_on_the_disk_before_they_are_answered(empty):
    empty.publish(model())
    empty.lists(ROOT / "policy/demo/lists")
    trace = empty.folder / "trace"
    empty.start(under=["strace", "-f", "-o", trace, "-s", "40",
                       "-E", "ASAN_OPTIONS=detect_leaks=0",  # which needs ptrace for itself
                       "-e", "trace=fdatasync,fsync,msync,write,writev,sendto,sendmsg"])
    with empty.client() as c:
        for _ in range(5):
            assert c.ask(reqmod(CASINO, headers=BROWSER, icap=STAFF)).http_status == 403
    calls = trace.read_text().splitlines()
    synced, answers = False, 0
    for call in calls:
        if "sync(" in call or "sync resumed" in call:
            synced = call.endswith("= 0") or synced
        elif "ICAP/1.0 200" in call:
            assert synced, "\n".join(calls[-40:])
            synced, answers = False, answers + 1
    assert answers == 5
    # strace passes no signal on; its child is ended by its own number.
    child = int(calls[-1].split()[0])
    door = int(Path(f"/proc/{child}/status").read_text().split("Tgid:")[1].split()[0])
    os.kill(door, signal.SIGTERM)


def test_nothing_in_force(empty):
    empty.start()
    with empty.client() as c:
        assert c.ask(reqmod(CASINO, icap=STAFF)).status == 204
        before = c.ask(icap("OPTIONS icap://h/request ICAP/1.0")).headers["istag"]
        assert "ev=no-policy" in empty.log()
        assert b"NO POLICY IN FORCE" in (empty.folder / "run/board.web-0").read_bytes()
        empty.lists(ROOT / "policy/demo/lists")
        empty.publish(model())
        until(lambda: c.ask(reqmod(CASINO, icap=STAFF)).status == 200, "the policy is in force")
        assert c.ask(icap("OPTIONS icap://h/request ICAP/1.0")).headers["istag"] != before
        assert b"NO POLICY IN FORCE" not in (empty.folder / "run/board.web-0").read_bytes()


def test_broken_files_keep_what_is_in_force(door):
    with door.client() as c:
        (door.folder / "lists/new").write_bytes(b"rubbish")
        os.replace(door.folder / "lists/new", door.folder / "lists/lists.map")
        until(lambda: "ev=lists-unreadable" in door.log(), "the broken lists are seen")
        assert c.ask(reqmod(CASINO, icap=STAFF)).http_status == 403
        door.lists(ROOT / "policy/demo/lists")
        broken = model()
        broken["staff.md"] += b"\n## Bad {#bad}\n\n```rules\nblok web\n```\n"
        door.publish(broken)
        until(lambda: "ev=force-unreadable" in door.log(), "the broken policy is seen")
        assert c.ask(reqmod(CASINO, icap=STAFF)).http_status == 403
    assert b"unreadable" in (door.folder / "run/board.web-0").read_bytes()


def test_what_vanishes_stays_in_force(door):
    """Policies and lists are replaced by others, never by nothing."""
    with door.client() as c:
        (door.folder / "force/manifest").unlink()
        until(lambda: "manifest is gone" in door.log(), "the loss is seen")
        assert c.ask(reqmod(CASINO, icap=STAFF)).http_status == 403
        until(lambda: b"unreadable" in (door.folder / "run/board.web-0").read_bytes(), "it is shown")
        door.publish(model())
        until(lambda: b"unreadable" not in (door.folder / "run/board.web-0").read_bytes(),
              "what was put back is taken")
        (door.folder / "lists/lists.map").unlink()
        until(lambda: "lists.map is gone" in door.log(), "the loss is seen")
        assert c.ask(reqmod(CASINO, icap=STAFF)).http_status == 403


GUESTS = (front("Rules for guests") + """## 1 Guests {#guests}
Visitors do not use archives on the guest network.

```rules
block web to host archive.example
  at guest-network
```
""").encode()


def test_a_table_of_networks_that_vanishes_stays(empty):
    table = empty.folder / "networks/networks.csv"
    table.parent.mkdir()
    table.write_text("network,place,kind,person\n10.1.2.0/24,guest-network,own-devices,\n")
    empty.publish({**model(), "guests.md": GUESTS})
    empty.lists(ROOT / "policy/demo/lists")
    empty.start()
    with empty.client() as c:
        page = reqmod("http://archive.example/", icap=STAFF)
        assert c.ask(page).http_status == 403
        table.unlink()
        until(lambda: "networks.csv is gone" in empty.log(), "the loss is seen")
        assert c.ask(page).http_status == 403
        table.write_text("network,place,kind,person\n10.9.0.0/16,guest-network,own-devices,\n")
        until(lambda: c.ask(page).status == 204, "another table is taken")


def turn_a_byte_of_the_table(door):
    """Past the head, names and sets, whose checksum is another."""
    path = door.folder / "lists/lists.map"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.with_suffix(".other").write_bytes(data)
    path.with_suffix(".other").replace(path)


def test_a_turned_byte_of_the_lists_is_seen(door):
    turn_a_byte_of_the_table(door)
    until(lambda: "ev=lists-unreadable" in door.log(), "the damage is seen")
    with door.client() as c:
        assert c.ask(reqmod(CASINO, icap=STAFF)).http_status == 403


def test_a_start_with_damaged_lists_serves_nobody(empty):
    """Rules about categories would find nothing, and nobody has decided that."""
    empty.publish(model())
    empty.lists(ROOT / "policy/demo/lists")
    turn_a_byte_of_the_table(empty)
    done = subprocess.run([empty.host, "run", empty.folder, str(empty.port), "web-0"], timeout=20,
                          capture_output=True, text=True)
    assert done.returncode == 1 and "the lists cannot be read" in done.stderr, done
    assert b"DOES NOT SERVE" in (empty.folder / "run/board.web-0").read_bytes()


def test_a_start_without_lists_says_so(empty):
    empty.publish(model())
    empty.start()
    assert "ev=no-lists" in empty.log()
    assert b"no lists" in (empty.folder / "run/board.web-0").read_bytes()


def test_a_start_that_cannot_read_the_policies_serves_nobody(empty):
    """There is nothing older to go on with, and allowing everything is nobody's decision."""
    broken = model()
    broken["staff.md"] += b"\n## Bad {#bad}\n\n```rules\nblok web\n```\n"
    empty.publish(broken)
    empty.lists(ROOT / "policy/demo/lists")
    done = subprocess.run([empty.host, "run", empty.folder, str(empty.port), "web-0"], timeout=20,
                          capture_output=True, text=True)
    assert done.returncode == 1 and "what is in force cannot be read" in done.stderr, done


def test_a_start_amidst_a_change_waits_for_its_end(empty):
    empty.publish(model())
    empty.lists(ROOT / "policy/demo/lists")
    (empty.folder / "force/staff.md").rename(empty.folder / "force/staff.away")
    later = threading.Timer(0.5, lambda: (empty.folder / "force/staff.away").rename(
        empty.folder / "force/staff.md"))
    later.start()
    empty.start()
    later.join()
    assert "ev=no-policy" not in empty.log()
    with empty.client() as c:
        assert c.ask(reqmod(CASINO, icap=STAFF)).http_status == 403


def test_reload_under_load_loses_nothing(door):
    """Four clients ask without a pause while policy and lists change; no answer fails."""
    done, wrong, counts = threading.Event(), [], [0] * 4

    def load(i):
        with door.client() as c:
            while not done.is_set():
                try:
                    a = c.ask(reqmod(CASINO, icap=STAFF))
                    if a.http_status != 403:
                        wrong.append(a.http_head)
                    if c.ask(reqmod(FINE, icap=STAFF)).status != 204:
                        wrong.append("allowed page")
                    counts[i] += 2
                except Exception as e:  # any at all is a failed request
                    wrong.append(repr(e))
                    return

    clients = [threading.Thread(target=load, args=(i,)) for i in range(4)]
    for t in clients:
        t.start()
    for i in range(10):
        files = model()
        files["staff.md"] += f"\nEdition {i}.\n".encode()
        door.publish(files)
        door.lists(ROOT / "policy/demo/lists")
        time.sleep(0.15)
    until(lambda: door.log().count("ev=in-force") >= 8, "the door has taken them up")
    done.set()
    for t in clients:
        t.join()
    assert wrong == [] and min(counts) > 20
    assert len(door.acts()) == sum(counts)


def test_killed_worker_loses_nothing_it_answered(door):
    """kill -9 of one of two workers: what it answered is on record, and the other goes on."""
    door.start("web-1")
    answered, done = [], threading.Event()

    def load(i):
        n = 0
        while not done.is_set():
            try:
                with door.client() as c:
                    for _ in range(20):
                        n += 1
                        mark = f"/{i}-{n}"
                        a = c.ask(reqmod("http://casino.example" + mark, headers=BROWSER,
                                         icap=STAFF))
                        assert a.http_status == 403
                        answered.append(mark)
            except (Closed, ConnectionError):
                time.sleep(0.01)

    clients = [threading.Thread(target=load, args=(i,)) for i in range(4)]
    for t in clients:
        t.start()
    time.sleep(0.6)
    door.kill("web-0")
    until(lambda: len(answered) > 50, "answers")
    n = len(answered)
    until(lambda: len(answered) > n + 50, "the other worker answers on")
    door.start("web-0")
    time.sleep(0.3)
    done.set()
    for t in clients:
        t.join()
    recorded = [a["path"] for w in ("web-0", "web-1") for a in door.acts(w)]
    assert set(answered) <= set(recorded)
    assert len(recorded) == len(set(recorded))


def test_stopping_answers_what_was_asked(door):
    with door.client() as c, door.client() as idle:
        c.send(reqmod(CASINO, icap=STAFF))
        assert c.answer().http_status == 403
        door.stop()
        assert idle.is_closed() and c.is_closed()
    assert "ev=stopped" in door.log()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a small file system of its own")
def test_full_disk_stops_recording_not_filtering(empty):
    journal = empty.folder / "journal"
    journal.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", journal], check=True)
    try:
        empty.publish(model())
        empty.lists(ROOT / "policy/demo/lists")
        empty.start()
        with empty.client() as c:
            assert c.ask(reqmod(CASINO, icap=STAFF)).http_status == 403
            assert c.ask(reqmod(FINE, icap=STAFF)).status == 204
            assert "ev=recording-stopped" in empty.log()
            until(lambda: b"RECORDING STOPPED" in
                  (empty.folder / "run/board.web-0").read_bytes(), "the board says so")
            subprocess.run(["mount", "-o", "remount,size=64m", journal], check=True)
            assert c.ask(reqmod(CASINO, icap=STAFF)).http_status == 403
            assert "ev=recording-resumed" in empty.log()
        assert [a["action"] for a in empty.acts()][-1] == "block"
        empty.stop()
    finally:
        subprocess.run(["umount", journal], check=True)
