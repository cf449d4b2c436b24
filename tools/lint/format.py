#!/usr/bin/env python3
"""Check that the C of src, tests and tools is formatted by .clang-format (clang-format 14).

    format.py ROOT [--self-test]
"""
import os
import re
import shutil
import subprocess
import sys

from selftest import self_test

FOLDERS = ('src', 'tests', 'tools', 'agent')
STYLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '.clang-format')
SKIP = 77


def program():
    """The version that the format file is written for; others lay some lines out differently."""
    for name in ('clang-format-14', 'clang-format'):
        found = shutil.which(name)
        if found:
            said = subprocess.run([found, '--version'], stdout=subprocess.PIPE, text=True,
                                  check=True).stdout
            if 'version 14.' in said:
                return found
    return None


def check(root):
    paths = [os.path.relpath(os.path.join(folder, name), root)
             for top in FOLDERS for folder, _, names in sorted(os.walk(os.path.join(root, top)))
             for name in sorted(names) if name.endswith(('.c', '.h'))]
    if not paths:
        return []
    done = subprocess.run([program(), '--dry-run', f'--style=file:{STYLE}', *paths], cwd=root,
                          stderr=subprocess.PIPE, text=True, check=True)
    first = {}
    for line in done.stderr.splitlines():
        found = re.match(r'(.+?):(\d+):\d+: warning: code should be clang-formatted', line)
        if found:
            first.setdefault(found.group(1), found.group(2))
    return [f'{path}:{line}: not formatted: run clang-format -i on it'
            for path, line in first.items()]


# The place that is told is the end of the line before the wrong white space.
OFFENCES = [
    ({'src/base/a.c': 'int f(void)\n{\n    return 0;\n}\n'}, 'src/base/a.c:2: not formatted'),
    ({'tests/unit/a.c': 'int f(void) {\n\treturn 0;\n}\n'}, 'tests/unit/a.c:1: not formatted'),
]
FINE = {'src/base/a.c': 'int f(void)\n{\n\treturn 0;\n}\n', 'tools/a.txt': 'int  f;\n'}

if __name__ == '__main__':
    if not program():
        print('skipped: clang-format 14 is not installed')
        sys.exit(SKIP)
    if sys.argv[2:] == ['--self-test']:
        self_test(check, OFFENCES, FINE)
    found = check(sys.argv[1])
    print('\n'.join(found) if found else 'all of it is formatted')
    sys.exit(1 if found else 0)
