"""A policy's life: compared, laid out, approved, waiting for its day, in force, listed."""

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest

from conftest import AT_ONCE, ROOT, TWO_PEOPLE, program, until

STAFF = """---
title: Using ICT at Northgate School, for staff
school: Northgate School
owner: data protection officer
approver: full governing body
review: every 12 months
binds: staff, volunteers
---

# Using ICT

## 2.2 Gambling {#web.gambling}

You do not gamble on the school's network.

```rules
block web to category gambling
  tell technicians
```

## 2.3 Social networks {#web.social}

Social networks are for teaching.

```rules
coach web to category social-networks
```
"""


def test_diff_says_whom_a_change_binds(school):
    old, new = school.folder / "old.md", school.folder / "new.md"
    old.write_text(STAFF)
    new.write_text(STAFF.replace("block web to category gambling",
                                 "block web to category gambling by volunteers"))
    said = school.beadle("policy", "diff", str(old), str(new)).stdout
    assert "Changed: 2.2 Gambling {#web.gambling}" in said, said
    assert "rule put in, for volunteers:\n" in said, said
    assert said.endswith("\n1 clause changed.\n"), said
    assert school.beadle("policy", "diff", str(old), str(old)).stdout == "nothing changed.\n"
    done = school.beadle("policy", "diff", str(old), str(school.folder / "none.md"), check=False)
    assert done.returncode == 1 and "none.md" in done.stderr, done


def test_format_rewrites_rules_alone(school):
    file, link = school.folder / "staff.md", school.folder / "link.md"
    untidy = STAFF.replace("block web to category gambling\n  tell technicians",
                           "   block   web to category gambling\n\n         tell   technicians  ")
    untidy += "\nThe   last  word .\n"
    assert untidy != STAFF
    file.write_text(untidy)
    file.chmod(0o604)
    if os.geteuid() == 0:
        os.chown(file, 1234, 1234)
    owner = file.stat().st_uid
    link.symlink_to(file)
    done = school.beadle("policy", "format", str(link), "--check", check=False)
    assert done.returncode == 1 and f"{link}: not in the layout" in done.stdout, done
    assert file.read_text() == untidy, "--check wrote"
    assert ": laid out" in school.beadle("policy", "format", str(link)).stdout
    assert file.read_text() == STAFF + "\nThe   last  word .\n"
    assert (file.stat().st_mode & 0o777, file.stat().st_uid) == (0o604, owner)
    assert link.is_symlink()
    assert ": in the layout" in school.beadle("policy", "format", str(file), "--check").stdout


def test_format_leaves_what_it_cannot_read(school):
    file = school.folder / "staff.md"
    wrong = STAFF.replace("block web to category gambling", "blok   web   to category gambling")
    file.write_text(wrong)
    done = school.beadle("policy", "format", str(file), check=False)
    assert done.returncode == 1 and f"{file}:" in done.stderr, done
    assert file.read_text() == wrong


def write(school, text=STAFF, name="staff"):
    file = school.folder / f"{name}.md"
    file.write_text(text)
    return str(file)


def local(seconds):
    """A moment so many whole seconds from now, as the school's clock shows it."""
    return subprocess.run(["date", "-d", f"@{int(time.time()) + seconds}", "+%Y-%m-%dT%H:%M:%S"],
                          env={"TZ": "Europe/London"}, text=True, capture_output=True,
                          check=True).stdout.strip()


def newest(school, name="staff"):
    """What `policy versions` says of the newest issue, or of the draft."""
    rows = school.beadle("policy", "versions", name).stdout.splitlines()[2:]
    end = next((i for i, r in enumerate(rows) if i > 0 and re.match(r" {4}[\d-] ", r)), len(rows))
    return "\n".join(rows[:end])


def publish(school, text=STAFF, *words, check=True):
    return school.beadle("policy", "publish", write(school, text), "--minute", "FGB 7", *words, check=check)


def in_force(school):
    rows = school.rows("SELECT issue FROM policy_version WHERE name = 'staff' AND in_force = 1")
    return [r["issue"] for r in rows]


