"""
kill -9 of each command that writes, at any moment of it: what it said is done is done, what is done is
in the ledger, and what was cut off did all of it or nothing and can be given again. Three rounds each;
BEADLE_TEST_LONG=1 makes it thirty.
"""

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest

from conftest import TWO_PEOPLE, program
from test_policy_life import STAFF

LONG = bool(os.environ.get("BEADLE_TEST_LONG"))
ROUNDS = 30 if LONG else 3
MORE = 20  # at most, until one was killed on the way
READY_S = 2 if LONG else 10  # where the tests share the machine with others
KINDS = {"draft": 1, "approved": 2, "confirmed": 3, "withdrawn": 4, "roll": 7, "lists": 8,
         "networks": 10, "hold": 16, "hold ended": 17, "forgotten": 18}
ALONE = ["--minute", "FGB 7", "--by", "A. Head"]
REVIEW = ["--reason", "a complaint", "--review", "2099-01-01"]


def write(school, name, text):
    file = school.folder / name
    file.write_text(text)
    return str(file)


def published(school, n):
    school.beadle("policy", "publish", write(school, "staff.md", STAFF.replace("gamble", f"gamble {n}")),
                  *ALONE)


def issue(school):
    return str(school.rows("SELECT max(issue) AS n FROM policy_version WHERE name = 'staff'")[0]["n"])


def held(school, _):
    school.beadle("hold", "add", "--person", "a.pupil", *TWO_PEOPLE, *REVIEW)


def newest_hold(school):
    return str(school.rows("SELECT max(id) AS n FROM legal_hold")[0]["n"])


def roll(n):
    return "login,name,groups\n" + "".join(f"p{i},A{i},staff\n" for i in range(n + 1))


# What is made before each round, the command, and what counts what it does: with the kind of its
# entry in the ledger.
COMMANDS = {
    "draft": (None, lambda s, n: ["policy", "draft", write(s, "guests.md", STAFF.replace(
        "gamble", f"gamble {n}"))], "SELECT bytes AS n FROM policy_draft WHERE name = 'guests'"),
    "confirmed": (published, lambda s, n: ["policy", "confirm", "staff", "--issue", issue(s),
                                           "--and", "B. Chair"],
                  "SELECT count(*) AS n FROM policy_version WHERE confirmed_ms > 0"),
    "withdrawn": (published, lambda s, n: ["policy", "withdraw", "staff", "--issue", issue(s),
                                           "--by", "A. Head", "--reason", "a slip"],
                  "SELECT count(*) AS n FROM policy_version WHERE withdrawn_ms > 0"),
    "roll": (None, lambda s, n: ["people", "import", write(s, "roll.csv", roll(n))],
             "SELECT csv AS n FROM roll"),
    "hold": (None, lambda s, n: ["hold", "add", "--person", f"p{n}", *TWO_PEOPLE, *REVIEW],
             "SELECT count(*) AS n FROM legal_hold"),
    "hold ended": (held, lambda s, n: ["hold", "end", newest_hold(s), *TWO_PEOPLE, "--reason", "x"],
                   "SELECT count(*) AS n FROM legal_hold WHERE ended_ms > 0"),
}


def entries(school, kind):
    return school.rows("SELECT count(*) AS n FROM ledger_entry WHERE kind = ?", KINDS[kind])[0]["n"]


