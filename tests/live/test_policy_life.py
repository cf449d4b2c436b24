"""A policy's life: compared, laid out, approved, waiting for its day, in force, listed."""

import os

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
    wrong = STAFF.replace("block web to category gambling", "block   web   to gambling")
    file.write_text(wrong)
    done = school.beadle("policy", "format", str(file), check=False)
    assert done.returncode == 1 and f"{file}:" in done.stderr, done
    assert file.read_text() == wrong