def test_one_person_changes_nothing(school):
    done = publish(school)
    assert "waits for a second person" in done.stdout and "), is in force" not in done.stdout, done
    assert "beadle policy confirm staff --issue 2 --and PERSON" in done.stdout, done
    assert in_force(school) == [1]
    said = newest(school)
    assert re.match(r"    2  once confirmed    [0-9a-f]{12}  waits for a second person$", said, re.M), said
    assert "approved by: full governing body, on a day that was not said; FGB 7" in said, said
    assert "alone; THE SECOND PERSON IS MISSING" in said, said
    assert "to confirm it: beadle policy confirm staff --issue 2 --and PERSON" in said, said
    again = publish(school, check=False)
    assert again.returncode == 1 and "waits for a second person to confirm it" in again.stderr, again


def test_an_approval_in_full(school):
    done = publish(school, STAFF, "--body", "the trust", "--approved", "2025-11-12", *TWO_PEOPLE)
    assert "is in force" in done.stdout, done
    row = school.rows("SELECT * FROM policy_version WHERE name = 'staff' AND issue = 2")[0]
    assert (row["body"], row["approved_on"], row["first_person"], row["second_person"]) == (
        "the trust", "2025-11-12", "A. Head", "B. Chair")
    publish(school, STAFF.replace("do not gamble", "never gamble") + "\n## 9 More {#more}\n\nSo.\n",
            *TWO_PEOPLE)
    said = school.beadle("policy", "versions").stdout
    assert ("approved by: the trust, on 2025-11-12; FGB 7\n       answered for by: A. Head and B. Chair\n"
            in said), said
    assert "       changes: 1 clause added, 1 changed since issue 2\n" in said, said
    assert said.count("       changes: the first\n") == 2, said
    assert re.search(r"^    2  \d{4}-\d\d-\d\d \d\d:\d\d  [0-9a-f]{12}  past$", said, re.M), said
    assert "pupils: " in said and "pupils: " not in school.beadle("policy", "versions", "staff").stdout
    assert max(map(len, said.splitlines())) <= 100


@pytest.mark.parametrize("words, status, said", [
    (("--by", "A. Head", "--and", "a head"), 1, "two people"),
    (("--by", "-", "--and", "B. Chair"), 1, "no name"),
    (("--approved", "2025-02-30"), 1, "no day"),
    (("--approved", "2999-01-01"), 1, "already"),
    (("--from", "2025-01-01"), 2, "is past"),
    (("--from", "soon"), 2, "neither a day"),
    (("--digest", "12345678"), 1, "is not the document that was meant"),
    (("--digest", "12"), 1, "digits"),
    (("--draft", "staff"), 2, "one word too many"),
], ids=lambda w: " ".join(w[:2]) if isinstance(w, tuple) else "")
def test_what_cannot_be_is_refused(school, words, status, said):
    before = school.rows("SELECT count(*) AS n FROM policy_version")
    done = publish(school, STAFF, *words, check=False)
    assert done.returncode == status and said in done.stderr, done
    assert school.rows("SELECT count(*) AS n FROM policy_version") == before


def test_from_today_is_now(school):
    done = publish(school, STAFF, "--from", local(0)[:10], *TWO_PEOPLE)
    assert "is in force" in done.stdout, done


def test_versions_of_nothing(school, tmp_path):
    done = school.beadle("policy", "versions", "nobody", check=False)
    assert done.returncode == 1 and "'nobody'" in done.stderr, done
    done = subprocess.run([program(), "policy", "versions", "--data", str(tmp_path)], text=True,
                          capture_output=True)
    assert done.returncode == 1 and "no store" in done.stderr, done
    assert list(tmp_path.iterdir()) == [], "it made something all the same"


