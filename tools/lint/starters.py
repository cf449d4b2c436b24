#!/usr/bin/env python3
"""Check the starter lists: policy/lists/*.domains, as policy/lists/README.md describes them.

    starters.py ROOT [--self-test]

Each file says what it is, is sorted and holds only hosts; no host helps under one name and is
blocked under another; nothing that is protected is on a list that closes; and every category that
a shipped policy names has its file, or stands in the README as one of which none ships.
"""
import datetime
import os
import re
import sys

from selftest import self_test

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lists'))
from hosts import is_host, parents  # noqa: E402 (it stands in the folder of its tools)

FOLDER = os.path.join('policy', 'lists')
FIELDS = ('title', 'for', 'kind', 'source', 'checked')
KINDS = ('helpful', 'watched', 'harmful', 'protected')
NO_LIST = 'none ships'
NAME = re.compile(r'[a-z0-9][a-z0-9-]{0,62}')
RULES = re.compile(r'^```rules\n(.*?)^```', re.M | re.S)
# The first name, then all that a comma parts from it and that no word follows, as in a phrase.
NAMED = re.compile(r'\bcategory ([a-z0-9-]+(?:,\s+[a-z0-9-]+(?=\s*(?:[,#]|$)))*)', re.M)


class Starter:
    """One file: `fields` of its header, `hosts` as (line number, host)."""

    def __init__(self, root, file):
        self.path = os.path.join(FOLDER, file)
        self.name = file.rsplit('.', 1)[0]
        self.fields, self.hosts = {}, []
        field = None
        with open(os.path.join(root, self.path), encoding='utf-8') as f:
            for number, line in enumerate(f.read().split('\n'), 1):
                if line.startswith('#   ') and field and field != 'harmless':
                    self.fields[field] += ' ' + line[4:]
                elif line.startswith('# '):
                    field, _, value = line[2:].partition(': ')
                    self.fields[field] = value
                elif line:
                    self.hosts.append((number, line))

    @property
    def kind(self):
        return self.fields.get('kind')

    def say(self, number, what):
        return f'{self.path}:{number}: {what}'


def check_header(starter):
    for field in FIELDS:
        if not starter.fields.get(field):
            yield starter.say(1, f"its header has no '# {field}: '")
    try:
        datetime.date.fromisoformat(starter.fields.get('checked', '2000-01-01'))
    except ValueError:
        yield starter.say(1, "'checked' is no date")
    if starter.kind and starter.kind not in KINDS:
        yield starter.say(1, f'its kind is none of {", ".join(KINDS)}')
    for field in sorted(set(starter.fields) - {*FIELDS, 'note', 'harmless'}):
        yield starter.say(1, f"its header has '{field}', which means nothing")
    if not NAME.fullmatch(starter.name):
        yield starter.say(1, 'its name is none of a category')


def check_hosts(starter):
    present, before = {host for _, host in starter.hosts}, ''
    for number, host in starter.hosts:
        if not is_host(host):
            yield starter.say(number, f"'{host}' is no host as a list writes it")
        elif host == before:
            yield starter.say(number, f'{host} stands there twice')
        elif host < before:
            yield starter.say(number, f'{host} belongs before {before}')
        else:
            for above in parents(host):
                if above in present:
                    yield starter.say(number, f'{above}, which is listed, covers {host}')
        before = host


def touching(starter, others):
    """Each host that one of the others names too, or names a domain above or below of."""
    whole, below = {}, {}
    for other in others:
        for _, host in other.hosts:
            whole.setdefault(host, other)
            for above in parents(host):
                below.setdefault(above, other)
    for number, host in starter.hosts:
        for name in (host, *parents(host)):
            if name in whole:
                yield number, host, whole[name]
                break
        else:
            if host in below:
                yield number, host, below[host]


def check_contradictions(starters):
    of = {kind: [s for s in starters if s.kind == kind] for kind in KINDS}
    for starter in of['helpful']:
        closing = of['harmful'] + (of['watched'] if starter.name == 'help-lines' else [])
        for number, host, other in touching(starter, closing):
            yield starter.say(number, f'{host} helps here, and {other.path} closes it')
    for starter in of['protected']:
        may = re.split(r',\s*', starter.fields.get('harmless', ''))
        for name in sorted(set(may) - {s.name for s in starters} - {''}):
            yield starter.say(1, f"'{name}' is called harmless, and has no file")
        others = [s for s in starters if s is not starter and s.name not in may]
        for number, host, other in touching(starter, others):
            yield starter.say(number, f'{host} is protected, and {other.path} names it')


def named_by_policies(root):
    """(category, path of a policy) for every category in its rules."""
    for folder, _, names in sorted(os.walk(os.path.join(root, 'policy'))):
        for name in sorted(names):
            if not name.endswith('.md'):
                continue
            path = os.path.join(folder, name)
            with open(path, encoding='utf-8') as f:
                for rules in RULES.findall(f.read()):
                    for found in NAMED.findall(rules):
                        for category in re.split(r',\s+', found):
                            yield category, os.path.relpath(path, root)


