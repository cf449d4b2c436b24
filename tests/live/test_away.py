"""
What the doors and the scribe need is away for a while: the store, the journal's folder, the lists. Then
each does what the manual says, and is well again by itself within five seconds.

BEADLE_AWAY_S says for how long they are away; a few seconds are enough for everything to notice.
"""

import os
import shutil
import sqlite3
import time

import pytest

from conftest import has_user, until

AWAY_S = float(os.environ.get("BEADLE_AWAY_S", 4))
WELL_S = 5  # until it is well again


def count(school, path):
    return school.rows("SELECT count(*) AS n FROM act WHERE path = ?", path)[0]["n"]


def blocked(school, sites, path):
    return school.visit(sites.url("casino.example", path)).status == 403


def said(school, event):
    return school.log.read_text().count(f"ev={event} ")


def workers(school):
    return {name: pid for name, pid in school.pids().items() if name.startswith("web-")}


def test_a_store_that_is_away(beadle, sites):
    """Nobody gets at it; the doors go on, and what they recorded is brought when it is back."""
    db = sqlite3.connect(beadle.data / "store.db", isolation_level=None, timeout=10)
    db.execute("BEGIN EXCLUSIVE")
    asked, slowest, until_s = 0, 0, time.monotonic() + AWAY_S
    while time.monotonic() < until_s or not said(beadle, "store-failed"):
        begun = time.monotonic()
        assert blocked(beadle, sites, f"/away-{asked}")
        slowest, asked = max(slowest, time.monotonic() - begun), asked + 1
        assert time.monotonic() < until_s + 30, "nobody said so"
    assert slowest < 3, slowest
    assert not count(beadle, "/away-0")
    assert said(beadle, "store-back") == 0
    db.execute("ROLLBACK")
    db.close()
    until(lambda: count(beadle, f"/away-{asked - 1}"), "the acts do not arrive", patience=WELL_S)
    until(lambda: said(beadle, "store-back") == 1, "it is not said", patience=WELL_S)
    assert all(count(beadle, f"/away-{n}") == 1 for n in range(asked))
    beadle.beadle("ledger", "verify")


@pytest.mark.skipif(os.geteuid() != 0 or not has_user("beadle"), reason="root may write everywhere")
def test_a_journal_that_cannot_be_written(beadle, sites):
    """A worker that starts then has no journal: it filters, and says that it records nothing."""
    folders = [beadle.data / "journal" / name for name in workers(beadle)]
    try:
        for folder in folders:
            shutil.chown(folder, "root", "root")
            folder.chmod(0o755)
        old = workers(beadle)
        for pid in old.values():
            os.kill(pid, 9)
        until(lambda: set(workers(beadle)) == set(old) and not set(workers(beadle).values()) & set(old.values())
              and said(beadle, "recording-stopped"), "others take their place")
        until(lambda: blocked(beadle, sites, "/unrecorded"), "they do not filter")
        until(lambda: "RECORDING STOPPED" in beadle.beadle("status", check=False).stdout, "it is not said")
        time.sleep(AWAY_S / 4)
        assert not count(beadle, "/unrecorded")
    finally:
        for folder in folders:
            shutil.chown(folder, "beadle", "beadle")
            folder.chmod(0o700)
    until(lambda: said(beadle, "recording-resumed") >= 1 and
          "RECORDING STOPPED" not in beadle.beadle("status", check=False).stdout, "it is not well again",
          patience=WELL_S)
    assert blocked(beadle, sites, "/recorded")
    until(lambda: count(beadle, "/recorded") == 1, "it is not recorded", patience=WELL_S)


def test_lists_that_are_damaged(beadle, sites):
    """The doors keep the lists they have, say so, and take the next that can be read."""
    file, beside = beadle.data / "lists" / "lists.map", beadle.data / "lists" / "beside"
    good = file.read_bytes()
    owner = file.stat()

    def put(data):
        beside.write_bytes(data)
        os.chown(beside, owner.st_uid, owner.st_gid)
        os.replace(beside, file)

    torn = bytearray(good)
    torn[len(torn) // 2] ^= 1
    for bad in (bytes(torn), good[:len(good) // 2], b""):
        seen, failing = said(beadle, "lists-unreadable"), lambda: beadle.beadle("status", check=False)
        put(bad)
        until(lambda: said(beadle, "lists-unreadable") > seen, "the door does not say so")
        assert blocked(beadle, sites, "/damaged")
        until(lambda: failing().returncode != 0, "the status does not say so")
        put(good)
        until(lambda: failing().returncode == 0, "it is not well again", patience=WELL_S)
        assert blocked(beadle, sites, "/whole")
