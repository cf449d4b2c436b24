#!/usr/bin/env python3
"""Check sizes: functions of at most 100 lines and complexity 20, files of at most 1,000 lines.

    budget.py ROOT [--self-test]

The measure is pmccabe's (Debian: pmccabe); lines are counted from the signature to the brace.
The ten longest functions are listed, so that one sees them grow.
"""
import os
import shutil
import subprocess
import sys

from selftest import self_test

LINES_MAX = 100
COMPLEXITY_MAX = 20
FILE_LINES_MAX = 1000
FOLDERS = ('src', 'tools', 'tests', 'agent')
SKIP = 77  # what meson counts as skipped


def files_below(root, endings):
    for top in FOLDERS:
        for folder, _, names in sorted(os.walk(os.path.join(root, top))):
            for name in sorted(names):
                if name.endswith(endings):
                    yield os.path.relpath(os.path.join(folder, name), root)


def functions(root):
    """(lines, complexity, place, name) of every C function, those in headers too."""
    paths = list(files_below(root, ('.c', '.h')))
    if not paths:
        return []
    done = subprocess.run(['pmccabe', *paths], cwd=root, stdout=subprocess.PIPE, text=True,
                          check=True)
    rows = []
    for line in done.stdout.splitlines():
        fields = line.split('\t')
        if len(fields) < 6:
            continue
        _, complexity, _, first, lines, where = fields[:6]
        place, _, name = where.rpartition(': ')
        rows.append((int(lines), int(complexity), f'{place.split("(")[0]}:{first}', name))
    return rows


def check(root):
    problems = []
    for lines, complexity, place, name in functions(root):
        if lines > LINES_MAX:
            problems.append(f'{place}: {name} has {lines} lines; at most {LINES_MAX}')
        if complexity > COMPLEXITY_MAX:
            problems.append(f'{place}: {name} has complexity {complexity}; '
                            f'at most {COMPLEXITY_MAX}')
    for path in files_below(root, ('.c', '.h', '.re', '.y', '.py')):
        with open(os.path.join(root, path), encoding='utf-8') as f:
            lines = sum(1 for _ in f)
        if lines > FILE_LINES_MAX:
            problems.append(f'{path}:1: it has {lines} lines; at most {FILE_LINES_MAX}')
    return problems


def longest(root):
    for lines, complexity, place, name in sorted(functions(root), reverse=True)[:10]:
        print(f'{lines:4} lines, complexity {complexity:2}: {name} ({place})')


def function_of(lines, statement='n++;'):
    return 'int f(int n)\n{\n' + f'\t{statement}\n' * lines + '\treturn n;\n}\n'


OFFENCES = [
    ({'src/base/a.c': function_of(100)}, 'f has 104 lines; at most 100'),
    ({'src/base/a.c': function_of(21, 'if (n) n++;')}, 'f has complexity 22; at most 20'),
    ({'tests/unit/a.h': function_of(21, 'if (n) n++;')}, 'f has complexity 22; at most 20'),
    ({'src/base/a.h': '/* a */\n' * 1001}, 'src/base/a.h:1: it has 1001 lines'),
    ({'tests/unit/a.py': 'a = 1\n' * 1001}, 'tests/unit/a.py:1: it has 1001 lines'),
]
FINE = {'src/base/a.c': function_of(96), 'src/base/b.c': function_of(19, 'if (n) n++;'),
        'src/base/a.h': '/* a */\n' * 1000}

if __name__ == '__main__':
    if not shutil.which('pmccabe'):
        print('skipped: pmccabe is not installed')
        sys.exit(SKIP)
    if sys.argv[2:] == ['--self-test']:
        self_test(check, OFFENCES, FINE)
    longest(sys.argv[1])
    found = check(sys.argv[1])
    print('\n'.join(found) if found else 'all functions and files are within their budget')
    sys.exit(1 if found else 0)
