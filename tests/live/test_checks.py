"""Beadle tries itself out behind real Squid: checks pass, and each thing that is broken is found."""

import hmac
import os
import re
import select
import signal
import socket
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from conftest import ROOT, TWO_PEOPLE, end_school, front, make_school, until
from test_law import signed

CHECKS = """check doors every 1 day, tell technicians
check filter every 1 hour, tell technicians, head
check help-lines, tell technicians
check texts, tell technicians
check block-page, tell technicians
check streams, tell technicians
check journal, tell technicians
check lists, allowing 7 days, tell technicians
check illegal-list, tell technicians
check backup, tell technicians
check restore, tell technicians"""


TEXTS = "block web with serious phrases drugs\nblock web with phrases self-harm, bullying, grooming\ncoach web with phrases gambling"


def pupils(safe="force web safe-search", games="block web to category gambling, social-networks", checks=CHECKS,
           texts=TEXTS):
    text = front("Pupils", "pupils") + "\n# Pupils\n"
    for name, rules in (("web.games", games), ("web.texts", texts), ("web.banks", "splice web to host bank.example"),
                        ("web.search", f"{safe}\ncheck safe-search, tell technicians"),
                        ("it.checks", checks)):
        text += f"\n## {name} {{#{name}}}\n\nSo it is.\n\n```rules\n{rules}\n```\n"
    return text


def publish(school, text):
    file = school.folder / "pupils.md"
    file.write_text(text)
    school.beadle("policy", "publish", str(file), "--minute", "x", *TWO_PEOPLE)


def compile_lists(school, gambling="casino.example\nbets.example\n"):
    folder = school.folder / "lists"
    folder.mkdir(exist_ok=True)
    (folder / "gambling.domains").write_text(gambling)
    (folder / "social-networks.domains").write_text("social.example\n")
    for name in ("bypass", "file-sharing", "leisure", "streaming"):
        (folder / f"{name}.domains").write_text(f"{name}.example\n")
    (folder / "protected.domains").write_text("# harmless: health\nhelp.example\nline.example\n")
    school.beadle("lists", "compile", str(folder))


def check(school, name=None):
    """Make it now: what it came to, {(check, who): (outcome, what was found)}, and the exit status."""
    done = school.beadle("check", *([name] if name else []), "--now", check=False)
    found = re.findall(r"^([a-z-]+) \(pupils#[\w.]+\)(?:, (\w+))?.*: (passed|failed|could not run)\n.*\n  (.*)\n(?:  (\S.*)\n)?",
                       done.stdout, re.M)
    assert found, done.stdout + done.stderr
    return {(n, w): (o, s, m) for n, w, o, s, m in found}, done.returncode


@pytest.fixture(scope="module")
def tried(sites):
    """A school that serves; each test leaves it as it was."""
    school = make_school(sites)
    compile_lists(school)
    school.beadle("phrases", "compile", str(ROOT / "policy" / "phrases"))
    school.start()
    publish(school, pupils())
    yield school
    end_school(school)


def outcomes(found):
    return {key: value[0] for key, value in found.items()}


def test_the_clerk_makes_them_by_itself(tried):
    query = "SELECT outcome FROM check_result WHERE is_last = 1 AND name = 'streams'"
    until(lambda: tried.rows(query) == [{"outcome": 1}], "the clerk has tried a stream", patience=60)
    assert "job-failed" not in tried.log.read_text()


def unpassed(found):
    return [f"{n} {w}: {o}: {said}" for (n, w), (o, said, _) in found.items() if o != "passed"]


def test_what_works_passes(tried):
    for job in ("backup", "drill"):  # the clerk may be at it
        until(lambda: tried.beadle("clerk", "run", job, check=False).returncode == 0, f"{job} is done")
    found, status = check(tried)
    assert found.pop(("illegal-list", ""))[:2] == ("failed", "A list of illegal material is NOT INSTALLED.")
    assert not unpassed(found)
    people = {(n, w) for n in ("doors", "filter", "help-lines", "texts", "block-page", "safe-search") for w in ("pupils", "unknown")}
    assert set(found) == people | {(n, "") for n in ("doors", "streams", "journal", "lists", "backup", "restore")}
    assert status == 1  # for the list that is not installed
    assert check(tried, "filter")[1] == 0
    assert re.search(r"first piece of a stream came after \d+ ms", found["streams", ""][1])
    for name, who in people:
        if name in ("doors", "texts"):
            said = found[name, who][1]
            # Of people whom nobody knows the staff's policy asks for one more.
            classes = {"pupils": 5, "unknown": 6}[who]
            assert f"Pages with phrases of {classes} classes were refused as the policies say" in said, said


