"""
What must not be held up on its way through Squid and the web door: event streams, WebSockets, large
media. The site says when it sent what; the figures beside a proxy without Beadle are ./bench's.
"""

import base64
import hashlib
import os
import re
import socket
import ssl
import threading
from pathlib import Path

import pytest
from conftest import children, take, until

BOTH = pytest.mark.parametrize("scheme", ["http", "https"])
LARGE = 8 << 20


class Stream:
    """A site on two ports, plain and TLS, that sends the next piece when it is told to."""

    def __init__(self, sites):
        self.go, self.tunnels = threading.Event(), 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sites.folder / "site.crt", sites.folder / "site.key")
        self.listeners = {"http": self.listen(None), "https": self.listen(context)}

    def listen(self, context):
        s = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, args=(s, context), daemon=True).start()
        return s

    def accept(self, listener, context):
        while True:
            try:
                s, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(s, context), daemon=True).start()

    def serve(self, s, context):
        try:
            with context.wrap_socket(s, server_side=True) if context else s as s:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += s.recv(1)
                path = head.split(b" ")[1]
                {b"/events": self.events, b"/film": self.film, b"/socket": self.socket,
                 b"/upload": self.upload, b"/slow": self.slow}[path](s, head)
        except (OSError, ssl.SSLError):
            pass  # a client that has seen enough

    def events(self, s, _):
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: first\n\n")
        self.go.wait(10)
        s.sendall(b"data: second\n\n")

    def film(self, s, _):
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: %d\r\n\r\n" % LARGE)
        s.sendall(b"f" * 65536)
        self.go.wait(10)
        s.sendall(b"f" * (LARGE - 65536))

    def upload(self, s, head):
        length = int(re.search(rb"Content-Length: (\d+)", head)[1])
        digest, got = hashlib.sha256(), 0
        while got < length:
            piece = s.recv(1 << 16)
            if not piece:
                return  # cut off: who sent it sees that no digest comes
            digest.update(piece)
            got += len(piece)
            self.go.set()  # something has come, long before its end
        text = digest.hexdigest().encode()
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                  % (len(text), text))

    def slow(self, s, head):
        self.go.wait(20)  # all of it is on its way, and nothing of it was taken
        self.upload(s, head)

    def socket(self, s, head):
        key = re.search(rb"Sec-WebSocket-Key: (\S+)", head)[1]
        guid = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
        accept = base64.b64encode(hashlib.sha1(key + guid).digest())
        s.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                  b"Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n" % accept)
        self.tunnels += 1
        while data := s.recv(4096):
            s.sendall(data)

    def close(self):
        for s in self.listeners.values():
            s.close()


@pytest.fixture
def stream(shared, sites):
    s, squid = Stream(sites), shared.pids()["squid"]
    yield s
    s.go.set()
    s.close()
    log = (shared.data / "squid" / "cache.log").read_text()[-2000:]
    assert shared.pids()["squid"] == squid, f"Squid was started anew: {log}"


def open_files(pid):
    try:
        return [os.readlink(f) for f in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return []  # it has ended meanwhile


def through(school, stream, scheme, path, host="ok.example"):
    """A connection through Squid to the site, and the target that a request names on it."""
    at = f"{host}:{stream.listeners[scheme].getsockname()[1]}"
    s = socket.create_connection(("127.0.0.1", school.ports[2]), 10)
    if scheme == "http":
        return s, f"http://{at}{path}", at
    s.sendall(f"CONNECT {at} HTTP/1.1\r\nHost: {at}\r\n\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += s.recv(1)
    assert head.startswith(b"HTTP/1.1 200"), head
    trust = ssl.create_default_context(cafile=school.data / "squid" / "ca.crt")
    return trust.wrap_socket(s, server_hostname=host), path, at


@BOTH
def test_events_come_one_by_one(shared, stream, scheme):
    s, target, at = through(shared, stream, scheme, "/events")
    with s:
        s.sendall(f"GET {target} HTTP/1.1\r\nHost: {at}\r\nAccept: text/event-stream\r\n\r\n".encode())
        first = take(s, b"data: first")
        assert first.startswith(b"HTTP/1.1 200") and b"second" not in first
        stream.go.set()  # the site has not gone on before
        take(s, b"data: second")


@BOTH
def test_a_film_begins_before_it_ends(shared, stream, scheme):
    s, target, at = through(shared, stream, scheme, "/film")
    with s:
        s.sendall(f"GET {target} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n".encode())
        got = len(take(s, b"\r\n\r\n" + b"f" * 1000))
        assert got < LARGE and not stream.go.is_set()
        stream.go.set()
        while more := s.recv(1 << 20):
            got += len(more)
        assert got > LARGE


@BOTH
def test_an_upload_arrives_while_it_is_sent(shared, stream, scheme):
    s, target, at = through(shared, stream, scheme, "/upload")
    body = os.urandom(LARGE)
    with s:
        s.sendall(f"POST {target} HTTP/1.1\r\nHost: {at}\r\nContent-Length: {LARGE}\r\n\r\n".encode())
        s.sendall(body[:1 << 20])
        assert stream.go.wait(10), "nothing has arrived of a megabyte"
        s.sendall(body[1 << 20:])
        take(s, hashlib.sha256(body).hexdigest().encode())


@BOTH
def test_an_upload_to_a_slow_site(shared, stream, scheme):
    """Squid 5.7 cuts off who sends faster than the site takes it: what waits, waits behind the door."""
    s, target, at = through(shared, stream, scheme, "/slow")
    body = os.urandom(1 << 20) * 40  # more than the sockets between hold
    with s:
        s.sendall(f"POST {target} HTTP/1.1\r\nHost: {at}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        s.sendall(body)
        spools = [f for pid in children(shared.process.pid) for f in open_files(pid) if "/journal/web-" in f and
                  f.endswith("(deleted)")]
        assert spools, "what waits lies on the disk, in a file without a name"
        stream.go.set()
        take(s, hashlib.sha256(body).hexdigest().encode())
    until(lambda: not any("/journal/web-" in f and f.endswith("(deleted)")
                          for pid in children(shared.process.pid) for f in open_files(pid)), "it is gone")


@BOTH
def test_websockets_speak_both_ways(shared, stream, scheme):
    s, target, at = through(shared, stream, scheme, "/socket")
    key = base64.b64encode(os.urandom(16)).decode()
    ask = (f"GET {target} HTTP/1.1\r\nHost: {at}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode()
    with s:
        s.sendall(ask)
        assert take(s, b"\r\n\r\n").startswith(b"HTTP/1.1 101")
        for i in range(20):
            frame = b"\x81\x85" + os.urandom(4) + b"hello"  # masked, five bytes long
            s.sendall(frame)
            assert s.recv(100) == frame
    assert stream.tunnels == 1
    # One to a site that is blocked is refused as any request is.
    s, target, at = through(shared, stream, scheme, "/socket", "casino.example")
    with s:
        s.sendall(ask.replace(b"ok.example", b"casino.example"))
        assert take(s, b"\r\n\r\n").startswith(b"HTTP/1.1 403")
    assert stream.tunnels == 1
    until(lambda: shared.acts("casino.example"), "the attempt is on record")
