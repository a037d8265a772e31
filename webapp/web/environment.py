"""How templates read shapes, and the atoms that all of them may draw."""

from collections.abc import Callable
from functools import cache
from typing import Any

from flask.templating import Environment as FlaskEnvironment
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from ..words import gettext, ngettext

_MACROS = "_macros.html"
_ATOMS = ("icon", "avatar", "fuse", "toggle", "field")


class Environment(FlaskEnvironment):
    """Flask's environment, for pages that are made of dicts."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.globals.update({name: self._atom(name) for name in _ATOMS})
        self.add_extension("jinja2.ext.i18n")
        self.policies["ext.i18n.trimmed"] = True
        self.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A shape's field first: `card.uuid` looked for on the dict itself would cost an exception each time."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        """Jinja's own hook between parsing and compiling: constant sentences become text of the template."""
        return super()._generate(_Constants().visit(source), *args, **options)

    def _atom(self, name: str) -> Callable[..., Markup]:
        """A macro of _macros.html by its name: an import of its own would cost each card more than the drawing."""

        def draw(*args: Any, **options: Any) -> Markup:
            return getattr(self.get_template(_MACROS).module, name)(*args, **options)  # type: ignore[no-any-return]

        # An icon is the same every time, and a feed shows forty; while templates are edited it is drawn anew.
        return cache(draw) if name == "icon" and not self.auto_reload else draw


class _Constants(NodeTransformer):
    """Looks sentences without a placeholder up once, not at every drawing: a card has some, and a page twenty cards."""

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802 (named by the node)
        self.generic_visit(node)
        match node:
            case nodes.Call(node=nodes.Name(name="_" | "gettext"), args=[nodes.Const(value=str(sentence))], kwargs=[]):
                return nodes.MarkSafeIfAutoescape(nodes.Const(gettext(sentence) % {}))
        return node