def test_probes_are_on_record_and_nobodys(tried, sites):
    tried.people["127.0.0.1"] = "t.ashdown"  # whoever else asks from this machine
    before, asked = tried.rows("SELECT coalesce(sum(acts), 0) AS n FROM figure"), len(sites.asked)
    check(tried)
    until(lambda: tried.rows("SELECT 1 FROM act WHERE source = 'probe' AND host = 'casino.example'"),
          "it is on record")
    rows = tried.rows("SELECT * FROM act WHERE source = 'probe'")
    assert {r["person"] for r in rows} == {""} and {r["violation"] for r in rows} == {None}
    assert {"pupils", ""} == {r["person_groups"] for r in rows}
    read = [r for r in rows if r["clause"] == "web.texts"]
    assert read and all(r["host"] == "test.beadle.invalid" and "read=whole" in r["kept"] for r in read)
    assert tried.rows("SELECT count(*) AS n FROM violation") == [{"n": 0}]
    assert tried.rows("SELECT coalesce(sum(acts), 0) AS n FROM figure") == before
    assert tried.rows("SELECT count(*) AS n FROM visit") == [{"n": 0}]
    assert len(sites.asked) == asked, "a site was asked"
    one = next(r for r in rows if r["host"] == "casino.example")
    page = tried.ask_portal(f"/acts/{one['id']}")
    assert "Beadle tried itself out" in page.body and "every policy binds" not in page.body
    listed, with_them = tried.ask_portal("/acts").body, tried.ask_portal("/acts?kind=with-probes").body
    assert "Beadle itself" not in listed and "casino.example" not in listed, listed
    assert "Beadle itself" in with_them and "a check for pupils" in with_them, with_them
    tried.people.clear()


def test_a_header_of_somebody_elses_is_no_probe(tried):
    reply = tried.get("http://casino.example/forged", "-H",
                      "X-Beadle-Probe: 1|99999999999999|0|here|staff|||ok.example|" + "0" * 64)
    assert reply.status == 403 and "X-Beadle-Verdict" not in reply.body
    act = until(lambda: tried.rows("SELECT * FROM act WHERE path = '/forged'"), "it is on record")[0]
    assert (act["source"], act["host"]) != ("probe", "ok.example")
    assert act["violation"] is not None


def header_of(school, way, host):
    """One that was overheard: signed by the machine itself, and within its minute."""
    text = f"1|{int(time.time() * 1000) + 50000}|{way}x|{way}|staff|||{host}"
    key = (school.data / "run" / "probe.key").read_bytes()
    return f"X-Beadle-Probe: {text}|{hmac.digest(key, text.encode(), 'sha512')[:32].hex()}"


def test_a_header_that_was_overheard_leads_nowhere(tried, sites):
    """It is good for the test host alone: no other page is judged as something else, or as somebody's."""
    reply = tried.get("http://test.beadle.invalid/heard", "-i", "-H", header_of(tried, "here", "casino.example"))
    assert reply.status == 403 and "X-Beadle-Verdict: block" in reply.body
    for n, (way, host) in enumerate((("here", "ok.example"), ("on", "ok.example"), ("on", ""))):
        reply = tried.get(f"http://casino.example/heard{n}", "-i", "-H", header_of(tried, way, host))
        assert reply.status == 403 and "X-Beadle-Verdict" not in reply.body, (way, host)
        assert tried.act(f"/heard{n}")["source"] != "probe"
    reply = tried.get(sites.url("ok.example", "/free", "http"), "-i", "-H", header_of(tried, "on", ""))
    assert reply.status == 200 and "X-Beadle" not in reply.body
    assert tried.act("/free")["source"] != "probe"
    # A tunnel that is judged as one to a bank would be sealed, and nobody could see what passes it.
    reply = tried.get("https://casino.example/heard", "--proxy-header", header_of(tried, "here", "bank.example"))
    assert reply.status == 403, reply


def send(pids, signal_of):
    for pid in pids:
        os.kill(pid, signal_of)


