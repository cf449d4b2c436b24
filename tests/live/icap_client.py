"""
A raw ICAP client (RFC 3507) on a socket: it sends what it is told to, byte for byte, and reads
answers strictly, so that tests can say wrong things and see right ones.
"""

import ctypes
import socket
from dataclasses import dataclass, field

BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9", "Sec-Fetch-Dest": "document"}


@dataclass
class Answer:
    status: int
    headers: dict
    http_head: str = ""
    http_headers: dict = field(default_factory=dict)
    body: bytes = b""

    @property
    def http_status(self):
        return int(self.http_head.split(" ")[1])


def push(s, data):
    """Send as much as the door takes before it ends the connection."""
    try:
        s.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        pass


def brotli(data, window=22):
    lib = ctypes.CDLL("libbrotlienc.so.1")
    out, n = ctypes.create_string_buffer(len(data) + 1024), ctypes.c_size_t(len(data) + 1024)
    assert lib.BrotliEncoderCompress(5, window, 0, ctypes.c_size_t(len(data)), data, ctypes.byref(n), out)
    return out.raw[:n.value]


def chunked(data, size=4096, extension=""):
    out = b""
    for i in range(0, len(data), size):
        piece = data[i:i + size]
        out += b"%x%s\r\n%s\r\n" % (len(piece), extension.encode(), piece)
    return out + b"0\r\n\r\n"


def http_request(url, method="GET", headers=None):
    host = url.split("/")[2]
    lines = [f"{method} {url} HTTP/1.1", f"Host: {host}"]
    lines += [f"{k}: {v}" for k, v in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def reqmod(url, method="GET", headers=None, body=None, icap=None, service="request"):
    """A whole REQMOD request. `icap` adds ICAP fields; Allow: 204 unless it says otherwise."""
    fields = {"Host": "127.0.0.1", "Allow": "204"}
    fields.update(icap or {})
    head = http_request(url, method, headers)
    part = "null-body" if body is None else "req-body"
    fields["Encapsulated"] = f"req-hdr=0, {part}={len(head)}"
    lines = [f"REQMOD icap://127.0.0.1/{service} ICAP/1.0"]
    lines += [f"{k}: {v}" for k, v in fields.items() if v is not None]
    out = ("\r\n".join(lines) + "\r\n\r\n").encode() + head
    if body is None:
        return out
    return out + (b"0\r\n\r\n" if "Preview" in fields else chunked(body))


def respmod(url, body, icap=None, fields_of_http=b""):
    fields = {"Host": "127.0.0.1", "Allow": "204"}
    fields.update(icap or {})
    request = http_request(url)
    response = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + fields_of_http + b"\r\n"
    fields["Encapsulated"] = (f"req-hdr=0, res-hdr={len(request)}, "
                              f"res-body={len(request) + len(response)}")
    lines = ["RESPMOD icap://127.0.0.1/response ICAP/1.0"]
    lines += [f"{k}: {v}" for k, v in fields.items() if v is not None]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode() + request + response
    return head + (b"0\r\n\r\n" if "Preview" in fields else chunked(body))


class Closed(Exception):
    """The door closed the connection where an answer was due."""


class Icap:
    def __init__(self, port, source="127.0.0.1", timeout=10):
        self.s = socket.create_connection(("127.0.0.1", port), timeout, (source, 0))
        self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.held = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.s.close()

    def send(self, data):
        self.s.sendall(data)

    def more(self):
        data = self.s.recv(65536)
        if not data:
            raise Closed()
        self.held += data

    def until(self, end):
        while end not in self.held:
            self.more()
        got, self.held = self.held.split(end, 1)
        return got + end

    def exactly(self, n):
        while len(self.held) < n:
            self.more()
        got, self.held = self.held[:n], self.held[n:]
        return got

    def head(self):
        lines = self.until(b"\r\n\r\n").decode().split("\r\n")
        version, status, _ = lines[0].split(" ", 2)
        assert version == "ICAP/1.0", lines[0]
        pairs = [line.split(": ", 1) for line in lines[1:] if line]
        return int(status), {k.lower(): v for k, v in pairs}

    def chunks(self, taken=None):
        """The body, or its digest-like consumer `taken` called with each piece."""
        body = b""
        while True:
            n = int(self.until(b"\r\n")[:-2].split(b";")[0], 16)
            piece = self.exactly(n)
            assert self.exactly(2) == b"\r\n"
            if n == 0:
                return body
            if taken:
                taken(piece)
            else:
                body += piece

    def answer(self):
        status, headers = self.head()
        a = Answer(status, headers)
        parts = dict(p.strip().split("=") for p in headers.get("encapsulated", "").split(",") if p)
        at = {k: int(v) for k, v in parts.items()}
        end = [v for k, v in at.items() if k.endswith("-body")]
        if end and end[0]:
            a.http_head = self.exactly(end[0]).decode("latin-1")
            pairs = [line.split(": ", 1) for line in a.http_head.split("\r\n")[1:] if line]
            a.http_headers = {p[0].lower(): p[1] for p in pairs if len(p) == 2}
        if "res-body" in at or "req-body" in at:
            a.body = self.chunks()
        return a

    def ask(self, data):
        self.send(data)
        return self.answer()

    def is_closed(self):
        """Waits for the end of the connection; whatever still comes is an error."""
        try:
            return self.s.recv(1) == b""
        except ConnectionResetError:
            return True
