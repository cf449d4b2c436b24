"""What the web door does by rules beyond the host: searches, switches, sealed sites, files, counts."""

import html
import os
import re
import signal
import socket
import ssl
import threading
import time

import pytest

from conftest import ACTIONS, TWO_PEOPLE, end_school, front, make_school, until

BOTH = pytest.mark.parametrize("scheme", ["http", "https"])

POLICY = front("Using ICT, for tests", "staff, volunteers, governors") + """
# Using ICT

## 1 Searching {#search}

Essays are your own work.

```rules
block web search with words "essay mill"
  tell technicians daily
note web search with words "roman roads"
force web safe-search
```

## 2 Sealed {#sealed}

What you do at your bank is between you and it.

```rules
splice web to host bank.example, casino.example
```

## 3 Gambling {#gambling}

You do not gamble.

```rules
block web to host casino.example
  tell technicians
```

## 4 Programs {#programs}

Programs come from the technicians.

```rules
block web download with files program
block web with types video/mp4 to host files.example
block web download of more than 1 MB to host files.example
block web upload with files program
block web upload of more than 1 MB to host sharing.example
```

## 5 Often {#often}

Three looks are enough.

```rules
coach web to host games.example
  after 3 in 1 hour
note web to host friends.example
  tell head after 2 in 1 hour
```

## 6 Much {#much}

The line is everyone's.

```rules
block web download of more than 2 MB a day, to host archive.example
block web of more than 1 MB a day, to host bank.example
```

## 7 Quietly {#quietly}

Nobody asks who read about this.

```rules
note web to host plain.example, keeping nothing
```
"""


def text(page):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)))


@pytest.fixture(scope="module")
def ruled(sites):
    school = make_school(sites)
    file = school.folder / "staff.md"
    file.write_text(POLICY)
    school.beadle("policy", "publish", str(file), "--minute", "a test", "--name", "staff",
                  *TWO_PEOPLE)
    school.start()
    yield school
    end_school(school)


@pytest.fixture
def school(ruled):
    ruled.people.clear()
    ruled.people["127.0.0.1"] = "t.ashdown"
    return ruled


def last_head(sites, host, path):
    """What the site was asked for: the last request to this host whose path begins so."""
    found = [h for h in sites.heads if re.match(rf"https?://{re.escape(host)}{re.escape(path)}", h[0])]
    return found[-1] if found else None


# --- searches ---

@BOTH
def test_a_search_is_judged_by_its_words(school, sites, scheme):
    url = sites.url("www.bing.com", f"/search?q=best+Essay%20%20MILL+{scheme}", scheme)
    reply = school.visit(url)
    assert reply.status == 403 and "Essays are your own work." in text(reply.body), reply
    assert "You asked for a search at www.bing.com" in text(reply.body), reply
    assert not any(f"MILL+{scheme}" in a for a in sites.asked)
    act = until(lambda: [a for a in school.acts("www.bing.com") if scheme in a["path"]], "no act")[0]
    assert (ACTIONS[act["action"]], act["kind"], act["clause"]) == ("block", 4, "search")
    assert f"terms=best%20Essay%20MILL%20{scheme}" in act["kept"].split()
    assert "daily=technicians" in act["kept"].split() and act["tell"] == "technicians"
    page = school.ask_portal(f"/acts/{act['id']}")
    said = text(page.body)
    assert f"searched for: best Essay MILL {scheme}" in said, said
    assert "still comes to" in said or "again" in said
    assert school.visit(sites.url("www.bing.com", "/search?q=essays+milled", scheme)).status == 200


def test_a_posted_search_is_read_and_goes_on_whole(school, sites):
    url = sites.url("html.duckduckgo.com", "/html/", "https")
    reply = school.visit(url, "--data", "q=essay+mill&b=")
    assert reply.status == 403 and "Essays are your own work." in text(reply.body), reply
    reply = school.visit(url, "-H", "Transfer-Encoding: chunked", "--data", "q=essay+mill&b=chunks")
    assert reply.status == 403 and "Essays are your own work." in text(reply.body), reply
    assert school.visit(url, "--data", "b=" + "x" * 16384 + "&q=essay+mill").status == 413
    assert not [h for h in sites.heads if "html.duckduckgo.com" in h[0]]
    body = "q=roman+roads&b=%00%ff&kl=uk-en"
    assert school.visit(url, "--data-binary", body).status == 200
    asked, head, told = last_head(sites, "html.duckduckgo.com", "/html/")
    assert told == body and asked.endswith("/html/?kp=1") and head["Content-Length"] == str(len(body))
    act = until(lambda: [a for a in school.acts("html.duckduckgo.com") if a["action"] == 1], "no act")
    assert act[0]["method"] == "POST" and "terms=roman%20roads" in act[0]["kept"]


