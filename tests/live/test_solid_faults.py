"""
The web door while the machine fails it: each allocation, each read, write, sync and open of a
request of every kind in turn, by fail_calls.c in front of the C library. No fault ends the process,
none turns a block into a pass, and the next request is answered as ever.
"""

import errno
import mmap
import os
import re
import struct

import pytest
from conftest import ROOT
from door_alone import (CASINO, FINE, SOCIAL, STAFF, Door, door_host, end_door, icap, is_asan,
                        model)
from icap_client import BROWSER, Closed, chunked, reqmod, respmod

KINDS = ["none", "memory", "read", "write", "accept", "sync", "room", "open", "map",
         "watch"]  # fail_calls.c
MOST = 300  # calls of one kind that one request makes at most
BODY = os.urandom(200000)

pytestmark = pytest.mark.skipif(is_asan(door_host()), reason="a sanitizer brings its own malloc")


class Faults:
    """The orders that the process reads."""

    def __init__(self, path):
        path.write_bytes(bytes(4096))
        with open(path, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), 4096)

    def order(self, kind, nth, error):
        self.map[4:16] = struct.pack("iii", nth, error, 0)
        self.map[:4] = struct.pack("i", KINDS.index(kind))

    def end(self):
        """Whether the call was made, and failed."""
        self.map[:4] = bytes(4)
        return struct.unpack("i", self.map[12:16])[0] == 1


@pytest.fixture(scope="module")
def failing(tmp_path_factory):
    d = Door(tmp_path_factory.mktemp("faults"))
    d.publish(model())
    d.lists(ROOT / "policy/demo/lists")
    d.faults = Faults(d.folder / "orders")
    d.start(under=["env", f"LD_PRELOAD={d.host.parent}/libfail_calls.so",
                   f"BEADLE_FAIL={d.folder}/orders"])
    # Once in its life the loop's table of descriptors grows, and libuv ends a process for that.
    for _ in range(20):
        with d.client() as c:
            assert c.ask(reqmod(FINE, icap=STAFF)).status == 204
    yield d
    end_door(d)


def form(c):
    page = c.ask(reqmod(SOCIAL, headers=BROWSER, icap=STAFF)).body.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    return reqmod("https://social.example/.beadle/continue", "POST",
                  {"Content-Type": "application/x-www-form-urlencoded", **BROWSER},
                  f"reason={'x' * 600}&token={token}".encode(), STAFF)


UPLOAD = reqmod(FINE, "POST", None, b"", {"Allow": None})[:-5] + chunked(BODY)
REQUESTS = {
    "options": lambda c: icap("OPTIONS icap://h/request ICAP/1.0"),
    "allowed": lambda c: reqmod(FINE, headers=BROWSER, icap=STAFF),
    "blocked": lambda c: reqmod(CASINO, headers=BROWSER, icap=STAFF),
    "blocked as JSON": lambda c: reqmod(CASINO, headers={"Accept": "application/json"}, icap=STAFF),
    "coached": lambda c: reqmod(SOCIAL, headers=BROWSER, icap=STAFF),
    "a form": form,
    "an upload": lambda c: UPLOAD,
    "a download": lambda c: respmod(FINE, BODY, {"Allow": None}),
}


def asks(door, name, kind, nth, error):
    """One request while the n-th call fails: (its status or None, whether a call failed)."""
    with door.client() as c:
        data = REQUESTS[name](c)
    door.faults.order(kind, nth, error)
    status = None
    try:
        with door.client(timeout=5) as c:
            a = c.ask(data)
            status = a.http_status if a.http_head.startswith("HTTP/") else a.status
            if name.endswith("load") and a.status == 200:
                assert a.body == BODY
    except (Closed, ConnectionError):
        pass
    return status, door.faults.end()


FAULTS = [("memory", errno.ENOMEM), ("read", errno.EIO), ("read", 0), ("read", errno.EAGAIN),
          ("write", errno.EPIPE), ("write", 0), ("write", errno.EAGAIN), ("write", errno.ENOBUFS),
          ("accept", errno.EMFILE), ("accept", errno.ECONNABORTED), ("accept", errno.EINTR),
          ("sync", errno.EIO), ("sync", errno.EINTR), ("room", errno.ENOSPC)]


@pytest.mark.parametrize("kind,error", FAULTS,
                         ids=[f"{k}-{errno.errorcode.get(e, 'short')}" for k, e in FAULTS])
def test_each_call_of_each_request_fails_once(failing, kind, error):
    pid, hit = failing.workers["web-0"].pid, 0
    for name in REQUESTS:
        # A connection without memory waits a second for the next try: once is enough.
        first = 2 if kind == "memory" and name != "options" else 1
        for nth in range(first, MOST):
            status, failed = asks(failing, name, kind, nth, error)
            assert failing.workers["web-0"].poll() is None, (name, nth, failing.log()[-500:])
            if name.startswith(("blocked", "coached")):
                assert status in (400, 403, 500, 503, None), (name, nth, status)
            if not failed:
                break
            hit += 1
        with failing.client() as c:
            assert c.ask(reqmod(CASINO, headers=BROWSER, icap=STAFF)).http_status == 403
            assert c.ask(reqmod(FINE, icap=STAFF)).status == 204
    assert failing.workers["web-0"].pid == pid
    assert hit > 0 or kind == "room", "nothing failed"


def test_a_socket_that_is_not_watched_is_closed(failing):
    """The kernel watches so many for all of a user's processes: who comes next is served."""
    failing.faults.order("watch", 1, errno.ENOSPC)
    with failing.client() as c, pytest.raises((Closed, ConnectionError)):
        c.ask(reqmod(FINE, icap=STAFF))
    assert failing.faults.end() and failing.workers["web-0"].poll() is None
    with failing.client() as c:
        assert c.ask(reqmod(CASINO, headers=BROWSER, icap=STAFF)).http_status == 403
