"""beadle judge: documents, lists and a roll in, one line of JSON out."""

import json
import shutil
import subprocess

import pytest

from conftest import ROOT, program

FRONT = """---
title: {0}
school: Northgate School
owner: the head
approver: full governing body
review: every 12 months
binds: {0}
---
"""
STAFF = FRONT.format("staff") + """
## 1.1 Gambling {#web.gambling}

You do not gamble.

```rules
block web to category gambling
  tell technicians
```

## 1.2 Fun {#web.fun}

Fun is for the evening.

```rules
coach web to category leisure during 08:00-16:00 on mon-fri
note web to host games.example
  tell head as critical
```
"""
PUPILS = FRONT.format("pupils") + """
## Fun {#fun}

No games.

```rules
block web to category leisure
```
"""


@pytest.fixture
def judge(tmp_path):
    (tmp_path / "staff.md").write_text(STAFF)
    (tmp_path / "pupils.md").write_text(PUPILS)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "gambling.txt").write_text("casino.example\n")
    (tmp_path / "lists" / "leisure.txt").write_text("games.example\n")
    (tmp_path / "people.csv").write_text("login,name,groups\na.one,Ada (invented),staff\n"
                                         "b.two,Ben (invented),pupils clubs\n")

    def run(*words, check=True, policies=("staff.md", "pupils.md")):
        done = subprocess.run([program(), "judge", *policies, *words], cwd=tmp_path, text=True,
                              capture_output=True, timeout=20, env={"TZ": "Europe/London"})
        if not check:
            return done
        assert done.returncode == 0, done
        assert done.stdout.count("\n") == 1 and done.stdout.endswith("\n"), done
        answer = json.loads(done.stdout)
        assert list(answer) == sorted(answer) and list(answer["facts"]) == sorted(answer["facts"])
        return answer

    return run


LISTS = ("--lists", "lists")
PEOPLE = ("--people", "people.csv")


def test_a_verdict_in_full(judge):
    got = judge("--door", "web", "--url", "https://WWW.Games.example/a?b", "--person", "a.one",
                "--from", "10.1.2.3", "--at", "2026-11-23T09:30", *LISTS, *PEOPLE)
    version = got.pop("version")
    assert len(version) == 64 and set(version) <= set("0123456789abcdef")
    assert got == {
        "verdict": "coach", "clause": "staff#web.fun", "clauses": ["staff#web.fun"],
        "reason": "1.2 Fun is for the evening.", "tell": ["head"], "critical": True,
        "cannot_tell": [], "not_carried_out": [],
        "facts": {"door": "web", "host": "www.games.example", "path": "/a?b", "words": None,
                  "categories": ["leisure"], "deeds": [], "given": None, "grants": [],
                  "person": "a.one", "known": True, "groups": ["staff"], "minute": 570,
                  "weekday": "mon", "place": "10.1.2.3"}}


def test_who_it_is(judge):
    ask = lambda *who: judge("--url", "http://games.example/", "--at", "2026-11-23T20:00", *LISTS,
                             *PEOPLE, *who)
    assert ask("--person", "a.one")["verdict"] == "note"
    pupil = ask("--person", "b.two")
    assert (pupil["verdict"], pupil["clause"], pupil["reason"]) == ("block", "pupils#fun", "No games.")
    assert pupil["facts"]["groups"] == ["pupils", "clubs"]
    assert ask("--group", "staff")["verdict"] == "note"
    assert ask("--person", "c.three", "--group", "staff,pupils")["clauses"] == [
        "pupils#fun", "staff#web.fun"]
    for stranger in ((), ("--person", "c.three"), ("--group", "nobody")):
        got = ask(*stranger)
        assert got["clauses"] == ["pupils#fun", "staff#web.fun"], got
        assert got["facts"]["known"] == (stranger[:1] == ("--group",))


def test_nothing_speaks_of_it(judge):
    got = judge("--url", "http://ok.example/", "--group", "staff", *LISTS)
    assert (got["verdict"], got["clause"], got["clauses"], got["tell"]) == ("allow", None, [], [])


