"""What was allowed, through real Squid and the real door, on the portal's pages within a second."""

import html
import re
import time

import pytest

from conftest import AT_ONCE, until

PERSON = "t.ashdown"


def links(page, path):
    """Where the lines of a list that show this path lead to."""
    rows = re.findall(r"<tr.*?</tr>", page, re.S)
    return [re.search(r'href="(/acts/[^"]*)"', row).group(1) for row in rows
            if html.escape(path) in row]


@pytest.mark.parametrize("path, kind, facts", [
    ("/a-lesson", "Page", "It counted that the host is not in the category gambling"),
    ("/search?q=crisp+facts", "Search", "searched for: crisp facts"),
])
def test_what_was_allowed_is_shown_at_once(shared, sites, path, kind, facts):
    shared.people["127.0.0.1"] = PERSON
    host = "www.bing.com" if kind == "Search" else "plain.example"
    assert shared.visit(sites.url(host, path)).status == 200
    asked = time.monotonic()
    found = until(lambda: links(shared.ask_portal(f"/acts?person={PERSON}").body, path),
                  "the list of acts does not show it", pause=0.01)
    assert time.monotonic() - asked < AT_ONCE
    page = shared.ask_portal(found[0]).body
    said = html.unescape(re.sub(r"<[^>]*>", " ", page))
    assert f'aria-current="page">{kind}<' in page, said
    assert "it comes to the same verdict" in said and facts in said, said
    day = shared.ask_portal(f"/visits/{PERSON}").body
    assert links(day, path) == found and "Hour by hour" in day
    assert host in shared.ask_portal(f"/visits?person={PERSON}").body


def test_visits_are_found_by_person_and_site(shared, sites):
    shared.people["127.0.0.1"] = PERSON
    assert shared.visit(sites.url("ok.example", "/found")).status == 200
    until(lambda: "ok.example" in shared.ask_portal("/visits?host=ok.exa").body, "no visit")
    assert "ok.example" not in shared.ask_portal("/visits?person=nobody-at-all").body
    assert "ok.example" not in shared.ask_portal("/visits?day=2020-01-01").body
