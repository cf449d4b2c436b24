"""./bench for a moment: every section runs, Beadle answers all of it rightly, and it can be drawn."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as tree

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BEADLE_BUILD", os.path.join(ROOT, "build-check"))
SECTIONS = {"judge", "lists", "scan", "scribe", "replay", "first-byte", "requests", "bodies", "domains", "phrases"}


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    done = subprocess.run([sys.executable, f"{ROOT}/tests/bench/bench.py", BUILD, "--quick", "--json",
                           f"{folder}/bench.json", "--svg", f"{folder}/bench.svg"],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    with open(f"{folder}/bench.json") as f:
        return json.load(f), tree.parse(f"{folder}/bench.svg").getroot(), done.stdout


def loads_of(got):
    """Each load that Beadle had at a door."""
    for section in ("requests", "bodies"):
        for one in got[section]["servers"]["Beadle"]:
            yield from ((section, name, row) for name, row in one["by"].items())
    for section in ("domains", "phrases"):
        for n, size in got[section].items():
            for one in size["servers"]["Beadle"]:
                yield from ((section, f"{n}, {name}", row) for name, row in one["by"].items())


def test_every_section_has_figures(figures):
    got, _svg, text = figures
    assert SECTIONS <= got.keys()
    for name in SECTIONS:
        assert got[name], name
    assert got["machine"]["processor"] in text


def test_beadle_answers_everything_rightly(figures):
    rows = list(loads_of(figures[0]))
    assert len(rows) == 3 + 2 + 1 + 2
    for section, load, row in rows:
        assert row["requests"] > 0 and row["blocked"] > 0, (section, load, row)
        assert (row["wrong"], row["errors"]) == (0, 0), (section, load, row)


def test_a_rival_runs_or_is_said_to_be_missing(figures):
    got, _svg, text = figures
    for name in ("c-icap", "e2guardian", "squidGuard"):
        ran = any(server.startswith(name) for server in got["requests"]["servers"])
        said = [why for why in got["requests"]["left_out"] if why.startswith(name)]
        assert ran or said, name
        assert all(f"(left out: {why})" in text for why in said)


def test_the_picture_has_words_and_no_scripts(figures):
    _got, svg, _text = figures
    space = "{http://www.w3.org/2000/svg}"
    assert svg.find(f"{space}title").text and "Beadle" in svg.find(f"{space}desc").text
    words = [t.text for t in svg.iter(f"{space}text")]
    assert "Requests a second" in words and "Beadle" in words
    assert not list(svg.iter(f"{space}script"))
