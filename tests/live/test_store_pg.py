"""
One store in PostgreSQL, fed by two hosts: two data folders, each with a Beadle of its own. Every act
comes there once, whatever happens to the store, and what one publishes both enforce.
"""

import json
import os
import random
import re
import shutil
import signal
import sys
import time

import pytest

from conftest import ACTS, ROOT, TWO_PEOPLE, demo_policy, end_school, make_folder, School, until
from icap_client import Icap, reqmod

sys.path.insert(0, str(ROOT / "tests"))
import postgres  # noqa: E402

pytestmark = pytest.mark.skipif(not postgres.programs(), reason="PostgreSQL is not installed")
SECOND = "beadle2"  # the role of the second host


@pytest.fixture
def pg():
    server = postgres.Postgres()
    server.sql(f"CREATE ROLE {SECOND} LOGIN IN ROLE beadle")
    server.sql(f"ALTER ROLE {SECOND} SET role = 'beadle'")
    yield server
    server.close()


def host(sites, url):
    """A data folder whose store is that PostgreSQL; the web door is asked by ICAP, without Squid."""
    one = School(make_folder(), sites)
    one.env["BEADLE_STORE"] = url
    return one


@pytest.fixture
def two(sites, pg):
    hosts = [host(sites, pg.url), host(sites, pg.url.replace("beadle@", SECOND + "@"))]
    first, second = hosts
    first.beadle("demo", "--from", str(demo_policy(first.folder)))
    conf = first.data / "beadle.conf"
    conf.write_text("".join(l for l in conf.read_text().splitlines(True) if "run proxy" not in l))
    # The second brings its own settings and lists; policies and the roll it has from the store.
    second.data.rmdir()
    shutil.copytree(first.data, second.data)
    for name in ("force", "journal"):
        shutil.rmtree(second.data / name, ignore_errors=True)
    (second.data / "host").unlink(missing_ok=True)  # a name of its own, as the operator's guide says
    shutil.chown(second.data, first.data.stat().st_uid, first.data.stat().st_gid)
    for path in second.data.rglob("*"):
        shutil.chown(path, first.data.stat().st_uid, first.data.stat().st_gid)
    for one in hosts:
        one.start()
    yield hosts
    for one in hosts:
        end_school(one).result()  # before the server goes


def rows(pg, query):
    text = pg.sql(f"SELECT coalesce(json_agg(q), '[]') FROM ({query}) q")
    return json.loads(text)


def paths(pg):
    return sorted(r["path"] for r in rows(pg, f"SELECT path FROM {ACTS} a WHERE path LIKE '/act/%'"))


class Asker:
    """Asks the doors for pages; each request is an act with a path of its own."""

    def __init__(self):
        self.asked = []

    def ask(self, one, n):
        for _ in range(n):
            path = f"/act/{len(self.asked)}"
            host = "casino.example" if len(self.asked) % 3 == 0 else "ok.example"
            with Icap(one.ports[1]) as icap:
                answer = icap.ask(reqmod(f"http://{host}{path}"))
            assert answer.status in (200, 204), answer
            self.asked.append(path)


def all_there(pg, asker):
    until(lambda: len(paths(pg)) >= len(asker.asked), "all acts are in the store", patience=60)
    assert paths(pg) == sorted(asker.asked)


def test_both_bring_every_act_once(two, pg):
    asker = Asker()
    for one in two:
        asker.ask(one, 30)
    all_there(pg, asker)
    sources = [r["source"] for r in rows(pg, "SELECT source FROM journal_place")]
    assert len({s.split("/")[0] for s in sources}) == 2, sources
    assert not list(two[0].data.glob("store.db*")) and not list(two[1].data.glob("store.db*"))


def test_what_one_publishes_both_enforce(two, pg):
    changed = two[0].folder / "staff.md"
    changed.write_text((two[0].folder / "policy" / "staff.md").read_text() + "\nAnd so be it.\n")
    changed.chmod(0o644)
    before = [(one.data / "force" / "manifest").read_bytes() for one in two]
    two[0].beadle("policy", "publish", str(changed), "--minute", "Governors 7", *TWO_PEOPLE)
    until(lambda: all((one.data / "force" / "manifest").read_bytes() != old
                      for one, old in zip(two, before)), "both enforce the new version")
    assert (two[0].data / "force" / "manifest").read_bytes() == \
        (two[1].data / "force" / "manifest").read_bytes()
    # And each says so of both.
    names = [(one.data / "host").read_text() for one in two]
    for one in two:
        def hosts():
            said = re.search(r"^policies: .* as version (\w+)\nhosts: (.*)$",
                             one.beadle("status", check=False).stdout, re.M)
            return [f"{name}, 2 doors by version {said[1]}" for name in sorted(names)] == said[2].split("; ")
        until(hosts, "both hosts are said to judge by what is in force")
    page = two[0].ask_portal("/status").body
    assert all(name in page for name in names) and "Not what is in force" not in page, page


