"""The law: what is on the signed list is blocked by its clause, whatever the school's policies say."""

import html
import re
import subprocess

import pytest

from conftest import ACTIONS, TWO_PEOPLE, School, end_school, make_folder, until

LISTED = "plain.example"
SENTENCE = "This page is on a list of material which it is against the law to look at or to keep."
FRONT = """---
title: A policy
school: Northgate School
owner: the head
approver: governors
review: every 12 months
binds: staff, volunteers, governors, supply, visitors, pupils
---
"""
MILD = FRONT + """
## 1 Pages that staff need {#web.needed}

Some pages are needed in lessons.

```rules
block web to host plain.example
note web to category illegal
allow web to host plain.example over web.needed
```
"""


def text(page):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)))


def signed(folder, listed):
    """A list of invented hosts, signed by a key of our own, and the words that install it."""
    key, public, file, signature = (folder / n for n in ("key.pem", "key", "list", "list.sig"))
    run = lambda *a: subprocess.run(["openssl", *a], check=True, capture_output=True).stdout
    if not key.exists():
        run("genpkey", "-algorithm", "ed25519", "-out", str(key))
        public.write_text(run("pkey", "-in", str(key), "-pubout", "-outform", "DER")[-32:].hex())
    file.write_text(f"# issued: 2026-11-20\n{listed}\n")
    run("pkeyutl", "-sign", "-rawin", "-inkey", str(key), "-in", str(file), "-out", str(signature))
    return ["lists", "install-illegal", str(file), "--signature", str(signature), "--key",
            str(public)]


def is_blocked_by_law(school, sites, path, scheme="http"):
    url = sites.url(LISTED, path, scheme)
    # Each of the door's processes takes the list by itself.
    until(lambda: all(school.visit(url).status == 403 for _ in range(8)), "the list is in force")
    reply = school.visit(url)
    return reply.status == 403 and SENTENCE in text(reply.body)


@pytest.fixture
def bare(sites):
    """A folder without a policy, a roll or lists."""
    school = School(make_folder(), sites)
    school.configure()
    (school.data / "beadle.conf").write_text("run proxy = yes\n")
    (school.data / "beadle.conf").chmod(0o644)
    yield school
    end_school(school)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_policy_names_it(beadle, sites, scheme):
    assert beadle.visit(sites.url(LISTED, "/before", scheme)).status == 200
    beadle.beadle(*signed(beadle.folder, LISTED))
    assert is_blocked_by_law(beadle, sites, "/worst", scheme)
    asked = len(sites.asked)
    page = beadle.visit(sites.url(LISTED, f"/once-{scheme}", scheme))
    assert page.status == 403 and "Northgate School" in page.body, page
    assert len(sites.asked) == asked, "the site was asked all the same"
    act = beadle.act(f"/once-{scheme}")
    assert (ACTIONS[act["action"]], act["policy"], act["clause"], act["critical"]) == \
        ("block", "law", "illegal", 1)
    assert set(act["tell"].split()) == {"head", "safeguarding-lead"}
    shown = text(beadle.ask_portal(f"/acts/{act['id']}").body)
    assert "Material that is against the law" in shown and "Cannot tell" not in shown, shown


def test_no_policy_is_in_force(bare, sites):
    bare.beadle(*signed(bare.folder, LISTED))
    bare.start()
    assert "NO POLICY IN FORCE" in bare.beadle("status").stdout
    assert is_blocked_by_law(bare, sites, "/worst")
    assert bare.visit(sites.url("casino.example", "/all-else")).status == 200
    bare.visit(sites.url(LISTED, "/once"))
    act = bare.act("/once")
    assert (act["policy"], act["clause"]) == ("law", "illegal")
    shown = text(bare.ask_portal(f"/acts/{act['id']}").body)
    assert "Material that is against the law" in shown and "Cannot tell" not in shown, shown
    law = bare.ask_portal("/policies/law")
    assert law.status == 200 and SENTENCE in text(law.body) and 'id="illegal"' in law.body, law
    assert 'href="/policies/law"' in bare.ask_portal("/policies").body


def test_no_exception_lifts_it(beadle, sites):
    file = beadle.folder / "staff.md"
    file.write_text(MILD)
    warned = beadle.beadle("policy", "check", str(file), check=False)
    assert "'illegal' is blocked for everyone, whatever this rule says" in warned.stderr, warned
    beadle.beadle("policy", "publish", str(file), "--minute", "item 1", *TWO_PEOPLE)
    until(lambda: all(beadle.visit(sites.url(LISTED, "/lifted")).status == 200 for _ in range(8)),
          "the exception holds")
    beadle.beadle(*signed(beadle.folder, LISTED))
    assert is_blocked_by_law(beadle, sites, "/not-lifted")


def test_the_laws_name_is_no_policys(school):
    for name in ("law.md", "staff.md"):
        (school.folder / name).write_text(MILD)
    said = "no policy is named 'law'"
    done = school.beadle("policy", "check", str(school.folder / "law.md"), check=False)
    assert done.returncode == 1 and said in done.stderr, done
    for words in ([str(school.folder / "law.md")],
                  [str(school.folder / "staff.md"), "--name", "law"]):
        done = school.beadle("policy", "publish", *words, "--minute", "item 1", *TWO_PEOPLE,
                             check=False)
        assert done.returncode == 1 and said in done.stderr, done


def test_a_list_that_was_deleted_is_missed(beadle, sites):
    install = signed(beadle.folder, LISTED)
    beadle.beadle(*install)
    assert is_blocked_by_law(beadle, sites, "/there")
    for name in ("illegal.map", "illegal.key"):
        (beadle.data / "lists" / name).unlink()
    status = lambda: beadle.beadle("status", check=False)
    until(lambda: status().stdout.count("ILLEGAL LIST MISSING") >= 2, "status and board say so")
    assert status().returncode == 1 and "NOT INSTALLED" not in status().stdout
    assert "a list of 1 entries was installed" in status().stdout
    assert "ILLEGAL LIST MISSING" in text(beadle.ask_portal("/").body)
    # The doors are made to read the lists again, and keep what they have.
    (beadle.data / "lists" / "lists.map").touch()
    until(lambda: "lists-unreadable" in beadle.log.read_text(), "the door looked again")
    assert is_blocked_by_law(beadle, sites, "/gone")
    beadle.beadle(*install)
    until(lambda: status().returncode == 0 and "MISSING" not in status().stdout, "it is back")
    assert is_blocked_by_law(beadle, sites, "/back")


def test_empty_lists_are_named(school):
    folder = school.folder / "lists"
    folder.mkdir()
    (folder / "self-harm.domains").write_text("# title: Self-harm\n")
    (folder / "gambling.domains").write_text("casino.example\n")
    done = school.beadle("lists", "compile", str(folder))
    assert "without entries, so that rules on them stop nothing: self-harm\n" in done.stdout, done
    file = school.folder / "staff.md"
    file.write_text(FRONT + "\n## 1 Help {#a}\n\nAsk for help.\n\n```rules\n"
                    "block web to category self-harm\nblock web to category gambling\n```\n")
    done = school.beadle("policy", "check", str(file), check=False)
    assert "category 'self-harm' has no entries: this rule stops nothing yet" in done.stderr, done
    assert "gambling" not in done.stderr
