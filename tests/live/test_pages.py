"""
Every page of the portal that a link leads to, whoever added it: no fault that axe finds, right at the
widths of a phone and of a screen, nothing asked of anybody else, and small. Pages are found by
following links from the overview, so a page that a link leads to is tested without a word here.

    BEADLE_PICTURES=FOLDER    keep a picture of each page at each width
"""

import gzip
import os
import re
import sqlite3
import urllib.error
import urllib.request
from urllib.parse import urljoin, urlsplit

import pytest

from browser import Browser
from conftest import ROOT, TWO_PEOPLE, end_school, front, make_school, program, until
from icap_client import BROWSER, Icap, reqmod

WIDTHS = [320, 390, 1280]
MOST_BYTES = 50_000  # as gzip sends them
EACH_SHAPE = 2       # pages that differ by a number or a name only
MANY = 100_000
AXE = os.path.join(os.path.dirname(program()), "assets", "node_modules", "axe-core", "axe.min.js")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

LONG = "Wolfeschlegelsteinhausenbergerdorff-" * 3 + "Featherstonehaugh"
ROLL = f"""login,name,groups
t.ashdown,Tamsin Ashdown (invented),staff
{"a" * 60}.longlogin,{LONG},staff
r.tl,שם משפחה ארוך מאוד של תלמיד מומצא,staff
e.moji,👩‍🏫🏳️‍🌈 Em Oji,staff
p.marlow,Pip Marlow (invented),pupils
"""
TITLED = front("מדיניות שימוש 🙂 " + "long-title-without-a-space-" * 5, binds="volunteers") + """
# Titles

## 1 כותרת מימין לשמאל 🙂🙂🙂 {#rtl}

Ein sehr langes Wort: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft.

```rules
block web to host very-long-name.example
  tell technicians
```
"""
VISITED = ["http://casino.example/" + "a" * 300, "https://social.example/?q=" + "x+" * 60,
           "https://ok.example/", "https://" + "sub." * 30 + "ok.example/",
           "https://www.bing.com/search?q=%F0%9F%99%82+%D7%A9%D7%9C%D7%95%D7%9D"]


def act(school, door, url, person, client="10.1.2.3"):
    fields = {"X-Client-IP": client}
    if person:
        fields["X-Client-Username"] = person
    assert door.ask(reqmod(url, headers=BROWSER, icap=fields)).status in (200, 204)


def people():
    return [line.split(",")[0] for line in ROLL.splitlines()[1:]] + [""]


def fill(school):
    """A school with names that are hard to show, and something of each kind in its records."""
    (school.folder / "roll.csv").write_text(ROLL)
    (school.folder / "titled.md").write_text(TITLED)
    school.beadle("people", "import", str(school.folder / "roll.csv"))
    for minute in ("1", "2"):
        (school.folder / "titled.md").write_text(TITLED + f"\n## {minute} More {{#m{minute}}}\n\nText.\n")
        school.beadle("policy", "publish", str(school.folder / "titled.md"), "--minute", minute,
                      *TWO_PEOPLE)
    newer = (ROOT / "policy" / "staff.md").read_text() + "\n## 9 Newer {#newer}\n\nA clause that waits.\n"
    (school.folder / "staff.md").write_text(newer)
    school.beadle("policy", "publish", str(school.folder / "staff.md"), "--minute", "waits", "--by", "A. Head")
    school.start()
    with Icap(int(school.web.rpartition(":")[2])) as door:
        for person in people():
            for url in VISITED:
                act(school, door, url, person)
    want = len(people()) * len(VISITED)
    until(lambda: school.rows("SELECT coalesce(sum(acts), 0) n FROM figure WHERE kind = 0")[0]["n"] >= want,
          "what was done is not in the store")
    draft = newer + """
## 10 Otherwise {#otherwise}

A clause of a draft.

```rules
coach web to host ok.example
block web download to host social.example
```
"""
    (school.folder / "staff.md").write_text(draft)
    school.beadle("policy", "draft", str(school.folder / "staff.md"))
    school.beadle("policy", "replay", "--draft", "staff")
    (school.folder / "titled.md").write_text(TITLED)
    school.beadle("policy", "draft", str(school.folder / "titled.md"))
    for name in ("trust.md", "table.html"):
        school.beadle("policy", "import", str(ROOT / "tests" / "import" / "others" / name),
                      "--from", str(ROOT / "policy"), "--draft", name.partition(".")[0])


def multiply(school):
    """The acts and violations again and again, over a term, with their figures."""
    with sqlite3.connect(school.data / "store.db", timeout=20) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(act)") if row[1] not in ("id", "at_ms", "violation")]
        n, top = db.execute("SELECT count(*), max(id) FROM act").fetchone()
        names = ", ".join(columns)
        db.execute(f"""INSERT INTO act (id, at_ms, {names})
            WITH RECURSIVE again(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM again WHERE k < {MANY // n + 1})
            SELECT id + k * {top}, at_ms - k * 1800000, {names} FROM again, act""")
        columns = [row[1] for row in db.execute("PRAGMA table_info(violation)")
                   if row[1] not in ("id", "first_ms", "last_ms")]
        names = ", ".join(columns)
        top = db.execute("SELECT max(id) FROM violation").fetchone()[0]
        db.execute(f"""INSERT INTO violation (id, first_ms, last_ms, {names})
            WITH RECURSIVE again(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM again WHERE k < 2000)
            SELECT id + k * {top}, first_ms - k * 1800000, last_ms - k * 1800000, {names} FROM again, violation""")
        db.execute("""INSERT INTO figure (school, kind, day, policy, name, action, acts, violations)
            WITH RECURSIVE again(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM again WHERE k < 90)
            SELECT school, kind, day - k, policy, name, action, acts * (1 + k * 7919 % 31), violations * (k % 7)
            FROM again, figure""")


