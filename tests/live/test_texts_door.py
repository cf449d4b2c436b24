"""What peers of every kind may do to a door that reads texts, with nothing around it."""

import base64
import gzip
import random
import select
import subprocess
import threading
import time

import pytest
from conftest import front, program, until
from door_alone import STAFF, empty, is_asan, reset_peak, rss
from icap_client import BROWSER, Closed, brotli, chunked, push, reqmod, respmod

PHRASES = "class drugs\n110 purple frobnicator\nexcused by health\ncontext health\n40 help line\n"
POLICY = front("Texts") + """
## Drugs {#drugs}

You do not sell drugs.

```rules
block web with serious phrases drugs
```
"""
BAD, FINE = b"a purple frobnicator", b"a quiet page about rivers. "
WHO = {**STAFF, "Allow": None}
MEMORY = 160 << 10  # kB that a thousand texts at once may take
assert empty  # a fixture


@pytest.fixture
def door(empty):
    (empty.folder / "phrases.txt").write_text(PHRASES)
    (empty.folder / "phrases").mkdir()
    subprocess.run([program(), "phrases", "compile", str(empty.folder / "phrases.txt"), "--to",
                    str(empty.folder / "phrases/phrases.map")], check=True)
    empty.publish({"texts.md": POLICY.encode(),
                   "roll.csv": b"login,name,groups\nt.ashdown,T. Ashdown (invented),staff\n"})
    empty.start()
    return empty


def pid(door):
    return door.workers["web-0"].pid


def answer_to(c, body, url="http://a.example/"):
    return c.ask(respmod(url, body, WHO))


@pytest.mark.parametrize("size", [1, 2, 7, 4096])
def test_the_verdict_is_the_same_however_it_is_cut(door, size):
    for body, status in ((BAD, 403), (FINE, 200)):
        data = respmod("http://a.example/", body, WHO)
        data = data[:len(data) - len(chunked(body))] + chunked(body, size)
        with door.client() as c:
            for i in range(0, len(data), size):
                c.send(data[i:i + size])
            a = c.answer()
            assert a.http_status == status
            assert status == 403 or a.body == body
            assert answer_to(c, FINE).body == FINE, "the connection goes on"


def test_one_connection_many_texts(door):
    with door.client() as c:
        for i in range(50):
            assert answer_to(c, FINE * i or b"x").http_status == 200
            assert answer_to(c, FINE * i + BAD).http_status == 403
    assert len(door.acts()) == 50


def test_a_peer_that_takes_204_is_told_so(door):
    with door.client() as c:
        assert c.ask(respmod("http://a.example/", FINE, STAFF)).status == 204
        assert c.ask(respmod("http://a.example/", BAD, STAFF)).http_status == 403


def test_preview_and_continue(door):
    with door.client() as c:
        c.send(respmod("http://a.example/", BAD, {**STAFF, "Preview": "0"}))
        assert c.head()[0] == 100
        c.send(chunked(BAD))
        assert c.answer().http_status == 403
        c.send(respmod("http://a.example/", FINE, {**WHO, "Preview": "0"}))
        assert c.head()[0] == 100
        c.send(chunked(FINE))
        assert c.answer().body == FINE


def test_what_is_sent_goes_on_with_its_head(door):
    head = {**BROWSER, "Content-Type": "text/plain"}
    with door.client() as c:
        a = c.ask(reqmod("http://a.example/", "POST", head, FINE, WHO))
        assert a.http_head.startswith("POST http://a.example/") and a.body == FINE
        assert c.ask(reqmod("http://a.example/", "POST", head, BAD, WHO)).http_status == 403