def whole(school):
    """The ledger verifies, the store is whole, and it is ready again: within two seconds."""
    begun = time.monotonic()
    done = school.beadle("ledger", "verify", check=False)
    assert done.returncode == 0 and time.monotonic() - begun < READY_S, (time.monotonic() - begun, done)
    with closing(sqlite3.connect(school.data / "store.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


class Killer:
    """Kills a command at any moment of what it takes. The first is left alone, and says how long that is."""

    def __init__(self, seed):
        self.chance, self.takes, self.killed = random.Random(seed), None, 0

    def rounds(self):
        """ROUNDS besides the first; more where each was done before it could be killed."""
        n = 0
        while n <= ROUNDS or (not self.killed and n < ROUNDS + MORE):
            yield n
            n += 1
        assert self.killed, "none was killed on the way"

    def is_first(self, school, words):
        if self.takes is not None:
            return False
        begun = time.monotonic()
        school.beadle(*words)
        self.takes = time.monotonic() - begun
        return True

    def end_somewhere(self, school, words):
        """Whether the command had said that it was done."""
        p = subprocess.Popen([program(), *words, "--data", str(school.data)], env=school.env,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=school.folder)
        time.sleep(self.chance.random() * self.takes)
        p.send_signal(signal.SIGKILL)
        status = p.wait()
        if status == -signal.SIGKILL:
            self.killed += 1
        else:
            self.takes *= 0.8  # it is quicker than the first was
        return status == 0


@pytest.mark.parametrize("kind", list(COMMANDS))
def test_a_killed_command_did_all_or_nothing(school, kind):
    prepare, command, rows = COMMANDS[kind]
    state = lambda: (school.rows(rows), entries(school, kind))
    killer = Killer(kind)
    for n in killer.rounds():
        if prepare:
            prepare(school, n)
        words, before = command(school, n), state()
        if killer.is_first(school, words):
            assert state()[1] == before[1] + 1
            continue
        done = killer.end_somewhere(school, words)
        whole(school)  # as the next to open it, which reads what the killed one had committed last
        after = state()
        assert (after[0] != before[0]) == (after[1] == before[1] + 1), (before, after)
        assert after[1] in (before[1], before[1] + 1) and (not done or after != before), after
        if after == before:
            school.beadle(*words)
            assert state()[1] == before[1] + 1


# Files of the data folder: the entry comes first, so the ledger says at least what was done.
def files_of(school, name):
    path = school.data / name
    return path.read_bytes() if path.exists() else None


def compiled(school, n):
    folder = school.folder / "mine"
    folder.mkdir(exist_ok=True)
    (folder / "games.txt").write_text("".join(f"g{n}-{i}.example\n" for i in range(2000)))
    return ["lists", "compile", str(folder)]


def networks(school, n):
    return ["networks", "import", write(school, "networks.csv", "network,place,kind,person\n"
                                        f"10.{n}.0.0/16,library,school-devices,\n")]


@pytest.mark.parametrize("kind, command, file", [
    ("lists", compiled, "lists/lists.map"), ("networks", networks, "networks/networks.csv")])
def test_a_file_never_changes_without_an_entry(school, kind, command, file):
    killer = Killer(kind)
    for n in killer.rounds():
        words, before, known = command(school, n), files_of(school, file), entries(school, kind)
        if killer.is_first(school, words):
            continue
        done = killer.end_somewhere(school, words)
        whole(school)
        changed = files_of(school, file) != before
        assert changed <= (entries(school, kind) == known + 1), (changed, known)
        assert changed or not done
        if kind == "lists":  # whole, the old or the new
            assert school.beadle("lists", "show").returncode == 0


def test_a_killed_forgetting_is_done_or_not(school):
    """The person's key and the entry that says so go together."""
    killer = Killer(9)
    for n in killer.rounds():
        who = f"Person {n}"
        file = write(school, "staff.md", STAFF.replace("gamble", f"gamble {n}"))
        school.beadle("policy", "publish", file, "--minute", "FGB 7", "--by", who)
        school.beadle("policy", "withdraw", "staff", "--issue", issue(school), "--by", who,
                      "--reason", "a slip")
        known = lambda: school.rows("SELECT (SELECT count(*) FROM ledger_person WHERE person = ?) AS key,"
                                    " (SELECT count(*) FROM ledger_entry WHERE kind = 18) AS said", who)[0]
        before, words = known(), ["ledger", "forget", who, "--reason", "has left"]
        if killer.is_first(school, words):
            continue
        done = killer.end_somewhere(school, words)
        whole(school)
        after = known()
        assert (before["key"] - after["key"]) == (after["said"] - before["said"]), (before, after)
        assert not done or after["key"] == 0


def test_a_restored_backup_shows_nothing_past_its_time(beadle, sites):
    """Until what was past its time is deleted no page of records is shown, and filtering goes on."""
    from conftest import until
    loads = lambda: beadle.rows("SELECT count(*) AS n FROM page_load")[0]["n"]
    beadle.people["127.0.0.2"] = "t.leaver"
    assert beadle.visit(sites.url("plain.example", "/old"), source="127.0.0.2").status == 200
    beadle.act("/old")
    backup = beadle.data / "backup" / "copy.db"
    beadle.beadle("backup", "--to", str(backup))
    beadle.stop()
    for left in beadle.data.glob("store.db*"):
        left.unlink()
    shutil.copy2(backup, beadle.data / "store.db")
    if os.geteuid() == 0:
        shutil.chown(beadle.data / "store.db", *[beadle.data.owner()] * 2)
    with closing(sqlite3.connect(beadle.data / "store.db", isolation_level=None)) as db:
        # The months that it lay somewhere.
        db.execute("INSERT INTO page_text SELECT school, day - 92, id, text FROM page_text")
        db.execute("UPDATE page_load SET hour = hour - 92 * 24")
        db.execute("UPDATE visit SET hour = hour - 92 * 24")
        db.execute("WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 500000)"
                   " INSERT INTO page_load (school, hour, client, id, hour_ms, kind, site, basis, path, kept)"
                   " SELECT school, hour, client, i, hour_ms, kind, site, basis, path, kept"
                   " FROM (SELECT * FROM page_load LIMIT 1), n")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("BEGIN IMMEDIATE")  # nobody can delete anything
        beadle.launch()
        until(lambda: beadle.ask_portal("/health").status, "the portal does not answer")
        for _ in range(10):
            reply = beadle.ask_portal("/visits")
            assert reply.status in (0, 503) and "t.leaver" not in reply.body, reply
            time.sleep(0.2)
        until(lambda: beadle.ask_portal("/visits").status == 503, "it is not refused")
        until(lambda: beadle.visit(sites.url("casino.example", "/meanwhile")).status == 403,
              "filtering does not go on")
        db.execute("ROLLBACK")
        # And once more in the middle of it, until the scribe gives up: it begins again as soon as it can.
        before = loads()
        until(lambda: loads() < before, "nothing is deleted")
        db.execute("BEGIN IMMEDIATE")
        said = len(beadle.log.read_text())
        assert loads() > 1000, "all was deleted before it could be stopped"
        until(lambda: "ev=store-failed" in beadle.log.read_text()[said:], "the scribe does not give up")
        assert beadle.ask_portal("/visits").status == 503
        db.execute("ROLLBACK")
    until(lambda: beadle.ask_portal("/visits").status == 200, "the portal never shows records")
    assert "t.leaver" not in beadle.ask_portal("/visits").body
    assert re.search("ev=records-deleted", beadle.log.read_text())
    beadle.act("/meanwhile")
    whole(beadle)
