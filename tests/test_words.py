"""The words of `docs/glossary.md`: what was replaced does not come back, in code or documents.

Words are looked for alone and inside names (`film`, `film_view`), in any case, but not inside other
words (`untrusted`). Where one of them is right, `ALLOWED` says why; an entry that is no longer
needed fails, too.
"""

import fnmatch
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENDINGS = (".py", ".md", ".toml", ".js", ".css", ".sh", "Makefile", "requirements.txt")
LEFT_OUT = (
    "CHANGELOG.md",  # says what was renamed
    "docs/glossary.md",  # likewise
    "docs/schema/CHANGES.md",  # likewise
    "docs/adr/0011-*",  # names the files that went
    "tests/test_words.py",
)

WORDS = {  # the word, or several of one meaning: what to write
    "films?": "radiograph, or image",
    "packs?": "dataset",
    "sittings?": "training phase",
    "verdicts?": "classification",
    "trust": "explanation quality, or rely on",
    "excess": "gain over the random baseline",
    "outside share|removed share": "relevance mass",
    "rank agreement": "rank correlation",
    "seen model": "roi_mask",
    "sign meter|dome curvature": "measurement, dome height ratio",
    "stage map|staging": "layer Grad-CAM",
    "turnstile|parcels?|shelf|shelves": "lock, payload, shared buffer",
    "stretch|stretches": "span",
    "hears?|told to|is told|are told": "on_progress; reports, states",
    "plain sentences?": "template sentence",
    "ask for is": "requirements",
    "held against": "compared with",
    "next to nothing": "falls to chance",
    "stock way|stock ways": "reference implementation",
    "rests? on": "evidence, depends on",
    "wrong at times": "makes mistakes",
    "at hand": "available",
    "of one s own|one s own": "user-supplied",
    "likeliest label": "most likely",
    "sure of itself": "high confidence does not mean correct",
    "none lit": "none highlighted",
    "вердикт[а-я]*": "результат классификации, результат класифікації",
    "учебн[а-я]+ снимк?[а-я]*|навчальн[а-яі]+ знім[а-яо]*": "демонстрационный, демонстраційний",
    "перевірочн[а-яі]*|перевірн[а-яі]*": "валідаційний",
    "рёберно диафрагмальн[а-яё]+ уг[а-я]+|реброво діафрагмальн[а-яі]+ кут[а-я]*": "синус",
}
CLASS_NAMES = {"Asked", "Drawn", "Measured", "Explained", "Prepared"}

ALLOWED = {  # (file, word): why it is right there
}


def files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    found = listed or [
        file.relative_to(ROOT).as_posix() for file in ROOT.rglob("*") if ".venv" not in file.parts
    ]
    return [
        name
        for name in found
        if name.endswith(ENDINGS)
        and (ROOT / name).is_file()
        and not any(fnmatch.fnmatch(name, pattern) for pattern in LEFT_OUT)
    ]


def spelled(text: str) -> str:
    """A text with its names taken apart: `film_view`, `FilmView` and `film-view` as `film view`."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return re.sub(r"[^\w\n]|_", " ", apart).lower()


TEXTS = {name: spelled((ROOT / name).read_text("utf-8")) for name in files()}


def allowed(name: str, word: str) -> bool:
    return any(fnmatch.fnmatch(name, file) and word == one for file, one in ALLOWED)


def hits(name: str, word: str) -> list[str]:
    text = TEXTS[name]
    # a phrase may be broken by the end of a line; what holds it together is any run of blanks
    pattern = r"(?<!\w)(?:" + word.replace(" ", r"\s+") + r")(?!\w)"
    found = re.finditer(pattern, text)
    return [f"{name}:{text[: one.start()].count(chr(10)) + 1} {one[0]}" for one in found]


@pytest.mark.parametrize("word", WORDS)
def test_a_replaced_word_does_not_come_back(word: str) -> None:
    found = [hit for name in TEXTS if not allowed(name, word) for hit in hits(name, word)]
    assert found == [], f"write: {WORDS[word]}"
