"""Commands and options under the names that they had before, which are still accepted."""

from collections.abc import Mapping, Sequence


def renamed(
    arguments: Sequence[str], commands: Mapping[str, str], options: Mapping[str, str]
) -> list[str]:
    """Arguments with earlier names replaced by today's.

    Args:
        arguments: As typed, without the program's name.
        commands: Today's command by the earlier one, each of one word or two (`stages`,
            `train cross_pack`); looked for at the beginning only.
        options: Today's option by the earlier one (`--pack`), with or without `=VALUE`.
    """
    found = list(arguments)
    for words in (1, 2):
        command = commands.get(" ".join(found[:words]))
        if command is not None:
            found[:words] = command.split()
    return [_option(argument, options) for argument in found]


def _option(argument: str, options: Mapping[str, str]) -> str:
    name, equals, value = argument.partition("=")
    return options.get(name, name) + equals + value
