"""The starter lists that ship, as a school takes them: compiled by the command, judged by."""

import json
import re
import subprocess

import pytest

from conftest import ROOT, program

LISTS = ROOT / "policy" / "lists"
MODEL = ROOT / "policy" / "model"

POLICY = """---
title: a
school: a
owner: a
approver: a
review: every 12 months
binds: staff
---

## 1 A {#a}

We look.
"""

# One host that nobody would argue about, or a page below it, for each category that has a list.
KNOWN = {
    "adult": "www.pornhub.com", "ai": "chatgpt.com", "alcohol": "www.majestic.co.uk",
    "banking": "retail.santander.co.uk", "bypass": "www.torproject.org",
    "campaigning": "www.change.org", "cloud-storage": "drive.google.com",
    "drug-education": "www.talktofrank.com", "drugs": "leafly.com",
    "encrypted-dns": "1.1.1.1", "file-sharing": "thepiratebay.org",
    "gambling": "www.bet365.com", "growing-up": "brook.org.uk", "health": "111.nhs.uk",
    "help-lines": "www.childline.org.uk", "history": "www.iwm.org.uk",
    "learning": "kahoot.it", "leisure": "www.roblox.com", "misinformation": "www.infowars.com",
    "news": "www.bbc.co.uk", "offensive": "boards.4chan.org",
    "ripping": "y2mate.com", "search": "www.google.co.uk", "social-networks": "m.facebook.com",
    "streaming": "www.youtube.com", "tobacco": "www.vapeclub.co.uk",
    "trade-unions": "neu.org.uk", "trading": "www.etsy.com", "weapons": "www.guntrader.uk",
    "webmail": "mail.google.com",
}


# protected.domains is no category: it says what no list may close.
NAMES = {path.stem for path in LISTS.glob("*.domains")} - {"protected"}


def hosts_of(name):
    lines = (LISTS / f"{name}.domains").read_text().split("\n")
    return [line for line in lines if line and line[0] != "#"]


def beadle(folder, *words):
    return subprocess.run([program(), "--data", str(folder), *words], capture_output=True,
                          text=True, timeout=60)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("starters")
    (folder / "beadle.conf").write_text("")
    (folder / "policy.md").write_text(POLICY)
    done = beadle(folder, "lists", "compile", str(LISTS))
    assert done.returncode == 0 and done.stderr == "", done
    return folder


def categories(host, folder):
    done = subprocess.run([program(), "judge", str(folder / "policy.md"), "--url",
                           f"http://{host}/", "--group", "staff", "--lists",
                           str(folder / "lists" / "lists.map")],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    return json.loads(done.stdout)["facts"]["categories"]


def test_every_list_that_ships_knows_its_best_known_host(compiled):
    assert {name for name in NAMES if hosts_of(name)} == set(KNOWN)
    for name, host in KNOWN.items():
        assert name in categories(host, compiled), (name, host)
    assert categories("portal.northgate.example", compiled) == []


def test_what_stands_in_a_file_is_found_by_its_name(compiled):
    for name in KNOWN:
        hosts = hosts_of(name)
        for host in (hosts[0], hosts[-1], *hosts[20::20]):
            assert name in categories(host, compiled), (name, host)


def unknown_categories(folder, *policies):
    done = beadle(folder, "policy", "check", *map(str, policies))
    return set(re.findall("unknown category '([a-z-]+)'", done.stdout + done.stderr))


def test_the_model_policies_name_no_category_that_is_unknown(compiled):
    # The lists of illegal content have a slot of their own, which no file of ours can fill.
    assert unknown_categories(compiled, MODEL / "staff.md", MODEL / "pupils.md") <= {"illegal"}
    wrong = compiled / "wrong.md"
    text = (MODEL / "pupils.md").read_text()
    wrong.write_text(text.replace("to category gambling", "to category gambeling"))
    assert "gambeling" in unknown_categories(compiled, wrong)