def test_the_version_is_that_of_the_documents(judge):
    ask = lambda *policies: judge("--url", "http://ok.example/", *LISTS, policies=policies)["version"]
    assert ask("staff.md", "pupils.md") == ask("pupils.md", "staff.md") != ask("staff.md")


def test_lists_from_a_file(judge, tmp_path):
    data = tmp_path / "var"
    data.mkdir()
    subprocess.run([program(), "lists", "compile", str(tmp_path / "lists"), "--data", str(data)],
                   check=True, capture_output=True)
    ask = lambda *lists: judge("--url", "http://casino.example/", "--group", "staff", *lists)["verdict"]
    assert ask("--lists", str(data / "lists" / "lists.map")) == "block"


def test_the_lists_that_ship(judge, tmp_path):
    """Beside the policy before those of the checkout, which the program finds by itself."""
    ask = lambda: judge("--url", "http://casino.example/", "--person", "t.ashdown")
    assert ask()["clause"] == "staff#web.gambling", "the demonstration school's"
    shutil.copytree(ROOT / "policy" / "demo", tmp_path / "demo")
    (tmp_path / "demo" / "lists" / "gambling.txt").write_text("other.example\n")
    assert ask()["verdict"] == "allow"


@pytest.mark.parametrize("words, said", [
    ((), "--url"),
    (("--url", "http://ok.example/", "--door", "mail"), "for the doors web and dns"),
    (("--url", "http://ok.example/", "--door", "webb"), "expected web, mail, screen, dns or logs"),
    (("--url", "http://a b/"), "beadle: "),
    (("--url", "http://ok.example/", "--at", "noon"), "2026-11-23T09:30"),
    (("--url", "http://ok.example/", "--from", "here"), "no address"),
    (("--url", "http://ok.example/", "--grant", "social-media"), "unknown permission 'social-media'"),
    (("--url", "http://ok.example/", "--grant", "a=b"), "expected a number, a size such as 5GB"),
    (("--url", "http://ok.example/", "--given", "using own-device"), "did you mean 'own-devices'?"),
    (("--url", "http://ok.example/", "--given", "by staff"), "'by' is said by --group"),
    (("--url", "http://ok.example/", "--given", "tell head"), "expected 'granted'"),
    (("--door", "mail", "--given", "using own-devices"), "'using' does not fit the door 'mail'"),
    (("--door", "logs file lost"), "expected"),
], ids=lambda w: " ".join(w)[-20:] if isinstance(w, tuple) else "")
def test_usage(judge, words, said):
    done = judge(*LISTS, *words, check=False)
    assert done.returncode == 2 and said in done.stderr and not done.stdout, done


def test_findings(judge, tmp_path):
    (tmp_path / "wrong.md").write_text(STAFF.replace("tell technicians", "tell technicans"))
    done = judge("--url", "http://ok.example/", *LISTS, check=False, policies=("wrong.md",))
    assert done.returncode == 1 and "wrong.md:16:" in done.stderr and not done.stdout, done
    done = judge("--url", "http://ok.example/", check=False, policies=("none.md",))
    assert done.returncode == 1 and "none.md" in done.stderr, done
    done = judge("--url", "http://ok.example/", "--lists", "none", check=False)
    assert done.returncode == 1 and "'none'" in done.stderr, done


WHOLE = FRONT.format("staff") + """
## Own {#own}

Own devices stay off.

```rules
block web using own-devices
  unless granted own-device
permit own-device asked by staff, decided by head
```

## Much {#much}

Nobody takes it all.

```rules
block web download of more than 2 GB a day
  unless granted large up to amount
permit large asked by staff, stating amount, decided by head
```

## Page {#page}

No games.

```rules
block web to host games.example
block web to category unlisted
permit open asked by staff, decided by head, lifting page for stated host
```

## Mail {#mail}

Health stays here.

```rules
hold mail out with personal-data health
  unless encrypted
  released by office
  returned after 1 day
```

## Logs {#logs}

Nobody deletes all.

```rules
note logs file deleted
  after 3 in 10 minutes
  tell head
```
"""
WEB = ("--url", "http://ok.example/")


