#!/usr/bin/env python3
"""Check that every header of src compiles alone, and has a guard of its own.

    headers.py ROOT [--self-test] [-- COMPILER ARGUMENTS...]
"""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from selftest import self_test

FLAGS = ['-std=gnu17', '-D_GNU_SOURCE', '-fsyntax-only', '-Wall', '-Wextra', '-Werror', '-x', 'c']
ARGUMENTS = []
# They include a compiled template, which stands in the build folder only.
GENERATED = re.compile(r'#include "[a-z_]+\.tmpl\.h"')


def guard_in(text, path):
    """The guard, where it is whole and says which file it guards; else None."""
    found = re.search(r'^#ifndef (BDL_[A-Z0-9_]+)\n#define \1\n', text, re.MULTILINE)
    name = re.sub(r'[^A-Z0-9]', '_', os.path.basename(path).upper())
    return found.group(1) if found and found.group(1).endswith('_' + name) else None


def check_one(root, path):
    src = os.path.join(root, 'src')
    full = os.path.join(src, path)
    with open(full, encoding='utf-8') as f:
        text = f.read()
    if not guard_in(text, path):
        return f'src/{path}:1: it has no guard by the name of its file'
    if GENERATED.search(text):
        return None
    # Included twice, so that a broken guard shows as well.
    twice = f'#include "{path}"\n#include "{path}"\n'
    done = subprocess.run(['gcc', *FLAGS, *ARGUMENTS, '-I', src, '-'], input=twice, text=True,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        return f'src/{path}:1: it does not compile alone:\n{done.stderr}'
    return None


def check(root):
    src = os.path.join(root, 'src')
    paths = sorted(os.path.relpath(os.path.join(folder, name), src)
                   for folder, _, names in os.walk(src) for name in names if name.endswith('.h'))
    with ThreadPoolExecutor(2) as pool:
        problems = list(pool.map(lambda path: check_one(root, path), paths))
    seen = {}
    for path in paths:
        with open(os.path.join(src, path), encoding='utf-8') as f:
            guard = guard_in(f.read(), path)
        if guard in seen:
            problems.append(f'src/{path}:1: its guard is that of src/{seen[guard]}')
        elif guard:
            seen[guard] = path
    return [problem for problem in problems if problem]


GUARDED = '#ifndef BDL_BASE_A_H\n#define BDL_BASE_A_H\n{}\n#endif\n'

OFFENCES = [
    ({'src/base/a.h': GUARDED.format('size_t n(void);')}, 'does not compile alone'),
    ({'src/base/a.h': GUARDED.format('#include "base/none.h"')}, 'does not compile alone'),
    ({'src/base/a.h': 'int a(void);\n'}, 'no guard by the name of its file'),
    ({'src/base/b.h': GUARDED.format('int a(void);')}, 'no guard by the name of its file'),
    ({'src/base/a.h': GUARDED.format(''), 'src/sys/a.h': GUARDED.format('')},
     'src/sys/a.h:1: its guard is that of src/base/a.h'),
]
FINE = {'src/base/a.h': GUARDED.format('#include <stddef.h>\nstruct a { size_t n; };')}

if __name__ == '__main__':
    if '--' in sys.argv:
        ARGUMENTS += sys.argv[sys.argv.index('--') + 1:]
    if '--self-test' in sys.argv:
        self_test(check, OFFENCES, FINE)
    found = check(sys.argv[1])
    print('\n'.join(found) if found else 'every header compiles alone')
    sys.exit(1 if found else 0)
