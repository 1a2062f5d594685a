"""Ways to spoil a file: its bytes, its lines, its values, and the expressions in its texts."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from seeds import Seed

MAX_BYTES = 6 * 1024 * 1024

Container = dict[str, Any] | list[Any]

_SCRAPS = [
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\xed\xa0\x80", b"\xc2\xa0", b"\r", b"\n", b"\t"),
    *(b'"', b"'", b"\\", b"\\u", b"\\ud800", b",", b":", b"{", b"}", b"[", b"]", b"/*", b"*/", b"//"),
    *(
        b"<x>",
        b"#{x}#",
        b"$(x)",
        b"__X__",
        b"{{ x }}",
        b"{{",
        b"{% raw %}",
        b"&a ",
        b"*a",
        b"<<: *a",
        b"---\n",
        b"!!x ",
    ),
    *(b"1e999", b"NaN", b"-0", b"9" * 5000, b"<<<<<<< HEAD\n", b"[[", b"[parameters('", b"')]"),
]
_BOMBS = [
    b"[",
    b'{"a":',
    b"- ",
    b"? ",
    b"(",
    b"[concat(",
    b"not(",
    b"/**/",
    b'"',
    b"\\",
    b"{{",
    b"[1,",
    b'{"type":1},',
    b" ",
]

_VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1e300,
        10**18,
        10**40,
        "",
        "x" * 100_000,
        [],
        {},
        [[]],
        [None],
        {"": ""},
        "\0",
        "\ud7ff",
    ),
    *("true", "5", "PT5M", "5m", "Shell", "SharedImage", "[[x]", "[", "[]", "<x>", {"a": {"a": {"a": {}}}}),
]
_EXPRESSIONS = [
    "[range(0, 100000000)]",
    "[padLeft('a', 2147483647, 'x')]",
    "[variables('short')]",
    "[fx.twice(fx.twice(fx.twice('x')))]",
    "[" + "concat(" * 60 + "'x'" + ")" * 60 + "]",
    "[" + "not(" * 5000 + "true" + ")" * 5000 + "]",
    "[" + "parameters('options')" + ".fast" * 5000 + "]",
    "[map(range(0, 1000), lambda('i', map(range(0, 1000), lambda('j', 'x'))))]",
    "[reduce(range(0, 100), 'x', lambda('a', 'b', concat(lambdaVariables('a'), lambdaVariables('a'))))]",
    "[replace(replace(replace('aaaaaaaaaa', 'a', 'aaaaaaaaaa'), 'a', 'aaaaaaaaaa'), 'a', 'aaaaaaaaaaaa')]",
    "[format('{0:D2000000000}', 1)]",
    "[json('" + "[" * 5000 + "')]",
    "[split(parameters('name'), '')]",
    "[substring('abc', -1, 2147483648)]",
    "[dateTimeAdd(utcNow(), 'P99999999Y')]",
    "[take(createArray(1, 2), 99999999999999999999)]",
    "[copyIndex('none')]",
    "[resourceId()]",
    "{{ image * 1000000 }}",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{{ tags | join(tags) }}",
]


def mutate(chance: random.Random, seed: Seed) -> bytes:
    """Return `seed`'s content after one to four mutations."""
    content = seed.content
    for _ in range(chance.randint(1, 4)):
        content = chance.choice((_mutate_bytes, _mutate_lines, _mutate_values, _mutate_values))(
            chance, content, seed.suffix
        )
    return content[:MAX_BYTES]


def _slice(chance: random.Random, content: bytes) -> tuple[int, int]:
    start = chance.randint(0, len(content))
    return start, min(len(content), start + int(chance.expovariate(1 / 20)) + 1)


