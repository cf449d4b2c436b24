"""The ledger: kept through kill -9, and whoever changes it by hand is found out."""

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest

from conftest import TWO_PEOPLE, program, until

POLICY = """---
title: Using ICT at Northgate School, for staff
school: Northgate School
owner: data protection officer
approver: full governing body
review: every 12 months
binds: staff, volunteers
---

# Using ICT

## 2.2 Gambling {{#web.gambling}}

You do not gamble here, for the {}th time.

```rules
block web to category gambling
```
"""


def whole(school, *more):
    done = school.beadle("ledger", "verify", *more, check=False)
    assert done.returncode == 0 and "the ledger is whole" in done.stdout, done
    return done.stdout


def breaks(school, *more):
    done = school.beadle("ledger", "verify", *more, check=False)
    found = re.search(r"THE LEDGER BREAKS at entry (\d+)", done.stderr)
    assert done.returncode == 1 and found, done
    return int(found.group(1))


def change(school, *statements):
    """By hand, as somebody does who may write the file."""
    with sqlite3.connect(school.data / "store.db", timeout=10) as db:
        for s in statements:
            db.execute(s)
    db.close()


def entries(school, kind):
    words = school.beadle("ledger", "show", "--last", "100000").stdout.splitlines()
    return [w for w in words if re.search(rf"\d{{3}}Z  {kind} ", w)]


def test_what_was_done_is_shown_and_verifies(school):
    school.beadle("people", "import", str(write(school, "roll.csv", "login,name,groups\na,A,staff\n")))
    school.beadle("networks", "import", str(write(
        school, "networks.csv", "network,place,kind,person\n10.0.0.0/8,library,school-devices,\n")))
    said = school.beadle("ledger", "show").stdout
    for words in ("lists replaced     lists", "policy approved    policy/staff/1",
                  "policy confirmed   policy/pupils/1", "policy in force    policy/pupils/1",
                  "roll replaced      roll", "networks replaced  networks"):
        assert words in said, (words, said)
    assert "no signed head" in whole(school)


def write(school, name, text):
    file = school.folder / name
    file.write_text(text)
    return file


def test_a_head_is_signed_and_never_overwritten(school):
    file = school.folder / "first.head"
    school.folder.chmod(0o777)
    said = school.beadle("ledger", "export-head", str(file)).stdout
    key = re.search(r"public key: ([0-9a-f]{64})", said).group(1)
    again = school.beadle("ledger", "export-head", str(file), check=False)
    assert again.returncode == 1 and "is there already" in again.stderr, again
    assert "agrees with 1 signed head" in whole(school, "--head", str(file))
    said = whole(school, "--head", str(file), "--key", key)
    assert "agrees with 1 signed head" in said and "beside the ledger" not in said, said
    # The same head in heads/ alone proves less, which is said.
    kept = school.data / "heads"
    kept.mkdir(exist_ok=True)
    (kept / "2026-11-21.head").write_bytes(file.read_bytes())
    said = whole(school)
    assert "agrees with 1 signed head" in said and "beside the ledger" in said, said
    (kept / "2026-11-21.head").unlink()
    other = school.beadle("ledger", "verify", "--head", str(file), "--key", "0" * 64, check=False)
    assert other.returncode == 1 and "another key" in other.stderr, other
    file.write_text(file.read_text().replace("entries ", "entries 1"))
    changed = school.beadle("ledger", "verify", "--head", str(file), check=False)
    assert changed.returncode == 1 and "changed since it was signed" in changed.stderr, changed


@pytest.mark.parametrize("how, at", [
    (["UPDATE ledger_entry SET at_ms = at_ms + 1 WHERE entry = 3"], 3),
    (["UPDATE ledger_entry SET actor = subject WHERE entry = 2"], 2),
    (["DELETE FROM ledger_entry WHERE entry = 4"], 4),
    (["DELETE FROM ledger_entry WHERE entry = (SELECT max(entry) FROM ledger_entry)"], None),
    (["UPDATE ledger_entry SET entry = -1 WHERE entry = 2",
      "UPDATE ledger_entry SET entry = 2 WHERE entry = 5",
      "UPDATE ledger_entry SET entry = 5 WHERE entry = -1"], 2),
    (["DELETE FROM ledger_entry", "UPDATE ledger_head SET entries = 0, hash = '" + "0" * 64 + "'"],
     None),
], ids=["changed", "renamed", "deleted", "the last deleted", "swapped", "emptied"])
def test_what_is_changed_by_hand_is_found(school, how, at):
    head = write(school, "kept.head", school.beadle("ledger", "export-head").stdout)
    last = school.rows("SELECT max(entry) AS n FROM ledger_entry")[0]["n"]
    whole(school, "--head", str(head))
    change(school, *how)
    found = breaks(school, "--head", str(head))
    assert found == (at if at else (last if "max" in how[0] else 1))


def test_a_person_can_be_forgotten(school):
    before = school.beadle("ledger", "show").stdout
    assert "Hana Weiss" in before, before
    school.beadle("ledger", "forget", "Hana Weiss (invented)", "--reason", "has left")
    after = school.beadle("ledger", "show", "--last", "1000").stdout
    assert "Hana Weiss" not in after and "person forgotten" in after, after
    assert not school.rows("SELECT 1 FROM ledger_person WHERE person LIKE 'Hana%'")
    whole(school)


