"""From python-hcl2's parse tree of an expression to the neutral one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from hcl2 import parses_to_tree
from lark import Token, Tree
from lark.exceptions import LarkError

from aib_airflow.importers.packer.go_templates import read_text
from aib_airflow.importers.packer.nodes import (
    Access,
    Call,
    Choice,
    Fields,
    Items,
    Literal,
    Node,
    Opaque,
    Reference,
    Text,
    make_text,
)

HclTree = Tree[Token]

_OPERATORS = {
    "==": "equals", "!=": "differs", "<": "less", ">": "greater", "<=": "lessOrEquals",
    ">=": "greaterOrEquals", "&&": "and", "||": "or", "+": "add", "-": "sub", "*": "mul", "/": "div",
    "%": "mod",
}  # fmt: skip
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([nrt"\\]))')
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_CONSTANTS = {"true": True, "false": False, "null": None}
_HEREDOC = re.compile(r"<<(-?)[^\n]*\n(.*?\n)??[ \t]*\S+\s*\Z", re.DOTALL)


def read_value(tree: HclTree | Token) -> Node:
    """Return the tree of an expression; what has no word in it becomes Opaque."""
    reader = _READERS.get(str(tree.data)) if isinstance(tree, Tree) else None
    if isinstance(tree, Token) or reader is None:
        return _opaque(tree, "is an expression that this import does not read")
    return reader(tree)


def subtrees(tree: HclTree) -> list[HclTree]:
    """Return the parts of a tree that are no punctuation, comment or line end."""
    return [
        child for child in tree.children if isinstance(child, Tree) and child.data != "new_line_or_comment"
    ]


def source_of(tree: HclTree | Token) -> str:
    """Write an expression about as its author did, on one line."""
    if isinstance(tree, Token):
        return str(tree)
    return re.sub(r"\s+", " ", "".join(source_of(child) for child in tree.children)).strip()


def _opaque(tree: HclTree | Token, reason: str) -> Opaque:
    source = source_of(tree)
    name = re.sub(r"\W+", "_", source.partition("(")[0]).strip("_")[:40]
    return Opaque(name or "value", source, reason)


def _only_child(tree: HclTree) -> Node:
    return read_value(subtrees(tree)[0])


def _number(tree: HclTree) -> Node:
    text = str(tree.children[0])
    return Literal(int(text) if re.fullmatch(r"-?\d+", text) else float(text))


def _constant(tree: HclTree) -> Node:
    return Literal(_CONSTANTS[str(tree.children[0])])


def _identifier(tree: HclTree) -> Node:
    return Reference(str(tree.children[0]), "")


def _string(tree: HclTree) -> Node:
    parts = [part for child in subtrees(tree) for part in _string_part(child)]
    return make_text(parts)


def _string_part(tree: HclTree) -> Iterator[Node]:
    [child] = tree.children
    if isinstance(child, Tree) and child.data == "interpolation":
        yield _only_child(child)
    elif isinstance(child, Tree):
        yield _opaque(child, "is a template directive (%{...}), which ARM does not have")
    elif child.type in ("ESCAPED_INTERPOLATION", "ESCAPED_DIRECTIVE"):
        yield Literal(str(child)[1:])
    else:
        yield from _parts(read_text(_unescape(str(child))))


def _parts(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, Text) else (node,)


def _unescape(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = match.group(1) or match.group(2)
        return chr(int(code, 16)) if code else _ESCAPED[match.group(3)]

    return _ESCAPE.sub(character, text)


def _heredoc(tree: HclTree) -> Node:
    match = _HEREDOC.match(str(tree.children[0]))
    body = (match.group(2) or "") if match else ""
    if match and match.group(1):
        lines = body.splitlines(keepends=True)
        indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        body = "".join(line[indent:] for line in lines)
    return make_text(list(_heredoc_parts(body.replace("\r\n", "\n"))))


def _heredoc_parts(body: str) -> Iterator[Node]:
    position = 0
    for match in re.finditer(r"\$\$\{|%%\{|\$\{|%\{", body):
        if match.start() < position:
            continue
        yield from _parts(read_text(body[position : match.start()]))
        position = match.end()
        if len(match.group()) == 3:
            yield Literal(match.group()[1:])
            continue
        end = _closing_brace(body, position)
        inner = body[position:end]
        position = end + 1
        yield (
            read_expression(inner)
            if match.group() == "${"
            else Opaque(
                "directive", f"%{{{inner}}}", "is a template directive (%{...}), which ARM does not have"
            )
        )
    yield from _parts(read_text(body[position:]))


def _closing_brace(text: str, position: int) -> int:
    depth = 1
    for index in range(position, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return len(text)


def read_expression(source: str) -> Node:
    """Return the tree of an expression that stands alone."""
    try:
        parsed = parses_to_tree(f"x = {source.strip()}\n")
    except LarkError:
        return Opaque("value", source, "is no expression of HCL2")
    [attribute] = parsed.find_data("attribute")
    return read_value(subtrees(attribute)[-1])


def _tuple(tree: HclTree) -> Node:
    return Items(tuple(read_value(child) for child in subtrees(tree)))


def _object(tree: HclTree) -> Node:
    fields = []
    for element in subtrees(tree):
        key, value = subtrees(element)
        name = read_value(subtrees(key)[0])
        if isinstance(name, Reference):
            name = Literal(name.space)
        if not isinstance(name, Literal):
            return _opaque(tree, "is an object with keys that are worked out")
        fields.append((str(name.value), read_value(value)))
    return Fields(tuple(fields))


def _call(tree: HclTree) -> Node:
    name, *rest = subtrees(tree)
    arguments = tuple(read_value(each) for each in subtrees(rest[0])) if rest else ()
    return Call(str(name.children[0]), arguments)


def _attribute(tree: HclTree) -> Node:
    whole_tree, attribute = subtrees(tree)
    whole = read_value(whole_tree)
    name = str(subtrees(attribute)[0].children[0])
    if isinstance(whole, Reference) and not whole.name:
        return Reference(whole.space, name)
    return Access(whole, Literal(name))


def _index(tree: HclTree) -> Node:
    whole, index = subtrees(tree)
    key = _number_of(index.children[-1]) if index.data == "short_index" else read_value(subtrees(index)[0])
    return Access(read_value(whole), key)


def _number_of(token: HclTree | Token) -> Node:
    return Literal(int(str(token)))


def _conditional(tree: HclTree) -> Node:
    return Choice(*(read_value(child) for child in subtrees(tree)))


def _binary(tree: HclTree) -> Node:
    left, term = subtrees(tree)
    operator, right = subtrees(term)
    name = _OPERATORS[str(operator.children[0]).strip().split()[-1]]
    arguments = (read_value(left), read_value(right))
    return Call("not", (Call("equals", arguments),)) if name == "differs" else Call(name, arguments)


def _unary(tree: HclTree) -> Node:
    operand = _only_child(tree)
    return Call("not", (operand,)) if tree.children[0] == "!" else Call("sub", (Literal(0), operand))


_READERS: dict[str, Callable[[HclTree], Node]] = {
    "expr_term": _only_child,
    "int_lit": _number,
    "float_lit": _number,
    "literal_value": _constant,
    "identifier": _identifier,
    "keyword": _identifier,
    "string": _string,
    "heredoc_template": _heredoc,
    "heredoc_template_trim": _heredoc,
    "tuple": _tuple,
    "object": _object,
    "function_call": _call,
    "get_attr_expr_term": _attribute,
    "index_expr_term": _index,
    "conditional": _conditional,
    "binary_op": _binary,
    "unary_op": _unary,
}
