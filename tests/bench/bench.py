#!/usr/bin/python3
"""Beadle beside its rivals, in one run on this machine.

Every server gets the same lists and the same 20,000 requests, of which one in ten is to be blocked, and
the same pages with the same phrases; the load generator checks each verdict. Servers are pinned to the
first core, the load to the second; rounds take turns, and of each figure the median is printed with the
lowest and the highest. Beadle does more for its figure than the others: it judges by the rules of both
model policies, records every act, and has each block on the disk before it is answered.

    tests/bench/bench.py BUILD [--quick] [--only SECTION,...] [--rounds N] [--seconds S]
                               [--json FILE] [--svg FILE]
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time

import chart
import doors
import machine
import parts
import report
from first_byte import bench_first_byte
from servers import ROOT, free_port


class Bench:
    """How it is run: where, how long each load lasts, how often."""

    def __init__(self, args, folder):
        self.build, self.folder = os.path.abspath(args.build), folder
        self.quick, self.rounds, self.seconds = args.quick, args.rounds, args.seconds
        self.patience = 2 if args.quick else 80

    def clear(self, folder):
        shutil.rmtree(folder, ignore_errors=True)


def first_byte(bench):
    folder = f"{bench.folder}/stream"
    os.mkdir(folder)
    os.chmod(folder, 0o755)
    return bench_first_byte(bench.build, ROOT, folder, [free_port() for _ in range(4)],
                            10 if bench.quick else 300)


SECTIONS = {
    "judge": parts.judge,
    "lists": parts.lists,
    "scan": parts.scan,
    "scribe": parts.scribe,
    "replay": parts.replay,
    "first-byte": first_byte,
    "requests": doors.requests,
    "bodies": doors.bodies,
    "domains": doors.grow_domains,
    "phrases": doors.grow_phrases,
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build")
    parser.add_argument("--quick", action="store_true", help="every section, for a moment: no figures to keep")
    parser.add_argument("--only", default="", help=", ".join(SECTIONS))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--json", help="where the figures go (BUILD/bench.json)")
    parser.add_argument("--svg", help="draw them there")
    args = parser.parse_args()
    args.rounds = args.rounds or (1 if args.quick else 3)
    args.seconds = args.seconds or (0.3 if args.quick else 2)
    args.only = args.only.split(",") if args.only else list(SECTIONS)
    unknown = set(args.only) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    return args


def command(args):
    """How it was called, but for where the figures go."""
    words = ["./bench"] + ["--quick"] * args.quick
    if args.only != list(SECTIONS):
        words += ["--only", ",".join(args.only)]
    return " ".join(words)


def main():
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended then too
    folder = tempfile.mkdtemp(prefix="beadle-bench-")
    os.chmod(folder, 0o755)
    bench, begin = Bench(args, folder), time.monotonic()
    got = {"machine": machine.describe(), "command": command(args),
           "quick": args.quick, "rounds": args.rounds, "seconds": args.seconds}
    print(machine.text(got["machine"]))
    print(", ".join(f"{p} {v}" for p, v in got["machine"]["versions"].items()))
    try:
        for name in args.only:
            os.sync()  # what a build or the section before left to write is no part of this one
            got[name] = SECTIONS[name](bench)
            print("\n" + report.SECTIONS[name](got[name], got))
            sys.stdout.flush()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    got["took_s"] = round(time.monotonic() - begin)
    with open(args.json or f"{args.build}/bench.json", "w") as f:
        json.dump(got, f, indent=1)
    if args.svg:
        with open(args.svg, "w") as f:
            f.write(chart.draw(got))
    print(f"\n{got['took_s']} s; all figures in {args.json or args.build + '/bench.json'}")


if __name__ == "__main__":
    main()
