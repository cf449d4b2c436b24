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
        "facts": {"door": "web", "host": "www.games.example", "categories": ["leisure"],
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
    (("--url", "http://ok.example/", "--door", "mail"), "'mail' is no door"),
    (("--url", "http://a b/"), "beadle: "),
    (("--url", "http://ok.example/", "--at", "noon"), "2026-11-23T09:30"),
    (("--url", "http://ok.example/", "--from", "here"), "no address"),
    (("--url", "http://ok.example/", "--grant", "social-media"), "'--grant' is not an option"),
], ids=lambda w: " ".join(w)[-20:] if isinstance(w, tuple) else "")
def test_usage(judge, words, said):
    done = judge(*words, check=False)
    assert done.returncode == 2 and said in done.stderr and not done.stdout, done


def test_findings(judge, tmp_path):
    (tmp_path / "wrong.md").write_text(STAFF.replace("tell technicians", "tell technicans"))
    done = judge("--url", "http://ok.example/", *LISTS, check=False, policies=("wrong.md",))
    assert done.returncode == 1 and "wrong.md:16:" in done.stderr and not done.stdout, done
    done = judge("--url", "http://ok.example/", check=False, policies=("none.md",))
    assert done.returncode == 1 and "none.md" in done.stderr, done
    done = judge("--url", "http://ok.example/", "--lists", "none", check=False)
    assert done.returncode == 1 and "'none'" in done.stderr, done
