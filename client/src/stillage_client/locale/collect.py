"""What the client says and what of it has no translation: `python -m stillage_client.locale.collect` lists it.

Only messages written as they are count, as t("…"); what is put together at run time cannot be found here.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from stillage_client.locale import LANGUAGES, SOURCE, read_po

PACKAGE = Path(__file__).parent.parent

Message = tuple[str, str | None]  # one form, or the one for 1 and the one for many


def spoken() -> dict[Message, str]:
    """Every message of the client, with the file that says it first."""
    found: dict[Message, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for message in _messages(ast.parse(path.read_text("utf-8"))):
            found.setdefault(message, path.relative_to(PACKAGE).as_posix())
    return found


def missing(language: str) -> dict[Message, str]:
    """Messages the language has no words for."""
    po = PACKAGE / "locale" / language / "LC_MESSAGES" / "stillage.po"
    known = read_po(po.read_text("utf-8"))
    return {
        (one, many): said_in
        for (one, many), said_in in spoken().items()
        if len(known.get(one, ())) < (2 if many else 1)
    }


def _messages(tree: ast.AST) -> Iterator[Message]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("t", "tn"):
            forms = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args[:2]]
            if forms and isinstance(forms[0], str):
                many = forms[1] if node.func.id == "tn" and len(forms) > 1 else None
                yield forms[0], many if isinstance(many, str) else None


if __name__ == "__main__":
    for code in LANGUAGES:
        if code != SOURCE:
            for (one, _), said_in in missing(code).items():
                sys.stdout.write(f"{code}  {said_in}: {one}\n")
