"""The lists: what the commands make of sources, and what a door then does with them."""

import http.server
import os
import subprocess
import threading
import time

import pytest

from conftest import ROOT, program, until
from icap_client import BROWSER, Icap, reqmod

LISTS = {
    "games.txt": "# title: Games of the school\ngames.example\nplain.example/play\nno domain\n"
                 "sport.example\n192.0.2.0/24\nxn--caf-dma.example\n",
    "social_networks/domains": "friends.example\nhelp.example\n",
    "social_networks/expressions": "(friend|pal)s\n",
    "protected.domains": "# harmless: help-lines\nhelp.example\n",
}


@pytest.fixture
def lists(school):
    folder = school.folder / "lists"
    for name, text in LISTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_folder_is_compiled_shown_and_asked(school, lists):
    done = school.beadle("lists", "compile", str(lists))
    assert "games.txt:4: " in done.stderr and "1 bad line of 6, left out" in done.stderr, done
    assert "expressions: patterns, not taken" in done.stderr, done
    assert "protected: help.example stays out of social-networks" in done.stdout, done
    assert "4 domains in 2 categories, 1 pages, 1 networks" in done.stdout, done
    shown = school.beadle("lists", "show").stdout
    assert "Games of the school" in shown and "social-networks" in shown, shown
    for what, said in [
            ("https://WWW.Games.example:8443/x", "games\n  the domain games.example: games"),
            ("plain.example//PLAY/1?x", "all that begins with plain.example/play: games"),
            ("plain.example", "in no category"),
            ("http://3221226017/", "the network 192.0.2.0/24: games"),
            ("http://CAFÉ.example/", "the domain xn--caf-dma.example: games"),
            ("help.example", "in no category")]:
        assert said in school.beadle("lists", "find", what).stdout, what


def test_what_is_wrong_is_named_and_nothing_changes(school, lists):
    school.beadle("lists", "compile", str(lists))
    before = (school.data / "lists" / "lists.map").read_bytes()
    for name, text, said in [
            ("page.txt", "<!doctype html><title>404</title>", "a page of HTML"),
            ("words.txt", "these are\nno hosts at\nall, not one\n", "3 of 3 lines are bad"),
            ("illegal.txt", "x.example\n", "install-illegal"),
            ("protected.overrides", "help.example, games, A, A, 2027-01-01, x\n",
             "protected.overrides:1: the second person is the first")]:
        (lists / name).write_text(text)
        done = school.beadle("lists", "compile", str(lists), check=False)
        assert done.returncode == 1 and said in done.stderr, (name, done)
        (lists / name).unlink()
        assert (school.data / "lists" / "lists.map").read_bytes() == before
    for words, said in [
            (["compile", "x", "--format", "xml"], "'xml' is no form"),
            (["compile"], "something is missing"),
            (["install-illegal", "x"], "--signature"),
            (["shwo"], "it has no 'shwo'"),
            (["shwo"], "beadle lists show")]:
        done = school.beadle("lists", *words, check=False)
        assert done.returncode == 2 and said in done.stderr, (words, done)


def test_what_no_list_has_any_more_is_said(school, lists):
    """Rules on it stop nothing, and the policies in force may well have some."""
    done = school.beadle("lists", "compile", str(ROOT / "policy" / "demo" / "lists"))
    assert "no list is left" not in done.stderr, done
    done = school.beadle("lists", "compile", str(lists / "social_networks"))
    assert ("no list is left for: bypass, file-sharing, gambling, leisure, streaming\n"
            "beadle: rules on these stop nothing from now on") in done.stderr, done
    done = school.beadle("lists", "compile", str(lists / "social_networks"))
    assert "no list is left" not in done.stderr, done


def test_lists_are_as_old_as_they_are(school, lists):
    school.beadle("lists", "compile", str(lists))
    assert "made 0 minutes ago" in school.beadle("lists", "status").stdout
    then = time.time() - 3 * 3600
    os.utime(lists / "games.txt", (then, then))
    school.beadle("lists", "compile", str(lists))
    [row] = [r for r in school.beadle("lists", "show").stdout.splitlines() if r.startswith("games ")]
    assert " 3 hours " in row, row


def signed(folder, text):
    """The files of a signed list; the key is made once."""
    key, file, signature = folder / "key.pem", folder / "list", folder / "list.sig"
    run = lambda *a: subprocess.run(["openssl", *a], check=True, capture_output=True).stdout
    if not key.exists():
        run("genpkey", "-algorithm", "ed25519", "-out", str(key))
        public = run("pkey", "-in", str(key), "-pubout", "-outform", "DER")[-32:]
        (folder / "key").write_text(public.hex() + "\n")
    file.write_text(text)
    run("pkeyutl", "-sign", "-rawin", "-inkey", str(key), "-in", str(file), "-out", str(signature))
    return [str(file), "--signature", str(signature)]


