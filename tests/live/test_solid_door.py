"""
The web door against peers of every kind: what RFC 3507 leaves open to a client is taken, what it
forbids is refused, and no bytes, no slowness and no greed of some end the process, or keep it from
the others. One process serves all of this file and is the same at the end.
"""

import os
import random
import resource
import socket
import struct
import threading
import time
from pathlib import Path

import pytest
from conftest import AT_ONCE, ROOT
from door_alone import (CASINO, FINE, SOCIAL, STAFF, Door, end_door, icap, is_asan, model,
                        reset_peak, rss)
from icap_client import BROWSER, Closed, Icap, chunked, http_request, push, reqmod, respmod

GET = http_request(FINE)
N = len(GET)
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
REQMOD, RESPMOD = "REQMOD icap://h/request ICAP/1.0", "RESPMOD icap://h/response ICAP/1.0"
MEMORY_MAX = 64 << 10  # kB that the process may grow by, whatever is done to it


class SlowHead:
    """A head of which a byte comes every second; it is sent while the other tests run."""

    def __init__(self, door):
        self.took, self.client = 0, door.client(timeout=2)
        self.thread = threading.Thread(target=self.send)
        self.thread.start()

    def send(self):
        began = time.monotonic()
        with self.client as c:
            c.send(b"OPTIONS icap://h/request ICAP/1.0\r\n")
            while time.monotonic() - began < 45:
                try:
                    c.send(b"X")
                    if c.s.recv(1) == b"":
                        break
                except TimeoutError:
                    continue
                except ConnectionError:
                    break
        self.took = time.monotonic() - began


@pytest.fixture(scope="module")
def lasting_door(tmp_path_factory):
    d = Door(tmp_path_factory.mktemp("solid"))
    d.publish(model())
    d.lists(ROOT / "policy/demo/lists")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    d.start()
    d.slow = SlowHead(d)
    yield d
    d.slow.thread.join()
    end_door(d)


@pytest.fixture
def door(lasting_door):
    """The same process before and after, which answers at once and has not grown."""
    pid = lasting_door.workers["web-0"].pid
    reset_peak(pid)
    before = rss(pid)
    yield lasting_door
    assert lasting_door.workers["web-0"].poll() is None
    began = time.monotonic()
    with lasting_door.client() as c:
        assert c.ask(reqmod(FINE)).status == 204
        assert c.ask(reqmod(CASINO, icap=STAFF)).http_status == 403
    assert time.monotonic() - began < AT_ONCE
    if not is_asan(lasting_door.host):
        assert rss(pid, "VmHWM") - before < MEMORY_MAX


def last_status(c):
    """The status of the answer that ends the connection; None where a reset swallowed it."""
    try:
        a = c.answer()
        assert a.headers["connection"] == "close" and c.is_closed()
        return a.status
    except (Closed, ConnectionResetError):
        return None


def reset(c):
    """Close as a machine does that was switched off: by RST."""
    c.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    c.s.close()


# --- previews ---

def previewed(head, body, size, more=b""):
    """A request's bytes up to the end of its preview; `more` ends the ICAP head's lines."""
    head = head.replace(b"\r\n", b"\r\nPreview: %d\r\n" % size + more, 1)
    whole = len(body) <= size
    first = body[:size]
    chunks = b"%x\r\n%s\r\n" % (len(first), first) if first else b""
    return head + chunks + (b"0; ieof\r\n\r\n" if whole else b"0\r\n\r\n")


UPLOAD = reqmod(FINE, "POST", None, b"", {"Allow": None})[:-5]
UPLOAD_CASINO = reqmod(CASINO, "POST", BROWSER, b"", {"Allow": None, **STAFF})[:-5]
DOWNLOAD = respmod(FINE, b"", {"Allow": None})[:-5]