def test_suggestions_are_no_searches(school, sites):
    url = sites.url("www.google.com", "/complete/search?q=essay+mill", "https")
    reply = school.get(url, "-H", "Sec-Fetch-Dest: empty", "-H", "Accept: */*")
    assert reply.status == 200, reply


# --- safe search ---

@BOTH
@pytest.mark.parametrize("host, asked, became", [
    ("www.google.com", "/search?q=a&safe=off&SAFE=off&s%61fe=images", "/search?q=a&safe=active"),
    ("www.bing.com", "/images/search?q=a&adlt=off", "/images/search?q=a&adlt=strict"),
])
def test_safe_search_is_forced(school, sites, scheme, host, asked, became):
    assert school.visit(sites.url(host, asked, scheme)).status == 200
    assert last_head(sites, host, became.split("?")[0])[0] == f"{scheme}://{host}{became}"


@BOTH
def test_safe_search_by_host_and_header(school, sites, scheme):
    reply = school.visit(sites.url("duckduckgo.com", "/?q=a%20!safeoff&kp=-2", scheme))
    assert reply.status == 200 and "The site safe.duckduckgo.com" in reply.body, reply
    assert last_head(sites, "safe.duckduckgo.com", "/")[0].endswith("/?q=a%20!safeoff&kp=1")
    school.visit(sites.url("www.youtube.com", "/watch?v=1", scheme), "-H", "youtube-restrict: None")
    _, head, _ = last_head(sites, "www.youtube.com", "/watch")
    assert head.get_all("YouTube-Restrict") == ["Strict"]
    school.visit(sites.url("ok.example", "/search?q=a&safe=off", scheme))
    assert last_head(sites, "ok.example", "/search")[0].endswith("?q=a&safe=off")


# --- sealed sites ---

def issuer(school, host, port):
    """Who signed what the client is shown in a tunnel to the host; or the proxy's refusal."""
    with socket.create_connection(("127.0.0.1", school.ports[2]), timeout=10) as s:
        s.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n"
                  "X-Beadle-Sealed: 1\r\n\r\n".encode())
        said = s.recv(65536).decode()
        if " 200 " not in said.splitlines()[0]:
            while True:
                more = s.recv(65536)
                if not more:
                    return said
                said += more.decode()
        context = ssl.create_default_context(cadata=ssl_roots(school))
        context.check_hostname = False
        with context.wrap_socket(s, server_hostname=host) as t:
            return dict(x[0] for x in t.getpeercert()["issuer"])["commonName"]


def ssl_roots(school):
    return (school.data / "squid" / "ca.crt").read_text() + \
        (school.sites.folder / "sites-ca.crt").read_text()


def test_a_sealed_site_is_passed_on_unopened(school, sites):
    port = sites.https.server_address[1]
    assert issuer(school, "bank.example", port) == "the sites' authority"
    act = until(lambda: school.acts("bank.example"), "no act")[0]
    assert (act["method"], act["path"], act["person"]) == ("CONNECT", "", "t.ashdown")
    assert "stage=connect" in act["kept"]


def test_no_client_can_seal_a_site_itself(school, sites):
    assert issuer(school, "ok.example", sites.https.server_address[1]).startswith("Beadle at ")
    school.get(sites.url("ok.example", "/sealed", "http"), "-H", "X-Beadle-Sealed: 1")
    assert "X-Beadle-Sealed" not in last_head(sites, "ok.example", "/sealed")[1]


def test_a_sealed_site_that_is_blocked_is_refused_at_connect(school, sites):
    said = issuer(school, "casino.example", sites.https.server_address[1])
    assert said.startswith("HTTP/1.1 403") and "text/plain" in said, said
    assert "Blocked by 3 Gambling (staff, gambling)" in said and "<html" not in said, said
    for _ in range(3):
        issuer(school, "casino.example", sites.https.server_address[1])
    until(lambda: len(school.acts("casino.example")) == 4, "no acts")
    rows = school.rows("SELECT acts, clause FROM violation WHERE host = 'casino.example'")
    assert [(r["acts"], r["clause"]) for r in rows] == [(4, "gambling")]
    page = school.visit(sites.url("casino.example", "/plain"))
    assert "You do not gamble." in text(page.body)


# --- files ---

