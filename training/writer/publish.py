"""From a trained GGUF file to `weights/writer`: figures, manifest, card."""

import json
import shutil
from pathlib import Path

from pipeline.manifest import write_manifest
from training.writer.cases import TAUGHT
from training.writer.metrics import measure
from training.writer.training import FACTS, NAME, WriterRecipe

FILE = "writer.gguf"
DATA = "reports composed by rules from drawn descriptors (training/writer/cases.py); no patient's"
COMMAND = "python -m training train writer"


def publish_writer(
    trained: Path, folder: Path, *, cases: int = 170, note: str = ""
) -> dict[str, dict[str, float]]:
    """Copy a model to its folder, measure it there, and say what it is.

    Args:
        trained: The Q8_0 file.
        folder: `weights/writer`; made if absent.
        cases: Unseen cases a language.
        note: How this file came about, where it is not what the recipe says.

    Returns:
        The figures by language, as `training.writer.metrics.measure` names them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(trained, folder / FILE)
    measured = measure(folder / FILE, cases=cases)
    write_manifest(
        folder,
        name=NAME,
        task="report",
        files=[FILE],
        languages=[language.value for language in TAUGHT],
        metrics=measured,
        data=[DATA],
        licence="Apache-2.0",
        command=COMMAND,
    )
    (folder / "card.md").write_text(_card(measured, cases, note), encoding="utf-8")
    return measured


def _card(metrics: dict[str, dict[str, float]], cases: int, note: str) -> str:
    recipe = WriterRecipe()
    names = list(next(iter(metrics.values())))
    rows = "\n".join(
        f"| {name} | " + " | ".join(str(row[name]) for row in metrics.values()) + " |"
        for name in names
    )
    return f"""# The report model

A small Llama ({recipe.layers} layers of {recipe.width}, {recipe.heads} heads, about 6.7 million
parameters, Q8_0) that writes the three sections of a report in English, Russian and Ukrainian from
a prompt of enumerated model outputs.

**What it is.** It was taught from random weights on text made by rules
(`training/writer/cases.py`): the zones, grades, measurements of hyperinflation and classification
of a drawn case, in sentences whose wording was drawn from `training/writer/templates/`. It has read
no radiology report, no book and no patient's record, and knows no medicine beyond those sentences.
Nothing it writes is evidence of disease. For research use only; not a medical device.

**Its tokens.** A byte-level BPE of {recipe.base_tokens} tokens, and phrases that are one token
each: every zone in each grammatical form, every number from 0.00 to 1.00 and every length to
36.0 cm in each spelling ("0.58", "0,58"), every label and grade, and the templates' wording in runs
of up to four words. Copying a fact is therefore one step, which a model of this size learns; with
words split up, right and left are the last thing it learns. In the prompt a number is one token
with what it is a number of, so an intensity is not taken for the agreement beside it. The file
keeps what each phrase stands for (`explaincxr.phrase_keys`).

**What it cannot do.** It copies badly the names of labels it was not taught; it repeats its
templates' wording; it says nothing that the descriptors do not hold. Every sentence is checked
against the measurements afterwards, wrong ones are written again and then replaced by plain ones.

**Rebuild.** `{COMMAND}` ({recipe.steps} steps of {recipe.batch} cases for the wording, then twice
{FACTS.steps} in which facts weigh {FACTS.fact_weight:.0f} times as much: about three hours on one
processor core). After a change of words,
`{COMMAND} --weights weights/writer/writer.gguf` teaches the present file the new ones: each new
token begins as the one it replaces.{" " + note if note else ""}

## Figures

On {cases} unseen descriptor sets a language, by `training/writer/metrics.py`, which the same
command runs; shares of reports, before the claim check and after it. Settings:
`{json.dumps({"temperature": 0, "threads": 1})}`.

| | {" | ".join(metrics)} |
| --- |{" --- |" * len(metrics)}
{rows}
"""