@pytest.mark.parametrize("words, verdict, clause, cannot_tell", [
    ((*WEB,), "allow", None, ["own", "much"]),
    ((*WEB, "--given", "using own-devices, not granted own-device"), "block", "own", ["much"]),
    # Who was granted nothing has no permission: with groups and with grants, what is not named is not so.
    ((*WEB, "--given", "using own-devices"), "block", "own", ["much"]),
    ((*WEB, "--given", "using own-devices", "--grant", "own-device"), "allow", None, ["much"]),
    ((*WEB, "--given", "using school-devices"), "allow", None, ["much"]),
    ((*WEB, "--door", "web download", "--given", "using school-devices, of more than 2 GB a day"),
     "block", "much", []),
    ((*WEB, "--door", "web download", "--given", "using school-devices, of more than 2 GB a day",
      "--grant", "large=1GB"), "block", "much", []),
    ((*WEB, "--door", "web download", "--given", "using school-devices, of more than 2 GB a day",
      "--grant=large=5GB"), "allow", None, []),
    (("--url", "http://games.example/", "--given", "using school-devices"), "block", "page", ["much"]),
    (("--url", "http://games.example/", "--given", "using school-devices", "--grant",
      "open=games.example"), "allow", None, ["much"]),
    (("--url", "http://games.example/", "--given", "using school-devices", "--grant",
      "open=other.example"), "block", "page", ["much"]),
    # A category that no list has yet, but a rule names, is tried all the same.
    ((*WEB, "--given", "to category unlisted, using school-devices"), "block", "page", ["much"]),
    (("--door", "mail out", "--given", "with personal-data health, not encrypted"), "hold", "mail", []),
    (("--door", "mail out", "--given", "with personal-data health"), "allow", None, ["mail"]),
    (("--door", "mail out", "--given", "with personal-data health, encrypted"), "allow", None, []),
    (("--door", "mail in", "--given", "with personal-data health, not encrypted"), "allow", None, []),
    (("--door", "logs file deleted", "--given", "after 3 in 10 minutes"), "note", "logs", []),
    (("--door", "logs file deleted", "--given", "after 2 in 10 minutes"), "allow", None, []),
    (("--door", "logs file deleted",), "allow", None, ["logs"]),
])
def test_the_whole_language(judge, tmp_path, words, verdict, clause, cannot_tell):
    (tmp_path / "whole.md").write_text(WHOLE)
    got = judge("--whole", "--group", "staff", *LISTS, *words, policies=("whole.md",))
    assert got["verdict"] == verdict, got
    assert got["clause"] == (clause and f"whole#{clause}")
    assert got["cannot_tell"] == [f"whole#{c}" for c in cannot_tell]
    if clause is None:  # what asks for more than was told may well speak of it
        assert got["reason"] == ("no clause is known to speak of it; see cannot_tell" if cannot_tell
                                 else "no clause speaks of it")
    assert "not_carried_out" not in got


def test_what_is_not_carried_out(judge, tmp_path):
    (tmp_path / "whole.md").write_text(WHOLE)
    got = judge(*WEB, "--group", "staff", *LISTS, "--given", "using own-devices, not granted own-device",
                policies=("whole.md",))
    assert (got["verdict"], got["clause"]) == ("allow", None)
    assert got["not_carried_out"] == ["whole#own"] and got["cannot_tell"] == ["whole#much"]
    assert got["facts"]["given"] == "using own-devices, not granted own-device"


def test_one_policy_may_use_what_another_describes(judge, tmp_path):
    (tmp_path / "whole.md").write_text(WHOLE)
    (tmp_path / "other.md").write_text(FRONT.format("pupils") + """
## Own {#own}

Own devices stay off.

```rules
block web using own-devices unless granted own-device
```
""")
    done = judge(*WEB, *LISTS, check=False, policies=("whole.md", "other.md"))
    assert done.returncode == 0 and done.stderr == "", done