def test_the_illegal_list(school):
    install = lambda *words: school.beadle("lists", "install-illegal", *words, check=False)
    assert "illegal content: NOT INSTALLED" in school.beadle("lists", "status").stdout
    secret = "very-secret-host.example"
    words = signed(school.folder, f"# issued: 2026-11-20\n{secret}\nother.example/x\n")
    assert install(*words).returncode == 1, "whose key?"
    done = install(*words, "--key", str(school.folder / "key"))
    assert done.returncode == 0 and "2 entries" in done.stdout, done
    found = school.beadle("lists", "find", f"http://www.{secret}/a").stdout
    assert f"www.{secret} is in illegal\n  illegal: by an entry of the signed list\n" == found
    for said in (school.beadle("lists", "show"), school.beadle("lists", "status"), done):
        assert secret not in said.stdout + said.stderr
    for file in (school.data / "lists").iterdir():
        assert secret.encode() not in file.read_bytes(), file
    done = install(*signed(school.folder, "# issued: 2026-11-19\nx.example\n"))
    assert done.returncode == 1 and "older than the one that is there" in done.stderr, done
    words = signed(school.folder, "# issued: 2026-11-21\nx.example\n")
    (school.folder / "list").write_text("# issued: 2026-11-21\ny.example\n")
    done = install(*words)
    assert done.returncode == 1 and "signature" in done.stderr, done
    # Other lists come and go; this one stays, and does not go missing quietly.
    school.beadle("lists", "compile", str(ROOT / "policy/demo/lists"))
    assert "is in illegal" in school.beadle("lists", "find", secret).stdout
    (school.data / "lists" / "illegal.map").unlink()
    done = school.beadle("lists", "status", check=False)
    assert done.returncode == 1 and "ILLEGAL LIST MISSING" in done.stdout, done


def test_a_running_door_takes_pages_and_the_illegal_list(beadle):
    """Without a restart; the demonstration's gambling rule judges the page."""
    folder = beadle.folder / "lists"
    folder.mkdir()
    (folder / "gambling.txt").write_text("plain.example/bets\n")
    opens = lambda path: "The site plain.example" in beadle.get(
        beadle.sites.url("plain.example", path)).body
    assert opens("/bets/1")
    beadle.beadle("lists", "compile", str(folder))
    until(lambda: not opens("/bets/1"), "the page is blocked")
    assert opens("/") and not opens("/a/..//%62ETS?x")
    # A host in Unicode, which no browser sends, is read inside the door's sandbox.
    (folder / "gambling.txt").write_text("xn--caf-dma.example\n")
    beadle.beadle("lists", "compile", str(folder))
    client = Icap(int(beadle.web.rsplit(":", 1)[1]))
    ask = lambda host: client.ask(reqmod(f"http://{host}/", headers=BROWSER)).status
    until(lambda: ask("xn--caf-dma.example") == 200, "this connection's door took it")
    assert [ask(h) for h in ("CAFÉ.example", "caf%C3%A9.example", "thé.example")] == [200, 200, 204]
    words = signed(beadle.folder, "# issued: 2026-11-20\nx.example\n")
    assert "illegal content: NOT INSTALLED" in beadle.beadle("status").stdout
    beadle.beadle("lists", "install-illegal", *words, "--key", str(beadle.folder / "key"))
    assert "illegal content: 1 entries" in beadle.beadle("status").stdout
    until(lambda: beadle.log.read_text().count("in-force") >= 3, "the door took it")


class Server:
    """Answers as a test says: bytes, type, and whether it promises more than it sends."""

    def __init__(self):
        self.body, self.type, self.short, self.status = b"", "text/plain", 0, 200
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                tag = f'"{hash(outer.body) & 0xffffffff:x}"'
                outer.asked.append(self.headers.get("If-None-Match"))
                if outer.status == 200 and outer.asked[-1] == tag:
                    self.send_response(304)
                    self.end_headers()
                    return
                self.send_response(outer.status)
                self.send_header("ETag", tag)
                self.send_header("Content-Type", outer.type)
                self.send_header("Content-Length", str(len(outer.body) + outer.short))
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/list.txt"


@pytest.fixture
def server():
    server = Server()
    yield server
    server.server.shutdown()
    server.server.server_close()


def test_update_never_replaces_a_good_list_by_a_bad_one(school, server):
    conf, file = school.folder / "lists.conf", school.folder / "list.txt"
    conf.write_text(f"source list.txt as gambling from {server.url}\n")
    update = lambda: school.beadle("lists", "update", str(conf), check=False)
    names = [f"h{i}.example" for i in range(400)]
    good = ("\n".join(names) + "\n").encode()

    server.body, server.status = b"gone", 404
    done = update()
    assert done.returncode == 1 and "404" in done.stderr and not file.exists(), done
    assert "never fetched" in done.stderr and "stays as it was" not in done.stderr, done
    server.body, server.status = good, 200
    done = update()
    assert done.returncode == 0 and "list.txt: 400 entries" in done.stdout, done
    assert "400 domains in 1 categories" in done.stdout and file.read_bytes() == good
    done = update()
    assert done.returncode == 0 and "list.txt: unchanged" in done.stdout, done
    assert server.asked[-1] is not None

    def refused(said, **answer):
        before = {"type": "text/plain", "short": 0, "status": 200, "body": good + b"new.example\n"}
        for name, value in {**before, **answer}.items():
            setattr(server, name, value)
        done = update()
        assert done.returncode == 1 and said in done.stderr, (answer, done)
        assert "list.txt stays as it was" in done.stderr, done
        assert file.read_bytes() == good and "400 domains" in done.stdout, done

    refused("cut short", short=1000)
    refused("page of HTML", body=b"<!DOCTYPE html>\n" + good)
    refused("a page, not a list", type="text/html; charset=utf-8")
    refused("under 50 % of it", body=("\n".join(names[:40]) + "\n").encode())
    refused("no entries", body=b"# closed\n")
    refused("not a list", body=b"Service is down.\n" * 5)
    refused("503", status=503)
    server.body, server.status = good + b"new.example\n", 200
    assert "401 domains" in update().stdout
    assert "gambling" in school.beadle("lists", "find", "new.example").stdout


def test_help_knows_the_verbs():
    told = subprocess.run([program(), "help", "lists"], capture_output=True, text=True,
                          check=True).stdout
    for verb in ("compile", "show", "find", "status", "install-illegal", "update"):
        assert f"use: beadle lists {verb}" in told