def check_whole(root, starters):
    """What no single file shows: that none is missing, and that an empty one says so."""
    readme = os.path.join(root, FOLDER, 'README.md')
    text = ''
    if os.path.exists(readme):
        with open(readme, encoding='utf-8') as f:
            text = f.read()
    empty = set(re.findall(r'^\| `([a-z0-9-]+)` \| none ships', text, re.M))
    for starter in starters:
        says = starter.fields.get('source') == NO_LIST
        if says != (not starter.hosts):
            yield starter.say(1, 'it is empty and does not say so' if starter.kind and not says
                              else 'it says that none ships, and has hosts')
        elif says != (starter.name in empty):
            yield starter.say(1, 'it and README.md disagree whether a list ships')
    known = {s.name for s in starters} | empty
    for category, path in named_by_policies(root):
        if category not in known:
            known.add(category)
            yield f'{path}:1: it names the category {category}, which has no file in {FOLDER}'


def check(root):
    folder = os.path.join(root, FOLDER)
    files = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    starters = [Starter(root, file) for file in files if file.endswith('.domains')]
    problems = []
    for starter in starters:
        problems += [*check_header(starter), *check_hosts(starter)]
    return problems + [*check_contradictions(starters), *check_whole(root, starters)]


def a_list(hosts, kind='harmful', source='our own', more=''):
    return (f'# title: A\n# for: a\n#   and b\n# kind: {kind}\n{more}# source: {source}\n'
            f'# checked: 2026-11-21\n\n{hosts}')


def one(hosts, **fields):
    return {'policy/lists/a.domains': a_list(hosts, **fields)}


def two(hosts, kind, others, name='b', other='harmful', more=''):
    return {f'policy/lists/{name}.domains': a_list(hosts, kind=kind, more=more),
            'policy/lists/c.domains': a_list(others, kind=other)}


OFFENCES = [
    ({'policy/lists/a.domains': a_list('a.example\n').replace('# source: our own\n', '')},
     "a.domains:1: its header has no '# source: '"),
    ({'policy/lists/a.domains': a_list('a.example\n').replace('11-21', '11-31')}, 'is no date'),
    (one('a.example\n', kind='bad'), 'its kind is none of'),
    ({'policy/lists/A_b.domains': a_list('a.example\n')}, 'its name is none of a category'),
    (one('b.example\na.example\n'), 'a.domains:9: a.example belongs before b.example'),
    (one('a.example\na.example\n'), 'a.example stands there twice'),
    (one('a.example\nwww.a.example\n'), 'a.example, which is listed, covers www.a.example'),
    (one('A.example\n'), "'A.example' is no host"),
    (one('a.example/path\n'), "'a.example/path' is no host"),
    (one('a.example \n'), "'a.example ' is no host"),
    (one('café.example\n'), "'café.example' is no host"),
    (one('xn--a-.example\n'), "'xn--a-.example' is no host"),
    (one('-a.example\n'), "'-a.example' is no host"),
    (one('example\n'), "'example' is no host"),
    (one('1.2.3.4.5\n'), "'1.2.3.4.5' is no host"),
    (one('01.2.3.4\n'), "'01.2.3.4' is no host"),
    (two('a.example\n', 'helpful', 'a.example\n'), 'b.domains:8: a.example helps here, and'),
    (two('www.a.example\n', 'helpful', 'a.example\n'), 'www.a.example helps here, and'),
    (two('a.example\n', 'helpful', 'www.a.example\n'), 'a.example helps here, and'),
    (two('a.example\n', 'helpful', 'a.example\n', 'help-lines', 'watched'), 'closes it'),
    (two('a.example\n', 'protected', 'a.example\n'), 'a.example is protected, and'),
    (two('a.example\n', 'protected', 'b.a.example\n', other='watched'), 'is protected, and'),
    (two('a.example\n', 'protected', 'a.example\n', other='helpful',
         more='# harmless: b\n'), 'is protected, and'),
    (two('a.example\n', 'protected', 'c.example\n', more='# harmless: c, news\n'),
     "'news' is called harmless, and has no file"),
    (one('a.example\n', more='# harmless: a,\n#   b\n'), "its header has '  b', which means"),
    (one('# www.a.example\na.example\n'), "its header has 'www.a.example', which means"),
    (one(''), 'it is empty and does not say so'),
    (one('a.example\n', source=NO_LIST), 'it says that none ships, and has hosts'),
    (one('', source=NO_LIST), 'it and README.md disagree'),
    ({**one('a.example\n'), 'policy/lists/README.md': '| `a` | none ships | |\n'},
     'it and README.md disagree'),
    ({'policy/model/a.md': '```rules\nblock web to category b, tell head\n```\n'},
     'policy/model/a.md:1: it names the category b, which has no file'),
    ({**one('a.example\n'), 'policy/a.md': '```rules\nblock web\n  to category a,\n    b\n```\n'},
     'it names the category b, which has no file'),
]
FINE = {
    **two('1.1.1.1\na.example\nxn--caf-dma.example\n', 'protected', 'a.example\n', other='helpful',
          more='# harmless: c\n'),
    'policy/lists/d.domains': a_list('1.example\nba.example\n'),
    'policy/lists/e.domains': a_list('', source=NO_LIST),
    'policy/lists/help-lines.domains': a_list('help.example\n', kind='helpful'),
    'policy/lists/README.md': '| `e` | none ships | elsewhere |\n| `f` | none ships | |\n',
    'policy/a.md': 'to category of nothing\n```rules\nblock web to category c, d, tell head\n'
                   'block web to category e during night\nblock dns to category f\n```\n',
}

if __name__ == '__main__':
    if sys.argv[2:] == ['--self-test']:
        self_test(check, OFFENCES, FINE)
    found = check(sys.argv[1])
    print('\n'.join(found) if found else 'the starter lists are in order')
    sys.exit(1 if found else 0)
