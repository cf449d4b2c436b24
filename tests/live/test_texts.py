"""
Pages and what is sent, read on their way through Squid: what is refused by its text, what passes as it
came, and what the record and the portal say of it.
"""

import gzip
import html
import json
import re
import socket
import threading
import time
import zlib
from urllib.parse import quote

import pytest
from conftest import ACTIONS, TWO_PEOPLE, end_school, front, make_school, take, until
from icap_client import brotli, http_request

PHRASES = """class drugs
excused by health 80%%
110 purple frobnicator for sale, frobnicatorium
900 marmalade of the midnight market
context health
40 help line
class weapons
110 sprocket launcher plans
class drugs
120 (%s) for sale
130 (%s) + delivered
""" % ("|".join(f"flugelbinder of kind {i}" for i in range(30)), "|".join(f"wimbler number {i}" for i in range(30)))
BAD = "buy a purple frobnicator for sale today"
FINE = "a quiet page about the geography of rivers and of lakes. " * 20
POLICY = front("Texts", "staff, pupils") + """
## Drugs {#web.drugs}

You do not buy or sell drugs.

```rules
block web with serious phrases drugs
  keeping words
  tell safeguarding-lead
```

## Sealed {#web.sealed}

You do not send what nobody can read.

```rules
block web with unread text, to path /sealed
```

## Weapons {#web.weapons}

We look at what is said of weapons.

```rules
note web with serious phrases weapons
  tell safeguarding-lead after 3 in 1 hour
```
"""


class Pages:
    """A site that answers what it was told to, byte for byte."""

    def __init__(self):
        self.answers, self.got, self.came = {}, {}, {}
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
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
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    byte = s.recv(1)
                    if not byte:
                        return
                    head += byte
                path = head.split(b" ")[1].decode()
                length = re.search(rb"(?i)content-length: (\d+)", head)
                body, want = b"", int(length[1]) if length else 0
                while len(body) < want:
                    more = s.recv(65536)
                    if not more:
                        break
                    body += more
                    self.came[path] = len(body)  # before its end
                self.got[path] = (head, body)
                answer = self.answers[path]
                if callable(answer):
                    answer(s, head)
                else:
                    s.sendall(answer)
            except OSError:
                pass  # a client that has seen enough

    def put(self, path, body, *fields, status="200 OK", kind="text/html; charset=utf-8"):
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *fields]
        if kind:
            lines.append(f"Content-Type: {kind}")
        self.answers[path] = ("\r\n".join(lines) + "\r\n\r\n").encode() + body
        return self.url(path)

    def url(self, path):
        return f"http://ok.example:{self.listener.getsockname()[1]}{path}"


@pytest.fixture(scope="module")
def pages():
    p = Pages()
    yield p
    p.listener.close()


@pytest.fixture(scope="module")
def school(sites):
    s = make_school(sites)
    (s.folder / "phrases.txt").write_text(PHRASES)
    s.beadle("phrases", "compile", str(s.folder / "phrases.txt"))
    (s.folder / "texts.md").write_text(POLICY)
    s.beadle("policy", "publish", str(s.folder / "texts.md"), "--minute", "x", "--name", "texts",
             *TWO_PEOPLE)
    s.start()
    s.people["127.0.0.1"] = "t.ashdown"
    yield s
    end_school(s)


def page(text):
    return f"<!doctype html><title>A page</title><p>{text}</p>".encode()


def words(reply):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", reply.body)))


