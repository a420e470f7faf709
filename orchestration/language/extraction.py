"""The texts of the code that the catalogs translate, found in the code itself.

- Commands mark theirs: `_("… {name} …", name=…)`, `later("…")`, and the docstring of a command is its help.
- Below them errors and notes are plain f-strings, since they are stored in French: `f"{path.name} : illisible"` is the
  text `{name} : illisible`, which `recognition` finds again in what was composed.
- Typer's own words are English; the French catalog holds them.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ingestion.errors import SourceFileError
from warehouse.paths import PROJECT

_MARKS = ("_", "later")
_MARKED = ("orchestration/commands", "orchestration/operation")
# Where sentences are composed that end in a terminal, and modules whose short labels do.
_SENTENCES = (
    *("ingestion/clean", "ingestion/confinement", "ingestion/country", "ingestion/declaration", "ingestion/errors.py"),
    *("ingestion/instruments", "ingestion/proposals", "ingestion/pull", "ingestion/reading_process.py"),
    *("ingestion/readers", "ingestion/records", "ingestion/sources", "expectations"),
    *("orchestration/operation", "orchestration/pipeline", "orchestration/settings.py"),
    *("warehouse/parameter_texts.py", "warehouse/plain_path.py", "warehouse/privacy", "warehouse/publication"),
    *(
        "warehouse/reading",
        "warehouse/resolution/organizations/rules.py",
        "warehouse/resolution/state.py",
        "warehouse/state_files.py",
    ),
)
_LABELS = ("orchestration/operation/step_labels.py", "warehouse/source_states.py", "warehouse/reading/labels.py")
# What these write is read elsewhere: files of a source or a country, marts, pages, e-mails.
_NOT_SHOWN = (
    *("ingestion/proposals/country/writing.py", "ingestion/proposals/folder.py", "ingestion/proposals/fiction.py"),
    *("ingestion/country/words.py", "ingestion/clean/personal", "orchestration/operation/alerts.py"),
    *("ingestion/readers/texts/attendance.py", "ingestion/instruments/xlsform.py"),
    *("warehouse/publication/checks_page.py", "warehouse/reading/dictionary.py", "warehouse/privacy/file_texts.py"),
    "orchestration/pipeline/dbt_environment.py",
    *("warehouse/reading/label_views.py", "warehouse/reading/cookbook.py", "warehouse/reading/pages.py"),
)
_DESCRIBES = ("description", "fr", "en", "title")  # arguments that describe a field or a page
_LONGEST_WORD = 20
_WORD = re.compile(r"[^\W\d_]{2,}")
_ACCENT = re.compile(r"[àâçéèêëîïôùûœÀÉÈ’«»]")
_FRENCH = re.compile(
    r"\b(?:attendu|au|aucune?|autre|aux|avec|cellules?|colonnes?|d|dans|de|des|deux|dont|du|elle|en|entiers?|est|et|feuilles?"
    r"|il|illisibles?|inconnue?|introuvable|invalide|la|le|les|libres|lignes?|mots|ne|non|octets?|ou|par|pas|permis|plus"
    r"|plusieurs|pour|premier|questions?|qui|retenu|rouverts?|sans|sont|structures?|sur|tableau|trop|un|une|vide|virtuelle)"
    r"\b"
)
_LOOKS_FRENCH = re.compile(
    rf"{_ACCENT.pattern}|\(s\)|[\w}}] : |[^\W\d_]{{2,}} {_FRENCH.pattern}|{_FRENCH.pattern} [«{{a-zà-ÿ]"
)
# What Typer writes without asking gettext for it; the commands do (`orchestration/commands/help_words.py`).
UNASKED = (
    "Show this message and exit.",
    "Install completion for the current shell.",
    "Show completion for the current shell, to copy it or customize the installation.",
)


class Text(NamedTuple):
    """A text of the code and where it stands."""

    text: str
    file: str
    line: int


def texts() -> list[Text]:
    """Every French text that the command may show, in the order of the files; a repeated one once."""
    found = [one for path in _modules(_MARKED) for one in _marked(path)]
    labels = set(_modules(_LABELS))
    for path in [*_modules(_SENTENCES), *sorted(labels)]:
        found += _composed(path, path in labels)
    return list({one.text: one for one in reversed(found)}.values())[::-1]


def typer_texts() -> list[Text]:
    """Typer's own words, in English."""
    spec = importlib.util.find_spec("typer")
    folder = Path(str(spec.origin if spec else None)).parent
    found = [
        Text(str(argument.value), f"typer/{path.relative_to(folder)}", call.lineno)
        for path in sorted(folder.rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("_", "ngettext")
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    found += [Text(text, "typer", 0) for text in UNASKED]
    return list({one.text: one for one in found}.values())


def _modules(places: tuple[str, ...]) -> list[Path]:
    left = [PROJECT / place for place in _NOT_SHOWN]
    paths = [path for place in places for path in _python_files(PROJECT / place)]
    return [path for path in paths if not any(path == one or one in path.parents for one in left)]


def _python_files(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]


def _marked(path: Path) -> Iterator[Text]:
    """The texts that a command marks, and the help of the commands."""
    tree, file = ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(PROJECT))
    helped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if getattr(node.func, "id", "") in _MARKS and isinstance(node.args[0], ast.Constant):
                yield Text(str(node.args[0].value), file, node.lineno)
            if _is_command(node.func) and node.args:
                helped.add(getattr(node.args[0], "id", ""))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and (node.name in helped or any(map(_is_command, node.decorator_list))):
            yield Text(ast.get_docstring(node) or "", file, node.lineno)


def _is_command(node: ast.expr) -> bool:
    """Whether this is `app.command(…)`, as a decorator or applied to a function."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "command"


def _composed(path: Path, has_labels: bool) -> Iterator[Text]:
    """The French sentences of a module; every text of an error, and of a module that holds labels."""
    tree, file = ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(PROJECT))
    raised = {id(one) for node in ast.walk(tree) if _is_error(node) for one in _written(node)}
    for node in _strings(tree):
        text = _plain(str(node.value)) if isinstance(node, ast.Constant) else _template(node)
        bare = re.sub(r"\{\w*\}", "{}", text)
        if text.startswith("#") or (" " not in text and len(text) > _LONGEST_WORD):  # a comment, an alphabet
            continue
        is_shown = has_labels or id(node) in raised or _LOOKS_FRENCH.search(bare)
        if _WORD.search(bare) and "\\" not in text and is_shown:
            yield Text(text, file, node.lineno)


def _is_error(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == SourceFileError.__name__


def _written(node: ast.AST) -> Iterator[ast.AST]:
    """The strings that are the arguments of a call themselves, or one of two."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.IfExp):
            yield from _written(child)
        else:
            yield child


def _strings(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """The strings under a node, without docstrings, keys, patterns and descriptions of fields."""
    children: list[ast.AST] = list(ast.iter_child_nodes(node))
    match node:
        case ast.ClassDef(bases=[ast.Name(id="StrEnum")]):
            return
        case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            children = [one for one in children if not _is_docstring(one)]
        case ast.Dict():
            children = list(node.values)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"))) | ast.Call(func=ast.Attribute(attr="split")):
            return
        case ast.keyword() if node.arg in _DESCRIBES:
            return
        case ast.Call(func=ast.Name(id=name)) if name in _MARKS:
            return
        case ast.Constant():
            if isinstance(node.value, str):
                yield node
            return
        case ast.JoinedStr():
            yield node
            children = [value.value for value in node.values if isinstance(value, ast.FormattedValue)]
    for child in children:
        yield from _strings(child)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _template(node: ast.JoinedStr) -> str:
    """An f-string as a text with named fields."""
    text, known = "", dict[str, str]()
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            source, base = ast.unparse(part), _field(part.value)
            names = [base, *(f"{base}_{count}" for count in range(2, 9))]
            name = next(one for one in names if known.setdefault(one, source) == source)
            text += f"{{{name}}}"
        elif isinstance(part, ast.Constant):
            text += _escaped(part.value)
    return text


def _plain(text: str) -> str:
    """A text as a template: one whose fields are filled later is one already."""
    return text if re.search(r"\{[a-z_]+\}", text) else _escaped(text)


def _escaped(text: object) -> str:
    return str(text).replace("{", "{{").replace("}", "}}")


def _field(value: ast.expr) -> str:
    """The name of a field, after the expression that fills it."""
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name.strip("_").lower() or "value"
        case ast.Call(func=ast.Name(id="len")):
            return "count"
        case ast.Call(args=[first, *_]):
            return _field(first)
        case ast.Call(func=ast.Attribute(value=inner)) | ast.Subscript(value=inner) | ast.Starred(value=inner):
            return _field(inner)
        case ast.GeneratorExp(generators=[first, *_]) | ast.ListComp(generators=[first, *_]):
            return _field(first.iter)
        case ast.BinOp(left=inner) | ast.BoolOp(values=[inner, *_]) | ast.IfExp(body=inner):
            return _field(inner)
    return "value"
