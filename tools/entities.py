#!/usr/bin/env python3
"""Write the table of HTML's character references as C (src/scan/entity_int.h).

    entities.py OUTPUT

The names are those that Python knows from the HTML standard (html.entities.html5).
"""
import sys
from html.entities import html5


def literal(text):
    """The bytes of the text as a C string; octal escapes end by themselves."""
    return '"' + ''.join(f'\\{byte:03o}' for byte in text.encode()) + '"'


def main(output):
    names = sorted({name.rstrip(';') for name in html5}, key=lambda name: name.encode())
    with open(output, 'w', encoding='ascii') as f:
        f.write('#include "scan/entity_int.h"\n\nconst struct bdl_entity_name bdl_entity_names[] = {\n')
        for name in names:
            text = html5.get(name + ';') or html5[name]
            f.write(f'\t{{ "{name}", {literal(text)}, {"true" if name in html5 else "false"} }},\n')
        f.write('};\n')
        f.write(f'const size_t bdl_entity_names_n = {len(names)};\n')


main(sys.argv[1])