def test_a_killed_publish_leaves_both_or_neither(school):
    """kill -9 at any moment of the command: as many versions as entries that approve them."""
    chance = random.Random(5)
    file = school.folder / "staff.md"
    file.write_text(POLICY.format(0))
    command = [program(), "policy", "publish", str(file), "--minute", "FGB 7", *TWO_PEOPLE,
               "--data", str(school.data)]
    begun = time.monotonic()
    subprocess.run(command, env=school.env, check=True, capture_output=True)
    takes = time.monotonic() - begun
    killed = 0
    for i in range(1, 41):
        file.write_text(POLICY.format(i))
        p = subprocess.Popen(command, env=school.env, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(chance.random() * takes * 1.1)
        p.send_signal(signal.SIGKILL)
        killed += p.wait() == -signal.SIGKILL
        # In one statement, which sees one state of the store.
        n = school.rows("SELECT (SELECT count(*) FROM policy_version) AS versions,"
                        " (SELECT count(*) FROM ledger_entry WHERE kind = 2) AS approved,"
                        " (SELECT count(*) FROM ledger_entry WHERE kind = 5) AS in_force")[0]
        assert n["versions"] == n["approved"] == n["in_force"] >= 2, (i, n)
    whole(school)
    assert killed > 10, f"only {killed} of 40 were killed on the way"


def test_looks_and_heads_while_it_serves(beadle):
    """Every page of the portal that was had is in the ledger, whoever is killed meanwhile."""
    until(lambda: list((beadle.data / "heads").glob("*.head")), "no head of the day")
    had = 0
    for i in range(30):
        if i % 10 == 5:
            os.kill(beadle.pids()["portal" if i % 20 == 5 else "scribe"], signal.SIGKILL)
        had += beadle.ask_portal("/acts").status == 200
    assert had > 10
    shown = until(lambda: len(entries(beadle, "looked")) >= had and entries(beadle, "looked"),
                  f"fewer than {had} looks in the ledger")
    assert len(shown) <= 30 and "portal, not signed in" in shown[0], shown[0]
    assert "agrees with 1 signed head" in whole(beadle)
    # Each portal that was started anew began a segment; those before it are done.
    until(lambda: entries(beadle, "segment stored"), "no segment in the ledger")
    assert not entries(beadle, "SEGMENT GONE")


def test_an_act_looked_at_names_whose_it_is(beadle, sites):
    beadle.people["127.0.0.2"] = "p.marlow"
    assert beadle.visit(sites.url("casino.example", "/of-marlow"), source="127.0.0.2").status == 403
    act = beadle.act("/of-marlow")
    assert beadle.ask_portal(f"/acts/{act['id']}").status == 200
    until(lambda: any(f"acts/{act['id']} " in e and e.endswith(", of p.marlow")
                      for e in entries(beadle, "looked")), "nobody looked at Marlow's act")


def test_a_disk_that_takes_no_look_shows_nothing(beadle):
    """What cannot be recorded is not shown; the rest of the portal goes on."""
    until(lambda: beadle.ask_portal("/acts").status == 200, "the portal does not answer")
    folder = beadle.data / "journal" / "portal"
    pid = beadle.pids()["portal"]
    (folder / "new").mkdir()
    try:
        os.kill(pid, signal.SIGKILL)  # the next one begins a segment of its own, and cannot
        until(lambda: beadle.ask_portal("/acts").status == 503, "a look was not refused")
        assert beadle.ask_portal("/health").status == 200
        assert beadle.ask_portal("/policies").status == 200
    finally:
        shutil.rmtree(folder / "new")
    until(lambda: beadle.ask_portal("/acts").status == 200, "the portal does not recover")


def test_records_go_when_their_time_has_come(beadle, sites):
    """By itself, the held ones not, and the ledger says so."""
    for who, path in (("t.leaver", "/old"), ("a.pupil", "/held"), ("p.marlow", "/new")):
        beadle.people["127.0.0.2"] = who
        assert beadle.visit(sites.url("plain.example", path), source="127.0.0.2").status == 200
        assert beadle.act(path)["person"] == who
    beadle.beadle("hold", "add", "--person", "a.pupil", *TWO_PEOPLE, "--reason", "a complaint",
                  "--review", "2099-01-01")
    assert "a complaint" in beadle.beadle("hold", "list").stdout
    beadle.stop()
    of_two = "client IN (SELECT id FROM client WHERE person IN ('t.leaver', 'a.pupil'))"
    change(beadle, "INSERT INTO page_text SELECT school, day - 92, id, text FROM page_text",
           f"UPDATE page_load SET hour = hour - 92 * 24 WHERE {of_two}",
           f"UPDATE visit SET hour = hour - 92 * 24 WHERE {of_two}",
           "UPDATE client SET last_day = last_day - 92 WHERE person IN ('t.leaver', 'a.pupil')")
    beadle.start()
    until(lambda: not beadle.rows("SELECT 1 FROM client WHERE person = 't.leaver'"), "it was not deleted")
    for path, person in (("/held", "a.pupil"), ("/new", "p.marlow")):
        assert beadle.act(path)["person"] == person
    for table in ("page_load", "visit"):
        assert not beadle.rows(f"SELECT 1 FROM {table} WHERE client NOT IN (SELECT id FROM client)")
    assert not beadle.rows("SELECT 1 FROM page_text a JOIN page_text b ON b.day = a.day - 92"
                           " WHERE b.text = '/old'")
    assert not beadle.rows("SELECT 1 FROM page_load WHERE own_path = '/old'")
    assert any("visits" in e and "the clock" in e for e in entries(beadle, "records deleted"))
    whole(beadle)
    alone = beadle.beadle("hold", "end", "1", "--by", "A. Head", "--and", "a head", "--reason", "x",
                          check=False)
    assert alone.returncode == 1 and "two people" in alone.stderr, alone
    beadle.beadle("hold", "end", "1", *TWO_PEOPLE, "--reason", "it is settled")
    assert "a complaint" not in beadle.beadle("hold", "list").stdout