def stop_between_writes(school, pids):
    """Stop them; but one that is at a transaction keeps the store locked for as long as it stands still."""
    is_stopped = lambda pid: "\nState:\tT" in Path(f"/proc/{pid}/status").read_text()

    def stop():
        send(pids, signal.SIGSTOP)
        until(lambda: all(map(is_stopped, pids)), "they stand still", pause=0.001)
        try:
            with closing(sqlite3.connect(school.data / "store.db", timeout=0, isolation_level=None)) as db:
                db.execute("BEGIN IMMEDIATE")
                db.execute("ROLLBACK")
            return True
        except sqlite3.OperationalError:
            send(pids, signal.SIGCONT)
            return False

    until(stop, "they stand still and hold nothing")


def test_a_policy_that_changes_meanwhile(tried):
    """Doors that take it late make nothing fail, nor pass by the version before."""
    slow = [pid for name, pid in tried.pids().items() if name in ("scribe", "web-0")]
    try:
        stop_between_writes(tried, slow)
        with ThreadPoolExecutor() as pool:
            publish(tried, pupils(games="block web to category social-networks"))
            made = pool.submit(check, tried, "filter")
            for pid in slow:
                time.sleep(0.5)
                os.kill(pid, signal.SIGCONT)
            found, status = made.result()
    finally:
        send(slow, signal.SIGCONT)
    assert not unpassed(found) and status == 0
    assert "Pages of 1 category and" in found["filter", "pupils"][1]
    publish(tried, pupils())


def test_what_nothing_blocks_does_not_leave_the_school(tried, sites):
    """And the header of a probe that goes on reaches no site."""
    asked = len(sites.asked)
    assert outcomes(check(tried, "safe-search")[0])["safe-search", "pupils"] == "passed"
    assert len(sites.asked) == asked


def test_a_list_that_is_gone(tried):
    compile_lists(tried, gambling="")
    found, status = check(tried, "filter")
    outcome, said, mend = found["filter", "pupils"]
    assert (outcome, status) == ("failed", 1)
    assert "There is no list of gambling" in said and "pupils#web.games" in said, said
    assert "beadle lists compile" in mend
    assert outcomes(check(tried, "lists")[0])["lists", ""] == "failed"
    state = tried.beadle("status", check=False)
    assert state.returncode == 1 and "The check filter of clause pupils#it.checks fails" in state.stdout, state.stdout
    metrics = tried.beadle("status", "--metrics", check=False).stdout
    assert re.search(r'^beadle_checks\{outcome="failed"\} [1-9]', metrics, re.M), metrics
    until(lambda: 'ev=check-failed msg="filter of pupils#it.checks' in tried.log.read_text(), "the log says so")
    compile_lists(tried)
    until(lambda: check(tried, "filter")[1] == 0, "it works again")
    until(lambda: "ev=check-recovered" in tried.log.read_text(), "the log says so")
    check(tried, "lists")


def test_a_rule_that_was_withdrawn(tried):
    publish(tried, pupils(safe="note web search"))
    found, _ = check(tried, "safe-search")
    outcome, said, mend = found["safe-search", "pupils"]
    assert outcome == "failed" and "www.google.com would be asked without safe search" in said
    assert "pupils#web.search" in said and "force web safe-search" in mend
    publish(tried, pupils())
    assert check(tried, "safe-search")[1] == 0


def test_a_help_line_that_a_rule_closes(tried):
    publish(tried, pupils(games="block web to category gambling\nblock web to host line.example"))
    outcome, said, _ = check(tried, "help-lines")[0]["help-lines", "pupils"]
    assert outcome == "failed" and "line.example is not open to pupils" in said and "pupils#web.games" in said
    publish(tried, pupils())
    assert check(tried, "help-lines")[1] == 0


def test_a_list_that_is_old(tried):
    notes = tried.folder / "lists" / "gambling.domains"
    compile_lists(tried, gambling="# issued: 2026-01-01\ncasino.example\nbets.example\n")
    os.utime(notes, (time.time() - 40 * 86400,) * 2)
    tried.beadle("lists", "compile", str(tried.folder / "lists"))
    outcome, said, _ = check(tried, "lists")[0]["lists", ""]
    assert outcome == "failed" and re.search(r"list of gambling is \d+ days old; 7 are allowed", said), said
    compile_lists(tried)
    until(lambda: check(tried, "lists")[1] == 0, "it is fresh")


def test_nothing_to_try_is_not_passed(tried):
    publish(tried, pupils(games="note web to category gambling"))
    found, status = check(tried, "filter")
    assert found["filter", "pupils"][0] == "could not run" and status == 1
    assert "No rule keeps pupils from any category" in found["filter", "pupils"][1]
    publish(tried, pupils())


