"""Whether all is well: the page, /health, the command and /metrics of a running Beadle say the same."""

import re
import shutil
import subprocess

import pytest
from conftest import end_school, make_school, until
from icap_client import Icap, reqmod

TOKEN = "test-0123456789-0123456789-0123456789"


@pytest.fixture
def office(sites):
    school = make_school(sites)
    (school.data / "beadle.conf").write_text(f"run proxy = no\nmetrics token = {TOKEN}\n")
    yield school
    end_school(school)


def metrics(school, token=TOKEN):
    done = subprocess.run(["curl", "-sS", "-m", "10", "--noproxy", "*", "-w", "\n%{http_code}", "-H",
                           f"Authorization: Bearer {token}", school.portal + "/metrics"],
                          capture_output=True, text=True)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def promtool(text):
    return subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                          capture_output=True)


def value(text, name):
    """The sum over all labels."""
    found = re.findall(rf"^beadle_{name}(?:\{{[^}}]*\}})? (\d+)$", text, re.M)
    assert found, f"no beadle_{name} in {text}"
    return sum(int(n) for n in found)


def test_prometheus_reads_the_metrics(office):
    office.start()
    with Icap(int(office.web.split(":")[1])) as icap:
        assert icap.ask(reqmod("http://casino.example/secret-page")).status == 200
    until(lambda: office.acts("casino.example"), "the act is stored")
    status, text = metrics(office)
    assert status == 200 and value(text, "up") == 1, text
    done = promtool(text)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
    assert value(text, "requests_judged_total") == 1 and value(text, "requests_strict_total") == 1
    assert value(text, "process_up") == len(office.pids())
    assert "casino" not in text and "secret" not in text, "nothing of what people did"
    said = office.beadle("status", "--metrics").stdout
    assert promtool(said).returncode == 0 and value(said, "requests_judged_total") == 1
    assert promtool(text + "not a metric\n").returncode != 0, "or promtool says nothing"


def test_only_the_token_opens_the_metrics(office, sites):
    office.start()
    for token in ("", "x", TOKEN[:-1], TOKEN + "x"):
        assert metrics(office, token) == (401, "the token is missing or wrong\n"), token
    assert office.ask_portal("/metrics").status == 401
    other = make_school(sites)
    try:
        (other.data / "beadle.conf").write_text("run proxy = no\n")
        other.start()
        assert metrics(other)[0] == 404, "where none is set there is nothing"
        (other.data / "beadle.conf").write_text("metrics token = short\n")
        done = other.beadle("lists", "status", check=False)
        assert "metrics token" in done.stderr and "short" not in done.stderr, done
        (other.data / "beadle.conf").write_text("run proxy = no\n")
    finally:
        end_school(other)


def first_run(office, job):
    until(lambda: office.rows("SELECT runs FROM job WHERE name = ? AND runs = 1", job),
          f"the clerk's own first run of {job}")


def told(office, text):
    """Whether the page, /health and the command all say so."""
    health, page = office.ask_portal("/health"), office.ask_portal("/status")
    done = office.beadle("status", check=False)
    return (health.status == 503 and text in health.body and text in page.body and
            "Does not work" in page.body and text in done.stdout and done.returncode == 1)


def test_what_is_broken_is_told_everywhere(office):
    office.start()
    assert office.ask_portal("/health").body == "ok\n"
    assert "Everything works." in office.ask_portal("/status").body
    lists = office.data / "lists" / "lists.map"
    kept = lists.read_bytes()
    lists.write_bytes(b"no lists at all")
    until(lambda: told(office, "The lists of sites cannot be read"), "damaged lists are told")
    lists.write_bytes(kept)
    first_run(office, "lists")
    (office.data / "lists" / "lists.conf").write_text(
        "source list.txt as gambling from http://127.0.0.1:1/list.txt\n")
    done = office.beadle("clerk", "run", "lists", check=False)
    assert done.returncode == 1 and "never fetched" in done.stderr, done
    until(lambda: told(office, "Timed work fails: lists"), "the failing job is told")
    assert 'beadle_job_failures{job="lists"} 1\n' in metrics(office)[1]
    (office.data / "lists" / "lists.conf").unlink()
    office.beadle("clerk", "run", "lists")
    # It may have met the damaged lists too, or be at it just now.
    until(lambda: office.beadle("clerk", "run", "dns", check=False).returncode == 0, "the names")
    until(lambda: office.ask_portal("/health").status == 200, "and it is over")


def test_the_store_is_counted_and_its_backup_tried(office):
    office.start()
    until(lambda: "Counted today" in office.ask_portal("/storage").body, "the clerk counts")
    first_run(office, "drill")
    office.beadle("clerk", "run", "backup")
    done = office.beadle("clerk", "run", "drill")
    assert re.search(r"drill: 20\S+\.db PASSED", done.stdout), done
    page = office.ask_portal("/storage").body
    assert re.search(r"Tried whether it restores.*PASSED", page, re.S), page
    backup = max((office.data / "backup").glob("*.db"))
    with open(backup, "r+b") as f:
        f.seek(5000)
        f.write(b"\xff" * 64)
    done = office.beadle("clerk", "run", "drill", check=False)
    assert done.returncode == 1 and "FAILED" in done.stderr, done
    assert told(office, "Timed work fails: drill")
    shutil.rmtree(office.data / "backup")
