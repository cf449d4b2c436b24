"""The commands: what they say, how they end, and that a start names what is in its way."""

import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from conftest import ROOT, TWO_PEOPLE, alive, children, has_user, program, until

USAGE = [
    ([], "use: beadle COMMAND"),
    (["staus"], "did you mean 'status'?"),
    (["policy"], "beadle policy check FILE..."),
    (["policy", "publish", str(ROOT / "policy/staff.md")], "--minute"),
    (["policy", "burn"], "it has no 'burn'"),
    (["lists", "burn"], "beadle lists compile FOLDER"),
    (["who"], "beadle who token NAME"),
    (["who", "burn"], "it has no 'burn'"),
    (["who", "list", "all"], "'all' is one word too many"),
    (["policy", "check"], "something is missing"),
    (["policy", "coverage"], "something is missing"),
    (["policy", "confirm", "staff"], "--and PERSON"),
    (["policy", "confirm", "staff", "--and", "B. Chair", "--issue", "two"], "no number of an issue"),
    (["policy", "withdraw", "staff", "--issue", "2"], "--reason TEXT"),
    (["people", "export", "x"], "'import', not export"),
    (["status", "--loud"], "'--loud' is not an option"),
    (["status", "now"], "'now' is one word too many"),
    (["demo"], "--from"),
    (["role", "web-0"], "is for beadle run to start"),
    (["role", "web-99"], "is for beadle run to start"),
]


