"""How templates read shapes, and the atoms that all of them may draw."""

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
# Names that no compiled template asks for. Every include copies those that there are, and a feed has forty.
_NEVER_ASKED = ("_", "gettext", "pgettext", "npgettext", "lipsum", "cycler", "joiner", "namespace")
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_ATOMS = ("icon", "avatar", "ring", "candles", "lifespans", "field")
_SAME = ("icon", "candles", "lifespans")  # drawn from few values, so each drawing is kept


class Environment(FlaskEnvironment):
    """Flask's environment, for pages that are made of dicts."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.globals.update({name: self._atom(name) for name in _ATOMS})
        self.add_extension("jinja2.ext.i18n")
        self.policies["ext.i18n.trimmed"] = True
        self.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
        for name in _NEVER_ASKED:
            del self.globals[name]

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A shape's field first: `card.uuid` looked for on the dict itself would cost an exception each time."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        """Jinja's own hook between parsing and compiling."""
        return super()._generate(_Translated().visit(source), *args, **options)

    def _atom(self, name: str) -> Callable[..., Markup]:
        """A macro of _macros.html by its name: an import of its own would cost each card more than the drawing."""

        def draw(*args: Any, **options: Any) -> Markup:
            return getattr(self.get_template(_MACROS).module, name)(*args, **options)  # type: ignore[no-any-return]

        # While templates are edited nothing is kept.
        return lru_cache(100)(draw) if name in _SAME and not self.auto_reload else draw


class _Translated(NodeTransformer):
    """Looks sentences up when a template is compiled, so that drawing one costs nothing; those that count, each time.

    As text that was written here they are markup; what fills their placeholders is escaped like any other value.
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
    """The sentence of `_("…")` or of `{% trans %}`; empty for all else."""
    match node:
        case nodes.Call(node=nodes.Name(name="_" | "gettext"), args=[nodes.Const(value=str(sentence))]):
            return sentence
    return ""


def _parts(node: nodes.Expr) -> Iterator[nodes.Expr]:
    """What is put out, a sentence as its text and what stands in its placeholders."""
    if not (sentence := _sentence_of(node)):
        yield node
        return
    values = {pair.key: pair.value for pair in cast(nodes.Call, node).kwargs}
    for number, part in enumerate(_PLACEHOLDER.split(gettext(sentence))):
        if part:
            yield values[part] if number % 2 else nodes.TemplateData(part % {})