def test_exactly_the_bytes_of_the_draft_are_approved(school):
    digest = lambda text: hashlib.sha256(text.encode()).hexdigest()
    file = write(school)
    done = school.beadle("policy", "draft", file)
    assert f"digest {digest(STAFF)}" in done.stdout, done
    assert re.match(r"    -  -                 [0-9a-f]{12}  draft$", newest(school), re.M)
    later = STAFF.replace("do not gamble", "never gamble")
    write(school, later)
    done = school.beadle("policy", "draft", file)
    assert "takes the place of a draft that " in done.stdout and digest(STAFF)[:12] in done.stdout, done
    write(school, "The file is something else by now.")
    done = school.beadle("policy", "publish", "--draft", "staff", "--minute", "FGB 7", "--digest",
                         digest(STAFF), *TWO_PEOPLE, check=False)
    assert done.returncode == 1 and f"its digest is {digest(later)}" in done.stderr, done
    school.beadle("policy", "publish", "--draft", "staff", "--minute", "FGB 7", "--digest",
                  digest(later), *TWO_PEOPLE)
    assert digest(later)[:12] in newest(school) and "draft" not in newest(school)
    done = school.beadle("policy", "publish", "--draft", "staff", "--minute", "FGB 8", check=False)
    assert done.returncode == 1 and "no draft" in done.stderr, done


def test_a_draft_may_have_mistakes_and_a_version_none(school):
    file = write(school, STAFF.replace("tell technicians", "tell technicans"), "odd")
    done = school.beadle("policy", "draft", file)
    assert "technicans" in done.stderr and "could not be published" in done.stdout, done
    done = school.beadle("policy", "publish", "--draft", "odd", "--minute", "x", *TWO_PEOPLE, check=False)
    assert done.returncode == 1 and "policy 'odd':18:8: error: unknown role" in done.stderr, done
    versions = school.beadle("policy", "versions", "odd").stdout
    assert re.match(r"odd: Using ICT.*\nISSUE .*\n    -  - +[0-9a-f]{12}  draft\n       kept by: ", versions)
    assert len(versions.splitlines()) == 4, versions


def test_policies_are_read_together(school):
    """A permission may be described in another policy, and cannot be taken away from under it."""
    using = STAFF.replace("block web to category gambling", "block web to category gambling\n  unless granted betting")
    describing = (ROOT / "policy/pupils.md").read_text() + \
        "\n```rules\npermit betting, asked by pupils, decided by head\n```\n"
    done = publish(school, using, *TWO_PEOPLE, check=False)
    assert done.returncode == 1 and "error: unknown permission 'betting'" in done.stderr, done
    pupils = write(school, describing, "pupils")
    school.beadle("policy", "publish", pupils, "--minute", "FGB 7", *TWO_PEOPLE)
    publish(school, using, *TWO_PEOPLE)
    write(school, (ROOT / "policy/pupils.md").read_text(), "pupils")
    done = school.beadle("policy", "publish", pupils, "--minute", "FGB 8", *TWO_PEOPLE, check=False)
    assert done.returncode == 1 and "policy 'staff':18:18: error: unknown permission" in done.stderr, done
    assert "policy 'staff' could not be read together with it" in done.stderr, done


def test_a_version_is_withdrawn(beadle):
    publish(beadle, STAFF, "--from", local(3), *TWO_PEOPLE)
    publish(beadle, STAFF + "\nMore.\n")
    refused = beadle.beadle("policy", "withdraw", "staff", "--issue", "1", "--by", "B. Chair", "--reason", "x",
                            check=False)
    assert refused.returncode == 1 and "issue 1 of policy 'staff' is in force" in refused.stderr, refused
    for issue in ("2", "3"):
        beadle.beadle("policy", "withdraw", "staff", "--issue", issue, "--by", "B. Chair", "--reason", "a slip")
    said = newest(beadle)
    assert "withdrawn by: B. Chair, on " in said and ": a slip" in said and "MISSING" not in said, said
    said = beadle.beadle("policy", "versions", "staff").stdout  # also the one that a day was set for
    assert len(re.findall(r"^    [23]  never             [0-9a-f]{12}  withdrawn$", said, re.M)) == 2, said
    until(lambda: "a slip" in beadle.ask_portal("/policies/staff").body, "the portal says so")
    done = beadle.beadle("policy", "confirm", "staff", "--issue", "3", "--and", "B. Chair", check=False)
    assert done.returncode == 1 and "it is withdrawn" in done.stderr, done
    time.sleep(3.5)
    assert in_force(beadle) == [1], "it came into force all the same"