@pytest.fixture(scope="module", params=["with nothing in it", "with much in it"])
def served(request, sites):
    school = make_school(sites)
    try:
        if request.param == "with nothing in it":
            school.start()
        else:
            fill(school)
            multiply(school)
        yield school, request.param
    finally:
        end_school(school)


@pytest.fixture(scope="module")
def browser(served):
    browser = Browser(served[0])
    yield browser
    browser.close()


def fetch(school, path):
    """The page as a browser without a script asks for it: its status, and its bytes."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(school.portal + path, timeout=20) as reply:
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers, e.read()


def shape(path):
    """What pages that differ by a number, a day or a name only have in common."""
    parts = urlsplit(path)
    names = sorted(p.partition("=")[0] for p in parts.query.split("&") if p.partition("=")[2])
    place = re.sub(r"^(/\w+/)[^/]+", r"\1*", re.sub(r"\d[\d-]*", "*", parts.path))
    return place, tuple(names)


def crawl(school):
    """Paths with their pages, all that links lead to, a few of each shape."""
    found, seen, waiting = {}, {}, ["/"]
    while waiting:
        path = waiting.pop(0)
        if path in found or seen.get(shape(path), 0) >= EACH_SHAPE:
            continue
        seen[shape(path)] = seen.get(shape(path), 0) + 1
        status, headers, body = fetch(school, path)
        assert status == 200, f"{path}: {status}"
        if not headers["Content-Type"].startswith("text/html"):
            continue
        found[path] = body
        text = body.decode()
        for link in re.findall(r'<a\b[^>]*\bhref="([^"]*)"', text):
            link = urlsplit(urljoin(school.portal + path, link.replace("&amp;", "&")))
            assert f"{link.scheme}://{link.netloc}" == school.portal, f"{path} leads to {link}"
            waiting.append(link.path + ("?" + link.query if link.query else ""))
    return found


FAULTS = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: arguments[0]}).then(
    found => done(found.violations.map(v => v.id + ": " + v.help + " " +
        v.nodes.map(n => n.target.join(" ") + " " + n.html.slice(0, 200)).slice(0, 3).join(" | "))),
    failed => done([String(failed)]));
"""


def faults(browser):
    browser.driver.execute_script(open(AXE, encoding="utf-8").read())
    return browser.driver.execute_async_script(FAULTS, TAGS)


def set_width(browser, width):
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})


def picture(browser, path, what, width):
    folder = os.environ.get("BEADLE_PICTURES")
    if not folder:
        return
    height = browser.driver.execute_script("return document.documentElement.scrollHeight")
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": min(height, 6000), "deviceScaleFactor": 1, "mobile": False})
    name = re.sub(r"[^\w=-]+", "_", path).strip("_")[:80] or "overview"
    browser.driver.save_screenshot(os.path.join(folder, f"{what.split()[1]}-{name}-{width}.png"))


def wrong_with(browser, school, path, what):
    """All that is wrong with one page, at every width."""
    wrong = []
    for width in WIDTHS:
        set_width(browser, width)
        if width == WIDTHS[0]:  # the same page takes each width
            browser.open(school.portal + path)
        inner, whole = browser.driver.execute_script(
            "return [document.documentElement.clientWidth, document.documentElement.scrollWidth]")
        if not width - 20 <= inner <= width or whole > inner:
            wrong.append(f"{path} is {whole} px wide at {width}")
        asked = browser.driver.execute_script(
            "return performance.getEntriesByType('resource').map(e => e.name)")
        wrong += [f"{path} asks for {a}" for a in asked if not a.startswith(school.portal + "/")]
        if width != WIDTHS[0]:
            wrong += [f"{path} at {width}: {fault}" for fault in faults(browser)]
        picture(browser, path, what, width)
    return wrong


def test_axe_would_find_a_fault(browser):
    """So that the next test passes because there are none."""
    browser.open("about:blank")
    browser.driver.execute_script("document.body.innerHTML = '<img src=x><a href=y></a>'")
    found = " ".join(faults(browser))
    assert "image-alt" in found and "link-name" in found, found


def test_all_pages_are_right_for_everyone(served, browser):
    school, what = served
    pages = crawl(school)
    shapes = {shape(p)[0] for p in pages}
    assert {"/", "/acts", "/visits", "/violations", "/policies", "/figures"} <= shapes, shapes
    wrong = [f"{path} is {len(gzip.compress(body))} bytes" for path, body in pages.items()
             if len(gzip.compress(body)) > MOST_BYTES]
    for path in pages:
        wrong += wrong_with(browser, school, path, what)
    assert not wrong, "\n".join(wrong)
    print(f"{len(pages)} pages of {len(shapes)} shapes, {what}")
