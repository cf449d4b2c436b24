"""A policy's life: compared, laid out, approved, waiting for its day, in force, listed."""

import os
import re
import subprocess
import time

import pytest

from conftest import program, until

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


def test_the_short_form_says_who_is_missing(school):
    done = school.beadle("policy", "publish", write(school), "--minute", "FGB 7")
    assert "issue 2" in done.stdout and "is in force" in done.stdout, done
    assert "the second person is missing" in done.stdout, done
    said = school.beadle("policy", "versions", "staff").stdout
    newest = said[said.index("    2  "):said.index("    1  ")]
    assert "in force" in newest and "FGB 7" in newest, said
    assert "approved by: full governing body, on a day that was not said" in newest, said
    assert "alone; THE SECOND PERSON IS MISSING" in newest, said


def test_an_approval_in_full(school):
    done = school.beadle("policy", "publish", write(school), "--minute", "FGB 7", "--body", "the trust",
                         "--approved", "2025-11-12", "--by", "A. Head", "--and", "B. Chair")
    assert "missing" not in done.stdout, done
    row = school.rows("SELECT * FROM policy_version WHERE name = 'staff' AND issue = 2")[0]
    assert (row["body"], row["approved_on"], row["first_person"], row["second_person"]) == (
        "the trust", "2025-11-12", "A. Head", "B. Chair")
    school.beadle("policy", "publish",
                  write(school, STAFF.replace("do not gamble", "never gamble") + "\n## 9 More {#more}\n\nSo.\n"),
                  "--minute", "FGB 8")
    said = school.beadle("policy", "versions").stdout
    assert "approved by: the trust, on 2025-11-12\n       answered for by: A. Head and B. Chair\n" in said
    assert "       1 clause added, 1 changed\n" in said, said
    assert said.count("       first issue\n") == 2, said
    assert re.search(r"^    2  \d{4}-\d\d-\d\d \d\d:\d\d  past      [0-9a-f]{12}  FGB 7$", said, re.M), said
    assert "pupils: " in said and "pupils: " not in school.beadle("policy", "versions", "staff").stdout


@pytest.mark.parametrize("words, status, said", [
    (("--by", "A. Head", "--and", "a. head"), 1, "two people"),
    (("--approved", "2025-02-30"), 1, "no day"),
    (("--approved", "2999-01-01"), 1, "already"),
    (("--from", "2025-01-01"), 2, "is past"),
    (("--from", "soon"), 2, "neither a day"),
], ids=lambda w: w[0] if isinstance(w, tuple) else "")
def test_what_cannot_be_is_refused(school, words, status, said):
    before = school.rows("SELECT count(*) AS n FROM policy_version")
    done = school.beadle("policy", "publish", write(school), "--minute", "FGB 7", *words, check=False)
    assert done.returncode == status and said in done.stderr, done
    assert school.rows("SELECT count(*) AS n FROM policy_version") == before


def test_from_today_is_now(school):
    today = local(0)[:10]
    done = school.beadle("policy", "publish", write(school), "--minute", "FGB 7", "--from", today)
    assert "is in force" in done.stdout, done


def test_versions_of_nothing(school, tmp_path):
    done = school.beadle("policy", "versions", "nobody", check=False)
    assert done.returncode == 1 and "'nobody'" in done.stderr, done
    done = subprocess.run([program(), "policy", "versions", "--data", str(tmp_path)], text=True,
                          capture_output=True)
    assert done.returncode == 1 and "no store" in done.stderr, done
    assert list(tmp_path.iterdir()) == [], "it made something all the same"


def test_a_version_comes_into_force_by_itself(beadle, sites):
    """Within a second of its moment at the door, with no request lost; the old one until then."""
    beadle.people["127.0.0.2"] = "t.ashdown"
    status = lambda: beadle.visit(sites.url("casino.example"), source="127.0.0.2").status
    until(lambda: status() == 403, "the policy of the demonstration is in force")
    moment = int(time.time()) + 5
    done = beadle.beadle("policy", "publish", write(beadle, STAFF.replace("category gambling", "category bypass")),
                         "--minute", "FGB 7", "--from", local(moment - int(time.time())))
    assert "comes into force on " in done.stdout, done
    assert "  waits  " in beadle.beadle("policy", "versions", "staff").stdout
    while time.time() < moment - 0.3:
        assert status() == 403, "before its moment"
        time.sleep(0.1)
    until(lambda: status() == 200, "the new version is in force", patience=3, pause=0.01)
    assert time.time() - moment < 1.0
    said = beadle.beadle("policy", "versions", "staff").stdout
    assert re.search(r"^    2 .* in force  ", said, re.M) and "  waits  " not in said, said
    assert "ev=version-in-force" in beadle.log.read_text()


def test_a_version_whose_day_came_while_beadle_was_off(school):
    school.beadle("policy", "publish", write(school), "--minute", "FGB 7", "--from", local(2))
    assert school.rows("SELECT waits FROM policy_version WHERE issue = 2") == [{"waits": 1}]
    time.sleep(2.1)
    school.start()
    force = [p.read_text() for p in (school.data / "force").iterdir() if p.is_file()]
    assert STAFF in force, "it was not in force when the doors opened"
    assert school.rows("SELECT waits, in_force FROM policy_version WHERE issue = 2") == [
        {"waits": 0, "in_force": 1}]
