"""What a person sees: real Chromium through real Squid, trusting the school's authority and no more."""

import os

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By

from browser import Browser
from conftest import ACTIONS, TWO_PEOPLE, front, until


@pytest.fixture
def browser(beadle):
    beadle.people["127.0.0.1"] = "t.ashdown"
    browser = Browser(beadle)
    yield browser
    browser.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_allowed_and_blocked(beadle, sites, browser, scheme):
    assert "The site ok.example" in browser.open(sites.url("ok.example", "/", scheme))
    seen = browser.open(sites.url("casino.example", f"/seen-{scheme}", scheme))
    assert "2.2 Gambling" in seen and "You do not gamble with school equipment" in seen, seen
    assert "Northgate School" in browser.driver.title + seen
    assert not any(f"/seen-{scheme}" in asked for asked in sites.asked)
    act = beadle.act(f"/seen-{scheme}")
    assert (ACTIONS[act["action"]], act["person"]) == ("block", "t.ashdown")


def test_without_the_authority_https_is_refused(beadle, sites):
    """The other way round: the tests above pass because the certificate is trusted, not ignored."""
    browser = Browser(beadle, trusting=False)
    try:
        try:
            seen = browser.open(sites.url("ok.example", "/", "https"))
        except WebDriverException as e:
            seen = e.msg
        assert "ERR_CERT_AUTHORITY_INVALID" in seen and "The site" not in seen, seen
    finally:
        browser.close()


def test_the_act_appears_in_the_portal_and_is_explained(beadle, sites, browser):
    browser.open(sites.url("bets.example", "/a-bet", "https"))
    act = beadle.act("/a-bet")
    seen = browser.open(beadle.portal + "/acts")
    assert "bets.example" in seen and "t.ashdown" in seen, seen
    link = browser.driver.find_element(By.CSS_SELECTOR, f"a[href$='/acts/{act['id']}']")
    link.click()
    seen = browser.text()
    assert "Gambling" in seen and "bets.example" in seen and "gambling" in seen, seen


TWO_RULES = """---
title: Two rules
school: Northgate School
owner: head
approver: governors
review: every 12 months
binds: staff, governors-of-a-school-with-a-long-name-indeed
---
# Two rules

## 1 Casinos {#one}

You do not bet, whatever the day and whoever asks you to.

```rules
block web to category gambling
block web upload to category file-sharing
  unless by governors-of-a-school-with-a-long-name-indeed
```
"""


@pytest.mark.parametrize("width", [1280, 390])
def test_rules_stand_apart_on_the_page(beadle, browser, tmp_path, width):
    """Each rule's own words belong to the sentence above them; nothing is wider than the screen."""
    (tmp_path / "two.md").write_text(TWO_RULES)
    beadle.beadle("policy", "publish", str(tmp_path / "two.md"), "--minute", "1", "--by", "A", "--and", "B")
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
    browser.open(beadle.portal + "/policies/two")
    code, sentence = browser.driver.execute_script("""
        const [first, second] = document.querySelectorAll(".rules p");
        const text = document.createRange();
        text.selectNodeContents(second.firstChild);
        return [first.querySelector("code").getBoundingClientRect().bottom,
                text.getBoundingClientRect().top];""")
    assert sentence - code >= 10, f"{sentence - code} px between two rules"
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_coached(beadle, sites, browser, scheme):
    seen = browser.open(sites.url("social.example", f"/trip-{scheme}", scheme))
    assert "2.3 Social networks" in seen and "What do you need it for?" in seen, seen
    browser.driver.find_element(By.NAME, "reason").send_keys("The year 8 trip's page")
    browser.driver.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
    until(lambda: "The site social.example" in browser.text(), "the site after the reason")
    assert browser.driver.current_url.endswith(f"/trip-{scheme}")
    passed = until(lambda: [a for a in beadle.acts("social.example") if a["passed"]], "no pass")
    assert passed[0]["reason"] == "The year 8 trip's page"


RULES = front("Using ICT, for tests") + """
# Using ICT

## 1 Searching {#search}

Essays are your own work.

```rules
block web search with words "essay mill"
coach web search with words "essay"
force web safe-search
```

## 2 Programs {#programs}

Programs come from the technicians.

```rules
block web download with files program
```

## 3 Sealed {#sealed}

What you do at your bank is between you and it.

```rules
splice web to host bank.example
```
"""


@pytest.fixture
def strict(school):
    file = school.folder / "staff.md"
    file.write_text(RULES)
    school.beadle("policy", "publish", str(file), "--minute", "a test", "--name", "staff",
                  *TWO_PEOPLE)
    return school.start()


def fits(browser, width):
    """Whether the page can be read at this width without scrolling sideways."""
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600})
    inner, whole = browser.driver.execute_script(
        "return [document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    picture = os.environ.get("BEADLE_PICTURES")
    if picture:
        browser.driver.save_screenshot(f"{picture}/{browser.driver.title[:12]}-{width}.png")
    return whole <= inner


def test_searches_downloads_and_sealed_sites(strict, sites):
    strict.people["127.0.0.1"] = "t.ashdown"
    browser = Browser(strict)
    try:
        seen = browser.open(sites.url("www.bing.com", "/search?q=essay+mill", "https"))
        assert "This search is blocked" in seen and "1 Searching" in seen and "Essays are your own work." in seen, seen
        assert all(fits(browser, width) for width in (390, 1280))
        seen = browser.open(sites.url("www.bing.com", "/search?q=an+essay", "https"))
        assert "What do you need it for?" in seen, seen
        assert all(fits(browser, width) for width in (390, 1280))
        browser.driver.find_element(By.NAME, "reason").send_keys("I teach how to write one")
        browser.driver.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
        until(lambda: "The site www.bing.com" in browser.text(), "the search after the reason")
        assert any(a.endswith("bing.com/search?q=an+essay&adlt=strict") for a in sites.asked)
        seen = browser.open(sites.url(
            "ok.example", "/made?type=application/octet-stream&name=setup.exe", "https"))
        assert "This download is blocked" in seen and "Programs come from the technicians." in seen, seen
        try:  # sealed: the browser meets the site's own certificate, which it does not trust
            seen = browser.open(sites.url("bank.example", "/", "https"))
        except WebDriverException as e:
            seen = e.msg
        assert "ERR_CERT_AUTHORITY_INVALID" in seen and "The site" not in seen, seen
    finally:
        browser.close()
