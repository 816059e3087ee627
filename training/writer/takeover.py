"""What a reworded vocabulary takes over from the one a model was taught on."""

from collections.abc import Callable

from training.writer.tokens import Vocabulary


def former_ids(
    vocabulary: Vocabulary, former: Vocabulary, split: Callable[[str], list[int]]
) -> list[list[int]]:
    """The former tokens whose mean each token begins as.

    A phrase that was there begins as itself; a new wording as what stood in its place (a zone by
    another name is the same zone); any other as its pieces.

    Args:
        vocabulary: The tokens to come; its base is the former one's.
        former: The tokens the model was taught on.
        split: The former tokenizer.

    Returns:
        Former ids, one list a token, in the new tokens' order.
    """
    first = len(former.base)
    ids = {phrase: first + at for at, phrase in enumerate(former.phrases)}
    by_key = {key: first + at for at, keys in enumerate(former.keys) for key in keys}
    found = [[at] for at in range(len(vocabulary.base))]
    for at, phrase in enumerate(vocabulary.phrases):
        keys = vocabulary.keys[at] if vocabulary.keys else ()
        replaced = sorted({by_key[key] for key in keys if key in by_key})
        found.append([ids[phrase]] if phrase in ids else replaced or split(phrase))
    return [*found, [former.end_id]]
