"""The web door behind real Squid: what people get, what sites see, and what is recorded of it."""

import html
import json
import re
import socket
import threading
import time

import pytest

from conftest import ACTIONS, AT_ONCE, ROOT, TWO_PEOPLE, until

BOTH = pytest.mark.parametrize("scheme", ["http", "https"])


def text(page):
    """A page as a person reads it, in one line."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)))


@BOTH
def test_allowed_reaches_the_site(shared, sites, scheme):
    url = sites.url("ok.example", f"/allowed-{scheme}", scheme)
    reply = shared.visit(url)
    assert reply.status == 200 and "The site ok.example" in reply.body, reply
    act = shared.act(f"/allowed-{scheme}")
    assert (act["host"], act["scheme"], ACTIONS[act["action"]], act["clause"]) == \
        ("ok.example", scheme, "allow", "")


@BOTH
@pytest.mark.parametrize("host", ["casino.example", "www.casino.example"])
def test_blocked_names_the_clause(shared, sites, scheme, host):
    shared.people["127.0.0.1"] = "t.ashdown"
    path = f"/blocked-{scheme}-{host}"
    reply = shared.visit(sites.url(host, path, scheme))
    assert reply.status == 403, reply
    assert "2.2 Gambling" in text(reply.body)
    assert "You do not gamble with school equipment or on the school's network." in text(reply.body)
    assert not any(path in asked for asked in sites.asked), "the site was asked all the same"
    act = shared.act(path)
    assert (ACTIONS[act["action"]], act["policy"], act["clause"], act["person"], act["known"]) == \
        ("block", "staff", "web.gambling", "t.ashdown", 1)
    assert act["tell"] == "technicians"


def test_the_reference_on_the_page_finds_the_act(shared, sites):
    """What a person reads out on the telephone, a technician finds."""
    reply = shared.visit(sites.url("casino.example", "/rung-about"))
    reference = re.search(r"Reference (\d{6}-\d{6}-\d{3})", text(reply.body)).group(1)
    act = shared.act("/rung-about")
    page = shared.ask_portal(f"/acts?reference={reference}")
    assert page.status == 200 and f'href="/acts/{act["id"]}"' in page.body, page
    assert reference in shared.ask_portal(f"/acts/{act['id']}").body


def test_each_person_has_their_own_policy(shared, sites):
    shared.people["127.0.0.2"] = "t.ashdown"
    shared.people["127.0.0.3"] = "p.marlow"
    url = sites.url("social.example", "/")
    staff, pupil = (shared.visit(url, source=a) for a in ("127.0.0.2", "127.0.0.3"))
    assert "2.3 Social networks" in text(staff.body) and "What do you need it for?" in text(staff.body)
    assert "1.4 Social networks" in text(pupil.body) and "Go on" not in text(pupil.body)
    assert "You do not use social networks at school." in text(pupil.body)


def test_unknown_people_get_the_strictest(shared, sites):
    reply = shared.visit(sites.url("social.example", "/unknown"))
    assert "You do not use social networks at school." in text(reply.body), reply
    act = shared.act("/unknown")
    assert (ACTIONS[act["action"]], act["policy"], act["known"]) == ("block", "pupils", 0)
    assert set(act["clauses"].split()) == {"staff#web.social", "pupils#web.social"}


def test_noted_goes_on(shared, sites):
    shared.people["127.0.0.1"] = "b.okoro"
    assert shared.visit(sites.url("sharing.example", "/noted")).status == 200
    assert shared.visit(sites.url("archive.example", "/excepted")).status == 200
    act = shared.act("/noted")
    assert (ACTIONS[act["action"]], act["clause"]) == ("note", "web.copyright")
    assert ACTIONS[shared.act("/excepted")["action"]] == "allow"


@BOTH
def test_coached_goes_on_with_a_reason(shared, sites, scheme):
    person = {"http": "t.ashdown", "https": "b.okoro"}[scheme]  # a pass holds for both schemes
    shared.people["127.0.0.1"] = person
    url = sites.url("friends.example", f"/coached-{scheme}", scheme)
    page = shared.visit(url)
    assert page.status == 403, page
    token = re.search(r'name="token" value="([^"]+)"', page.body).group(1)
    form = sites.url("friends.example", "/.beadle/continue", scheme)
    again = shared.visit(form, "--data-urlencode", f"token={html.unescape(token)}",
                         "--data-urlencode", "reason= ")
    assert again.status != 303 and "Go on" in text(again.body), "an empty reason was taken"
    done = shared.visit(form, "-L", "--data-urlencode", f"token={html.unescape(token)}",
                        "--data-urlencode", "reason=The school's own account, year 8 trip")
    assert done.status == 200 and "The site friends.example" in done.body, done
    assert shared.visit(url).status == 200, "the pass does not hold"
    other = shared.visit(sites.url("social.example", "/other", scheme))
    assert "What do you need it for?" in text(other.body), "the pass holds for another site"
    acts = until(lambda: [a for a in shared.acts("friends.example")
                          if a["reason"] == "The school's own account, year 8 trip"],
                 "the reason is not recorded")
    assert all(a["passed"] == 1 and a["person"] in ("t.ashdown", "b.okoro") for a in acts)


def test_a_token_is_for_one_person(shared, sites):
    shared.people["127.0.0.2"] = "t.ashdown"
    shared.people["127.0.0.3"] = "b.okoro"
    url = sites.url("social.example", "/")
    page = shared.visit(url, source="127.0.0.2")
    token = html.unescape(re.search(r'name="token" value="([^"]+)"', page.body).group(1))
    shared.visit(sites.url("social.example", "/.beadle/continue"), "--data-urlencode",
                 f"token={token}", "--data-urlencode", "reason=I found this token", source="127.0.0.3")
    assert "What do you need it for?" in text(shared.visit(url, source="127.0.0.3").body)


def test_what_sites_learn(shared, sites):
    reply = shared.get(sites.url("ok.example", "/seen"), "-H", "Accept-Encoding: gzip, zstd, br")
    seen = {k.lower(): v for k, v in json.loads(html.unescape(
        re.search(r"<pre>(.*?)</pre>", reply.body, re.S).group(1))).items()}
    assert "via" not in seen and "x-forwarded-for" not in seen, seen
    assert "zstd" not in seen["accept-encoding"] and "gzip" in seen["accept-encoding"], seen


def test_squid_trusts_no_unknown_authority(beadle, sites):
    """Beadle's authority signs what the browser sees, so Squid must look at the site's for it."""
    local = beadle.data / "squid" / "local.conf"
    beadle.stop()
    local.write_text("".join(line for line in local.read_text().splitlines(True)
                             if not line.startswith("tls_outgoing")))
    beadle.start()
    reply = beadle.get(sites.url("ok.example", "/untrusted", "https"))
    assert reply.status >= 500 and "The site" not in reply.body, reply


@pytest.mark.parametrize("which", [0, 1, 2], ids=["portal", "web", "proxy"])
def test_own_ports_are_refused_to_proxy_users(shared, which):
    for host in ("127.0.0.1", "localhost", "127.0.0.2", "[::1]", "0.0.0.0"):
        reply = shared.get(f"http://{host}:{shared.ports[which]}/")
        assert reply.status == 403 and "ERR_ACCESS_DENIED" in reply.body, (host, reply)


def test_other_machines_need_a_line_of_the_school(shared, sites):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))  # sends nothing: asks which address would be used
        except OSError:
            pytest.skip("this machine has no address but loopback")
        own = s.getsockname()[0]
    url = sites.url("ok.example", "/from-outside")
    reply = shared.get(url, source=own)
    assert reply.status == 403 and "ERR_ACCESS_DENIED" in reply.body, reply
    assert shared.get(url, source="127.0.0.9").status == 200


def test_the_portal_shows_and_explains(shared, sites):
    shared.people["127.0.0.1"] = "p.marlow"
    shared.visit(sites.url("bets.example", "/shown?a=<b>"))
    act = until(lambda: shared.acts("bets.example"), "no act")[0]
    until(lambda: "bets.example" in shared.ask_portal("/acts").body, "the portal does not list it")
    page = shared.ask_portal(f"/acts/{act['id']}")
    assert page.status == 200, page
    said = text(page.body)
    assert "Gambling" in said and "bets.example" in said and "p.marlow" in said
    assert "web.gambling" in page.body


class Loop:
    """Requests without a pause, by several clients, until the end; notes what each one got."""

    def __init__(self, school, url, clients=3):
        self.got, self.ended = [], False
        self.school, self.url = school, url
        self.threads = [threading.Thread(target=self.turn) for _ in range(clients)]
        for t in self.threads:
            t.start()

    def turn(self):
        while not self.ended:
            reply = self.school.visit(self.url)
            self.got.append((time.monotonic(), reply))

    def end(self):
        self.ended = True
        for t in self.threads:
            t.join()
        return self.got


def test_publishing_changes_verdicts_at_once_and_fails_nobody(beadle, sites):
    beadle.people["127.0.0.1"] = "t.ashdown"
    policy = (ROOT / "policy" / "staff.md").read_text()
    stricter = policy.replace("note web to category file-sharing\n  unless to host archive.example",
                              "block web to category file-sharing")
    assert stricter != policy
    loop = Loop(beadle, sites.url("sharing.example", "/loop"))
    try:
        for number, (words, verdict) in enumerate([(stricter, 403), (policy, 200)] * 2):
            file = beadle.folder / "staff.md"
            file.write_text(words)
            before = len(loop.got)
            beadle.beadle("policy", "publish", str(file), "--minute", f"item {number}",
                          "--name", "staff", *TWO_PEOPLE)
            published = time.monotonic()
            until(lambda: any(r.status == verdict for _, r in loop.got[before:]), "no change")
            took = next(t for t, r in loop.got[before:] if r.status == verdict) - published
            assert took < AT_ONCE, f"took {took:.2f} s"
            time.sleep(0.3)
            assert loop.got[-1][1].status == verdict
    finally:
        got = loop.end()
    assert len(got) > 50
    odd = [r for _, r in got if r.status not in (200, 403) or r.error]
    assert not odd, f"{len(odd)} of {len(got)} requests failed: {odd[:3]}"


def test_every_address_of_this_machine_is_named(shared):
    """Other machines are refused what listens here, by whichever address they ask for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))  # sends nothing: it only finds the address of the way out
            own = s.getsockname()[0]
        except OSError:
            own = "127.0.0.0/8"  # a machine without a network has no other
    conf = (shared.data / "squid" / "squid.conf").read_text()
    [named] = re.findall(r"^acl this_host dst (.*)$", conf, re.M)
    assert own in named.split()
    assert conf.index("http_access deny this_host !this_machine") < conf.index("include ")
