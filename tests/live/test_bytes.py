"""Bytes of visits: what real Squid lets through and logs stands with the visit, once, whatever dies."""

import os
import re
import shutil
import signal
import threading
import time

import pytest

from conftest import TWO_PEOPLE, end_school, front, make_school, until

POLICY = front("Using ICT, for tests", "staff, volunteers, governors") + """
# Using ICT

## 1 Sealed {#sealed}

What you do at your bank is between you and it.

```rules
splice web to host bank.example
```

## 2 Gambling {#gambling}

You do not gamble.

```rules
block web to host casino.example
```
"""

HEADS = 3000  # bytes that heads of a request, or of its answer, take at most here


@pytest.fixture(scope="module")
def counted(sites):
    school = make_school(sites)
    file = school.folder / "staff.md"
    file.write_text(POLICY)
    school.beadle("policy", "publish", str(file), "--minute", "a test", "--name", "staff",
                  *TWO_PEOPLE)
    school.start()
    yield school
    end_school(school)


@pytest.fixture
def school(counted):
    counted.people.clear()
    counted.people["127.0.0.1"] = "t.ashdown"
    return counted


def passed(school, host, person="t.ashdown"):
    """The bytes to and from that person and site, all hours and visits together."""
    [row] = school.rows(
        "SELECT coalesce(sum(v.bytes_down), 0) AS down, coalesce(sum(v.bytes_up), 0) AS up FROM visit v"
        " JOIN client c ON c.school = v.school AND c.id = v.client"
        " JOIN site i ON i.school = v.school AND i.id = v.site WHERE i.host = ? AND c.person = ?",
        host, person)
    return row["down"], row["up"]


def log_folder(school):
    conf = (school.data / "squid" / "squid.conf").read_text()
    return re.search(r"access_log stdio:(\S+)/now ", conf).group(1)


def files(school):
    return sorted(int(f.split(".")[0]) for f in os.listdir(log_folder(school)) if f.endswith(".log"))


def sized(school, sites, host, size, more="", scheme="http", **how):
    return school.get(sites.url(host, f"/made?type=video/mp4&size={size}{more}", scheme), **how)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("more", ["", "&sized=no"], ids=["length", "chunked"])
def test_what_came_is_counted(school, sites, scheme, more):
    size = 700000
    before = passed(school, "files.example")[0]
    assert sized(school, sites, "files.example", size, more, scheme).status == 200
    down = until(lambda: passed(school, "files.example")[0] - before, "no bytes")
    assert size < down < size + HEADS + size // 50, "chunks take some"


def test_what_was_broken_off_counts_for_what_came(school, sites):
    before = passed(school, "archive.example")[0]
    cut = sized(school, sites, "archive.example", 5000000, "&stop=300000")
    assert len(cut.body) == 300000 and "transfer closed" in cut.error, cut.error
    down = until(lambda: passed(school, "archive.example")[0] - before, "no bytes")
    assert 300000 < down < 300000 + HEADS


def test_the_portal_shows_what_came(school, sites):
    assert sized(school, sites, "sharing.example", 2300000).status == 200
    until(lambda: passed(school, "sharing.example")[0], "no bytes")
    assert ">2.3\u00a0MB<" in school.ask_portal("/visits?host=sharing.example").body
    assert re.search(r"<strong>[\d.]+\sMB</strong>", school.ask_portal("/visits/t.ashdown").body)


def test_an_upload_counts_the_other_way(school, sites):
    reply = school.get(sites.url("sharing.example", "/put", "https"), "--data-binary", "@-",
                       data=b"x" * 400000)
    assert reply.status == 200
    until(lambda: passed(school, "sharing.example")[1], "no bytes")
    assert passed(school, "sharing.example")[1] == 400000, "heads are not what somebody sends"


def test_who_only_reads_has_sent_nothing(school, sites):
    before = passed(school, "ok.example")
    assert sized(school, sites, "ok.example", 9000, scheme="https").status == 200
    until(lambda: passed(school, "ok.example")[0] > before[0], "no bytes")
    assert passed(school, "ok.example")[1] == 0


def test_a_sealed_tunnel_is_counted_by_its_host(school, sites):
    ca = str(sites.folder / "sites-ca.crt")
    reply = school.get(sites.url("bank.example", "/made?type=text/html&size=500000", "https"),
                       "--cacert", ca)
    assert reply.status == 200
    down = until(lambda: passed(school, "bank.example")[0], "no bytes")
    assert 500000 < down < 530000, "TLS takes some"


