"""What the web door knows of a request, by rules that ask for each kind of fact."""

import pytest
from icap_client import BROWSER, reqmod
from test_icap_door import OTHER, STAFF, empty

RULES = """---
title: A policy
school: A school
owner: the head
approver: governors
review: every 12 months
binds: staff
---

## Fun {#fun}

Fun is for the evening.

```rules
block web to category leisure
```

## Help {#help}

Help is always open.

```rules
allow web to host games.example, to path /help over fun
```

## Live {#live}

No live films.

```rules
block web to path /live
  unless by head
```

## Uploads {#uploads}

Nothing is uploaded.

```rules
block web upload
```

## Putting {#putting}

Nothing is deleted.

```rules
block web with method delete
```

## Searching {#searching}

Nobody looks for essays to buy.

```rules
note web search
block web search with words "essay mill"
```

## Unknown {#unknown}

Guests say who they are.

```rules
note web by unknown
```
"""
ROLL = b"""login,name,groups
t.ashdown,Tamsin Ashdown (invented),staff
b.okoro,Bode Okoro (invented),staff head
"""
FILE = {"Content-Type": "multipart/form-data; boundary=x", **BROWSER}


@pytest.mark.parametrize("url, method, headers, who, clause, action", [
    ("http://games.example/", "GET", BROWSER, STAFF, "fun", "block"),
    ("http://games.example/help/me?x", "GET", BROWSER, STAFF, "help", "allow"),
    ("http://games.example/a/../h%65lp", "GET", BROWSER, STAFF, "help", "allow"),
    ("http://games.example/helpless", "GET", BROWSER, STAFF, "fun", "block"),
    ("http://films.example/live?x", "GET", BROWSER, STAFF, "live", "block"),
    ("http://films.example/live", "GET", BROWSER, OTHER, "", "allow"),
    ("http://films.example/", "POST", FILE, STAFF, "uploads", "block"),
    ("http://films.example/", "POST", BROWSER, STAFF, "", "allow"),
    ("http://films.example/", "DELETE", BROWSER, STAFF, "putting", "block"),
    ("https://www.google.co.uk/search?q=a+poem", "GET", BROWSER, STAFF, "searching", "note"),
    ("https://www.google.co.uk/search?q=Best+ESSAY%20mill", "GET", BROWSER, STAFF, "searching", "block"),
    ("https://shop.example/search?q=essay+mill", "GET", BROWSER, STAFF, "", "allow"),
    ("http://films.example/", "GET", BROWSER, {}, "unknown", "note"),
    ("http://films.example/", "GET", BROWSER, STAFF, "", "allow"),
])
def test_what_a_request_tells(empty, tmp_path, url, method, headers, who, clause, action):
    """Path, method, upload, search, role and `allow`, each by the rule that asks for it."""
    folder = tmp_path / "categories"
    folder.mkdir()
    (folder / "leisure.txt").write_text("games.example\n")
    empty.publish({"staff.md": RULES.encode(), "roll.csv": ROLL})
    empty.lists(folder)
    empty.start()
    with empty.client() as c:
        a = c.ask(reqmod(url, method, headers, None, who))
    assert (a.status == 204) == (action in ("allow", "note")), a
    [act] = empty.acts()
    assert (act["clause"], act["action"]) == (clause, action)
