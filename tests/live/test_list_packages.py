"""tools/lists/from_package.py: lists of what packages hold, with their licence looked at."""

import gzip
import json
import subprocess

import pytest

from conftest import ROOT, program

TOOL = ROOT / "tools" / "lists" / "from_package.py"
URLHAUS = "usr/share/chromium/extensions/ublock-origin/assets/thirdparties/urlhaus-filter"
UBLOCK = "usr/share/doc/webext-ublock-origin-chromium/changelog.Debian.gz"
BSD = "Files: *\nCopyright: 2013 a\n           and b\nLicense: BSD-3-clause\n"


def lay(root, path, text):
    path = root / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def npm(root, name, files, licence="MIT"):
    lay(root, f"node_modules/{name}/package.json",
        json.dumps({"name": name, "version": "1.2.3", "license": licence}))
    for file, words in files.items():
        lay(root, f"node_modules/{name}/{file}", json.dumps(words))


@pytest.fixture
def take(tmp_path):
    lay(tmp_path, "suffixes", "// them\n\nexample\nedu.example\n*.farm.example\n!own.farm.example\n")
    lay(tmp_path, "protected", "# title: Protected\n\nhelp.example\ndeep.down.example\n")

    def run(name, *words):
        return subprocess.run(["/usr/bin/python3", str(TOOL), name, "--at", str(tmp_path),
                               "--to", str(tmp_path / "out"), "--suffixes",
                               str(tmp_path / "suffixes"), "--protected",
                               str(tmp_path / "protected"), *words],
                              capture_output=True, text=True, timeout=20)

    def hosts(name, category):
        done = run(name)
        assert done.returncode == 0, done
        text = (tmp_path / "out" / f"{category}.domains").read_text()
        return done.stdout, [line for line in text.split("\n") if line]

    run.hosts = hosts
    return run


def test_a_package_of_npm_is_read_and_named(take, tmp_path):
    npm(tmp_path, "free-email-domains", {"domains.json": [
        "z.example", "Mail.Example", "www.mail.example", "no domain", "café.example",
        "xn--caf-dma.example"]})
    said, lines = take.hosts("free-mail", "webmail")
    assert lines[1:3] == ["# source: npm package free-email-domains 1.2.3", "# licence: MIT"]
    assert [line for line in lines if line[0] != "#"] == [
        "mail.example", "xn--caf-dma.example", "z.example"]
    assert "3 hosts" in said and "2 of 6 passed over" in said
    done = subprocess.run([program(), "--data", str(tmp_path), "lists", "compile",
                           str(tmp_path / "out")], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0 and "3 domains" in done.stdout, done


def test_what_is_protected_or_of_many_owners_is_left_out(take, tmp_path):
    npm(tmp_path, "disposable-email-domains", {
        "index.json": ["help.example", "www.help.example", "down.example", "mail.example"],
        "wildcard.json": ["edu.example", "farm.example", "own.farm.example", "a.edu.example"]})
    said, lines = take.hosts("disposable-mail", "webmail")
    assert [line for line in lines if line[0] != "#"] == [
        "a.edu.example", "mail.example", "own.farm.example"]
    for host in ("help.example", "www.help.example", "down.example"):
        assert f"left out: {host} (protected" in said
    for host in ("edu.example", "farm.example"):
        assert f"left out: {host} (a suffix of many owners)" in said


def test_packages_of_debian_are_read(take, tmp_path):
    lay(tmp_path, UBLOCK, "ublock-origin (1.67.0-1) bookworm; urgency=medium\n")
    lay(tmp_path, f"{URLHAUS}/LICENSE.md", "CC0 1.0 Universal\n=====\n")
    lay(tmp_path, f"{URLHAUS}/urlhaus-filter-online.txt",
        "! Title: a\n192.0.2.7\nbad.example\n||raw.host.example/a/b.exe^$all\n")
    _, lines = take.hosts("urlhaus", "malware")
    assert lines[1] == "# source: Debian package webext-ublock-origin-chromium 1.67.0-1"
    assert lines[4:] == ["192.0.2.7", "bad.example"]

    lay(tmp_path, "usr/share/doc/spamassassin/changelog.Debian.gz", "spamassassin (4.0-1) a\n")
    lay(tmp_path, "usr/share/doc/spamassassin/copyright", "the Apache License, Version 2.0\n")
    lay(tmp_path, "usr/share/spamassassin/20_freemail_domains.cf",
        "# freemail_domains no.example\nfreemail_domains a.example b.*  c.example\n")
    lay(tmp_path, "usr/share/spamassassin/20_freemail_mailcom_domains.cf",
        "freemail_domains d.example\n")
    _, lines = take.hosts("freemail", "webmail")
    assert lines[4:] == ["a.example", "c.example", "d.example"]

    lay(tmp_path, "usr/share/doc/stubby/changelog.Debian.gz", "getdns (1.6.0-3) a\n")
    lay(tmp_path, "usr/share/doc/stubby/copyright", BSD)
    lay(tmp_path, "etc/stubby/stubby.yml", '  - address_data: 192.0.2.53\n'
        '    tls_auth_name: "dns.example"\n#  - address_data: 2001:db8::53\n'
        '#    tls_auth_name: "other.example "\n')
    _, lines = take.hosts("stubby", "encrypted-dns")
    assert lines[4:] == ["192.0.2.53", "2001:db8::53", "dns.example", "other.example"]


def test_another_licence_is_refused(take, tmp_path):
    npm(tmp_path, "free-email-domains", {"domains.json": ["a.example"]}, licence="UNLICENSED")
    done = take("free-mail")
    assert done.returncode == 1 and "'UNLICENSED', and not under MIT" in done.stderr, done
    lay(tmp_path, "usr/share/doc/stubby/changelog.Debian.gz", "getdns (1.6.0-3) a\n")
    lay(tmp_path, "usr/share/doc/stubby/copyright", BSD.replace("BSD-3-clause", "CC-BY-3.0"))
    lay(tmp_path, "etc/stubby/stubby.yml", '    tls_auth_name: "dns.example"\n')
    done = take("stubby")
    assert done.returncode == 1 and "stubby is not under BSD-3-Clause" in done.stderr, done
    assert not (tmp_path / "out").exists()


def test_a_bad_package_leaves_the_list_of_yesterday(take, tmp_path):
    npm(tmp_path, "free-email-domains", {"domains.json": ["a.example"]})
    take.hosts("free-mail", "webmail")
    before = (tmp_path / "out" / "webmail.domains").read_text()
    npm(tmp_path, "free-email-domains", {"domains.json": []})
    assert "has no host where they used to be" in take("free-mail").stderr
    lay(tmp_path, "node_modules/free-email-domains/domains.json", '["b.example"')
    assert take("free-mail").returncode == 1
    (tmp_path / "node_modules" / "free-email-domains" / "domains.json").unlink()
    assert "domains.json" in take("free-mail").stderr
    npm(tmp_path, "disposable-email-domains", {"index.json": ["c.example"], "wildcard.json": []})
    assert "has another source" in take("disposable-mail").stderr
    assert (tmp_path / "out" / "webmail.domains").read_text() == before
