"""The figures of ./bench as one SVG: bars with their figures, growth on logarithmic axes."""

import math
import statistics
from xml.sax.saxutils import escape

WIDE, LEFT, RIGHT = 480, 16, 16
COLOURS = {"Beadle": "a", "e2guardian": "b", "c-icap": "c", "squidGuard": "d", "answers": "e"}
STYLE = """
svg { --ink: #16202a; --soft: #5b6672; --line: #d5dbe1; --back: #ffffff;
  --a: #0b63a5; --b: #b4500f; --c: #3d7a35; --d: #7a4b9e; --e: #8a939c }
@media (prefers-color-scheme: dark) { svg { --ink: #e8edf2; --soft: #a3adb8; --line: #38424d; --back: #10161c;
  --a: #6cb6f2; --b: #f0a05f; --c: #8fce85; --d: #c59be6; --e: #8a939c } }
text { font: 15px system-ui, sans-serif; fill: var(--ink) }
.h { font-weight: 600; font-size: 17px } .s { fill: var(--soft); font-size: 14px }
.back { fill: var(--back) } .line { stroke: var(--line); fill: none }
""" + "".join(f".{k} {{ fill: var(--{k}) }} .l{k} {{ stroke: var(--{k}); fill: none; stroke-width: 2.5 }}\n"
              for k in "abcde")


def colour(name):
    return next(c for start, c in COLOURS.items() if name.startswith(start))


def figure(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 20 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


class Drawing:
    """Grows downwards; y is where the next thing goes."""

    def __init__(self):
        self.parts, self.y = [], 20

    def text(self, x, y, text, kind="", anchor="start"):
        kind = f' class="{kind}"' if kind else ""
        self.parts.append(f'<text x="{x:.0f}" y="{y:.0f}"{kind} text-anchor="{anchor}">{escape(text)}</text>')

    def heading(self, text, below):
        self.y += 18
        self.text(LEFT, self.y, text, "h")
        for line in below:
            self.y += 19
            self.text(LEFT, self.y, line, "s")
        self.y += 12

    def bars(self, rows):
        """(name, value) from the largest down, the length as the value is."""
        top = max(value for _, value in rows)
        for name, value in sorted(rows, key=lambda r: -r[1]):
            wide = max(2, (WIDE - LEFT - RIGHT) * value / top)
            self.text(LEFT, self.y + 14, name)
            self.text(WIDE - RIGHT, self.y + 14, figure(value), anchor="end")
            self.parts.append(f'<rect class="{colour(name)}" x="{LEFT}" y="{self.y + 20}" '
                              f'width="{wide:.1f}" height="9" rx="2"/>')
            self.y += 40

    def growth(self, lines):
        """name -> [(x, value)]: both axes by powers of ten."""
        xs = [x for points in lines.values() for x, _ in points]
        ys = [y for points in lines.values() for _, y in points]
        low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
        from_, to = math.log10(min(xs)), math.log10(max(xs))
        left, right, top, tall = 70, WIDE - RIGHT - 20, self.y + 8, 190
        high += high == low
        across = lambda x: left + (right - left) * (math.log10(x) - from_) / max(1e-9, to - from_)
        down = lambda y: top + tall * (1 - (math.log10(y) - low) / (high - low))
        for power in range(low, high + 1):
            y = down(10.0 ** power)
            self.parts.append(f'<path class="line" d="M{left} {y:.1f}H{right}"/>')
            self.text(left - 8, y + 5, short(10 ** power) if power >= 0 else figure(10.0 ** power), "s", "end")
        for x in sorted(set(xs)):
            self.text(across(x), top + tall + 20, short(x), "s", "middle")
        self.y = top + tall + 34
        for name, points in lines.items():
            points.sort()
            path = "L".join(f"{across(x):.1f} {down(y):.1f}" for x, y in points)
            kind = colour(name)
            self.parts.append(f'<path class="l{kind}" d="M{path}"/>')
            self.parts += [f'<circle class="{kind}" cx="{across(x):.1f}" cy="{down(y):.1f}" r="4"/>'
                           for x, y in points]
            self.parts.append(f'<rect class="{kind}" x="{LEFT}" y="{self.y}" width="14" height="14" rx="2"/>')
            self.text(LEFT + 22, self.y + 13, f"{name}: {figure(points[0][1])} to {figure(points[-1][1])}")
            self.y += 24


def short(n):
    return f"{n // 1000000} M" if n >= 1000000 else f"{n // 1000} k" if n >= 1000 else str(n)


def medians(got, load, key):
    rows = []
    for name, rounds in got["servers"].items():
        values = [r["by"][load][key] for r in rounds if load in r["by"]]
        if values and statistics.median(values) > 0:
            rows.append((name, statistics.median(values)))
    return rows


def lines_of(grown, load, key):
    lines = {}
    for n, got in grown.items():
        for name, value in medians(got, load, key):
            lines.setdefault(name, []).append((int(n), value))
    return lines


def describe(got):
    """The same in words, for who does not see it."""
    words = []
    if "requests" in got:
        rows = medians(got["requests"], "64", "per_second")
        words.append("Requests a second at 64 connections: " +
                     ", ".join(f"{name} {figure(v)}" for name, v in rows) + ".")
    if "bodies" in got:
        rows = medians(got["bodies"], "plain", "plain_mb_per_second")
        words.append("Megabytes of pages a second: " +
                     ", ".join(f"{name} {figure(v)}" for name, v in rows) + ".")
    return " ".join(words)


def draw(got):
    d, m = Drawing(), got["machine"]
    if "requests" in got:
        d.heading("Requests a second", [f"{got['requests']['domains']:,} domains, 64 at once, one core; Beadle with",
                                        "both model policies, everything recorded; squidGuard",
                                        "answers lines on a pipe, and records nothing"])
        d.bars(medians(got["requests"], "64", "per_second"))
    for coding, title in (("plain", "Pages read, MB/s"), ("gzip", "The same packed by gzip, MB/s unpacked")):
        if "bodies" in got and got["bodies"]["servers"]:
            d.heading(title, ["the phrases of e2guardian's package, one core"])
            d.bars(medians(got["bodies"], coding, "plain_mb_per_second"))
    if "domains" in got:
        d.heading("Requests a second, by domains listed", ["64 at once, one core"])
        d.growth(lines_of(got["domains"], "64", "per_second"))
    if "phrases" in got:
        d.heading("Pages read, MB/s, by phrases", ["of two words each, one core"])
        d.growth(lines_of(got["phrases"], "plain", "plain_mb_per_second"))
    d.y += 10
    for line in (f"{m['processor']}, one core of {m['cores']}", f"{m['system']}, kernel {m['kernel']}",
                 f"{m['when']}, {got['command']}"):
        d.y += 19
        d.text(LEFT, d.y, line, "s")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {d.y + 16}" role="img" '
            f'aria-labelledby="title desc">\n<title id="title">Beadle beside its rivals</title>\n'
            f'<desc id="desc">{escape(describe(got))}</desc>\n<style>{STYLE}</style>\n'
            f'<rect class="back" width="{WIDE}" height="{d.y + 16}"/>\n' + "\n".join(d.parts) + "\n</svg>\n")
