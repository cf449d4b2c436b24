"""Requests that go on changed, and posted searches: the ICAP of it, byte for byte, without Squid."""

import os

import pytest
from icap_client import BROWSER, chunked, http_request, reqmod
from test_door_rules import POLICY
from test_icap_door import STAFF, empty  # the fixture that ends its door

FORM = {"Content-Type": "application/x-www-form-urlencoded", **BROWSER}
POSTED = "https://html.duckduckgo.com/html/"
VIDEO = "https://www.youtube.com/upload"


@pytest.fixture
def door(empty):
    roll = b"login,name,groups\nt.ashdown,T. Ashdown,staff\n"
    empty.publish({"staff.md": POLICY.encode(), "roll.csv": roll})
    empty.start()
    return empty


def begun(url, headers, icap, body=b""):
    """A REQMOD whose preview is `body`, without its end."""
    head = http_request(url, "POST", headers)
    fields = {"Host": "127.0.0.1", "Encapsulated": f"req-hdr=0, req-body={len(head)}", **icap}
    lines = ["REQMOD icap://127.0.0.1/request ICAP/1.0"] + [f"{k}: {v}" for k, v in fields.items()]
    piece = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + head + piece


def is_changed(answer, body):
    assert answer.status == 200 and answer.http_headers["youtube-restrict"] == "Strict", answer
    assert answer.http_head.startswith(f"POST {VIDEO} HTTP/1.1\r\n")
    assert answer.body == body
    return True


def test_a_changed_request_keeps_its_body(door):
    body = os.urandom(3_000_000)
    headers = {"Content-Length": str(len(body)), "YouTube-Restrict": "None"}
    with door.client(timeout=30) as c:
        c.send(begun(VIDEO, headers, STAFF))
        status, fields = c.head()
        assert (status, "req-body" in fields["encapsulated"]) == (200, True)
        head = c.until(b"\r\n\r\n").decode()
        assert head.count("YouTube-Restrict: Strict") == 1 and "None" not in head
        for at in range(0, len(body), 60_000):
            c.send(chunked(body[at:at + 60_000])[:-5])
        c.send(b"0\r\n\r\n")
        assert c.chunks() == body
        assert c.ask(reqmod("http://ok.example/", headers=BROWSER, icap=STAFF)).status == 204


@pytest.mark.parametrize("preview", [b"", b"the first of it, "])
def test_a_changed_request_with_a_preview(door, preview):
    icap = {**STAFF, "Allow": "204", "Preview": str(len(preview))}
    with door.client() as c:
        c.send(begun(VIDEO, {}, icap, preview) + b"0\r\n\r\n")
        assert c.until(b"\r\n\r\n") == b"ICAP/1.0 100 Continue\r\n\r\n"
        c.send(chunked(b"and the rest"))
        assert is_changed(c.answer(), preview + b"and the rest")
        c.send(begun(VIDEO, {}, icap, preview) + b"0; ieof\r\n\r\n")
        assert is_changed(c.answer(), preview)
        assert c.ask(reqmod("http://ok.example/", headers=BROWSER, icap=STAFF)).status == 204


def test_a_posted_search_without_204(door):
    body = b"q=lesson+plans&b=%00\xff"
    headers = {**FORM, "Content-Length": str(len(body))}
    with door.client() as c:
        a = c.ask(reqmod("https://www.startpage.com/sp/search", "POST", headers,
                         b"query=lessons", {**STAFF, "Allow": None}))
        assert (a.status, a.body) == (200, b"query=lessons") and a.http_head.startswith("POST ")
        a = c.ask(reqmod("https://www.startpage.com/sp/search", "POST",
                         {**FORM, "Content-Length": "13"}, b"query=lessons", STAFF))
        assert a.status == 204
        a = c.ask(reqmod(POSTED, "POST", headers, body, STAFF))
        assert (a.status, a.body) == (200, body) and " " + POSTED + "?kp=1 " in a.http_head
        a = c.ask(reqmod(POSTED, "POST", {**FORM, "Content-Length": "14"}, b"q=essay%20mill", STAFF))
        assert a.http_status == 403


def test_a_posted_search_after_its_preview(door):
    icap = {**STAFF, "Allow": "204", "Preview": "0"}
    headers = {**FORM, "Content-Length": "13"}
    with door.client() as c:
        c.send(begun("https://www.startpage.com/sp/search", headers, icap) + b"0\r\n\r\n")
        assert c.until(b"\r\n\r\n") == b"ICAP/1.0 100 Continue\r\n\r\n"
        c.send(chunked(b"query=lessons"))
        assert c.answer().status == 204


def test_a_large_form_is_not_waited_for(door):
    headers = {**FORM, "Content-Length": "16385"}
    with door.client() as c:
        c.send(begun("https://www.startpage.com/sp/search", headers, {**STAFF, "Allow": "204"}))
        assert c.answer().status == 204  # before a byte of the body was sent
    headers["Content-Length"] = "100"  # and more comes
    with door.client() as c:
        a = c.ask(reqmod("https://www.startpage.com/sp/search", "POST", headers, b"x" * 20_000, STAFF))
        assert a.http_status == 413


def test_connect_is_never_changed_by_a_switch(door):
    head = b"CONNECT www.youtube.com:443 HTTP/1.1\r\nHost: www.youtube.com:443\r\n"
    for more, want in ((b"", 204), (b"X-Beadle-Sealed: 1\r\nx-beadle-sealed: 1\r\n", 200)):
        whole = head + more + b"\r\n"
        fields = "".join(f"{k}: {v}\r\n" for k, v in STAFF.items())
        with door.client() as c:
            a = c.ask((f"REQMOD icap://127.0.0.1/request ICAP/1.0\r\nHost: h\r\nAllow: 204\r\n{fields}"
                       f"Encapsulated: req-hdr=0, null-body={len(whole)}\r\n\r\n").encode() + whole)
        assert a.status == want
        assert a.http_head == ("" if want == 204 else (head + b"\r\n").decode())