def test_what_is_blocked_has_no_bytes_and_other_people_have_their_own(school, sites):
    school.people["127.0.0.9"] = "b.okoro"
    assert school.visit(sites.url("casino.example", "/")).status == 403
    assert sized(school, sites, "games.example", 50000, source="127.0.0.9").status == 200
    until(lambda: passed(school, "games.example", "b.okoro")[0] > 50000, "no bytes")
    assert passed(school, "games.example") == (0, 0)
    assert passed(school, "casino.example") == (0, 0)


def test_the_log_names_nobody_and_is_not_for_everyone(school, sites):
    assert school.visit(sites.url("friends.example", "/secret?who=me")).status == 200
    folder = log_folder(school)
    newest = f"{folder}/{files(school)[-1]}.log"
    text = until(lambda: open(newest).read(), "no lines")
    assert re.fullmatch(r"(([0-9a-f]+(-[0-9a-f]+){3}|-) \d+ \d+ \d+\n)+", text), text[:500]
    assert os.stat(newest).st_mode & 0o777 == 0o640
    assert os.stat(folder).st_mode & 0o007 == 0


def answered(school, sites, n, host, tell):
    """n small answers; tells what curl counted of each, heads included."""
    for i in range(n):
        reply = school.get(sites.url(host, f"/made?type=text/html&size={1000 + i}"), "-w",
                           "\n%{size_header} %{size_download}\n%{http_code}")
        assert reply.status == 200
        head, body = (int(w) for w in reply.body.split()[-2:])
        tell(head + body)


def test_each_byte_counts_once_though_the_scribe_is_killed_and_files_turn(school, sites):
    host, told = "social.example", []
    works = threading.Thread(target=answered, args=(school, sites, 150, host, told.append))
    works.start()
    killed = 0
    first = files(school)[-1]
    while works.is_alive():
        pid = school.pids()["scribe"]
        if not pid:  # it is down, and about to be started
            time.sleep(0.05)
            continue
        os.kill(pid, signal.SIGKILL)
        killed += 1
        if killed == 2:  # as much as makes Beadle turn the log over
            with open(f"{log_folder(school)}/{files(school)[-1]}.log", "a") as f:
                f.write("- 0 0\n" * 1500000)
        time.sleep(0.23)
    works.join()
    assert killed > 5 and len(told) == 150
    until(lambda: files(school)[-1] > first, "the log was not turned over", 30)
    answered(school, sites, 20, host, told.append)
    until(lambda: passed(school, host)[0] >= sum(told), f"{sum(told)} bytes", 30)
    time.sleep(1)
    assert passed(school, host)[0] == sum(told)
    until(lambda: files(school)[0] > first, "what is read stays", 30)


def test_without_its_log_the_proxy_goes_on_and_then_counts_again(school, sites):
    folder = log_folder(school)
    for name in os.listdir(folder):
        os.unlink(f"{folder}/{name}")
    os.rmdir(folder)
    squid = school.pids()["squid"]
    for _ in range(5):
        assert school.visit(sites.url("plain.example", "/")).status == 200
    until(lambda: os.path.exists(f"{folder}/now"), "no log again", 40)
    before = passed(school, "plain.example")[0]

    def counts():
        assert school.visit(sites.url("plain.example", "/")).status == 200
        return passed(school, "plain.example")[0] > before

    until(counts, "nothing is counted any more", 20, 0.5)
    assert school.pids()["squid"] == squid


def test_what_was_allowed_while_the_scribe_was_away_has_its_bytes(school, sites):
    before = passed(school, "proxy.example")[0]
    scribe = until(lambda: school.pids()["scribe"], "no scribe")
    os.kill(scribe, signal.SIGSTOP)
    try:
        for _ in range(3):
            assert sized(school, sites, "proxy.example", 20000).status == 200
    finally:
        os.kill(scribe, signal.SIGCONT)
    until(lambda: passed(school, "proxy.example")[0] - before > 60000, "bytes were lost")
    assert passed(school, "proxy.example")[0] - before < 60000 + 3 * HEADS


def test_a_file_that_the_proxy_was_never_told_of_is_told_again(school, sites):
    folder, newest = log_folder(school), files(school)[-1]
    made = f"{folder}/{newest + 1}.log"
    open(made, "w").close()
    shutil.chown(made, os.stat(folder).st_uid, os.stat(folder).st_gid)

    def written():
        assert school.visit(sites.url("ok.example", "/")).status == 200
        return os.stat(made).st_size

    until(written, "it stays empty", 30, 0.5)
    assert os.readlink(f"{folder}/now") == f"{newest + 1}.log"
    before = passed(school, "bets.example")[0]
    assert sized(school, sites, "bets.example", 30000).status == 200
    until(lambda: passed(school, "bets.example")[0] - before > 30000, "no bytes")