def test_places_and_groups_that_a_check_names(tried):
    (tried.folder / "networks.csv").write_text("network,place,kind,person\n10.1.0.0/16,library,school-devices,\n")
    tried.beadle("networks", "import", str(tried.folder / "networks.csv"))
    rules = "block web to category gambling at library"
    publish(tried, pupils(games=rules, checks="check filter by pupils at library, tell technicians"))
    done = tried.beadle("check", "filter", "--now", check=False)
    assert re.search(r"^filter \(pupils#it.checks\), pupils at library: passed$", done.stdout, re.M), done.stdout
    assert "unknown" not in done.stdout
    publish(tried, pupils(games=rules, checks="check filter by pupils, tell technicians"))
    done = tried.beadle("check", "filter", "--now", check=False)
    assert re.search(r"^filter \(pupils#it.checks\), pupils at library: passed$", done.stdout, re.M), done.stdout
    assert re.search(r"^filter \(pupils#it.checks\), pupils: could not run$", done.stdout, re.M), done.stdout
    publish(tried, pupils())


def test_the_record_of_it(tried):
    check(tried)
    page = tried.ask_portal("/checks")
    assert page.status == 200 and "What is to be blocked is blocked, and nothing else" in page.body
    assert 'href="/policies/pupils#it.checks"' in page.body and "NOT INSTALLED" in page.body
    assert "The academic year" in page.body and "unknown people" in page.body
    assert tried.ask_portal("/checks?year=2019").status == 200
    assert "The check illegal-list" in tried.ask_portal("/status").body
    assert "Nobody has reviewed them yet" in page.body
    assert tried.beadle("check", "--reviewed", "A. Head", check=False).returncode != 0
    said = tried.beadle("check", "--reviewed", "A. Head", "--note", "The list is <asked for>.").stdout
    assert re.fullmatch(r"reviewed by A\. Head: \d+ passed, 1 failed, 0 could not run\n", said), said
    page = tried.ask_portal("/checks").body
    assert re.search(r"Reviewed last .* by A\. Head\.", page) and "The list is &lt;asked for&gt;." in page
    assert "checks reviewed" in tried.beadle("ledger", "show").stdout


def test_what_stands_on_the_illegal_list_for_tests(tried, sites):
    tried.beadle(*signed(tried.folder, "plain.example/for-tests"))
    conf, asked = tried.data / "beadle.conf", len(sites.asked)
    as_it_was = conf.read_text()
    try:
        conf.write_text(as_it_was + "illegal test = http://plain.example/for-tests\n")
        outcome, said, _ = check(tried, "illegal-list")[0]["illegal-list", ""]
        assert outcome == "passed" and said.endswith("What stands on it for tests is blocked at the doors."), said
        row = until(lambda: tried.rows("SELECT * FROM act WHERE path = '/for-tests'"), "it is on record")[0]
        assert (row["source"], row["policy"], row["clause"], row["violation"]) == ("probe", "law", "illegal", None)
        conf.write_text(as_it_was + "illegal test = http://plain.example/other\n")
        outcome, said, _ = check(tried, "illegal-list")[0]["illegal-list", ""]
        assert outcome == "failed" and said == "What the setting illegal test names does not stand on the list."
    finally:
        conf.write_text(as_it_was)
    assert len(sites.asked) == asked


def test_a_proxy_that_asks_no_door(tried):
    """Squid passes everything: no page of a list is asked for to find that out."""
    until(lambda: check(tried, "filter")[1] == 0, "it works")
    conf = tried.data / "squid" / "squid.conf"
    as_it_was = conf.read_text()
    conf.write_text(re.sub(r"^(icap_enable) on", r"\1 off", as_it_was, flags=re.M))
    os.kill(tried.pids()["squid"], signal.SIGHUP)
    found = until(lambda: (f := check(tried, "filter")[0])["filter", "pupils"][0] == "failed" and f, "it is found")
    assert "not by Beadle's web door" in found["filter", "pupils"][1]
    assert "icap_service" in found["filter", "pupils"][2]
    conf.write_text(as_it_was)
    os.kill(tried.pids()["squid"], signal.SIGHUP)
    until(lambda: check(tried, "filter")[1] == 0, "it works again")


