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
    ("pipeline/words/en.toml", "films?"): "what any model may write, and the claim check must know",
    ("tests/report/models/test_compare.py", "films?"): "what a model wrote",
    ("tests/browser/files.py", "packs?"): "`struct.pack`",
    ("tests/pipeline/reading/crafted.py", "packs?"): "`struct.pack`",
    ("README.md", "trust"): "a hub that you trust",
    ("bench/__main__.py", "films?"): "an earlier option, still accepted",
    ("training/__main__.py", "films?"): "likewise",
    ("training/__main__.py", "packs?"): "likewise",
    ("training/__main__.py", "trust"): "likewise",
    ("tests/pipeline/test_earlier_names.py", "films?"): "likewise",
    ("tests/pipeline/test_earlier_names.py", "packs?"): "likewise",
    ("tests/pipeline/test_earlier_names.py", "trust"): "likewise",
    ("pipeline/command_line/earlier_names.py", "packs?"): "likewise",
    ("docs/writers.md", "trust"): "a file that you trust",
    ("tests/records/postgresql.py", "trust"): "PostgreSQL's name for a way to log in",
    ("report/models/model_folder.py", "trust"): "`trust_remote_code` of transformers",
    ("xai/image/lime_explainer.py", "trust"): "the title of LIME's paper",
    ("app/*.py", "stretch|stretches"): "Streamlit's width",
    ("pipeline/reading/grid.py", "stretch|stretches"): "contrast is stretched",
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


def test_no_class_is_named_by_a_participle() -> None:
    classes = r"^\s*class (" + "|".join(CLASS_NAMES) + r")\b"
    python = [name for name in TEXTS if name.endswith(".py")]
    found = [
        name
        for name in python
        if re.search(classes, (ROOT / name).read_text("utf-8"), re.MULTILINE)
    ]
    assert found == []


@pytest.mark.parametrize(("file", "word"), ALLOWED)
def test_what_is_allowed_is_still_there(file: str, word: str) -> None:
    assert [hit for name in TEXTS if fnmatch.fnmatch(name, file) for hit in hits(name, word)]


def test_a_word_is_found_alone_and_inside_names() -> None:
    TEXTS["probe.py"] = spelled("class FilmView:\n    film_path = 1\n    filmed = untrusted = 2\n")
    try:
        assert hits("probe.py", "films?") == ["probe.py:1 film", "probe.py:2 film"]
        assert hits("probe.py", "trust") == []
    finally:
        del TEXTS["probe.py"]