def test_from_draft_to_the_door(beadle, sites):
    """What one person approved leaves the door as it was; the second changes it within a second."""
    beadle.people["127.0.0.2"] = "t.ashdown"
    status = lambda host: beadle.visit(sites.url(host), source="127.0.0.2").status
    until(lambda: status("casino.example") == 403, "the policy of the demonstration is in force")
    file = write(beadle, STAFF.replace("category gambling", "host plain.example"))
    beadle.beadle("policy", "draft", file)
    beadle.beadle("policy", "publish", "--draft", "staff", "--minute", "FGB 7", "--by", "A. Head")
    end = time.monotonic() + 2.5  # longer than the scribe takes to compare all it has laid out
    while time.monotonic() < end:
        assert (status("casino.example"), status("plain.example")) == (403, 200)
        time.sleep(0.1)
    done = beadle.beadle("policy", "confirm", "staff", "--issue", "2", "--and", "a. head", check=False)
    assert done.returncode == 1 and "somebody else is to confirm it" in done.stderr, done
    done = beadle.beadle("policy", "confirm", "staff", "--and", "B. Chair", "--digest", "0" * 64, check=False)
    assert done.returncode == 1 and "not the document that was meant" in done.stderr, done
    done = beadle.beadle("policy", "confirm", "staff", "--and", "B. Chair", check=False)
    assert done.returncode == 1 and "say so by --issue 2" in done.stderr, done
    assert in_force(beadle) == [1]
    done = beadle.beadle("policy", "confirm", "staff", "--issue", "2", "--and", "B. Chair")
    confirmed = time.monotonic()
    assert "issue 2 (" in done.stdout and "is in force" in done.stdout, done
    until(lambda: status("plain.example") == 403, "the new version is at the door", pause=0.01)
    assert time.monotonic() - confirmed < AT_ONCE
    assert status("casino.example") == 200
    assert "answered for by: A. Head and B. Chair" in newest(beadle)
    page = beadle.ask_portal("/policies/staff/changes?from=1&to=2")
    assert page.status == 200 and "What changes from issue 1 to issue 2" in page.body, page
    assert "Pages on plain.example are blocked" in page.body and "Pages in the category gambling" in page.body


def test_a_confirmed_version_waits_for_its_day(beadle, sites):
    """Within a second of its moment at the door, with no request lost; the old one until then."""
    beadle.people["127.0.0.2"] = "t.ashdown"
    status = lambda: beadle.visit(sites.url("casino.example"), source="127.0.0.2").status
    until(lambda: status() == 403, "the policy of the demonstration is in force")
    moment = int(time.time()) + 6
    done = publish(beadle, STAFF.replace("category gambling", "category bypass"), "--by", "A. Head",
                   "--from", local(moment - int(time.time())))
    assert "once somebody else has confirmed it, it comes into force on " in done.stdout, done
    done = beadle.beadle("policy", "confirm", "staff", "--issue", "2", "--and", "B. Chair")
    assert "comes into force on " in done.stdout, done
    assert "  waits for its day\n" in newest(beadle)
    while time.time() < moment - 0.3:
        assert status() == 403, "before its moment"
        time.sleep(0.1)
    until(lambda: status() == 200, "the new version is in force", pause=0.01)
    assert time.time() - moment < AT_ONCE
    said = beadle.beadle("policy", "versions", "staff").stdout
    assert re.search(r"^    2 .*  in force$", said, re.M) and "waits" not in said, said
    assert "ev=version-in-force" in beadle.log.read_text()


def test_a_version_whose_day_came_while_beadle_was_off(school):
    publish(school, STAFF, "--from", local(2), *TWO_PEOPLE)
    assert school.rows("SELECT waits FROM policy_version WHERE issue = 2") == [{"waits": 1}]
    time.sleep(2.1)
    school.start()
    force = [p.read_text() for p in (school.data / "force").iterdir() if p.is_file()]
    assert STAFF in force, "it was not in force when the doors opened"
    assert school.rows("SELECT waits, in_force FROM policy_version WHERE issue = 2") == [
        {"waits": 0, "in_force": 1}]