@pytest.mark.parametrize("allow", [b"", b"Allow: 204\r\n"], ids=["preview", "204 anywhere"])
@pytest.mark.parametrize("size", [0, 1, 1024, 30000])
def test_previews_are_answered_without_the_rest(door, size, allow):
    """But what is refused: see test_who_still_sends_is_refused_when_all_is_there."""
    with door.client() as c:
        for length in (0, 1, 1023, 1024, 1025, 40000):
            body = os.urandom(length)
            assert c.ask(previewed(UPLOAD, body, size, allow)).status == 204
            assert c.ask(previewed(DOWNLOAD, body, size, allow)).status == 204
            c.send(previewed(UPLOAD_CASINO, body, size, allow))
            if length > size:
                assert c.head()[0] == 100
                c.send(chunked(body[size:]))
            assert c.answer().http_status == 403


@pytest.mark.parametrize("size", [0, 10, 60, 4096])
def test_a_form_is_read_by_every_preview(door, size):
    """What is typed in a coach page arrives whole: by 100 Continue, or with the preview's ieof."""
    with door.client() as c:
        page = c.ask(reqmod(SOCIAL, headers=BROWSER, icap=STAFF)).body.decode()
        token = page.split('name="token" value="')[1].split('"')[0]
        reason = f"size {size} " + "x" * 600  # too long: the page comes again, with all of it
        body = f"reason={reason.replace(' ', '+')}&token={token}".encode()
        fields = {"Content-Type": "application/x-www-form-urlencoded", **BROWSER}
        form = reqmod("https://social.example/.beadle/continue", "POST", fields, b"",
                      {"Allow": None, **STAFF})[:-5]
        c.send(previewed(form, body, size))
        if len(body) > size:
            assert c.head()[0] == 100
            c.send(chunked(body[size:], 100))
        a = c.answer()
        assert a.http_status == 403 and reason.encode() in a.body
        assert c.ask(reqmod(FINE)).status == 204


# --- what is encapsulated ---

def both(form):
    """A RESPMOD with both heads."""
    return icap(RESPMOD, "Allow: 204", form, body=GET + RESPONSE)


TAKEN = {
    "no blanks": icap(REQMOD, "Allow: 204", f"Encapsulated: req-hdr=0,null-body={N}", body=GET),
    "many blanks": icap(REQMOD, "Allow: 204", f"Encapsulated:   req-hdr=0 ,\t null-body={N}  ",
                        body=GET),
    "capitals": icap(REQMOD, "Allow: 204", f"Encapsulated: Req-Hdr=0, NULL-BODY={N}", body=GET),
    "leading zeros": icap(REQMOD, "Allow: 204", f"Encapsulated: req-hdr=00, null-body=0{N}",
                          body=GET),
    "both heads and a body": both(f"Encapsulated: req-hdr=0, res-hdr={N}, "
                                  f"res-body={N + len(RESPONSE)}") + chunked(b"hello"),
    "both heads": both(f"Encapsulated: req-hdr=0, res-hdr={N}, null-body={N + len(RESPONSE)}"),
    "a response alone": icap(RESPMOD, "Allow: 204",
                             f"Encapsulated: res-hdr=0, res-body={len(RESPONSE)}",
                             body=RESPONSE + chunked(b"hello")),
    "a response without its head": icap(RESPMOD, "Allow: 204",
                                        f"Encapsulated: req-hdr=0, res-body={N}",
                                        body=GET + chunked(b"hello")),
    "a body alone": icap(RESPMOD, "Allow: 204", "Encapsulated: res-body=0", body=chunked(b"hi")),
}


@pytest.mark.parametrize("name", TAKEN)
def test_every_form_of_a_message_is_taken(door, name):
    with door.client() as c:
        assert c.ask(TAKEN[name]).status == 204
        assert c.ask(TAKEN[name].replace(b"Allow: 204", b"X-None: 204")).status == 200
        assert c.ask(reqmod(FINE)).status == 204


