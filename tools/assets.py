#!/usr/bin/env python3
"""Make the style sheet: npm's packages by the lock, then sass.

    assets.py SOURCE_ROOT BUILD_FOLDER IN.scss OUT.css

The packages go to BUILD_FOLDER, never to the source tree, and are fetched again only when
package-lock.json has changed. No script of a package runs.
"""
import hashlib
import os
import shutil
import subprocess
import sys

# What must never reach a school's page: the GOV.UK identity, and anything loaded from elsewhere.
REFUSED = ['GDS Transport', '@font-face', 'crest', 'crown', 'url(http', '@import']


def run(command, folder):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit(f'{" ".join(command)} failed in {folder}:\n{done.stdout}')


def fetch_packages(source_root, folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(source_root, 'package-lock.json'), 'rb') as f:
        wanted = hashlib.sha256(f.read()).hexdigest()
    stamp = os.path.join(folder, 'node_modules', '.lock-digest')
    if os.path.exists(stamp):
        with open(stamp, encoding='ascii') as f:
            if f.read() == wanted:
                return
    for name in ('package.json', 'package-lock.json'):
        shutil.copy(os.path.join(source_root, name), folder)
    run(['npm', 'ci', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'], folder)
    with open(stamp, 'w', encoding='ascii') as f:
        f.write(wanted)


def main(source_root, folder, scss, css):
    fetch_packages(source_root, folder)
    packages = os.path.join(folder, 'node_modules')
    run(['node', os.path.join(packages, 'sass', 'sass.js'), '--style=compressed', '--no-source-map',
         '--no-charset', '--quiet-deps',
         '--load-path=' + os.path.join(packages, 'govuk-frontend', 'dist'), scss, css], folder)
    with open(css, encoding='utf-8') as f:
        text = f.read()
    found = [word for word in REFUSED if word in text]
    if found:
        os.unlink(css)
        sys.exit(f'{scss}: the style sheet must not hold {", ".join(found)}')


if __name__ == '__main__':
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*(os.path.abspath(path) for path in sys.argv[1:]))
