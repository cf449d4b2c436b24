"""Parts of Beadle by themselves: programs of tests/bench that print lines of JSON."""

import json
import os
import subprocess

from servers import ROOT

MODEL = [f"{ROOT}/policy/model/{name}.md" for name in ("staff", "pupils")]


def lines(bench, program, *args):
    path = os.path.join(bench.build, "tests/bench", program)
    out = subprocess.run([path, *map(str, args)], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in out.stdout.splitlines()]


def judge(bench):
    return lines(bench, "bench_judge", *MODEL)


def lists(bench):
    sizes = (1000, 10000) if bench.quick else (1000, 10000, 100000, 1000000, 10000000)
    return lines(bench, "bench_lists", *sizes)


def scan(bench):
    """Phrases: the tests' own texts are dense in them, which is harder than what pupils read."""
    path = os.path.join(bench.build, "tests/bench/bench_scan")
    out = subprocess.run([path, f"{ROOT}/policy/phrases", f"{ROOT}/tests/corpus/benign"] +
                         ["--quick"] * bench.quick, check=True, capture_output=True, text=True)
    return json.loads(out.stdout)


def scribe(bench):
    return lines(bench, "bench_scribe", f"{bench.folder}/scribe", *((20000,) if bench.quick else ()))[0]


def replay(bench):
    ours = [f"{ROOT}/policy/{name}.md" for name in ("staff", "pupils")]
    n = 100000 if bench.quick else 2000000
    return lines(bench, "bench_replay", f"{bench.folder}/replay", n, *ours, "--", *MODEL)[0]