@BOTH
@pytest.mark.parametrize("what, blocked", [
    ("type=application/octet-stream&name=setup.exe", True),
    ("type=application/x-msdownload", True),
    ("type=text/html&name=report.pdf", False),
    ("type=application/zip", False),
])
def test_programs_are_stopped_before_a_byte(school, sites, scheme, what, blocked):
    url = sites.url("ok.example", f"/made?{what}&for={scheme}", scheme)
    reply = school.visit(url)
    assert reply.status == (403 if blocked else 200), reply
    if not blocked:
        assert reply.body == "x" * 10
        return
    assert "Programs come from the technicians." in text(reply.body) and "xxx" not in reply.body
    acts = until(lambda: [a for a in school.acts("ok.example") if a["path"].endswith(
        f"{what}&for={scheme}") and a["action"] == 4], "no act")
    assert [(a["kind"], a["clause"]) for a in acts] == [(3, "programs")]
    assert "file=program" in acts[0]["kept"].split() and "download=1" in acts[0]["kept"].split()
    said = text(school.ask_portal(f"/acts/{acts[0]['id']}").body)
    assert "file: program" in said, said


def test_types_and_sizes(school, sites):
    made = lambda query: school.visit(sites.url("files.example", f"/made?{query}"))
    assert made("type=video/mp4").status == 403
    assert made("type=video/webm").status == 200
    assert made("type=application/zip&size=1000000").status == 200
    reply = made("type=application/zip&size=1000001")
    assert reply.status == 403 and "Programs come from" in text(reply.body), reply.status
    assert made("type=application/zip&size=1500000&sized=no").status == 200  # nobody can tell
    part = school.get(sites.url("files.example", "/made?type=video/mp4&part"), "-H",
                      "Sec-Fetch-Dest: video", "-H", "Accept: */*")
    assert (part.status, part.body) == (403, "")
    parts = lambda: school.rows("""SELECT sum(v.parts) AS n FROM visit v JOIN site s ON s.id = v.site
        JOIN basis b ON b.id = v.basis WHERE s.host = 'files.example' AND b.action = ?""",
                                ACTIONS.index("block"))[0]["n"]
    until(lambda: parts() == 1, "it is not counted")
    assert not any("&part" in a["path"] for a in school.acts("files.example"))


def test_uploads_are_judged_by_type_and_size(school, sites):
    put = lambda host, type, size: school.get(
        sites.url(host, "/put", "https"), "-X", "PUT", "-H", f"Content-Type: {type}",
        "--data-binary", "@-", data=b"x" * size).status
    assert put("ok.example", "application/x-msdownload", 10) == 403
    assert put("ok.example", "application/pdf", 10) == 200
    assert put("sharing.example", "application/pdf", 990000) == 200
    assert put("sharing.example", "application/pdf", 1000001) == 403
    assert last_head(sites, "sharing.example", "/put")[2] == "x" * 990000


def test_who_sends_slowly_sees_why_it_is_refused(school, sites):
    """A browser that sends all before it reads the answer, as they do."""
    url = sites.url("sharing.example", "/slow")
    head = (f"PUT {url} HTTP/1.1\r\nHost: {url.split('/')[2]}\r\nAccept: text/html\r\n"
            "Content-Type: application/x-msdownload\r\nContent-Length: 200000\r\n\r\n")
    with socket.create_connection(("127.0.0.1", school.ports[2]), 10) as s:
        s.sendall(head.encode() + b"x" * 100000)
        time.sleep(0.5)
        s.sendall(b"x" * 50000)
        time.sleep(0.1)
        s.sendall(b"x" * 50000)
        got = b""
        while b"</html>" not in got:
            more = s.recv(65536)
            assert more, got
            got += more
    assert got.startswith(b"HTTP/1.1 403") and b"Programs come from the technicians." in got


# --- counters ---

def test_the_third_time_is_coached(school, sites):
    school.people["127.0.0.5"] = "b.okoro"
    url = sites.url("games.example", "/often")
    visit = lambda source: school.visit(url, source=source).status
    part = lambda: school.get(url + "-part", "-H", "Sec-Fetch-Dest: image",
                              source="127.0.0.1").status
    assert [visit("127.0.0.1"), part(), part(), part(), visit("127.0.0.1")] == [200] * 5
    assert visit("127.0.0.5") == 200, "another person's count"
    assert visit("127.0.0.1") == 403 and part() == 403
    assert visit("127.0.0.5") == 200
    [act] = until(lambda: [a for a in school.acts("games.example")
                           if a["action"] == 2 and a["kind"] == 0], "no act")
    assert re.search(r"count=[0-9a-f]{16}:3\b", act["kept"])


