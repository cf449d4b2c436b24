#!/usr/bin/env python3
"""Turn files into a C source: one array of bytes a file, and a table that names them.

    embed.py OUT HEADER TYPE TABLE FILE...

HEADER declares `extern const TYPE TABLE[]`, whose entries are { name, bytes, length }; the last
one is zeroed. The files are listed in the order of their names.
"""
import os
import sys


def array(data, name):
    lines = [f'static const unsigned char {name}[] = {{']
    for at in range(0, len(data), 16):
        lines.append('\t' + ' '.join(f'0x{b:02x},' for b in data[at:at + 16]))
    # A NUL that the length does not count: texts may be read as strings, and no array is empty.
    lines.append('\t0x00,')
    lines.append('};')
    return lines


def main(out, header, type_name, table, *files):
    files = sorted(files, key=os.path.basename)
    lines = ['/* Made by tools/embed.py; change the files it was made from. */',
             f'#include "{header}"', '']
    rows = []
    for number, path in enumerate(files):
        with open(path, 'rb') as f:
            data = f.read()
        lines += array(data, f'file_{number}') + ['']
        rows.append(f'\t{{ "{os.path.basename(path)}", file_{number}, {len(data)} }},')
    lines += [f'const {type_name} {table}[] = {{', *rows, '\t{ 0 },', '};', '']
    with open(out, 'w', encoding='ascii') as f:
        f.write('\n'.join(lines))


if __name__ == '__main__':
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
