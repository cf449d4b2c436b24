#!/usr/bin/env python3
"""Make a list of what an installed package of Debian or npm holds.

    from_package.py --names
    from_package.py NAME --to FOLDER [--at ROOT] [--protected FILE] [--suffixes FILE]

It writes FOLDER/CATEGORY.domains for `beadle lists compile`, and into its header the package, its
version and its licence. ROOT is where the package stands: `/` for those of Debian, for those of
npm the folder that has node_modules (the one you are in, where none is given). A package whose
licence is not the one that is known here is refused: read it first. Left out and named are hosts
that are protected (policy/lists/protected.domains) and those under which strangers have their own
names, such as edu.pl (the list of Debian's package publicsuffix): one entry would take them all.
"""
import argparse
import datetime
import gzip
import json
import os
import re
import sys

from hosts import is_host, parents, tidy, touches

HERE = os.path.dirname(os.path.abspath(__file__))
SUFFIXES = '/usr/share/publicsuffix/public_suffix_list.dat'
PROTECTED = os.path.join(HERE, '..', '..', 'policy', 'lists', 'protected.domains')
UBLOCK = 'usr/share/chromium/extensions/ublock-origin/assets/thirdparties/urlhaus-filter'


def from_json(text):
    yield from json.loads(text)


def from_lines(text):
    """A host or an address a line; lines of pages and patterns are passed over."""
    for line in text.split('\n'):
        if line and line[0] not in '!#|':
            yield line.strip()


def from_freemail(text):
    """The words of SpamAssassin's `freemail_domains`; those with a pattern are passed over."""
    for words in re.findall(r'^freemail_domains\s+(.*)$', text, re.M):
        yield from words.split()


def from_stubby(text):
    """Names and addresses of the resolvers, those that the file has as comments too."""
    yield from re.findall(r'tls_auth_name:\s*"\s*([^"\s]+)\s*"', text)
    yield from re.findall(r'address_data:\s*(\S+)', text)


class Source:
    """`files` below ROOT; `licence` must be found in `licence_file`, by that pattern."""

    def __init__(self, package, category, title, licence, files, read, licence_file=None,
                 pattern=None):
        self.package, self.category, self.title = package, category, title
        self.licence, self.files, self.read = licence, files, read
        self.licence_file, self.pattern = licence_file, pattern

    @property
    def is_npm(self):
        return self.licence_file is None


SOURCES = {
    'free-mail': Source('free-email-domains', 'webmail', 'Free mailboxes', 'MIT',
                        ['domains.json'], from_json),
    'disposable-mail': Source('disposable-email-domains', 'webmail', 'Throw-away mailboxes', 'MIT',
                              ['index.json', 'wildcard.json'], from_json),
    'freemail': Source('spamassassin', 'webmail', 'Free mailboxes', 'Apache-2.0',
                       ['usr/share/spamassassin/20_freemail_domains.cf',
                        'usr/share/spamassassin/20_freemail_mailcom_domains.cf'], from_freemail,
                       'usr/share/doc/spamassassin/copyright', r'Apache License, Version 2\.0'),
    'urlhaus': Source('webext-ublock-origin-chromium', 'malware', 'Hosts that spread malware',
                      'CC0-1.0', [f'{UBLOCK}/urlhaus-filter-online.txt'], from_lines,
                      f'{UBLOCK}/LICENSE.md', r'\ACC0 1\.0 Universal'),
    'stubby': Source('stubby', 'encrypted-dns', 'Resolvers for DNS over TLS', 'BSD-3-Clause',
                     ['etc/stubby/stubby.yml'], from_stubby, 'usr/share/doc/stubby/copyright',
                     r'Files: \*\nCopyright:.*\n(?: .*\n|\t.*\n)*License: BSD-3-clause'),
}


class Refused(Exception):
    pass