def test_what_is_handed_back_is_what_came(door):
    """Where a peer takes no 204, each form comes back with the same body behind the same head."""
    with door.client() as c:
        for data, head in ((UPLOAD, http_request(FINE, "POST")), (DOWNLOAD, RESPONSE)):
            for body in (b"", b"x", os.urandom(70000)):
                a = c.ask(data + chunked(body, 999))
                assert (a.status, a.body) == (200, body)
                assert a.http_head.encode("latin-1") == head
        a = c.ask(icap(RESPMOD, "Encapsulated: res-body=0", body=chunked(b"no head")))
        assert (a.status, a.http_head, a.body) == (200, "", b"no head")
        a = c.ask(icap(REQMOD, f"Encapsulated: req-hdr=0, null-body={N}", body=GET))
        assert a.http_head.encode("latin-1") == GET and "null-body" in a.headers["encapsulated"]


OPTIONS = "OPTIONS icap://h/request ICAP/1.0"


@pytest.mark.parametrize("data", [
    icap(OPTIONS), icap(OPTIONS, "Encapsulated: null-body=0"),
    icap(OPTIONS, "Encapsulated: opt-body=0", body=chunked(b"about us")),
    icap(OPTIONS, "Encapsulated: opt-body=0", "Preview: 0", body=b"0\r\n\r\n"),
    icap(OPTIONS, "Encapsulated: opt-body=0", "Preview: 9", body=b"1\r\nx\r\n0; ieof\r\n\r\n"),
], ids=["bare", "without a body", "with a body", "with a preview", "with a whole preview"])
def test_options_of_every_form(door, data):
    with door.client() as c:
        for _ in range(2):
            a = c.ask(data)
            assert a.status == 200 and a.headers["methods"] == "REQMOD"
        assert c.ask(reqmod(FINE)).status == 204


WRONG_PARTS = [
    f"null-body={N}, req-hdr=0", f"req-hdr=0, res-hdr=10, null-body={N}",
    f"req-hdr=0, res-body={N}", f"req-hdr=0, opt-body={N}", f"req-hdr=0, req-hdr=5, null-body={N}",
    f"req-hdr=0, req-body={N}, null-body={N}", f"req-hdr=1, null-body={N}", "null-body=0",
    "req-body=0", "req-hdr=0", "", ",", f"req-hdr=0,, null-body={N}", f"req-hdr=, null-body={N}",
    f"req-hdr=0x0, null-body={N}", f"req-hdr=+0, null-body={N}", f"req-hdr=0, null-body={N}.0",
    f"req-hdr=0, null-body={N};", f"req-hdr=0, null-body=-{N}", "req-hdr=0, null-body=0",
    f"=0, null-body={N}", f"req-hdr 0, null-body={N}", f"trailer=0, null-body={N}",
    f"req-hdr=0, null-body={N}\r\nEncapsulated: req-hdr=0, null-body={N}",
    "req-hdr=0, null-body=4294967296", "req-hdr=0, null-body=18446744073709551616",
    "req-hdr=0, null-body=300000", f"req-hdr=0, null-body={N - 1}", f"req-hdr=0, null-body={N - 2}",
    f"req-hdr=0, null-body={N - 20}", "req-hdr=0, null-body=1",
]


@pytest.mark.parametrize("parts", WRONG_PARTS)
def test_wrong_parts_are_refused(door, parts):
    with door.client() as c:
        c.send(icap(REQMOD, "Allow: 204", "Encapsulated: " + parts, body=GET))
        assert last_status(c) in (400, None)


@pytest.mark.parametrize("beyond", [1, 2, 20])
def test_a_head_said_to_be_longer_is_waited_for(door, beyond):
    """What follows belongs to it then, and two requests in one head are none."""
    with door.client() as c:
        c.send(icap(REQMOD, "Allow: 204", f"Encapsulated: req-hdr=0, null-body={N + beyond}",
                    body=GET))
        c.send(reqmod(FINE))
        assert last_status(c) in (400, None)


