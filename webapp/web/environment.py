"""Jinja's environment: shapes are dicts, atoms are globals, sentences are translated at compile time."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, cast

from flask.templating import Environment as FlaskEnvironment
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from ..words import gettext, ngettext

_MACROS = "_macros.html"
# Globals that no template uses: every include copies all globals, and a feed has forty includes.
_NEVER_ASKED = ("_", "gettext", "pgettext", "npgettext", "lipsum", "cycler", "joiner", "namespace")
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_ATOMS = ("icon", "avatar", "badge", "ring", "candles", "lifespans", "choice", "field")
_SAME = ("icon", "badge", "candles", "lifespans")  # they have few possible values, so each drawing is kept


class Environment(FlaskEnvironment):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.globals.update({name: self._atom(name) for name in _ATOMS})
        self.add_extension("jinja2.ext.i18n")
        self.policies["ext.i18n.trimmed"] = True
        self.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
        for name in _NEVER_ASKED:
            del self.globals[name]

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Dict keys first: looking for an attribute `uuid` on a dict would raise an exception each time."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        """Jinja's hook between parsing and compiling."""
        return super()._generate(_Translated().visit(source), *args, **options)

    def _atom(self, name: str) -> Callable[..., Markup]:
        """A macro of _macros.html by name. Importing it in each card would cost more than drawing it."""

        def draw(*args: Any, **options: Any) -> Markup:
            return getattr(self.get_template(_MACROS).module, name)(*args, **options)  # type: ignore[no-any-return]

        # Nothing is kept while templates are edited.
        return lru_cache(100)(draw) if name in _SAME and not self.auto_reload else draw


class _Translated(NodeTransformer):
    """Translates sentences when a template is compiled; those with plurals, at each drawing.

    Sentences count as markup; the values in their placeholders are escaped.
    """

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802 (named by the node)
        node.nodes = [part for child in node.nodes for part in _parts(child)]
        self.generic_visit(node)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        if not (sentence := _sentence_of(node)):
            return node
        if not node.kwargs:
            return nodes.MarkSafeIfAutoescape(nodes.Const(gettext(sentence) % {}))
        values = nodes.Dict([nodes.Pair(nodes.Const(pair.key), pair.value) for pair in node.kwargs])
        return nodes.Mod(nodes.MarkSafeIfAutoescape(nodes.Const(gettext(sentence))), values)


def _sentence_of(node: nodes.Node) -> str:
    """The sentence of `_("…")` or `{% trans %}`; empty for anything else."""
    match node:
        case nodes.Call(node=nodes.Name(name="_" | "gettext"), args=[nodes.Const(value=str(sentence))]):
            return sentence
    return ""


def _parts(node: nodes.Expr) -> Iterator[nodes.Expr]:
    """The parts of the output: a sentence becomes its text and the values of its placeholders."""
    if not (sentence := _sentence_of(node)):
        yield node
        return
    values = {pair.key: pair.value for pair in cast(nodes.Call, node).kwargs}
    for number, part in enumerate(_PLACEHOLDER.split(gettext(sentence))):
        if part:
            yield values[part] if number % 2 else nodes.TemplateData(part % {})
