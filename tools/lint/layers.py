#!/usr/bin/env python3
"""Check that each folder of src uses only what stands before it.

    layers.py ROOT [--self-test]

Also: the folders of record/ and of main/ among each other, only record/ sees a database's header, and main/
alone sees everything.
"""
import os
import re
import sys

from selftest import self_test

# The order of docs/style.md. Folders of one row stand side by side and do not use each other.
ORDER = [['base'], ['sys'], ['proto'], ['lists'], ['scan'], ['policy'], ['import'], ['record'],
         ['desk', 'tell'], ['portal', 'doors/web', 'doors/mail', 'doors/screen', 'doors/dns',
                            'doors/logs', 'doors/who'], ['main']]
LEVEL = {folder: level for level, row in enumerate(ORDER) for folder in row}
# The order within a folder, as docs/architecture.md has it; what stands beside its folders is alone.
PARTS = {
    'record': [['journal'], ['store'], ['acts'], ['visits'], ['ledger'], ['checks'], ['replay'],
               ['policies'], ['retention'], ['backup', 'scribe', 'status']],
    'main': [['lists', 'policy', 'proxy'], ['checks'], ['clerk', 'scribe']],
}
PART_LEVEL = {f'{folder}/{part}': level for folder, rows in PARTS.items()
              for level, row in enumerate(rows) for part in row}
DATABASES = ('sqlite3.h', 'libpq-fe.h')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"][^>"]+)[>"]')


def layer_of(path):
    """'doors/web' for doors/web/conn.c, 'base' for base/buf.h, None for what is no layer."""
    parts = path.split('/')
    for name in ('/'.join(parts[:2]), parts[0]):
        if name in LEVEL:
            return name
    return None


def part_of(path):
    """'record/store' for record/store/pg.c, None for what is in no folder of one with an order."""
    parts = path.split('/')
    return '/'.join(parts[:2]) if parts[0] in PARTS and len(parts) == 3 else None


def judge_part(where, path, included):
    """What a file of such a folder includes of another one."""
    part, target = part_of(path), part_of(included)
    for name in (part, target):
        if name is not None and name not in PART_LEVEL:
            return f'{where}: {name}/ has no place in the order'
    if part is None or target in (None, part) or PART_LEVEL[target] < PART_LEVEL[part]:
        return None
    return f'{where}: {part}/ may not use {target}/'


def judge(src, path, number, quoted):
    """`quoted` is what is included, with the '<' or '"' before it."""
    where, layer, included = f'src/{path}:{number}', layer_of(path), quoted[1:]
    ours = quoted[0] == '"' or os.path.exists(os.path.join(src, included))
    target = layer_of(included) if ours and '/' in included else None
    if os.path.basename(included) in DATABASES and layer != 'record':
        return f'{where}: only record/ may include {included}'
    if target == layer and layer in PARTS:
        return judge_part(where, path, included)
    if target is None or target == layer or LEVEL[target] < LEVEL[layer]:
        return None
    return f'{where}: {layer}/ may not use {target}/ ({included})'


def check(root):
    problems = []
    src = os.path.join(root, 'src')
    for folder, _, names in sorted(os.walk(src)):
        for name in sorted(names):
            if not name.endswith(('.c', '.h', '.re', '.y')):
                continue
            path = os.path.relpath(os.path.join(folder, name), src)
            if layer_of(path) is None:
                problems.append(f'src/{path}:1: its folder is no layer: see docs/style.md')
                continue
            with open(os.path.join(folder, name), encoding='utf-8') as f:
                for number, line in enumerate(f, 1):
                    found = INCLUDE.match(line)
                    problem = found and judge(src, path, number, found.group(1))
                    if problem:
                        problems.append(problem)
    return problems


OFFENCES = [
    ({'src/base/a.c': '#include "sys/log.h"\n'}, 'base/ may not use sys/'),
    ({'src/proto/a.c': '\n# include "policy/judge.h"\n'}, 'src/proto/a.c:2: proto/ may not use'),
    ({'src/portal/a.c': '#include "doors/web/web.h"\n'}, 'portal/ may not use doors/web/'),
    ({'src/doors/web/a.c': '#include "portal/portal.h"\n'}, 'doors/web/ may not use portal/'),
    ({'src/doors/web/a.c': '#include "doors/mail/mail.h"\n'}, 'may not use doors/mail/'),
    ({'src/portal/a.h': '#include <sqlite3.h>\n'}, 'only record/ may include sqlite3.h'),
    ({'src/main/a.c': '#include <postgresql/libpq-fe.h>\n'}, 'only record/ may include'),
    ({'src/base/a.c': '#include <sys/log.h>\n', 'src/sys/log.h': ''}, 'base/ may not use sys/'),
    ({'src/misc/a.c': ''}, 'is no layer'),
    ({'src/record/store/a.c': '#include "record/acts/acts.h"\n'}, 'record/store/ may not use'),
    ({'src/record/status/a.c': '#include "record/scribe/scribe.h"\n'}, 'may not use record/scribe/'),
    ({'src/record/acts/a.c': '#include "record/misc/a.h"\n'}, 'record/misc/ has no place'),
    ({'src/main/checks/a.c': '#include "main/clerk/clerk.h"\n'}, 'main/checks/ may not use main/clerk/'),
]
FINE = {'src/record/a.c': '#include <sqlite3.h>\n#include "policy/judge.h"\n',
        'src/record/acts/a.c': '#include "record/store/store.h"\n#include "record/jobs.h"\n',
        'src/base/a.c': '#include "base/buf.h"\n#include <sys/random.h>\n',
        'src/main/a.c': '#include "doors/web/web.h"\n#include "portal/portal.h"\n'}

if __name__ == '__main__':
    if sys.argv[2:] == ['--self-test']:
        self_test(check, OFFENCES, FINE)
    found = check(sys.argv[1])
    print('\n'.join(found) if found else 'every folder uses only what stands before it')
    sys.exit(1 if found else 0)