@pytest.mark.parametrize("words, said", USAGE, ids=[" ".join(w)[:30] or "nothing" for w, _ in USAGE])
def test_usage_is_2_and_says_what_is_wrong(tmp_path, words, said):
    done = subprocess.run([program(), *words], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2 and said in done.stderr, done
    assert list(tmp_path.iterdir()) == [], "it made something all the same"


def test_version_and_help():
    for word in ("version", "--version"):
        assert subprocess.run([program(), word], capture_output=True, text=True,
                              check=True).stdout.startswith("beadle 0.")
    done = subprocess.run([program(), "help"], capture_output=True, text=True, check=True)
    for name in ("run", "status", "policy", "people", "lists", "demo", "proxy"):
        assert re.search(rf"^  {name}\b", done.stdout, re.M), name
    assert "role" not in done.stdout


def test_the_manuals_have_every_setting_and_command():
    manual, guide = (ROOT / "man" / "beadle.1").read_text(), (ROOT / "docs" / "operator.md").read_text()
    told = subprocess.run([program(), "help", "settings"], capture_output=True, text=True,
                          check=True).stdout
    settings = re.findall(r"^(\S.*?) = ?(.*)$", told, re.M)
    assert len(settings) >= 11
    for name, default in settings:
        item = re.search(rf"^\.It Cm {re.escape(name)} Pq (.*)$", manual, re.M)
        assert item and default in item.group(1), (name, default)
        assert re.search(rf"(^|`){re.escape(name)}(`| = )", guide, re.M), name
    for env in re.findall(r"Environment: (\S+)", told):
        assert f"Ev {env}" in manual, env
    commands = subprocess.run([program(), "help"], capture_output=True, text=True, check=True).stdout
    for name in re.findall(r"^  (\w+)", commands, re.M):
        assert re.search(rf"^\.(It |It Xo\n\.)Ic {name}\b", manual, re.M), name


def test_no_data_folder(tmp_path):
    done = subprocess.run([program(), "status", "--data", str(tmp_path / "none")],
                          capture_output=True, text=True)
    assert done.returncode == 1 and "no data folder" in done.stderr, done


@pytest.mark.parametrize("words", [
    ["policy", "publish", str(ROOT / "policy/staff.md"), "--minute", "x"],
    ["people", "import", str(ROOT / "policy/demo/people.csv")],
    ["lists", "compile", str(ROOT / "policy/demo/lists")],
    ["proxy", "write"],
], ids=lambda w: w[0])
def test_a_mistyped_folder_makes_no_school(tmp_path, words):
    done = subprocess.run([program(), *words, "--data", str(tmp_path / "vra")],
                          capture_output=True, text=True)
    assert done.returncode == 1 and "there is no school in" in done.stderr, done
    assert not (tmp_path / "vra").exists()


def test_policy_check_finds(school):
    file = school.folder / "wrong.md"
    text = (ROOT / "policy/staff.md").read_text().replace("tell technicians", "tell technicans")
    file.write_text(text)
    done = school.beadle("policy", "check", str(file), check=False)
    line = text[:text.index("technicans")].count("\n") + 1
    assert done.returncode == 1, done
    assert f"{file}:{line}:" in done.stderr and "technicians" in done.stderr, done.stderr
    before = school.rows("SELECT count(*) AS n FROM policy_version")[0]["n"]
    done = school.beadle("policy", "publish", str(file), "--minute", "x", check=False)
    assert done.returncode == 1 and "cannot be put in force" in done.stderr, done
    assert school.rows("SELECT count(*) AS n FROM policy_version")[0]["n"] == before


def test_policies_are_checked_together(school):
    """What one names another may describe; alone the same is a warning, and a finding all the same."""
    staff, pupils = school.folder / "staff.md", school.folder / "pupils.md"
    staff.write_text((ROOT / "policy/staff.md").read_text().replace(
        "block web to category gambling", "block web to category gambling\n  unless granted betting"))
    text = (ROOT / "policy/pupils.md").read_text()
    pupils.write_text(text)
    line = staff.read_text()[:staff.read_text().index("granted")].count("\n") + 1
    alone = school.beadle("policy", "check", str(staff), check=False)
    assert alone.returncode == 1 and f"{staff}:{line}:18: warning: unknown permission" in alone.stderr, alone
    assert "it can be put in force, but has 1 warning" in alone.stderr, alone
    both = school.beadle("policy", "check", str(staff), str(pupils), check=False)
    assert both.returncode == 1 and f"{staff}:{line}:18: error: unknown permission 'betting'" in both.stderr, both
    assert f"{pupils}: fine; " in both.stdout and f"{staff}: fine" not in both.stdout, both
    assert "1 error to mend" in both.stderr, both
    pupils.write_text(text + "\n```rules\npermit betting, asked by pupils, decided by head\n```\n")
    both = school.beadle("policy", "check", str(staff), str(pupils))
    assert both.stdout.count(": fine; ") == 2 and both.stderr == "", both
    unread = school.beadle("policy", "check", str(staff), str(school.folder / "none.md"), check=False)
    assert unread.returncode == 1 and "none.md" in unread.stderr and "warning: unknown permission" in unread.stderr


def test_coverage_claims_what_runs(school):
    file = school.folder / "staff.md"
    file.write_text((ROOT / "policy/staff.md").read_text().replace(
        "block web to category gambling", "note screen storage\nblock web to category gambling"))
    said = school.beadle("policy", "coverage", str(file)).stdout
    assert "  screen: not carried out; this build lacks 'screen'\n    note screen storage\n" in said, said
    assert "  web: carried out\n    block web to category gambling, tell technicians\n" in said, said
    assert re.search(r"^Together +12 +1$", said, re.M) and "without a rule: signed only" in said, said
    assert max(map(len, said.splitlines()[1:])) <= 80
    two = json.loads(school.beadle("policy", "coverage", str(file), str(ROOT / "policy/pupils.md"), "--json").stdout)
    assert [len(p["clauses"]) for p in two["policies"]] == [12, 8]
    rules = [r for p in two["policies"] for c in p["clauses"] for r in c["rules"]]
    assert two["totals"]["doors"]["screen"] == {"carried_out": 0, "not_carried_out": 1}
    assert sum(r["carried_out"] for r in rules) == len(rules) - 1
    assert two["totals"]["doors"]["web"]["carried_out"] == sum(r.get("door") == "web" for r in rules)
    lacking = [r for r in rules if not r["carried_out"]]
    assert [(r["door"], r["missing"]) for r in lacking] == [("screen", "screen")]
    assert file.read_text().splitlines()[lacking[0]["line"] - 1] == "note screen storage"


def test_policy_check_knows_the_day(school):
    file = school.folder / "overdue.md"
    text = re.sub(r"(?m)^review: .*$", "review: 2024-09-01", (ROOT / "policy/staff.md").read_text())
    file.write_text(text)
    done = school.beadle("policy", "check", str(file), check=False)
    assert done.returncode == 1 and "should have been reviewed by 2024-09-01" in done.stderr, done
    assert "it can be put in force, but has 1 warning" in done.stderr, done
    file.write_text(text.replace("2024-09-01", "2099-09-01"))
    assert "reviewed" not in school.beadle("policy", "check", str(file)).stderr


def test_policy_check_and_explain(school):
    done = school.beadle("policy", "check", *[str(ROOT / f"policy/{p}.md") for p in ("staff", "pupils")])
    assert done.stdout.count(": fine; ") == 2
    done = school.beadle("policy", "explain", str(ROOT / "policy/staff.md"))
    assert "2.2 Gambling (web.gambling)" in done.stdout and "gambling" in done.stdout


def test_what_is_not_carried_out_is_said(school):
    file = school.folder / "staff.md"  # a policy of its own name: what is in force stays
    text = (ROOT / "policy/staff.md").read_text().replace(
        "block web to category gambling", "note screen storage\nblock web to category gambling")
    file.write_text(text)
    line = text[:text.index("note screen")].count("\n") + 1
    assert ", of which this build carries out 12\n" in school.beadle("policy", "check", str(file)).stdout
    said = school.beadle("policy", "explain", str(file)).stdout
    assert "All attachments of a stick or drive are noted, for everyone. Nobody is told. (This version does not carry it out.)" in said
    assert said.count("(This version") == 1
    done = school.beadle("policy", "publish", str(file), "--minute", "x", "--name", "wider", *TWO_PEOPLE)
    assert f"{file}:{line}:1: note: this build cannot carry out 'screen': the rule is not in force" in done.stderr
    assert "1 rule stands in the document only" in done.stderr


def test_explain_an_address(beadle):
    until(lambda: (beadle.data / "force" / "manifest").exists(), "nothing is in force")
    ask = lambda *a: beadle.beadle("policy", "explain", *a).stdout
    assert ask("https://casino.example/", "--person", "t.ashdown").startswith(
        "block, by clause web.gambling of the policy staff")
    lesson, evening = "2026-11-23T09:30", "2026-11-23T18:00"
    assert ask("http://games.example/", "--person", "t.ashdown", "--at", lesson).startswith("coach")
    assert ask("http://games.example/", "--person", "t.ashdown", "--at", evening).startswith("allow")
    assert ask("http://games.example/", "--person", "p.marlow", "--at", lesson).startswith("block")
    assert ask("http://games.example/", "--person", "g.penhale", "--at", lesson).startswith("allow")
    assert ask("http://social.example/").startswith("block, by clause web.social of the policy pupils")


def test_publishing_the_same_again_is_refused(school):
    done = school.beadle("policy", "publish", str(school.folder / "policy/staff.md"), "--minute", "x",
                         *TWO_PEOPLE, check=False)
    assert done.returncode == 1 and "is in force already" in done.stderr, done


def test_who_published_is_kept(school):
    """The person, not the user that Beadle becomes; and behind sudo the one who used it."""
    me = pwd.getpwuid(os.geteuid()).pw_name
    by = lambda: {r["published_by"] for r in school.rows("SELECT published_by FROM policy_version")}
    assert by() == {me}
    file = school.folder / "staff.md"
    file.write_text((ROOT / "policy/staff.md").read_text() + "\nA last word.\n")
    school.beadle("policy", "publish", str(file), "--minute", "x", env={"SUDO_USER": "g.penhale"})
    assert by() == ({me, "g.penhale"} if os.geteuid() == 0 else {me})


def test_people_import(school):
    file = school.folder / "people.csv"
    file.write_text("login,name,groups\na.one,Ada (invented),staff\nb.two,Ben (invented),pupils\n")
    assert "2 people" in school.beadle("people", "import", str(file)).stdout
    file.write_text("login,name,groups\na.one,Ada\n")
    done = school.beadle("people", "import", str(file), check=False)
    assert done.returncode == 1 and f"{file}:2" in done.stderr, done


def test_an_empty_roll_is_asked_about(school):
    file = school.folder / "people.csv"
    file.write_text("login,name,groups\n")
    done = school.beadle("people", "import", str(file), check=False)
    assert done.returncode == 1 and "--empty" in done.stderr, done
    assert "0 people" in school.beadle("people", "import", str(file), "--empty").stdout


def test_published_and_explained_while_nothing_runs(school):
    """The answer comes from the store: what was published counts at once."""
    file = school.folder / "staff.md"
    file.write_text((ROOT / "policy/staff.md").read_text().replace("category gambling", "host tea.example"))
    done = school.beadle("policy", "publish", str(file), "--minute", "x", *TWO_PEOPLE)
    assert "in force from the next start" in done.stdout, done
    ask = lambda *a: school.beadle("policy", "explain", *a, "--person", "t.ashdown").stdout
    assert ask("tea.example").startswith("block, by clause web.gambling")
    assert ask("http://casino.example/").startswith("allow")
    done = school.beadle("policy", "explain", "two words.example", check=False)
    assert done.returncode == 1 and "may not hold a space" in done.stderr, done


def test_published_and_explained_at_once(beadle):
    file = beadle.folder / "staff.md"
    file.write_text((ROOT / "policy/staff.md").read_text().replace("category gambling", "host tea.example"))
    assert "from the next start" not in beadle.beadle(
        "policy", "publish", str(file), "--minute", "x", *TWO_PEOPLE).stdout
    assert beadle.beadle("policy", "explain", "tea.example", "--person",
                         "t.ashdown").stdout.startswith("block, by clause web.gambling")


def test_help_of_one_verb():
    ask = lambda *a: subprocess.run([program(), "help", *a], capture_output=True, text=True)
    publish = ask("policy", "publish").stdout
    assert publish.startswith("use: beadle policy publish FILE|--draft NAME --minute REFERENCE ")
    assert publish.count("use: ") == 1 and "[--from DAY|TIME]" in publish
    assert ask("people", "import").stdout.startswith("use: beadle people import FILE")
    verbs = re.findall(r"^use: beadle policy (\w+) ", ask("policy").stdout, re.M)
    assert verbs == ["check", "coverage", "import", "draft", "publish", "confirm", "withdraw",
                     "versions", "replay", "explain", "diff", "format"]
    assert ask("who", "token").stdout == "use: beadle who token NAME [--network RANGE]\n"
    assert re.findall(r"^use: beadle who (\w+)", ask("who").stdout, re.M) == ["list", "token"]
    for words in (("policy", "burn"), ("lists", "burn"), ("who", "burn"), ("people", "burn"),
                  ("burn",)):
        assert ask(*words).returncode == 2, words
    assert "No variable of the environment" in ask("settings").stdout


def test_the_check_refuses_words_it_does_not_know():
    done = subprocess.run([str(ROOT / "check"), "quikc"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 2 and "use: ./check" in done.stderr, done


def test_the_greeting_and_the_end(beadle):
    """The hint names a site only where the lists have it."""
    until(lambda: "Beadle is up" in beadle.log.read_text(), "the first greeting")
    beadle.stop()
    assert "https://casino.example/" in beadle.log.read_text()
    assert beadle.log.read_text().endswith("Beadle has ended.\n")
    folder = beadle.folder / "lists" / "gambling"
    folder.mkdir(parents=True)
    (folder / "domains").write_text("fruit-machine.example\n")
    beadle.beadle("lists", "compile", str(folder.parent))
    beadle.log.write_text("")
    beadle.start()
    until(lambda: "Beadle is up" in beadle.log.read_text(), "the greeting")
    assert "casino.example" not in beadle.log.read_text()


def test_lists_compile(school):
    folder = school.folder / "lists"
    (folder / "gambling").mkdir(parents=True)
    (folder / "gambling" / "domains").write_text("# mine\nfruit-machine.example\n")
    assert "1 domains in 1 categories" in school.beadle("lists", "compile", str(folder)).stdout
    (folder / "gambling" / "domains").write_text("good.example\nnot a domain\n")
    done = school.beadle("lists", "compile", str(folder))
    assert "1 domains in 1 categories" in done.stdout and ":2:" in done.stderr, done
    (folder / "gambling" / "domains").write_text("not a domain\n")
    done = school.beadle("lists", "compile", str(folder), check=False)
    assert done.returncode == 1 and ":1:" in done.stderr, done


def test_demo_may_be_repeated(school):
    before = school.beadle("policy", "versions").stdout
    school.beadle("demo", "--from", str(school.folder / "policy"))
    assert school.beadle("policy", "versions").stdout == before


def test_demo_changes_nothing_that_two_people_answer_for(school, tmp_path):
    folder = tmp_path / "demonstration"
    shutil.copytree(ROOT / "policy", folder)
    school.beadle("policy", "publish", str(folder / "pupils.md"), "--name", "trips",
                  "--minute", "item 7", "--by", "A. Head", "--and", "C. Chair")
    before = school.beadle("policy", "versions").stdout
    text = (folder / "staff.md").read_text().replace("block web", "note web")
    (folder / "staff.md").write_text(text)
    done = school.beadle("demo", "--from", str(folder), check=False)
    assert done.returncode == 1 and "'trips', issue 1, is no demonstration" in done.stderr, done
    assert "the roll now" not in done.stdout, done
    assert school.beadle("policy", "versions").stdout == before


def test_a_wrong_setting_is_named(school):
    (school.data / "beadle.conf").write_text("run proxy = yes\nweb worker = 2\n")
    done = school.beadle("run", check=False)
    assert done.returncode == 1 and "beadle.conf:2" in done.stderr, done
    assert "did you mean 'web workers'?" in done.stderr


@pytest.mark.parametrize("which, setting", enumerate(["BEADLE_PORTAL", "BEADLE_WEB", "BEADLE_PROXY"]))
def test_a_taken_port_is_said_by_name(school, which, setting):
    with socket.socket() as other:
        other.bind(("127.0.0.1", school.ports[which]))
        other.listen()
        done = school.beadle("run", check=False)
    assert done.returncode == 1
    assert (f"beadle: {setting}: 127.0.0.1:{school.ports[which]} is in use by another program; "
            f"choose another address with {setting}=...") in done.stderr, done


@pytest.mark.parametrize("address", ["0.0.0.0", "[::]", "192.0.2.7"])
def test_the_portal_is_refused_to_the_network(school, address):
    """Before anything starts: the portal has no sign-in, and would be restarted without end."""
    port = school.ports[0]
    done = school.beadle("run", check=False, env={"BEADLE_PORTAL": f"{address}:{port}"})
    assert done.returncode == 1, done
    assert f"beadle: BEADLE_PORTAL: {address}:{port} is not this machine's own" in done.stderr, done
    assert not (school.data / "run" / "board").exists(), "it began all the same"


def test_a_second_start_on_the_same_data(beadle):
    pids = beadle.pids()
    done = beadle.beadle("run", check=False)
    assert done.returncode == 1, done
    assert f"(process {beadle.process.pid})" in done.stderr and "already" in done.stderr, done
    assert beadle.pids() == pids


def test_status(beadle):
    done = beadle.beadle("status")
    board = beadle.board()
    assert set(board) >= {"scribe", "web-0", "portal", "squid"}, done.stdout
    for name, (state, pid, restarts) in board.items():
        assert (state, restarts) == ("up", 0) and alive(pid), (name, done.stdout)
    scribe = next(r for r in done.stdout.splitlines() if r.startswith("scribe"))
    assert re.match(r"scribe +up +\d+ +\d{1,2} s ", scribe), scribe
    assert os.getpriority(os.PRIO_PROCESS, board["scribe"][1]) == 5, "the doors come first"
    beadle.stop()
    done = beadle.beadle("status", check=False)
    assert done.returncode == 1 and "not running" in done.stdout, done


def test_status_where_no_proxy_is_run(school):
    """What was never meant to run is not on the board, and does not count as down."""
    (school.data / "beadle.conf").write_text("run proxy = no\n")
    school.start()
    time.sleep(0.5)  # a few looks of the supervisor at its children
    done = school.beadle("status")
    assert set(school.board()) >= {"scribe", "web-0", "portal"}, done.stdout
    assert "squid" not in done.stdout, done.stdout


def test_status_of_what_has_not_started(beadle):
    """A place on the board that nobody has taken yet: no time since a start, not a nonsense one."""
    board = beadle.data / "run" / "board"
    until(lambda: "squid" in beadle.board(), "squid has a place")
    squid = board.read_bytes().index(b"squid\0") + 24  # BDL_SLOT_NAME; then what is in numbers
    with open(board, "r+b") as f:
        f.seek(squid)
        f.write(bytes(24))  # process, state, starts, the moment of its start
    row = next(r for r in beadle.beadle("status", check=False).stdout.splitlines()
               if r.startswith("squid"))
    assert re.match(r"squid +none +0 +- +0 ", row), row


def test_a_board_that_was_cut_short(beadle):
    """Who owns the folder can do it; it ends nothing for long, and the board comes back."""
    os.truncate(beadle.data / "run" / "board", 0)
    time.sleep(0.6)  # two looks of the supervisor
    assert beadle.process.poll() is None, beadle.log.read_text()
    until(lambda: beadle.beadle("status", check=False).returncode == 0, "all is up again")
    assert set(beadle.board()) >= {"scribe", "web-0", "portal", "squid"}
    assert "ev=board-mended" in beadle.log.read_text()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_the_end(beadle, how):
    below = children(beadle.process.pid)
    assert len(below) >= 4
    began = time.monotonic()
    status, left = beadle.stop(how)
    assert status == 0 and left == [], (status, left, beadle.log.read_text())
    assert time.monotonic() - began < 5
    for port in beadle.ports:
        with socket.socket() as s:
            # What the checks asked for may be over since a moment only, and holds no port.
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("127.0.0.1", port))  # nobody holds it


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give root away")
@pytest.mark.skipif(not has_user("beadle"), reason="there is no user beadle")
def test_root_is_given_away(beadle):
    for pid in [beadle.process.pid, *children(beadle.process.pid)]:
        status = open(f"/proc/{pid}/status").read()
        assert re.search(r"^Uid:\t([1-9]\d*)\t\1\t\1\t\1$", status, re.M), status
        assert re.search(r"^CapEff:\t0+$", status, re.M), status
        assert re.search(r"^NoNewPrivs:\t1$", status, re.M), status


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a folder of root's")
def test_root_with_a_folder_of_its_own(school, sites):
    """A checkout that no other user can enter: Beadle stays root and says so, Squid does not."""
    school.beadle("proxy", "write")
    for path in [school.data, *school.data.rglob("*")]:
        os.chown(path, 0, 0)
    os.chmod(school.data, 0o700)
    school.start()
    reply = school.visit(sites.url("casino.example", "/root", "https"))
    assert reply.status == 403 and "Gambling" in reply.body, reply
    squid = school.pids()["squid"]
    assert "ev=still-root" in school.log.read_text()
    assert re.search(r"^Uid:\t([1-9]\d*)\t\1", open(f"/proc/{squid}/status").read(), re.M)
    state = Path(re.search(r"^coredump_dir (/run/beadle-\w+)$",
                           (school.data / "squid" / "squid.conf").read_text(), re.M).group(1))
    assert (state / "ca.pem").stat().st_mode & 0o777 == 0o600
    school.stop()
    assert not (state / "ca.pem").exists(), "the lent key was left behind"
    shutil.rmtree(state)


def test_secrets_are_kept(school):
    for name in ("squid/ca.pem",):
        mode = (school.data / name).stat().st_mode & 0o777
        assert mode == 0o600, f"{name} {mode:o}"
    assert "PRIVATE" not in (school.data / "squid" / "ca.crt").read_text()
    first = (school.data / "squid" / "ca.pem").read_bytes()
    school.beadle("proxy", "write")
    assert (school.data / "squid" / "ca.pem").read_bytes() == first, "the authority was made anew"
