"""What the bench asks for: invented domains, requests, pages and phrases, the same on every machine."""

import gzip
import os
import random

SEED = 20261121
URLS = 20000
TOPS = ["com", "net", "org", "info", "co.uk", "de", "io", "site"]

# The commonest words of English; behind them comes the long tail that any text has.
COMMON = """the of and a to in is was that for it as on with are be at by this had not from his but
have they which or one you were her all she there would their we him been has when who will more no
if out so said what up its about into than them can only other new some could time these two may
then do first any my now such like our over me even most made after also did many before must
through back years where much your way well down should because each just those people how too
little state good very make world still own see men work long get here between both life being
under never day same another know while last might us great old year off come since against go came
right used take three""".split()

# Weighty in e2guardian's own list on gambling, and in every importer's.
GAMBLING = ("online casino", "casinos", "poker tournament", "roulette", "blackjack", "jackpot",
            "lottery", "wagering", "betting", "gambling", "video poker", "sports book")

# (bytes, how many): mean 55 kB, as pages with their scripts and styles in them are.
SIZES = ((2000, 8), (4000, 8), (8000, 8), (16000, 8), (32000, 8), (64000, 6), (128000, 4),
         (256000, 2), (1000000, 1))
SMALL = ((2000, 8), (4000, 8), (8000, 4))


def make_domains(path, n):
    """n domains, a line each; returns those that urls are taken from."""
    rng = random.Random(SEED)
    with open(path, "w") as f:
        some = []
        for begin in range(0, n, 100000):
            k = min(100000, n - begin)
            digits = rng.randbytes(8 * k).hex()
            names = [f"{digits[16 * i:16 * i + 8 + i % 9]}.{TOPS[i % 8]}" for i in range(k)]
            f.write("\n".join(names) + "\n")
            some += rng.sample(names, min(k, URLS * 100000 // n + 1))
    return some


def make_urls(path, domains, n=URLS):
    """One in ten is to be blocked: on a listed domain or below it."""
    rng = random.Random(SEED + 1)
    with open(path, "w") as f:
        for i in range(n):
            rest = rng.randbytes(rng.randint(2, 20)).hex()
            if i % 10 == 0:
                host = rng.choice(["", "www.", "cdn.a."]) + rng.choice(domains)
            else:
                host = f"www.{rng.randbytes(10).hex()}.allowed.org"
            f.write(f"{int(i % 10 == 0)} http://{host}/{rest}\n")


def invented_words(n, endings, seed):
    rng = random.Random(seed)
    starts = "b bl br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sh st t tr v w".split()
    words = set()
    while len(words) < n:
        words.add("".join(rng.choice(starts) + rng.choice("aeiou") for _ in range(rng.randint(1, 3))) +
                  rng.choice(endings))
    return sorted(words)


def make_phrases(path, n):
    """n phrases in e2guardian's words, of two invented words each; returns some of them."""
    rng = random.Random(SEED + 2)
    words = invented_words(max(200, n // 4), ["zq", "xk", "vj"], SEED + 3)
    phrases = set()
    while len(phrases) < n:
        phrases.add(f"{rng.choice(words)} {rng.choice(words)}")
    phrases = sorted(phrases)
    with open(path, "w") as f:
        f.writelines(f"< {phrase} ><40>\n" for phrase in phrases)
    return rng.sample(phrases, 12)


class Writer:
    """English-like HTML: its words as often as English has them, a quarter scripts and styles."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        rare = invented_words(20000, ["n", "r", "s", "t", "ng", "l", "m", "nd"], SEED + 4)
        self.words = COMMON + rare
        self.weights, total = [], 0.0
        for i in range(len(self.words)):
            total += 1 / (i + 3)
            self.weights.append(total)

    def sentence(self):
        words = self.rng.choices(self.words, cum_weights=self.weights, k=self.rng.randint(6, 20))
        return " ".join(words).capitalize() + ". "

    def paragraph(self):
        text = "".join(self.sentence() for _ in range(self.rng.randint(2, 5)))
        link = self.rng.choice(self.words)
        return f'<p class="text">{text}<a href="/{link}/{self.rng.getrandbits(24)}">{link}</a> &amp; on</p>\n'

    def script(self):
        lines = "".join(f"var v{self.rng.getrandbits(20)}={self.rng.getrandbits(30)};"
                        for _ in range(12))
        return f"<script>function f(a){{if(a<2){{{lines}}}return a}}</script>\n"

    def page(self, size, phrases):
        parts = ["<!DOCTYPE html>\n<html><head><meta charset=utf-8><title>" + self.sentence() +
                 "</title><style>p{margin:1em 0}</style></head><body>\n"]
        if phrases:
            parts += [f"<p>{self.sentence()} {phrase} {self.sentence()}</p>\n" for phrase in phrases]
        n = sum(map(len, parts))
        while n < size:
            parts.append(self.script() if self.rng.random() < 0.35 else self.paragraph())
            n += len(parts[-1])
        return "".join(parts).encode() + b"</body></html>\n"


def make_pages(folder, phrases, sizes=SIZES):
    """Writes pages and {folder}/plain.txt and gzip.txt, one in eight of the smaller with phrases."""
    os.makedirs(folder)
    writer, lines = Writer(SEED + 5), {"plain": [], "gzip": []}
    todo = [size for size, n in sizes for _ in range(n)]
    random.Random(SEED + 6).shuffle(todo)
    for i, size in enumerate(todo):
        # What is found in a long page counts for less, with Beadle (scan/weigh_int.h).
        is_bad = i % 8 == 0 and size <= 16000
        page = writer.page(size + i, phrases if is_bad else None)  # no two are of one length
        path = f"{folder}/{i}.html"
        with open(path, "wb") as f:
            f.write(page)
        with open(path + ".gz", "wb") as f:
            f.write(gzip.compress(page, 6, mtime=0))
        url = f"http://www.pages{i}.allowed.org/{i}.html"
        lines["plain"].append(f"{int(is_bad)} {url} {path} {len(page)}\n")
        lines["gzip"].append(f"{int(is_bad)} {url} {path}.gz {len(page)} gzip\n")
    for coding, some in lines.items():
        with open(f"{folder}/{coding}.txt", "w") as f:
            f.writelines(some)