def read_text(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def version_of_npm(source, folder):
    about = json.loads(read_text(os.path.join(folder, 'package.json')))
    if about.get('license') != source.licence:
        raise Refused(f'{source.package} is under {about.get("license")!r}, and not under '
                      f'{source.licence}, as it was: read its licence')
    return about['version']


def version_of_debian(source, root):
    if not re.search(source.pattern, read_text(os.path.join(root, source.licence_file))):
        raise Refused(f'{source.package} is not under {source.licence}, as it was: read '
                      f'/{source.licence_file}')
    folder = os.path.join(root, 'usr/share/doc', source.package)
    for name in sorted(os.listdir(folder)):
        if name.startswith('changelog.Debian'):
            with gzip.open(os.path.join(folder, name), 'rt', encoding='utf-8') as f:
                return re.match(r'\S+ \(([^)]+)\)', f.readline()).group(1)
    raise Refused(f'{folder} has no changelog.Debian, which tells the version')


def load(source, root):
    """(version, all words that the package has for hosts)."""
    if source.is_npm:
        root = os.path.join(root, 'node_modules', source.package)
        version = version_of_npm(source, root)
    else:
        version = version_of_debian(source, root)
    words = []
    for file in source.files:
        words += source.read(read_text(os.path.join(root, file)))
    if not words:
        raise Refused(f'{source.package} {version} has no host where they used to be')
    return version, words


def protected_hosts(path):
    return {line for line in read_text(path).split('\n') if line and line[0] != '#'}


def public_suffixes(path):
    """Its exceptions ('!') are no suffixes; of '*.ck' the names below are, and ck is too."""
    lines = (line.strip() for line in read_text(path).split('\n'))
    return {line[2:] if line.startswith('*.') else line for line in lines
            if line and not line.startswith(('//', '!'))}


def left_out(hosts, spared, suffixes):
    """host -> why, for those that must not come onto a list that may close."""
    above = {name for host in spared for name in parents(host)}
    why = {}
    for host in hosts:
        if touches(host, spared) or host in above:
            why[host] = 'protected, or above what is'
        elif host in suffixes:
            why[host] = 'a suffix of many owners'
    return why


def write(source, version, hosts, folder):
    path = os.path.join(folder, f'{source.category}.domains')
    kind = 'npm' if source.is_npm else 'Debian'
    today = datetime.date.today().isoformat()
    if os.path.exists(path) and f' package {source.package} ' not in read_text(path):
        raise Refused(f'{path} is there and has another source: name a folder of its own')
    # A list is in force as a whole or not at all: it is renamed over the one of yesterday.
    with open(path + '.new', 'w', encoding='utf-8') as f:
        f.write(f'# title: {source.title}\n'
                f'# source: {kind} package {source.package} {version}\n'
                f'# licence: {source.licence}\n'
                f'# checked: {today}\n\n')
        f.write(''.join(host + '\n' for host in hosts))
    os.rename(path + '.new', path)
    return path


def import_one(name, given):
    source = SOURCES[name]
    version, words = load(source, given.at or ('.' if source.is_npm else '/'))
    good = [word.lower() for word in words if is_host(word.lower())]
    why = left_out(good, protected_hosts(given.protected), public_suffixes(given.suffixes))
    hosts = tidy(host for host in good if host not in why)
    os.makedirs(given.to, exist_ok=True)
    path = write(source, version, hosts, given.to)
    print(f'{path}: {len(hosts)} hosts of {source.package} {version} ({source.licence}); '
          f'{len(words) - len(good)} of {len(words)} passed over as no hosts')
    for host, reason in sorted(why.items()):
        print(f'left out: {host} ({reason})')


def names():
    for name, source in SOURCES.items():
        kind = 'npm' if source.is_npm else 'Debian'
        print(f'{name:16} {source.category:14} {kind} {source.package} ({source.licence})')


def main():
    parser = argparse.ArgumentParser(
        description='Make a list of what an installed package of Debian or npm holds.')
    parser.add_argument('name', nargs='?', choices=SOURCES)
    parser.add_argument('--names', action='store_true', help='what can be imported')
    parser.add_argument('--to', metavar='FOLDER', help='where CATEGORY.domains is written')
    parser.add_argument('--at', metavar='ROOT', help='where the package stands')
    parser.add_argument('--protected', metavar='FILE', default=PROTECTED)
    parser.add_argument('--suffixes', metavar='FILE', default=SUFFIXES,
                        help="the public suffixes (Debian's package publicsuffix)")
    given = parser.parse_args()
    if given.names:
        return names()
    if not given.name or not given.to:
        parser.error('a NAME (see --names) and --to FOLDER are needed')
    try:
        return import_one(given.name, given)
    except (OSError, ValueError, Refused) as problem:
        return f'{given.name}: {problem}'


if __name__ == '__main__':
    sys.exit(main())