HARMFUL = {
    "plain": (page(BAD), [], "text/html"),
    "gzip": (gzip.compress(page(BAD)), ["Content-Encoding: gzip"], "text/html"),
    "brotli": (brotli(page(BAD)), ["Content-Encoding: br"], "text/html"),
    "cut-brotli": (brotli(page("x" * 40_000 + " " + BAD + FINE))[:-1], ["Content-Encoding: br"], "text/html"),
    "deflate": (zlib.compress(page(BAD)), ["Content-Encoding: deflate"], "text/html"),
    "utf16": (page(BAD).decode().encode("utf-16"), [], "text/html; charset=utf-16"),
    "utf16-unsaid": (page(BAD).decode().encode("utf-16"), [], "text/html"),
    "windows1252": (b"<p>caf\xe9 \x93" + BAD.encode() + b"\x94", [],
                    "text/html; charset=windows-1252"),
    "letters": (page(BAD.replace("a", "\u0430").replace("o", "\u043e")), [], "text/html; charset=utf-8"),
    "spaced": (page("the f r o b n i c a t o r i u m is open"), [], "text/html"),
    "digits": (page("buy a purple fr0bn1c4t0r for sale"), [], "text/html"),
    "tags": (page("buy a pur<b></b>ple frob<i>nica</i>tor for<!-- x --> sale"), [], "text/html"),
    "alt": (b"<img src=x alt='" + BAD.encode() + b"'>", [], "text/html"),
    "unsaid": (page(BAD), [], None),
    "text": (BAD.encode(), [], "text/plain"),
    "json": (json.dumps({"a": [BAD]}).encode(), [], "application/json"),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_a_harmful_page_is_refused(school, pages, name):
    body, fields, kind = HARMFUL[name]
    reply = school.visit(pages.put(f"/bad-{name}", body, *fields, kind=kind), "--compressed")
    assert reply.status == 403 and "You do not buy or sell drugs." in words(reply), reply
    act = until(lambda: [a for a in school.acts("ok.example")
                         if a["path"] == f"/bad-{name}" and a["clause"]], "it is recorded")[0]
    assert (ACTIONS[act["action"]], act["policy"], act["clause"]) == ("block", "texts", "web.drugs")


def test_the_record_explains_it(school, pages):
    reply = school.visit(pages.put("/explained", page("Oh, " + BAD + " and more")))
    assert reply.status == 403
    act = until(lambda: [a for a in school.acts("ok.example")
                         if a["path"] == "/explained" and a["clause"]], "it is recorded")[0]
    assert "score=drugs:110" in act["kept"] and "read=whole" in act["kept"], act
    said = words(school.ask_portal(f"/acts/{act['id']}"))
    assert "purple frobnicator for sale" in said and "weight 110" in said, said
    assert "oh buy a purple frobnicator for sale today" in said, "the rule keeps the words around"
    assert "quiet" not in said


def test_of_a_phrase_of_many_spellings_the_one_that_was_met_is_on_record(school, pages):
    """Such a phrase weighed and was on no record, for it did not fit."""
    text = "a flugelbinder of kind 7 for sale, and wimbler number 9 is delivered"
    assert school.visit(pages.put("/many", page(text))).status == 403
    act = until(lambda: [a for a in school.acts("ok.example")
                         if a["path"] == "/many" and a["clause"]], "it is recorded")[0]
    said = words(school.ask_portal(f"/acts/{act['id']}"))
    assert "'flugelbinder of kind 7 for sale' (drugs, weight 120" in said, said
    assert "'... + delivered' (drugs, weight 130" in said, said


def test_an_error_page_is_read_too(school, pages):
    reply = school.visit(pages.put("/lost", page(BAD), status="404 Not Found"))
    assert reply.status == 403 and "You do not buy or sell drugs." in words(reply), reply


def test_what_excuses_it_counts(school, pages):
    url = pages.put("/help", page(BAD + ". Ring the help line. help line " + FINE))
    assert school.visit(url).status == 200
    url = pages.put("/less", page(BAD + ", a flugelbinder of kind 7 for sale. Ring the help line."))
    assert school.visit(url).status == 403
    act = until(lambda: [a for a in school.acts("ok.example")
                         if a["path"] == "/less" and a["clause"]], "it is recorded")[0]
    said = words(school.ask_portal(f"/acts/{act['id']}"))
    assert "phrases of drugs: 198 of drugs excused: 32, as it speaks of health" in said, said


@pytest.mark.parametrize("coding", ["as it is", "gzip", "brotli", "deflate", "cut gzip", "cut brotli", "chunked"])
def test_a_benign_page_passes_byte_for_byte(school, pages, coding):
    body = page(FINE * 30)
    sent = {"gzip": gzip.compress(body), "brotli": brotli(body), "deflate": zlib.compress(body),
            "cut gzip": gzip.compress(body)[:-20], "cut brotli": brotli(body)[:-1]}.get(coding, body)
    word = {"gzip": "gzip", "brotli": "br", "deflate": "deflate", "cut gzip": "gzip",
            "cut brotli": "br"}.get(coding)
    path = "/fine-" + coding.replace(" ", "-")
    url = pages.put(path, sent, *([f"Content-Encoding: {word}"] if word else []))
    if coding == "chunked":
        pieces = b"".join(b"%x\r\n%s\r\n" % (len(sent[i:i + 7]), sent[i:i + 7])
                          for i in range(0, len(sent), 7))
        pages.answers[path] = (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
                               b"Transfer-Encoding: chunked\r\n\r\n" + pieces + b"0\r\n\r\n")
    out = school.folder / "out"
    reply = school.visit(url, "-o", str(out))
    assert reply.status == 200 and out.read_bytes() == sent


def test_noted_and_not_held(school, pages):
    """What only a note may come of passes, and is on record."""
    reply = school.visit(pages.put("/noted", page("sprocket launcher plans")))
    assert reply.status == 200 and "sprocket" in reply.body
    act = until(lambda: [a for a in school.acts("ok.example")
                         if a["path"] == "/noted" and a["clause"]], "it is recorded")[0]
    assert (ACTIONS[act["action"]], act["clause"]) == ("note", "web.weapons")


def test_a_long_page_counts_once(school, pages):
    """Of a page too large to be held its beginning is judged, and then all of it."""
    text = "sprocket launcher plans. " + FINE + "x" * 900_000
    reply = school.visit(pages.put("/long", page(text)), "-o", str(school.folder / "long"))
    assert reply.status == 200
    act = until(lambda: [a for a in school.acts("ok.example")
                         if a["path"] == "/long" and a["clause"] == "web.weapons"], "it is recorded")[0]
    before = [a for a in school.acts("ok.example") if a["path"] == "/noted" and a["clause"]]
    assert re.search(r"count=\w+:(\d+)", act["kept"])[1] == str(len(before) + 1), act


def test_found_late_is_cut_and_blocked_next_time(school, pages):
    """Past what is held the page is on its way: it is cut, and the next load is refused at once."""
    # Nothing is at the beginning, and what comes later weighs enough for so long a page.
    bad = "the marmalade of the midnight market"
    filler = b"<p>" + b"<!-- " + b"x" * 900_000 + b" --></p>"
    body = b"<!doctype html><title>Large</title>" + filler + page(bad + ". " + FINE * 8) + filler + b"the end"
    url, out = pages.put("/large", body), school.folder / "large"
    reply = school.visit(url, "-o", str(out))
    assert "transfer closed" in reply.error or "bytes remaining" in reply.error, reply
    assert b"the end" not in out.read_bytes()
    pages.got.pop("/large")
    again = school.visit(url)
    assert again.status == 403 and "You do not buy or sell drugs." in words(again), again
    assert "/large" not in pages.got, "the site was asked again"
    school.people["127.0.0.2"] = "p.marlow"
    other = school.visit(url, "-o", str(out), source="127.0.0.2")
    assert "/large" in pages.got, f"one person's page spoke against another: {other}"


@pytest.mark.parametrize("kind, body", [
    ("application/x-www-form-urlencoded", "message=" + quote(BAD)),
    ("application/json", json.dumps({"messages": [{"role": "user", "content": BAD}]})),
    ("text/plain", BAD),
    ("multipart/form-data; boundary=x",
     f'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n{BAD}\r\n--x--\r\n'),
])
def test_what_is_sent_is_read_before_it_leaves(school, pages, kind, body):
    path = "/sent-" + re.sub(r"\W.*", "", kind.split("/")[1])
    url = pages.put(path, b"thank you", kind="text/plain")
    reply = school.visit(url, "-H", f"Content-Type: {kind}", "--data-binary", body)
    assert reply.status == 403 and "You do not buy or sell drugs." in words(reply), reply
    assert path not in pages.got, "it left"
    fine = body.replace(BAD, "hello").replace(quote(BAD), "hello")
    reply = school.visit(url, "-H", f"Content-Type: {kind}", "--data-binary", fine)
    assert reply.status == 200 and pages.got[path][1] == fine.encode()


def unread(school):
    """How many texts went on unread, by all doors."""
    said = school.beadle("status", "--metrics", check=False).stdout
    return sum(int(n) for n in re.findall(r"beadle_texts_unread_total\{.*\} (\d+)", said))


def test_what_is_sent_in_a_coding_of_nobodys_is_counted(school, pages):
    before, url = unread(school), pages.put("/zstd", b"thank you", kind="text/plain")
    reply = school.visit(url, "-H", "Content-Type: text/plain", "-H", "Content-Encoding: zstd", "--data-binary", BAD)
    assert reply.status == 200 and pages.got["/zstd"][1] == BAD.encode()
    assert unread(school) == before + 1
    assert "unread=coding" in school.act("/zstd")["kept"]


def test_a_rule_may_refuse_what_is_sent_unread(school, pages):
    """By its own record it is judged again, and what can be read or is no text goes on."""
    sent = ("-H", "Content-Encoding: zstd", "--data-binary", "a")
    pages.put("/sealed", b"thank you", kind="text/plain")
    reply = school.visit(pages.url("/sealed"), "-H", "Content-Type: text/plain", *sent)
    assert reply.status == 403 and "You do not send what nobody can read." in words(reply), reply
    act = school.act("/sealed")
    assert (act["clause"], "unread=coding" in act["kept"]) == ("web.sealed", True)
    assert "sending text that cannot be read" in words(school.ask_portal(f"/acts/{act['id']}"))
    both = ("-H", "Content-Type: text/plain", "-H", "Content-Type: image/png")
    assert school.visit(pages.url("/sealed"), *both, *sent).status == 403
    for fields in (("-H", "Content-Type: image/png", *sent), ("-H", "Content-Type: text/plain", "--data-binary", "a")):
        assert school.visit(pages.url("/sealed"), *fields).status == 200, fields
    assert school.visit(pages.url("/sealed")).status == 200


def test_nobody_uses_up_the_reading_of_all(school, pages):
    """Somebody's slow pages take an eighth of the texts that a process reads at once, and no more."""
    before, answers = unread(school), []
    head = (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    ask = http_request("http://ok.example/slow")
    begun = (f"RESPMOD icap://h/response ICAP/1.0\r\nHost: h\r\nAllow: 204\r\nX-Client-IP: 127.0.0.9\r\n"
             f"Encapsulated: req-hdr=0, res-hdr={len(ask)}, res-body={len(ask) + len(head)}\r\n\r\n").encode()
    host, port = school.web.split(":")
    try:
        for _ in range(300):  # of two processes, of which each reads 128 for one
            answers.append(socket.create_connection((host, int(port)), 5))
            answers[-1].sendall(begun + ask + head + b"5\r\n<p>at\r\n")
        until(lambda: unread(school) >= before + 300 - 2 * 128, "what is more goes on unread")
        assert unread(school) <= before + 300 - 128
        assert school.visit(pages.put("/else", page(BAD))).status == 403, "somebody else's is read"
    finally:
        for s in answers:
            s.close()


def test_a_search_is_read(school):
    url = "http://www.google.co.uk/search?q=" + quote(BAD)
    reply = school.visit(url)
    assert reply.status == 403 and "You do not buy or sell drugs." in words(reply), reply


@pytest.mark.parametrize("kind, fields", [
    ("video/mp4", []), ("image/png", []), ("application/octet-stream", []),
    ("text/html", ['Content-Disposition: attachment; filename="a.html"']),
])
def test_media_and_downloads_are_not_read(school, pages, kind, fields):
    path = f"/media-{kind.replace('/', '-')}-{len(fields)}"
    reply = school.visit(pages.put(path, page(BAD), *fields, kind=kind))
    assert reply.status == 200 and BAD in reply.body


BINARY = b"\x89PNG\r\n\x1a\n" + BAD.encode()


@pytest.mark.parametrize("name, body, fields, kind, status", [
    ("untyped", BINARY, [], None, 200),
    ("plain", BINARY, [], "text/plain", 200),
    ("charset", BINARY, [], "text/plain; charset=utf-8", 403),
    ("nosniff", BINARY, ["X-Content-Type-Options: nosniff"], "text/plain", 403),
    ("page", b"<p>" + BINARY, [], None, 403),
    ("packed", gzip.compress(BINARY), ["Content-Encoding: gzip"], "text/plain", 403),
    ("listed", b"<p>" + BAD.encode(), [], "image/png, text/html", 403),
    ("twice", BINARY, ["Content-Type: text/html"], "nothing", 403),
    ("later", b"a" * 600 + b" " + BAD.encode() + b"\0", [], "text/plain", 403),
])
def test_what_browsers_take_for_no_text_is_not_read(school, pages, name, body, fields, kind, status):
    url = pages.put(f"/binary-{name}", body, *fields, kind=kind)
    out = school.folder / "binary"
    assert school.visit(url, "-o", str(out)).status == status
    assert (out.read_bytes() == body) == (status == 200)


def test_a_file_without_a_type_is_not_held(school, pages):
    """What people send and what is no text goes on as it comes."""
    url = pages.put("/file", b"thank you", kind="text/plain")
    s = socket.create_connection(("127.0.0.1", school.ports[2]), 10)
    s.sendall(f"POST {url} HTTP/1.1\r\nHost: {url.split('/')[2]}\r\nContent-Length: 9000\r\n\r\n".encode())
    s.sendall(BINARY.ljust(4500, b"\0"))
    until(lambda: pages.came.get("/file", 0) >= 4500, "half of it has arrived")
    s.sendall(b"\0" * 4500)
    take(s, b"thank you")
    s.close()
    assert pages.got["/file"][1] == BINARY.ljust(9000, b"\0")


def test_an_event_stream_is_not_held(school, pages):
    go = threading.Event()

    def events(s, _):
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: first\n\n")
        go.wait(10)
        s.sendall(b"data: second\n\n")
    pages.answers["/events"] = events
    s = socket.create_connection(("127.0.0.1", school.ports[2]), 10)
    url = pages.url("/events")
    s.sendall(f"GET {url} HTTP/1.1\r\nHost: {url.split('/')[2]}\r\n\r\n".encode())
    assert b"second" not in take(s, b"first")
    go.set()
    take(s, b"second")
    s.close()


@pytest.mark.parametrize("size", [66000, 470000])
def test_a_long_page_of_a_quick_site_is_not_held_up(school, pages, size):
    """Squid reads no more of it until it is answered: waiting for the rest would take four seconds."""
    body = page(FINE * (size // len(FINE)))
    began = time.monotonic()
    reply = school.visit(pages.put(f"/quick-{size}", body))
    assert reply.status == 200 and reply.body == body.decode()
    assert time.monotonic() - began < 3


def test_a_slow_page_goes_on(school, pages):
    """What comes drop by drop is not held until its end."""
    stop = threading.Event()

    def slow(s, _):
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<p>begin")
        while not stop.wait(0.5):
            s.sendall(b" and on")
    pages.answers["/slow"] = slow
    s = socket.create_connection(("127.0.0.1", school.ports[2]), 15)
    url, begin = pages.url("/slow"), time.monotonic()
    s.sendall(f"GET {url} HTTP/1.1\r\nHost: {url.split('/')[2]}\r\n\r\n".encode())
    take(s, b"<p>begin")
    assert 2 < time.monotonic() - begin < 9
    stop.set()
    s.close()


def test_heads_and_unchanged_pages(school, pages):
    url = pages.put("/head", page(BAD))
    assert school.visit(url, "-I").status == 200
    pages.answers["/304"] = b"HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nConnection: close\r\n\r\n"
    assert school.visit(pages.url("/304"), "-H", 'If-None-Match: "a"').status == 304


def ranged(data, kind):
    """A server that sends pieces, as any does: one, several, or all of it."""
    def answer(s, head):
        asked = re.search(rb"(?i)\r\nrange: bytes=([^\r]*)", head)
        status, fields, body = "200 OK", [f"Content-Type: {kind}"] if kind else [], data
        pieces = asked and [(int(a or 0), int(b or len(data) - 1)) for a, b in re.findall(r"(\d*)-(\d*)", asked[1].decode())]
        if pieces:
            status = "206 Partial Content"
        if pieces and len(pieces) == 1:
            (first, last), = pieces
            body = data[first:last + 1]
            fields.append(f"Content-Range: bytes {first}-{last}/{len(data)}")
        elif pieces:
            body = b"".join(b"--x\r\nContent-Type: %s\r\nContent-Range: bytes %d-%d/%d\r\n\r\n%s\r\n"
                            % (kind.encode(), a, b, len(data), data[a:b + 1]) for a, b in pieces) + b"--x--\r\n"
            fields = ["Content-Type: multipart/byteranges; boundary=x"]
        s.sendall("\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *fields, "", ""]).encode() + body)
    return answer


def test_a_piece_of_a_text_is_read_or_refused(school, pages):
    """A phrase that is cut in two stands in no piece, so a text in pieces is none that was read."""
    cut = page(BAD).index(b"frob") + 4
    pages.answers["/range"] = ranged(page(BAD), "text/html")
    assert "You do not buy or sell drugs." in words(school.get(pages.url("/range"), "-r", "20-"))
    reply = school.get(pages.url("/range"), "-r", f"0-{cut - 1}")
    assert reply.status == 502 and "Only a piece of a text came" in reply.body, reply
    assert school.get(pages.url("/range"), "-r", f"{cut}-").status == 502
    assert school.get(pages.url("/range"), "-r", "0-").status == 403, "all of it is no piece"
    pages.answers["/fine"] = ranged(page(FINE), "text/html")
    assert school.get(pages.url("/fine"), "-r", "0-").status == 206
    # Pieces that nobody says to be text are told by their bytes.
    for kind in (None, "text/plain"):
        pages.answers["/unsaid"] = ranged(page(BAD), kind)
        assert school.get(pages.url("/unsaid"), "-r", f"{cut}-").status == 502


def test_a_page_is_asked_for_as_a_whole(school, pages):
    """What a browser loads as a page it gets whole, or not at all, whatever piece it has of it already."""
    cut = page(BAD).index(b"frob") + 4
    pages.answers["/resumed"] = ranged(page(BAD), "text/html")
    for who in ("Sec-Fetch-Dest: document", "Sec-Fetch-Dest: iframe", "Accept: text/html,*/*;q=0.8"):
        reply = school.get(pages.url("/resumed"), "-r", f"{cut}-", "-H", 'If-Range: "a"', "-H", who)
        assert reply.status == 403, (who, reply)
        assert b"ange:" not in pages.got["/resumed"][0], who
    pages.answers["/quiet"] = ranged(page(FINE), "text/html")
    reply = school.visit(pages.url("/quiet"), "-r", "30-")
    assert reply.status == 200 and reply.body == page(FINE).decode()
    reply = school.get(pages.url("/quiet"), "-r", "0-9,30-39", "-H", "Sec-Fetch-Dest: empty")
    assert reply.status == 200 and reply.body == page(FINE).decode()


def test_films_viewers_and_downloads_ask_for_pieces(school, pages):
    data = bytes(range(256)) * 4096
    out = school.folder / "whole"
    for kind, field in (("video/mp4", "Sec-Fetch-Dest: video"), ("application/pdf", "Sec-Fetch-Dest: empty"),
                        ("application/octet-stream", "X-A: b"), (None, "X-A: b"), ("text/plain", "X-A: b")):
        pages.answers["/piece"] = ranged(data, kind)
        out.write_bytes(data[:500000])
        reply = school.get(pages.url("/piece"), "-C", "-", "-o", str(out), "-H", field)
        assert reply.status == 206 and out.read_bytes() == data, (kind, reply.status)
        assert b"Range: bytes=500000-" in pages.got["/piece"][0]


def test_what_cannot_be_read_is_refused(school, pages):
    url = pages.put("/coded", b"whatever it is", "Content-Encoding: zstd")
    reply = school.visit(url)
    assert reply.status == 502 and "whatever" not in reply.body


def test_the_last_type_counts_and_codings_add_up(school, pages):
    """As browsers have it: what they take for a page is read as one."""
    url = pages.put("/types", page(BAD), "Content-Type: text/css", "Content-Type: text/html", kind=None)
    assert school.visit(url).status == 403
    url = pages.put("/codings", page(BAD), "Content-Encoding: identity", "Content-Encoding: gzip")
    assert school.visit(url).status == 502


def test_bombs_end(school, pages):
    """A body that unpacks to more than anybody reads passes as it came, and costs little."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(pack.compress(b" " * (1 << 20)) for _ in range(512)) + pack.flush()
    out = school.folder / "bomb"
    began = time.monotonic()
    reply = school.visit(pages.put("/bomb", bomb, "Content-Encoding: gzip"), "-o", str(out))
    assert reply.status == 200 and out.read_bytes() == bomb
    assert time.monotonic() - began < 5


def test_new_phrases_are_taken_at_once(school, pages):
    url = pages.put("/new", page("the wobbling gnome market"))
    assert school.visit(url).status == 200
    more = school.folder / "more.txt"
    more.write_text(PHRASES + "class drugs\n110 wobbling gnome market\n")
    school.beadle("phrases", "compile", str(more))
    until(lambda: school.visit(url).status == 403, "the new phrases are in force")


def test_broken_phrases_leave_the_older(school, pages):
    path = school.data / "phrases" / "phrases.map"
    good, url = path.read_bytes(), pages.put("/older", page(BAD))
    path.with_suffix(".new").write_bytes(b"broken" + good[6:])
    path.with_suffix(".new").rename(path)
    until(lambda: "phrases-unreadable" in school.log.read_text(), "it is said")
    assert school.visit(url).status == 403
    path.with_suffix(".new").write_bytes(good)
    path.with_suffix(".new").rename(path)