def _mutate_bytes(chance: random.Random, content: bytes, suffix: str) -> bytes:
    start, end = _slice(chance, content)
    other, other_end = _slice(chance, content)
    before, piece, after = content[:start], content[start:end], content[end:]
    mutations: list[Callable[[], bytes]] = [
        lambda: before + bytes(byte ^ (1 << chance.randrange(8)) for byte in piece) + after,
        lambda: before + after,
        lambda: before + piece + piece + after,
        lambda: before + content[other:other_end] + after,
        lambda: before + chance.choice(_SCRAPS) + content[start:],
        lambda: before + chance.choice(_SCRAPS) + after,
        lambda: before,
        lambda: content[start:],
        lambda: before + piece * chance.choice((100, 10_000)) + after,
        lambda: before + chance.choice(_BOMBS) * chance.choice((50, 5000, 200_000)) + after,
        lambda: content.decode("utf-8", "replace").encode(
            chance.choice(("utf-16", "utf-32-be", "utf-16-le"))
        ),
        lambda: content.replace(b"\n", chance.choice((b"\r\n", b"\r", b"", b"\n\n"))),
    ]
    return chance.choice(mutations)()


def _mutate_lines(chance: random.Random, content: bytes, suffix: str) -> bytes:
    lines = content.splitlines(keepends=True)
    if len(lines) < 2:
        return content
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    kind = chance.randrange(4)
    if kind == 0:
        lines[one], lines[other] = lines[other], lines[one]
    elif kind == 1:
        lines.insert(other, lines[one])  # a field given twice, as often as not
    elif kind == 2:
        del lines[one]
    else:
        lines[one] = lines[one].rstrip(b",\r\n") + chance.choice((b"\n", b",,\n", b" // x\n", b"]\n"))
    return b"".join(lines)


def _mutate_values(chance: random.Random, content: bytes, suffix: str) -> bytes:
    try:
        document = yaml.safe_load(content) if suffix == ".yaml" else json.loads(content)
    except (ValueError, yaml.YAMLError, RecursionError):
        return _mutate_bytes(chance, content, suffix)
    places = list(_places(document))
    if not places:
        return _mutate_bytes(chance, content, suffix)
    for _ in range(chance.randint(1, 3)):
        _spoil(chance, *chance.choice(places), places)
    try:
        text = json.dumps(document, indent=chance.choice((None, 2)))
    except (ValueError, RecursionError):  # a value that was put into itself
        return content
    return text.encode()


def _places(document: Any) -> Iterator[tuple[Container, Any]]:
    """Yield every container with each of its keys."""
    waiting = [document]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict | list):
            keys = list(each) if isinstance(each, dict) else range(len(each))
            yield from ((each, key) for key in keys)
            waiting += each.values() if isinstance(each, dict) else each


def _spoil(chance: random.Random, around: Any, key: Any, places: list[tuple[Container, Any]]) -> None:
    if isinstance(around, dict) and key not in around:
        return  # an earlier mutation took it away
    value, (other_around, other_key) = around[key], chance.choice(places)
    kind = chance.randrange(9)
    if kind == 0:
        around[key] = copy.copy(chance.choice(_VALUES))
    elif kind == 1:
        around[key] = [value]
    elif kind == 2:
        around[key] = {"value": value}
    elif kind == 3 and isinstance(around, dict):
        del around[key]
    elif kind == 4 and isinstance(around, dict):
        around[chance.choice((key.upper(), key[:-1], key + "x", "copy", "", "condition", "name"))] = value
    elif kind == 5 and isinstance(value, list):
        around[key] = value * chance.choice((2, 100))
    elif kind == 6 and isinstance(other_around, list | dict):
        with_value = dict(_items(other_around)).get(other_key)
        around[key] = json.loads(json.dumps(with_value))
    elif kind == 7 and isinstance(value, str):
        around[key] = _spoil_expression(chance, value)
    else:
        around[key] = chance.choice(_EXPRESSIONS)


def _items(container: Container) -> Iterator[tuple[Any, Any]]:
    yield from container.items() if isinstance(container, dict) else enumerate(container)


def _spoil_expression(chance: random.Random, text: str) -> str:
    """Return a text whose words and signs were mixed up."""
    tokens = re.findall(r"\w+|\s+|[^\w\s]", text) or [""]
    index = chance.randrange(len(tokens))
    tokens[index] = chance.choice(
        (*tokens, "(", ")", "[", "]", ",", "'", ".", "parameters", "-1", "{{", "}}", "|")
    )
    if chance.random() < 0.3:
        del tokens[chance.randrange(len(tokens))]
    mixed = "".join(tokens)
    return f"[{mixed}]" if chance.random() < 0.3 else mixed