def test_answers_that_no_door_reads(tried):
    """What is asked for is judged, what comes back is not: no page is read, and all else looks well."""
    conf = tried.data / "squid" / "squid.conf"
    as_it_was = conf.read_text()
    try:
        conf.write_text(re.sub(r"^(adaptation_access beadle_response) allow", r"\1 deny", as_it_was, flags=re.M))
        os.kill(tried.pids()["squid"], signal.SIGHUP)
        found = until(lambda: (f := check(tried, "texts")[0])["texts", "pupils"][0] == "failed" and f, "it is found")
        assert check(tried, "filter")[1] == 0
        state = tried.beadle("status", check=False).stdout
        assert "The check texts of clause pupils#it.checks fails" in state, state
        until(lambda: 'ev=check-failed msg="texts of pupils#it.checks' in tried.log.read_text(), "the log says so")
    finally:
        conf.write_text(as_it_was)
        os.kill(tried.pids()["squid"], signal.SIGHUP)
    outcome, said, mend = found["texts", "pupils"]
    assert "answered with 'the whole page'; the policies in force say 'block pupils#web.texts'" in said, said
    assert "beadle_response" in mend, said
    until(lambda: check(tried, "texts")[1] == 0, "it works again")


def test_texts_that_nothing_is_looked_for_in(tried):
    there = tried.data / "phrases" / "phrases.map"
    there.rename(there.with_suffix(".away"))
    try:
        outcome, said, mend = check(tried, "texts")[0]["texts", "pupils"]
    finally:
        there.with_suffix(".away").rename(there)
    assert (outcome, mend) == ("failed", "beadle phrases compile policy/phrases")
    assert "There are no phrases, so no page is read" in said
    publish(tried, pupils(texts="note web with phrases drugs"))
    outcome, said, _ = check(tried, "texts")[0]["texts", "pupils"]
    assert outcome == "could not run" and "No rule keeps pupils from pages by their text" in said
    publish(tried, pupils())
    assert check(tried, "texts")[1] == 0


def test_words_of_help_that_phrases_stop(tried):
    """A school's own phrases are too strict for those who help. What doors do not hold yet is waited for."""
    own = tried.folder / "own.txt"
    own.write_text("class drugs\n200 a trained counsellor will listen [firm]\n")
    tried.beadle("phrases", "compile", str(ROOT / "policy" / "phrases"), str(own))
    found = check(tried, "texts")[0]
    assert found["texts", "pupils"][0] == "failed", found
    assert "The text of a help line does not come to pupils: 'block pupils#web.texts'" in found["texts", "pupils"][1]
    tried.beadle("phrases", "compile", str(ROOT / "policy" / "phrases"))
    found, rc = check(tried, "texts")
    assert rc == 0, found


def test_no_proxy_is_no_answer(tried):
    other = dict(BEADLE_PROXY="127.0.0.1:9")
    done = tried.beadle("check", "filter", "--now", check=False, env=other)
    assert done.returncode == 1 and "could not run" in done.stdout and "There is no proxy at 127.0.0.1:9" in done.stdout


@contextmanager
def relay(to):
    """A way to the proxy from an address that is not its own, as if it were on another machine."""
    def carry(client):
        with socket.create_connection(to) as proxy, client:
            ends = {client: proxy, proxy: client}
            while all((got := s.recv(65536)) and not ends[s].sendall(got)
                      for s in select.select(list(ends), [], [], 10)[0]):
                pass

    with socket.create_server(("127.0.0.2", 0)) as server, ThreadPoolExecutor() as pool:
        def serve():
            with suppress(OSError):
                while True:
                    pool.submit(carry, server.accept()[0])

        pool.submit(serve)
        yield f"127.0.0.2:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def test_a_proxy_of_the_schools_own(tried):
    """Beadle starts none: the checks ask where the setting says, and where none is they say so."""
    conf = tried.data / "beadle.conf"
    as_it_was = conf.read_text()
    conf.write_text(as_it_was.replace("run proxy = yes", "run proxy = no"))
    try:
        nowhere = dict(BEADLE_PROXY="127.0.0.1:9")
        done = tried.beadle("check", "block-page", "--now", check=False, env=nowhere)
        assert "Not tried here, because Beadle runs no proxy and none listens at 127.0.0.1:9" in done.stdout
        assert "failed" not in done.stdout
        assert tried.beadle("status", check=False).stdout.count("FAILS: The check block-page") == 0
        assert check(tried, "block-page")[1] == 0
        with relay(("127.0.0.1", tried.ports[2])) as elsewhere:
            for name in ("streams", "texts"):
                done = tried.beadle("check", name, "--now", check=False, env=dict(BEADLE_PROXY=elsewhere))
                assert "Not tried here, because the proxy is on another machine" in done.stdout, done.stdout
    finally:
        conf.write_text(as_it_was)