def test_a_role_is_told_from_the_second_time(school, sites):
    for _ in range(2):
        assert school.visit(sites.url("friends.example", "/told")).status == 200
    acts = until(lambda: (lambda a: len(a) == 2 and a)(
        [a for a in school.acts("friends.example") if a["path"] == "/told"]), "no acts")
    assert [a["tell"] for a in acts] == ["", "head"]


def test_counts_outlive_the_workers(school, sites):
    """kill -9 of every worker: the counts are those of before."""
    school.people["127.0.0.6"] = "g.penhale"
    url = sites.url("games.example", "/outlive")
    assert [school.visit(url, source="127.0.0.6").status for _ in range(2)] == [200, 200]
    before = {n: p for n, p in school.pids().items() if n.startswith("web-")}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    until(lambda: all(p not in before.values() for n, p in school.pids().items())
          and school.beadle("status", check=False).returncode == 0, "no new workers")
    assert school.visit(url, source="127.0.0.6").status == 403


PROGRAM = ["HTTP/1.1 200 OK", "Content-Length: 100", "Connection: close",
           "Content-Type: application/x-msdownload"]


@pytest.mark.parametrize("more, status", [
    ([], 403),
    (["X-A: \x01"], 403),
    (["X-A: \x7f"], 403),
    (["X-A: a\r\n b"], 403),
    (["Content-Type: text/html"], 403),
    ([f"X-{i}: a" for i in range(300)], 502),
], ids=["as it is", "a control byte", "another", "a folded line", "two types", "too many lines"])
def test_no_line_of_an_answer_hides_a_program(school, more, status):
    """A site that is in league with its visitor may send whatever a browser takes."""
    with socket.create_server(("127.0.0.1", 0)) as site:
        def answer():
            with site.accept()[0] as c:
                c.recv(65536)
                c.sendall("\r\n".join(PROGRAM + more + ["", "MZ" * 50]).encode("latin-1"))

        thread = threading.Thread(target=answer)
        thread.start()
        reply = school.visit(f"http://archive.example:{site.getsockname()[1]}/get")
        thread.join()
    assert reply.status == status and "MZ" not in reply.body, reply


def test_much_in_a_day_is_stopped(school, sites):
    made = lambda size, more="": school.get(
        sites.url("archive.example", f"/made?type=application/zip&size={size}{more}", "https"),
        patience=30)
    assert made(1500000).status == 200
    assert made(600000).status == 403, "announced bytes were not counted"
    assert made(300000).status == 200
    assert made(300000, "&sized=no").status == 200  # its size is known when it is over
    until(lambda: made(1).status == 403, "what passed was not counted", 5)


def test_a_download_that_is_broken_off_counts_what_passed(school, sites):
    school.people["127.0.0.7"] = "b.okoro"
    made = lambda size, more="": school.get(
        sites.url("archive.example", f"/made?type=application/zip&size={size}{more}"),
        source="127.0.0.7")
    cut = made(1900000, "&stop=100000")
    assert cut.status == 200 and len(cut.body) == 100000 and "transfer closed" in cut.error, cut.error
    assert until(lambda: made(900000).status == 200, "what was announced still counts", 5)
    assert made(1200000).status == 403


def test_bytes_of_sealed_tunnels_are_counted(school, sites):
    school.people["127.0.0.8"] = "v.lindqvist"
    fetch = lambda: school.get(
        sites.url("bank.example", "/made?type=application/zip&size=1100000", "https"), "--cacert",
        str(sites.folder / "sites-ca.crt"), source="127.0.0.8")
    assert fetch().status == 200
    until(lambda: "403" in fetch().error, "the tunnel's bytes were not counted", 5)


# --- keeping nothing ---

def test_nothing_is_kept_but_a_count(school, sites):
    assert school.visit(sites.url("plain.example", "/quietly?who=me")).status == 200
    [act] = until(lambda: school.acts("plain.example"), "no act")
    assert (act["person"], act["person_groups"], act["address"], act["path"], act["known"]) == \
        ("", "", "", "", 0)
    assert (act["clause"], act["kept"]) == ("quietly", "stage=withheld")
    said = text(school.ask_portal(f"/acts/{act['id']}").body)
    assert "keeps nothing" in said, said
    journal = b"".join(f.read_bytes() for f in (school.data / "journal").rglob("*.seg"))
    assert b"who=me" not in journal
