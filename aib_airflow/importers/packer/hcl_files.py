"""HCL2 files (`*.pkr.hcl`, `*.pkrvars.hcl`) as the neutral document. python-hcl2 parses them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hcl2 import parses_to_tree
from lark.exceptions import LarkError, UnexpectedInput

from aib_airflow.importers.packer.document import Block, Build, Document, Place, Setting, Variable
from aib_airflow.importers.packer.hcl_values import HclTree, read_value, source_of, subtrees
from aib_airflow.importers.packer.nodes import Access, Call, Literal, Node, Reference, items_of
from aib_airflow.template import SourceFile


@dataclass(slots=True)
class _Body:
    settings: dict[str, Setting] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)


def read_hcl(source: SourceFile, document: Document) -> None:
    """Add what a `.pkr.hcl` file says to the document. Raises TemplateError with line and column."""
    for block in _read_body(source).blocks:
        _add_block(document, block)


def read_hcl_values(source: SourceFile) -> dict[str, Node]:
    """Return the values of a `.pkrvars.hcl` file. Raises TemplateError."""
    return {name: setting.value for name, setting in _read_body(source).settings.items()}


def _read_body(source: SourceFile) -> _Body:
    top = Place(source.path, 1, 1, "")
    try:
        [body] = subtrees(parses_to_tree(source.text))
        return _body(body, top)
    except UnexpectedInput as wrong:
        raise _syntax_error(source, wrong) from None
    except LarkError as wrong:
        raise top.error(f"not HCL: {str(wrong).splitlines()[0]}") from None
    except RecursionError:
        raise top.error("not HCL: brackets are nested too deeply") from None


def _syntax_error(source: SourceFile, wrong: UnexpectedInput) -> Exception:
    lines = source.text.splitlines() or [""]
    line = max(1, min(wrong.line, len(lines)))
    column = max(1, wrong.column if line == wrong.line else len(lines[-1]) + 1)
    token = str(getattr(wrong, "token", "")).strip().splitlines()
    found = f"unexpected {token[0][:20]!r}" if token else "unexpected end of the line or file"
    place = Place(source.path, line, column, "")
    return place.error(f"not HCL: {found}", "look for a bracket or quote that is missing before it")


def _body(tree: HclTree, place: Place) -> _Body:
    found = _Body()
    for child in subtrees(tree):
        if child.data == "attribute":
            setting = _setting(child, place)
            found.settings[setting.name] = setting
        else:
            found.blocks.append(_block(child, place))
    return found


def _setting(tree: HclTree, place: Place) -> Setting:
    name, value = subtrees(tree)
    word = str(name.children[0])
    return Setting(word, read_value(value), place.below(tree.meta.line, tree.meta.column, word))


def _block(tree: HclTree, place: Place) -> Block:
    *words, body = subtrees(tree)
    kind, *labels = [source_of(word).strip('"') for word in words]
    path = ".".join((kind, *labels))
    where = place.below(tree.meta.line, tree.meta.column, path)
    inner = _body(body, where)
    plain = Block(kind, tuple(labels), inner.settings, tuple(inner.blocks), where)
    return _dynamic(plain) if kind == "dynamic" and labels else plain


def _dynamic(block: Block) -> Block:
    content = next(block.named("content"), block)
    iterator = block.settings.get("iterator")
    name = iterator.value.space if iterator and isinstance(iterator.value, Reference) else block.labels[0]
    return replace(
        content,
        kind=block.labels[0],
        labels=(),
        place=block.place,
        for_each=block.settings["for_each"].value if "for_each" in block.settings else Literal(None),
        iterator=name,
    )


def _add_block(document: Document, block: Block) -> None:
    match block.kind, block.labels:
        case "variable", (name,):
            document.variables[name] = _variable(name, block)
        case "variables", ():
            for name, setting in block.settings.items():
                document.variables[name] = Variable(name, setting.value, place=setting.place)
        case "locals", ():
            document.locals.update(block.settings)
        case "local", (name,) if "expression" in block.settings:
            document.locals[name] = block.settings["expression"]
        case "source", (_, _):
            document.add_source(block)
        case "build", ():
            document.builds.append(_build(block))
        case _:
            document.others.append(block)


def _variable(name: str, block: Block) -> Variable:
    settings = block.settings
    default = settings["default"].value if "default" in settings else None
    kind = settings["type"].value if "type" in settings else None
    sensitive = settings.get("sensitive")
    return Variable(
        name,
        default,
        _type_word(kind),
        _literal_text(settings.get("description")),
        sensitive is not None and sensitive.value == Literal(value=True),
        block.place,
    )


def _type_word(node: Node | None) -> str:
    """Return `list` for `list(string)`."""
    match node:
        case Reference(word, _) | Call(word, _):
            return word
    return ""


def _literal_text(setting: Setting | None) -> str:
    value = setting.value if setting else None
    return str(value.value) if isinstance(value, Literal) and value.value is not None else ""


def _build(block: Block) -> Build:
    named = block.settings.get("sources")
    references = [_reference(each, named.place) for each in items_of(named.value)] if named else []
    references += [
        replace(each, labels=_words(each.labels[0])) for each in block.named("source") if each.labels
    ]
    provisioners = tuple(block.named("provisioner"))
    return Build(tuple(references), provisioners, tuple(_others(block)), block.place)


def _reference(node: Node, place: Place) -> Block:
    """Read `"source.azure-arm.web"`, or the same without quotes."""
    return Block("source", _words(_dotted(node)), {}, (), place)


def _words(reference: str) -> tuple[str, ...]:
    return tuple(reference.removeprefix("source.").removeprefix("sources.").split("."))


def _dotted(node: Node) -> str:
    match node:
        case Literal(value):
            return str(value)
        case Access(whole, key):
            return f"{_dotted(whole)}.{_dotted(key)}"
        case Reference(space, name):
            return f"{space}.{name}"
    return ""


def _others(block: Block) -> Iterator[Block]:
    for each in block.blocks:
        if each.kind == "post-processors":
            yield from each.named("post-processor")
        elif each.kind not in ("provisioner", "source"):
            yield each