# --- streams of bytes ---

def exchange():
    """Requests of all kinds in a row, with the statuses of their answers."""
    return [(icap(OPTIONS), 200), (reqmod(FINE), 204), (previewed(UPLOAD, b"abc", 2), 204),
            (reqmod(CASINO, "POST", BROWSER, b"body", STAFF), 200),
            (DOWNLOAD + b"3;x=\"a;b\"\r\nabc\r\n0;last\r\nTrailer: one\r\nTwo: \r\n\r\n", 200),
            (icap("OPTIONS icap://h/none ICAP/1.0"), 404), (respmod(FINE, b"xyz"), 204)]


def test_pipelined_in_one_segment_and_byte_by_byte(door):
    data, wanted = b"".join(d for d, _ in exchange()), [s for _, s in exchange()]
    with door.client() as c:
        c.send(data)
        assert [c.answer().status for _ in wanted] == wanted
        for i in range(len(data)):
            c.send(data[i:i + 1])
        assert [c.answer().status for _ in wanted] == wanted


def test_cut_off_at_every_byte(door):
    """By a peer that says its last, and by one that vanishes: as many answers as were whole."""
    for data, status in exchange():
        for i in range(len(data)):
            with door.client() as c:
                c.send(data[:i])
                c.s.shutdown(socket.SHUT_WR)
                got = b""
                while more := c.s.recv(65536):
                    got += more
                assert got.count(b"ICAP/1.0 ") <= 1 and b"ICAP/1.0 400" not in got, (data[:i], got)
                if i < data.index(b"\r\n\r\n") + 4:
                    assert got == b"", data[:i]
            if i % 7 == 0:
                c = door.client()
                c.send(data[:i])
                reset(c)


def test_resets_amidst_answers(door):
    for i in range(100):
        c = door.client()
        c.send(DOWNLOAD + b"10000\r\n" + b"x" * 0x10000 + b"\r\n" + reqmod(CASINO, icap=STAFF))
        if i % 2:
            c.more()
        reset(c)


def test_slow_readers_get_all_of_a_last_answer(door):
    """
    Also those that rest for longer than the door waits for a peer to close, and those that have said
    by then that they send no more. Where they rest is tried out: the door must have taken all in, and
    not yet be rid of all to the kernel.
    """
    body, whole = os.urandom(12 << 20), []
    head = DOWNLOAD.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)

    def write(s, ends):
        push(s, head + chunked(body, 1 << 16))
        if ends:
            s.shutdown(socket.SHUT_WR)

    def read(rest_at, ends):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 15)
        s.settimeout(10)
        s.connect(("127.0.0.1", door.port))
        writer = threading.Thread(target=write, args=(s, ends))
        writer.start()
        n, end = 0, b""
        with s:
            while more := s.recv(1 << 14):
                if n < rest_at <= n + len(more):
                    time.sleep(3.5)
                n, end = n + len(more), (end + more)[-7:]
            writer.join()
        whole.append(n > len(body) and end == b"\r\n0\r\n\r\n")

    readers = [threading.Thread(target=read, args=(len(body) - (left << 10), left % 300 == 50))
               for left in range(2600, 5000, 150)]
    for r in readers:
        r.start()
    for r in readers:
        r.join()
    assert whole == [True] * len(readers)


# --- greed ---

HEADERS = {
    "lines without an end": b"X-Filler: " + b"y" * 1000 + b"\r\n",
    "one line without an end": b"y" * 1000,
    "NULs": b"\0" * 1000,
    "line feeds in the middle": b"A: b\n" * 200,
}