def test_one_that_is_cut_off_goes_on_and_loses_nothing(two, pg):
    first, second = two
    asker = Asker()
    asker.ask(second, 5)
    all_there(pg, asker)
    pg.sql(f"ALTER ROLE {SECOND} NOLOGIN")
    pg.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{SECOND}'")
    until(lambda: "store-failed" in second.log.read_text(), "the second is cut off")
    reached = list(asker.asked)
    asker.ask(second, 20)
    asker.ask(first, 10)
    here = reached + asker.asked[-10:]
    until(lambda: paths(pg) == sorted(here), "the first brings its own meanwhile", patience=60)
    assert "cannot be read just now" in second.ask_portal("/").body
    pg.sql(f"ALTER ROLE {SECOND} LOGIN")
    all_there(pg, asker)
    assert "store-back" in second.log.read_text()


def test_a_copied_name_brings_nothing(two, pg):
    """It would take the other's places for its own, and its acts would be lost."""
    first, second = two
    asker = Asker()
    asker.ask(first, 5)
    all_there(pg, asker)
    second.stop()
    own = (second.data / "host").read_text()
    (second.data / "host").write_text((first.data / "host").read_text())
    second.launch()
    until(lambda: "another scribe" in second.log.read_text(), "the second says whose name it has")
    asker.ask(second, 5)
    asker.ask(first, 5)
    others = asker.asked[:5] + asker.asked[10:]
    until(lambda: paths(pg) == sorted(others), "the first goes on")
    status = second.beadle("status", check=False)
    assert status.returncode and "another scribe" in status.stdout, status
    second.stop()
    assert paths(pg) == sorted(others)
    (second.data / "host").write_text(own)
    second.start()
    all_there(pg, asker)


def test_the_server_may_be_killed_in_the_middle(two, pg):
    asker = Asker()
    for _ in range(2):
        for one in two:
            asker.ask(one, 15)
        pg.kill()
        for one in two:
            asker.ask(one, 15)
        pg.start()
    all_there(pg, asker)
    for one in two:
        assert "the ledger is whole" in one.beadle("ledger", "verify").stdout


def test_scribes_and_server_may_be_killed_at_any_moment(two, pg):
    """Nothing is lost or comes twice, the ledger verifies, and all of it runs again."""
    asker, moments = Asker(), random.Random(20261121)
    for round in range(6):
        for one in two:
            asker.ask(one, 10)
        time.sleep(moments.random() / 2)
        if round % 3 == 2:
            pg.kill()
            pg.start()
        else:
            os.kill(two[round % 2].pids()["scribe"], signal.SIGKILL)
        for one in two:
            asker.ask(one, 5)
        until(lambda: all(one.is_up() for one in two), "they are ready again")
    all_there(pg, asker)
    for one in two:
        assert "the ledger is whole" in one.beadle("ledger", "verify").stdout


def test_the_portal_reads_it(two, pg):
    asker = Asker()
    asker.ask(two[1], 3)
    all_there(pg, asker)
    until(lambda: two[0].ask_portal("/acts").status == 200, "the portal answers")
    assert "casino.example" in two[0].ask_portal("/acts").body


def test_the_clerk_works_with_it(two, pg):
    until(lambda: rows(pg, "SELECT runs FROM job WHERE name = 'optimise' AND runs > 0 AND failures = 0"),
          "a clerk within its sandbox reached it")
    assert "optimise (every 1 day)" in two[1].beadle("clerk", "list").stdout
    assert two[0].beadle("clerk", "run", "optimise").stdout.startswith("optimise: ")
    # Lists lie on each host: each has the job for itself, under its own name.
    hosts = {(one.data / "host").read_text() for one in two}
    done = "SELECT name FROM job WHERE name LIKE '%/lists' AND runs > 0 AND failures = 0"
    until(lambda: {r["name"] for r in rows(pg, done)} == {f"{host}/lists" for host in hosts} and
          len(hosts) == 2, "both hosts have brought their lists")
    assert not rows(pg, "SELECT name FROM job WHERE name = 'lists'")
    for one in two:
        assert one.beadle("clerk", "list").stdout.startswith("lists (")
    assert "backup (never)" in two[0].beadle("clerk", "list").stdout
    done = two[0].beadle("backup", check=False)
    assert done.returncode and "pg_dump" in done.stderr, done
    # What this store does not need is refused, not put down as failed: nothing would ever try it again.
    for job in ("backup", "drill"):
        done = two[0].beadle("clerk", "run", job, check=False)
        assert done.returncode and "pg_dump" in done.stderr, done
    assert not rows(pg, "SELECT name FROM job WHERE failures > 0")
    # Who holds a job, and until when, goes by the server's clock, which all hosts have: here two hours on.
    pg.sql("CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
           " $$SELECT pg_catalog.clock_timestamp() + interval '2 hours'$$")
    pg.sql("ALTER ROLE beadle SET search_path = public, pg_catalog")
    two[0].beadle("clerk", "run", "optimise")
    ended = rows(pg, "SELECT ended_ms FROM job WHERE name = 'optimise'")[0]["ended_ms"]
    assert ended / 1000 > time.time() + 7000, ended
