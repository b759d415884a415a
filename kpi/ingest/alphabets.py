"""Which one-byte encoding makes words of these bytes? Each reading is judged by the letters of its languages.

Two kinds: alphabets of their own (Russian, Greek, Hebrew …), in which whole words lie beyond ASCII, and Latin ones with
a few more letters (Polish, Turkish …), which stand one by one among the usual letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kpi.ingest.letters import western_share


@dataclass(frozen=True)
class Alphabet:
    """`usual` letters make up the share `expected` of a text; consonants in long rows are no words (not of abjads)."""

    usual: frozenset[str]
    expected: float
    vowels: str = ""


RUSSIAN = Alphabet(frozenset("оеаинтсрвлкмдп"), 0.78, "аеёиоуыэюяії")
GREEK = Alphabet(frozenset("αοιετσνηυρπκςλμάίόέή"), 0.9, "αεηιουωάέήίόύώϊϋΐΰ")
HEBREW = Alphabet(frozenset("יוהלאמרתבש"), 0.75)
ARABIC = Alphabet(frozenset("ابتلمنيورهدسعةأك"), 0.85)
THAI = Alphabet(frozenset("ารนอกเง่มยลว้ดทสตะปบีัคิแุูใไ์"), 0.9)

OWN = {
    "cp1251": RUSSIAN,
    "koi8_r": RUSSIAN,
    "cp866": RUSSIAN,
    "iso8859_5": RUSSIAN,
    "cp1253": GREEK,
    "iso8859_7": GREEK,
    "cp1255": HEBREW,
    "cp1256": ARABIC,
    "cp874": THAI,
}
_POLISH, _CZECH, _HUNGARIAN = "ąćęłńóśźż", "áéíóúýčďěňřšťůžôľä", "áéíóöőúüű"
_ROMANIAN, _CROATIAN, _GERMAN, _TURKISH = "ăâîşţ", "čćđšž", "äöüß", "çğıöşüâîi̇"
_CENTRAL = tuple(map(frozenset, (_POLISH, _CZECH, _HUNGARIAN, _ROMANIAN, _CROATIAN)))
LATIN = {  # letters of each language that uses it
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1254": (frozenset(_TURKISH),),
    "cp1257": tuple(map(frozenset, ("āčēģīķļņšūž", "ąčęėįšųūž", "äöõüšž"))),
    "cp850": (frozenset("éèêëàâäáåçñôöóõøùûüúíîïæß"),),
}
SIGNS = frozenset("\xa0€„”“‚’–…§°")  # say nothing
MOST_LETTERS = 20_000
MOSTLY = 0.7
CLUSTER = 4  # consonants in a row that hardly any word has

_WORD = re.compile(r"[^\W\d_]+")
_CONTROL = re.compile(r"[\x80-\x9f]")  # signs that no text has
_INNER_CAPITAL = re.compile(r"[a-z][^\x00-\x7fa-zß-ž]")

Found = list[tuple[float, str]]


def rank(sample: bytes) -> Found:
    """One-byte encodings by how much their reading looks like words (0-1), likeliest first."""
    found: Found = [(western_share(sample.decode("cp1252", "replace")), "cp1252")]
    found += [(_latin(sample, encoding), encoding) for encoding in LATIN]
    found += [(_own(sample, encoding), encoding) for encoding in OWN]
    return sorted(found, key=lambda item: -item[0])  # of equals, the more usual one stays first


def _latin(sample: bytes, encoding: str) -> float:
    """Share of the letters and signs beyond ASCII that one language of this encoding has, and has in such words."""
    text = sample.decode(encoding, "replace")[: 4 * MOST_LETTERS]
    beyond = sum(letter > "\x7f" and letter not in SIGNS for letter in text)
    letters = "".join(letter for word in _WORD.findall(text) for letter in word if _is_latin(word) and letter > "\x7f")
    best = max(sum(letter in known for letter in letters.lower()) for known in LATIN[encoding])
    return min(1.0, best / max(1, beyond)) * (0.5 if _CONTROL.search(text) else 1)


def _is_latin(word: str) -> bool:
    """Whether a word has letters beyond ASCII here and there, and no capital behind a small letter."""
    beyond = sum(letter > "\x7f" for letter in word)
    return len(word) > 1 and beyond <= max(3, MOSTLY * len(word)) and not _INNER_CAPITAL.search(word)


def _own(sample: bytes, encoding: str) -> float:
    """How far whole words of an alphabet have its usual letters, vowels between consonants, and one case."""
    alphabet = OWN[encoding]
    text = sample.decode(encoding, "replace")[: 4 * MOST_LETTERS]
    words = re.findall(r"[^\x00-\x7f]+", text)[: MOST_LETTERS // 8]
    letters = "".join(words)
    if not letters:
        return 0.0
    usual = sum(letter in alphabet.usual for letter in letters.lower()) / len(letters)
    odd = sum(len(word) for word in words if word != word.lower() and word not in (word.upper(), word.capitalize()))
    score = min(1.0, usual / alphabet.expected) * (1 - odd / len(letters))
    if alphabet.vowels:
        clusters = re.findall(rf"[^{alphabet.vowels}\W\d_]{{{CLUSTER},}}", letters.lower())
        score *= 1 - sum(map(len, clusters)) / len(letters)
    score *= 0.5 if _CONTROL.search(text) else 1
    return score * min(1.0, len(letters) / max(1, len(words)) / 3)  # single letters are accents, not words