MIGRATIONS = ROOT / "src/record/store/migrations"


def columns(db, schema, table):
    return [row[1] for row in db.execute(f"PRAGMA {schema}.table_info({table})")]


def store_before(school, version):
    """The store as a program left it that knew the migrations up to this one: its rows, less what is new."""
    store, older = school.data / "store.db", school.folder / "older.db"
    with closing(sqlite3.connect(older, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        ours = [path for path in MIGRATIONS.glob("*.sql") if ".pg." not in path.name]
        for path in sorted(ours)[:version]:
            db.executescript(path.read_text())
        db.execute("ATTACH ? AS newer", (str(store),))
        db.execute("CREATE TABLE schema_version AS SELECT * FROM newer.schema_version WHERE version <= ?",
                   (version,))
        tables = [row[0] for row in db.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")]
        for table in set(tables) - {"schema_version"}:
            both = ", ".join(c for c in columns(db, "main", table) if c in columns(db, "newer", table))
            if not both:
                continue  # a later migration dropped the table
            db.execute(f"DELETE FROM main.{table}")
            db.execute(f"INSERT INTO main.{table} ({both}) SELECT {both} FROM newer.{table}")
    shutil.copymode(store, older)
    shutil.chown(older, *(lambda s: (s.st_uid, s.st_gid))(store.stat()))
    for end in ("", "-wal", "-shm"):
        store.with_name(store.name + end).unlink(missing_ok=True)
    older.rename(store)


def undo_two_people(school):
    """What one person did, before it took two."""
    store_before(school, 5)
    with sqlite3.connect(school.data / "store.db") as db:
        db.execute("UPDATE policy_version SET second_person = ''")


def test_a_store_of_the_program_before(school, sites):
    publish(school, STAFF, "--from", local(3600), *TWO_PEOPLE)
    undo_two_people(school)
    school.start()
    school.people["127.0.0.2"] = "t.ashdown"
    assert school.visit(sites.url("casino.example"), source="127.0.0.2").status == 403
    rows = school.rows("SELECT issue, in_force, approved, alone, waits FROM policy_version"
                       " WHERE name = 'staff' ORDER BY issue")
    assert [tuple(r.values()) for r in rows] == [(1, 1, 0, 1, 0), (2, 0, 1, 0, 0)]
    said = school.beadle("policy", "versions", "staff").stdout
    assert said.count("THE SECOND PERSON IS MISSING") == 2, said
    overview = lambda: school.ask_portal("/").body
    assert overview().count("The second person is missing") == 2, "both policies, by one person each"
    assert "Waits for a second person" in overview()
    school.beadle("policy", "confirm", "staff", "--issue", "1", "--and", "B. Chair")
    assert in_force(school) == [1]
    assert overview().count("The second person is missing") == 1
    said = school.beadle("policy", "versions", "staff").stdout
    assert said.count("THE SECOND PERSON IS MISSING") == 1 and "and B. Chair" in said, said


def test_what_a_replay_found_is_said_where_it_cannot_be_kept(school):
    """As while somebody writes for long: seconds of work are not lost with the last step."""
    draft = school.folder / "staff.md"
    draft.write_text(STAFF)
    school.beadle("policy", "draft", str(draft))
    store = school.data / "store.db"
    store.chmod(0o440)
    done = school.beadle("policy", "replay", "--draft", "staff", check=False)
    store.chmod(0o640)
    assert done.returncode == 1 and "looked at:" in done.stdout, done
    assert "the portal does not show it" in done.stderr and "/replay" not in done.stdout, done


def test_a_hold_of_nothing_warns(school):
    words = ["--by", "A. Head", "--and", "D. Officer", "--reason", "a complaint", "--review", "2036-11-12"]
    done = school.beadle("hold", "add", "--person", "nobody.here", *words)
    assert done.stdout.startswith("hold 1 keeps") and "nothing that is recorded" in done.stderr, done
