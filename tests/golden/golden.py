#!/usr/bin/env python3
"""Compare what `golden` says with what is kept.

    golden.py GOLDEN MODE FOLDER [--update]   each FOLDER/NAME.in with FOLDER/NAME.ref
    golden.py GOLDEN language MANUAL.md       the examples of the manual page

In the manual a block marked `rules` and a whole document marked `markdown` must be without
findings; a block marked `wrong` must be followed by one marked `says` with the exact findings.
"""
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^(```|~~~)(\w+)\n(.*?)^\1$", re.M | re.S)


def run(golden, mode, path):
    """What golden prints; it prints to stderr and fails only where there is no document."""
    done = subprocess.run([golden, mode, str(path)], capture_output=True, timeout=20, check=False)
    if done.returncode != 0:
        return f"golden ended with {done.returncode}: {done.stderr.decode(errors='replace')}"
    return done.stdout.decode()


def say_difference(name, want, got):
    print(f"{name} differs:")
    sys.stdout.writelines(
        difflib.unified_diff(want.splitlines(True), got.splitlines(True), "want", "got"))


def compare_folder(golden, mode, folder, update):
    inputs = sorted(pathlib.Path(folder).glob("*.in"))
    failed = 0 if inputs else 1
    for source in inputs:
        kept = source.with_suffix(".ref")
        got = run(golden, mode, source)
        if update:
            kept.write_bytes(got.encode())
            continue
        want = kept.read_bytes().decode() if kept.exists() else ""
        if got != want:
            say_difference(source.name, want, got)
            failed += 1
    print(f"{len(inputs)} inputs, {failed} failed")
    return failed


def examples_of(text):
    """(mode, body, wanted findings) of each example, in order."""
    blocks = [(m.group(2), m.group(3)) for m in FENCE.finditer(text)]
    for i, (kind, body) in enumerate(blocks):
        if kind == "rules":
            yield "rules", body, ""
        elif kind == "markdown":
            yield "check", body, ""
        elif kind == "wrong":
            follows = blocks[i + 1] if i + 1 < len(blocks) else ("", "")
            yield "rules", body, follows[1] if follows[0] == "says" else "(no block marked says)"


def compare_manual(golden, manual):
    failed = 0
    examples = list(examples_of(pathlib.Path(manual).read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as folder:
        for mode, body, want in examples:
            path = pathlib.Path(folder) / "example"
            path.write_text(body, encoding="utf-8")
            got = run(golden, mode, path)
            if got != want:
                print(body)
                say_difference("what is said of it", want, got)
                failed += 1
    kinds = {(mode, bool(want)) for mode, _, want in examples}
    if len(kinds) < 3:  # rules that are right, rules that are wrong, a whole document
        print("the manual has not all kinds of examples")
        failed += 1
    print(f"{len(examples)} examples, {failed} failed")
    return failed


def main():
    golden, mode, place = sys.argv[1:4]
    if mode == "language":
        failed = compare_manual(golden, place)
    else:
        failed = compare_folder(golden, mode, place, "--update" in sys.argv[4:])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
