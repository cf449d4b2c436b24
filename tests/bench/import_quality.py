#!/usr/bin/env python3
"""How well `beadle policy import` finds the clauses of policies whose clauses are known.

    import_quality.py BEADLE FOLDER TRUTH [--least F] [--ids] [--statements]

FOLDER holds policies. TRUTH says which clauses each holds, in one of two forms: a folder with
NAME.ids beside each NAME (ids divided by blanks), or a table with the columns `id` and `sources`,
the latter the numbers of the files in order of their names, from 0. Printed are precision (of the
ids that were matched, how many are right) and recall (of those that are there, how many were
matched) for each file and for all together; with --ids also for each id, with --least the exit
status is 1 where either is below F.
"""
import argparse
import csv
import json
import pathlib
import subprocess
import sys

SHIPPED = pathlib.Path(__file__).resolve().parents[2] / 'policy'
KINDS = {'.txt', '.md', '.html', '.docx', '.pdf'}


def matched(beadle, path):
    """The ids of the clauses that were matched, and what the import said."""
    done = subprocess.run([beadle, 'policy', 'import', str(path), '--from', str(SHIPPED), '--json'], capture_output=True,
                          timeout=120, check=False)
    if done.returncode != 0:
        sys.exit(f'{path}: {done.stderr.decode(errors="replace")}')
    answer = json.loads(done.stdout)
    ids = {means['id'] for clause in answer['clauses'] if clause['state'] == 'matched'
           for means in clause['means']}
    return ids, answer


def truth_of(files, truth):
    if truth.is_dir():
        return [set((truth / f'{path.stem}.ids').read_text(encoding='utf-8').split())
                for path in files]
    with open(truth, encoding='utf-8', newline='') as f:
        rows = list(csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE))
    return [{row['id'] for row in rows if str(n) in row['sources'].split()}
            for n in range(len(files))]


def rate(right, of):
    return right / of if of else 1.0


def say(name, found, wanted):
    right = len(found & wanted)
    print(f'{name[:28]:28}  precision {rate(right, len(found)):.2f}  '
          f'recall {rate(right, len(wanted)):.2f}  ({right} right, {len(found - wanted)} wrong, '
          f'{len(wanted - found)} missed)')


def main():
    p = argparse.ArgumentParser()
    p.add_argument('beadle')
    p.add_argument('folder', type=pathlib.Path)
    p.add_argument('truth', type=pathlib.Path)
    p.add_argument('--least', type=float, default=0)
    p.add_argument('--ids', action='store_true')
    p.add_argument('--statements', action='store_true')
    a = p.parse_args()
    files = sorted(f for f in a.folder.iterdir() if f.suffix in KINDS and f.name != 'README.md')
    if not files:
        sys.exit(f'{a.folder}: no policies')
    found_all, wanted_all = set(), set()
    for n, (path, wanted) in enumerate(zip(files, truth_of(files, a.truth))):
        found, answer = matched(a.beadle, path)
        say(path.name, found, wanted)
        if a.ids:
            print('    wrong: ', ' '.join(sorted(found - wanted)))
            print('    missed:', ' '.join(sorted(wanted - found)))
        if a.statements:
            for clause in answer['clauses']:
                print('   ', clause['state'], clause['line'],
                      [(m['id'], m['sure'], m['why']) for m in clause['means']])
        found_all |= {(n, i) for i in found}
        wanted_all |= {(n, i) for i in wanted}
    say('all', found_all, wanted_all)
    right = len(found_all & wanted_all)
    worst = min(rate(right, len(found_all)), rate(right, len(wanted_all)))
    sys.exit(worst < a.least)


if __name__ == '__main__':
    main()