def test_large_bodies_pass_whole_and_are_not_kept(door):
    """Thirty megabytes of text: what is held is not more than the setting says."""
    with door.client() as c:
        assert answer_to(c, FINE).http_status == 200
        before = rss(pid(door))
        reset_peak(pid(door))
        body, got = FINE * (30_000_000 // len(FINE)), []
        data = respmod("http://a.example/", b"", WHO)[:-len(chunked(b""))]
        data += b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        sender = threading.Thread(target=c.send, args=(data,))
        sender.start()
        status, fields = c.head()
        n = int(fields["encapsulated"].split("res-body=")[1])
        c.exactly(n)
        c.chunks(lambda piece: got.append(len(piece)))
        sender.join()
        assert status == 200 and sum(got) == len(body)
        assert rss(pid(door), "VmHWM") - before < 8 << 10 or is_asan(door.host)


def test_a_thousand_slow_bodies(door):
    """They take so much memory and no more, hold up nobody, and are let go in the end."""
    before = rss(pid(door))
    reset_peak(pid(door))
    clients = []
    for i in range(1000):  # of ten addresses, none of which has more than its share
        c = door.client()
        who = {**WHO, "X-Client-Username": None, "X-Client-IP": f"10.1.1.{i % 10}"}
        c.send(respmod("http://a.example/", FINE, who)[:-len(chunked(FINE))])
        clients.append(c)
    piece = FINE * 2000  # 54 kB
    for c in clients:
        c.send(b"%x\r\n%s\r\n" % (len(piece), piece))
    began = time.monotonic()
    with door.client() as c:
        assert answer_to(c, BAD).http_status == 403
    assert time.monotonic() - began < 5
    most = rss(pid(door), "VmHWM") - before
    assert most < MEMORY or is_asan(door.host), f"{most} kB"
    for c in clients:  # held for four seconds at most
        assert c.head()[0] == 200
        c.s.close()
    assert "texts-full" not in door.log() and "texts-shared" not in door.log(), "some went on unread"
    with door.client() as c:
        assert answer_to(c, BAD).http_status == 403


def bomb():
    """A little, which comes at once, that unpacks to nearly as much as is read of so little."""
    noise = base64.b64encode(random.Random(6).randbytes(42_000))
    return gzip.compress(noise + b" quiet" * 1_500_000, 9)


def test_texts_that_unpack_to_much_hold_up_nobody(door):
    """Others are answered many times while four of them are read, not only between one and the next."""
    body = bomb()
    assert 9_000_000 / 200 < len(body) < 60_000
    data = respmod("http://a.example/", body, STAFF, b"Content-Encoding: gzip\r\n")
    bombs = [door.client() for _ in range(4)]
    between = 0
    with door.client() as c:
        for b in bombs:
            b.send(data)
        while not select.select([b.s for b in bombs], [], [], 0)[0]:
            assert c.ask(reqmod("http://a.example/", icap=STAFF)).status == 204
            between += 1
    for b in bombs:
        assert b.answer().status in (200, 204)
        b.s.close()
    assert between >= 12, between


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_what_was_not_read_does_not_go_on(door, coding):
    """A text that is read as it passes, and a piece of it that unpacks to more than a turn has room for."""
    noise = base64.b64encode(random.Random(7).randbytes(900_000), b"ab")  # one word
    body = noise[:1_000_000] + b"x" * 12_000_000 + b" " + BAD + b" " + noise[-40_000:]
    packed = {"gzip": gzip.compress, "br": brotli}[coding](body)
    got = []
    with door.client() as c:
        sender = threading.Thread(target=push, args=(c.s, respmod(
            "http://a.example/", packed, WHO, b"Content-Encoding: " + coding.encode() + b"\r\n")))
        sender.start()
        status, fields = c.head()
        c.exactly(int(fields["encapsulated"].split("res-body=")[1]))
        with pytest.raises((Closed, ConnectionResetError)):
            c.chunks(got.append)
        sender.join()
    assert status == 200 and sum(map(len, got)) < len(packed) - 25_000


def test_peers_that_go_in_the_middle(door):
    """At every byte: nothing is left behind, and the next is served."""
    data = respmod("http://a.example/", BAD + FINE * 40, WHO)
    for cut in range(0, len(data), 11):
        with door.client() as c:
            c.send(data[:cut])
    with door.client() as c:
        assert answer_to(c, BAD).http_status == 403


def test_a_broken_chunk_ends_it(door):
    for bad in (b"zz\r\n", b"5\r\nabc", b"-1\r\n"):
        with door.client() as c:
            head = respmod("http://a.example/", FINE, WHO)[:-len(chunked(FINE))]
            c.send(head + b"3\r\nabc\r\n" + bad)
            c.s.shutdown(1)
            try:
                assert c.head()[0] == 400
            except Closed:
                pass
    with door.client() as c:
        assert answer_to(c, BAD).http_status == 403


def test_without_phrases_the_door_goes_on(empty):
    empty.publish({"texts.md": POLICY.encode()})
    empty.start()
    with empty.client() as c:
        assert answer_to(c, BAD).body == BAD
    assert "ev=no-phrases" in empty.log()
