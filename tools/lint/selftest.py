"""Show that a lint finds what it is for: plant offences in a folder, and look at what it says."""
import os
import sys
import tempfile


def plant(root, files):
    for path, text in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'w', encoding='utf-8') as f:
            f.write(text)


def self_test(check, offences, fine):
    """`check(root)` gives a list of problems; each offence is (files, what must be said)."""
    wrong = []
    for files, want in offences:
        with tempfile.TemporaryDirectory() as root:
            plant(root, files)
            got = check(root)
            if len(got) != 1 or want not in got[0]:
                wrong.append(f'{files}\n   got: {got}\n  want: one problem with {want!r}')
    with tempfile.TemporaryDirectory() as root:
        plant(root, fine)
        got = check(root)
        if got:
            wrong.append(f'{fine}\n   got: {got}\n  want: no problem')
    print('\n'.join(wrong) if wrong else f'{len(offences)} planted offences found, none imagined')
    sys.exit(1 if wrong else 0)