@pytest.mark.parametrize("name", HEADERS)
def test_64_mb_of_header_are_not_kept(door, name):
    pid = door.workers["web-0"].pid
    before = rss(pid)
    with door.client() as c:
        c.send(b"REQMOD icap://h/request ICAP/1.0\r\n")
        push(c.s, HEADERS[name] * ((64 << 20) // len(HEADERS[name])))
        assert last_status(c) in (400, None)
    if not is_asan(door.host):
        assert rss(pid, "VmHWM") - before < 8 << 10


@pytest.mark.parametrize("lines,stays", [(200, True), (300, False), (10000, False)])
def test_ten_thousand_header_lines(door, lines, stays):
    """Around the request and within it."""
    extra = b"X-Line: 1\r\n" * lines
    within = http_request(FINE)[:-2] + extra + b"\r\n"
    for data in (reqmod(FINE).replace(b"\r\n", b"\r\n" + extra, 1),
                 icap(REQMOD, "Allow: 204", f"Encapsulated: req-hdr=0, null-body={len(within)}",
                      body=within)):
        with door.client() as c:
            push(c.s, data)
            if stays:
                assert c.answer().status == 204
            else:
                assert last_status(c) in (400, None)


def test_greedy_peers_share_what_there_is(door):
    """A thousand unfinished heads of nearly the largest size: the memory of some of them only."""
    greedy = [door.client() for _ in range(1000)]
    try:
        head = b"REQMOD icap://h/request ICAP/1.0\r\n" + b"X: " + b"y" * 60000 + b"\r\n"
        for _ in range(4):
            for c in greedy:
                c.s.settimeout(0.5)
                push(c.s, head)
                head = b"X: " + b"y" * 60000 + b"\r\n"
        began = time.monotonic()
        with door.client() as c:
            for _ in range(50):
                assert c.ask(reqmod(CASINO, icap=STAFF)).http_status == 403
        assert time.monotonic() - began < AT_ONCE
        assert door.log().count("ev=crowded") > 0
    finally:
        for c in greedy:
            c.s.close()


def test_what_the_gone_held_is_free_again(door):
    """Peers that go while their answers are written, and then one among many that sends a long head."""
    for _ in range(200):
        with door.client() as c:
            c.send(b"OPTIONS icap://h/request ICAP/1.0\r\n\r\n" * 1700)
    crowded = door.log().count("ev=crowded")
    others = [door.client() for _ in range(800)]
    try:
        with door.client() as c:
            c.send(reqmod(FINE).replace(b"\r\n", b"\r\nX: " + b"y" * 60000 + b"\r\n", 1)[:-4])
            time.sleep(0.1)
            c.send(b"\r\n\r\n")
            assert c.answer().status == 204
        assert door.log().count("ev=crowded") == crowded
    finally:
        for c in others:
            c.s.close()


def test_peers_that_never_read_hold_up_nobody(door):
    """Each has asked for more than anyone would keep for it."""
    deaf = [door.client() for _ in range(60)]
    try:
        for c in deaf:
            c.s.setblocking(False)
            try:
                c.s.send(reqmod(CASINO, headers=BROWSER, icap=STAFF) * 2000)
                c.s.send(DOWNLOAD + b"100000\r\n" + b"x" * 0x100000)
            except BlockingIOError:
                pass
        began = time.monotonic()
        with door.client() as c:
            for _ in range(50):
                assert c.ask(reqmod(FINE, icap=STAFF)).status == 204
        assert time.monotonic() - began < AT_ONCE
    finally:
        for c in deaf:
            reset(c)


def test_a_thousand_slow_peers_hold_up_nobody(door):
    """They send a byte now and then, of heads, of bodies and of previews."""
    starts = [b"REQMOD icap://h/request ICAP/1.0\r\nX: ", UPLOAD + b"ffffff\r\n",
              UPLOAD.replace(b"\r\n", b"\r\nPreview: 4096\r\n", 1) + b"1000\r\n",
              DOWNLOAD + b"1;ext="]
    slow = [door.client() for _ in range(1000)]
    slowest, ended = 0, time.monotonic() + 3
    try:
        for i, c in enumerate(slow):
            c.send(starts[i % len(starts)])
        i = 0
        while time.monotonic() < ended:
            for _ in range(20):
                slow[i % 1000].send(b"x")
                i += 1
            began = time.monotonic()
            with door.client() as c:
                assert c.ask(icap(OPTIONS)).status == 200
                assert c.ask(reqmod(CASINO, icap=STAFF)).http_status == 403
            slowest = max(slowest, time.monotonic() - began)
        assert i > 1000 and slowest < 2
    finally:
        for c in slow:
            c.s.close()


# --- 50 MB, both ways ---

@pytest.mark.parametrize("head", [UPLOAD, DOWNLOAD], ids=["upload", "download"])
def test_large_bodies_are_not_kept(door, head):
    """Through a reader that is slower than the writer; where they are dropped, too."""
    size, piece = 50 << 20, os.urandom(1 << 16)
    pid = door.workers["web-0"].pid
    before = rss(pid)

    def send(c):
        for _ in range(size // len(piece)):
            c.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        c.send(b"0\r\n\r\n")

    with door.client(timeout=60) as c:
        c.send(head)
        writer = threading.Thread(target=send, args=(c,))
        writer.start()
        time.sleep(0.3)
        status, headers = c.head()
        assert status == 200
        c.exactly(int(headers["encapsulated"].split("=")[-1]))
        got = bytearray()
        c.chunks(got.extend)
        writer.join()
        assert len(got) == size and got == piece * (size // len(piece))
        c.send(head.replace(b"\r\n", b"\r\nAllow: 204\r\n", 1))
        send(c)
        assert c.answer().status == 204
    if not is_asan(door.host):
        assert rss(pid, "VmHWM") - before < 8 << 10


# --- noise ---

def bend(data, dice):
    """A few bytes changed, taken out, put in or copied."""
    data = bytearray(data)
    for _ in range(dice.randrange(1, 8)):
        at = dice.randrange(len(data) + 1)
        what = dice.randrange(5)
        if what == 0:
            data[at:at + 1] = bytes([dice.randrange(256)])
        elif what == 1:
            del data[at:at + dice.randrange(1, 40)]
        elif what == 2:
            data[at:at] = dice.choice([b"\r\n", b"\0", b"0", b";", b": ", b"\n", b"ffffffff", b"=",
                                       b"\r\n\r\n", b"204", b"ICAP/1.0"])
        elif what == 3:
            data[at:at] = data[dice.randrange(len(data) + 1):][:30]
        else:
            data[at:at + 1] = bytes([data[at] ^ 1 << dice.randrange(8)]) if at < len(data) else b""
    return bytes(data)


def test_thousands_of_bent_exchanges(door):
    """Twenty thousand, the same in every run, by four peers at once: none hangs, none is fatal."""
    whole = [d for d, _ in exchange()]
    failed = []

    def peer(seed):
        dice = random.Random(seed)
        try:
            for _ in range(5000):
                data = bend(b"".join(dice.choices(whole, k=dice.randrange(1, 3))), dice)
                # From many addresses, or ports that have just been used run short.
                with door.client(source=f"127.0.{dice.randrange(250)}.7") as c:
                    push(c.s, data)
                    try:
                        c.s.shutdown(socket.SHUT_WR)
                        while c.s.recv(1 << 16):
                            pass
                    except (ConnectionResetError, OSError) as e:
                        if isinstance(e, TimeoutError):
                            raise
        except Exception as e:  # a hang or a refused connection
            failed.append(repr(e))

    peers = [threading.Thread(target=peer, args=(3507 + i,)) for i in range(4)]
    for p in peers:
        p.start()
    for p in peers:
        p.join()
    assert failed == []


def test_a_slow_head_is_cut(door):
    """Last, for it began with the first of these tests and takes half a minute."""
    door.slow.thread.join()
    assert 29 < door.slow.took < 36
