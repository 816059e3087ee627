"""Every word of the product: one TOML file a language, and what reads it.

A file has a table for what all rooms say alike (`zones`, `grades`, `measurements` ...) and one for
each room: `page`, `report`, `messages`, `documents`. Another file is another language, of page,
report, files and command line; nothing else has to be touched. Numbers, plurals and the names of
languages come from Babel's data, by the file's name.
"""

from pipeline.words.messages import message
from pipeline.words.printable import printable
from pipeline.words.words import Words, ZoneTerm, words_of

__all__ = ["Words", "ZoneTerm", "message", "printable", "words_of"]
