"""The rules of import and names. What is over its budget is printed; what breaks a rule fails."""

import ast
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WEBAPP = ROOT / "webapp"
TEMPLATES = WEBAPP / "templates"
STATIC = WEBAPP / "static"
# Top down: a room imports only rooms that stand further down; those in one list do not import each other.
FLOORS = [
    ["dev"], ["runtime"], ["ops"], ["postgres", "aws"],
    ["api"], ["feeds"], ["moderation"], ["live", "notifications"], ["reactions"], ["activities"], ["media"],
    ["follows"], ["users"], ["drafts"], ["identities"], ["sign_ups"], ["invitations"], ["sessions"],
    ["web"], ["limits"], ["db"], ["config"], ["logs", "text", "deadline"], ["errors"], ["words"],
]  # fmt: skip
ROOMS = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
NOUNS = {room for room, floor in ROOMS.items() if ROOMS["api"] <= floor <= ROOMS["sessions"]}

MODULES = sorted(WEBAPP.rglob("*.py"))
# What answers requests.
SERVING = [m for m in MODULES if m.relative_to(WEBAPP).parts[0] not in {"dev", "runtime", "ops", "postgres", "aws"}]
PAGES = sorted(TEMPLATES.rglob("*.html"))
STYLES = sorted(STATIC.rglob("*.css"))
SCRIPTS = sorted(path for path in STATIC.rglob("*.js") if "vendor" not in path.parts)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _room(path: Path) -> str:
    """The folder of a module below `webapp/`, or the module's own name where it stands at the root."""
    return path.relative_to(WEBAPP).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    """What a module imports, absolute: `webapp.db.database.Database`, `flask.request`."""
    found, package = set(), path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *filter(None, [node.module])))
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def test_imports_go_down_only() -> None:
    """`create_app` at the root is the table of contents, so it may import every room."""
    for path, room in [(path, _room(path)) for path in MODULES if _room(path) != "__init__"]:
        for name in [name for name in _imports(path) if name.startswith("webapp.")]:
            other = name.split(".")[1]
            allowed = other == room or ROOMS[other] > ROOMS[room]
            assert allowed, f"{_name(path)} imports {name}: {room} does not stand above {other}"


def test_root_holds_seven_modules_at_most() -> None:
    assert len(list(WEBAPP.glob("*.py"))) <= 7
    assert {_room(path) for path in MODULES} <= ROOMS.keys() | {"__init__"}


def test_request_is_touched_at_the_edge_alone() -> None:
    # Who is asking is told by a cookie.
    edge = {"routes.py", "guards.py", "session.py", "fuse.py", "account.py", "leaving.py", "reporting.py"}
    for path in (path for path in SERVING if path.name not in edge and _room(path) not in {"web", "__init__"}):
        touched = _imports(path) & {"flask.request", "flask.session", "flask.g", "flask.globals"}
        assert not touched, f"{_name(path)} touches {touched}: HTTP only at the edge"


def test_actions_know_no_http() -> None:
    http = re.compile(r"flask|werkzeug|wtforms|webapp\.web\.|.*\.(routes|forms|session)\b")
    for path in [path for path in MODULES if path.name == "actions.py"]:
        assert not [name for name in _imports(path) if http.match(name)], _name(path)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and len(node.args.args) > 2:
                pytest.fail(f"{_name(path)}: {node.name} takes plain values by keyword only, behind db and settings")


def test_no_request_can_call_out_or_run_programs() -> None:
    calling = r"(requests|httpx|urllib3|aiohttp|boto\w+|urllib\.request|http\.client|subprocess|pickle|marshal)\b"
    # The one way out is to the identity provider that the settings name, and to no address that a request brings.
    allowed = {"webapp/identities/provider.py": {"requests", "urllib3"}, "webapp/db/iam.py": {"boto3", "botocore"}}
    for path in SERVING:
        found = {name.split(".")[0] for name in _imports(path) if re.match(calling, name)}
        assert found <= allowed.get(_name(path), set()), _name(path)
        assert not re.search(r"\b(eval|exec|os\.system)\(", path.read_text()), _name(path)


def test_markup_is_made_of_messages_and_of_what_templates_drew() -> None:
    messages, drawn = WEBAPP / "web" / "links.py", WEBAPP / "activities" / "cards.py"
    for path in SERVING:
        text = path.read_text()
        assert "render_template_string" not in text, _name(path)
        assert "Markup(" not in text or path in (messages, drawn), _name(path)
        if path != drawn:  # there it is a template's own output
            assert not re.search(r"Markup\(f|Markup\([^)\"']*[a-z]", text), "Markup takes a literal; values by format"


def test_trees_are_named_by_nouns() -> None:
    assert {p.name for p in (ROOT / "sql").iterdir() if p.is_dir()} <= NOUNS | {"limits", "ops", "migrations", "views"}
    assert {p.name for p in TEMPLATES.iterdir() if p.is_dir()} <= NOUNS | {"errors"}
    assert {p.stem for p in (STATIC / "css").glob("*.css")} <= NOUNS | {"tokens", "base", "layout", "composer", "fuse"}
    files = {p.name for p in (ROOT / "sql").glob("*/*.sql") if p.parent.name != "migrations"}
    assert all(re.fullmatch(r"_?[a-z0-9_]+\.sql", name) for name in files)


def test_templates_say_what_they_need_and_are_named_by_their_use() -> None:
    broken = []
    for path in PAGES:
        text, part = path.read_text(), path.name.startswith("_")
        first = text.splitlines()[0]
        rules = {
            "begins with what it needs": re.fullmatch(r"\{# needs: .+ #\}", first),
            "has no line above 120 characters": all(len(line) <= 120 for line in text.splitlines()),
            "says what swaps it": not part or path.name in {"_macros.html", "_nav.html"} or " · swapped by: " in first,
            "says what it answers": part or path.parent == TEMPLATES or " · answers: " in first,
            "includes parts alone": not re.search(r'{%-? *(?:include|from) "(?:\w+/)*[^_/][^/"]*"', text),
            "extends a page, or is a part": ('{% extends "' in text) != part or path.name == "shell.html",
        }
        broken += [f"{_name(path)}: {rule}" for rule, kept in rules.items() if not kept]
    assert not broken, "\n".join(broken)


FORBIDDEN_IN_TEMPLATES = {
    "unescaped": r"\|\s*safe\b|{%-?\s*autoescape|\|\s*tojson",
    "an attribute without quotes": r"\s[\w-]+=\{\{",
    "a style or a handler of its own": r"<style|\sstyle=|\son[a-z]+=|hx-on\b|hx-on:|\bjs:|javascript:",
    "a script of its own": r"<script(?![^>]*\ssrc=)",
    "a filter in a trigger, which is evaluated": r"hx-trigger=\"[^\"]*\[",
    "what HTMX evaluates": r"hx-(vals|headers|confirm|vars)=",
    "what turns HTMX's guards off": r"hx-(disable|ext|history-cache)",
    "an address of another place, or of this one written by hand": r"https?://",
}
NEEDED_IN_TAGS = [
    # In a card focus returns to the same act of the same card by its class.
    (r"<(?:button|textarea|select|input)\b", r'\sid="|type="hidden"| form="acts"'),
    (r"<a\b(?=[^>]*\bhx-)", ' id="'),
    (r"<a\b(?=[^>]*\bhx-get)", ' href="'),
    (r"<form\b", ' action="| id="acts"'),  # whose buttons say where it goes
    (r"<form\b", ' method="post"| role="search"'),
]


def test_templates_escape_everything_run_nothing_and_work_without_script() -> None:
    broken = []
    for path in PAGES:
        text = path.read_text()
        for what, pattern in FORBIDDEN_IN_TEMPLATES.items():
            broken += [f"{_name(path)}: {what}: {found[0][:90]}" for found in re.finditer(pattern, text, re.MULTILINE)]
        for kind, needed in NEEDED_IN_TAGS:
            tags = [tag for tag in re.findall(rf"{kind}[^>]*", text) if not re.search(needed, tag)]
            broken += [f"{_name(path)}: {tag} without {needed}" for tag in tags]
        ours = "|".join(["href", "page", "person", "compose", "burn", "above", *re.findall(r"(\w+)=url_for\(", text)])
        if re.search(rf"href=\"\{{\{{ (?!address\(|url_for\(|static\(|(?:{ours}) )", text):
            broken.append(f"{_name(path)}: a link to what somebody typed")
        for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
            if 'name="csrf_token" value="{{ csrf_token() }}"' not in form and ' method="post"' in form:
                broken.append(f"{_name(path)}: a form without its token")
    assert not broken, "\n".join(broken)


def test_templates_isolate_what_people_typed() -> None:
    """A name stands in `bdi`, a text in `dir="auto"`: characters that turn the order end at its border."""
    broken = []
    # What takes no markup.
    unmarked = r"<label.*?</label>|aria-label=\"\s*{%-? trans.*?\">|{% block (title|description) %}.*?{% endblock %}"
    for path in PAGES:
        text = re.sub(unmarked, "", path.read_text(), flags=re.DOTALL)
        for given, sentence in re.findall(r"{%-? trans (.*?)%}(.*?){%-? endtrans", text, re.DOTALL):
            names = re.findall(r"(\w+)=[\w.]*display_name\b", given)
            broken += [sentence for name in names if f"<bdi>{{{{ {name} }}}}" not in sentence]
        for line in path.read_text().splitlines():
            shown = re.sub(r'<title>.*|{% block (title|description) %}.*?{% endblock %}|="[^"]*"|\{%.*?%\}', "", line)
            name = re.search(r"{{ [\w.]*display_name }}", shown) and "<label" not in line
            words = re.search(r"{{ [\w.]*(\bmessage|\bbio)\b( \| (message_html|excerpt\(\d+\)))? }}", shown)
            theirs = words and re.search("activity|item|person", shown)
            if (name and "<bdi>{{" not in line) or (theirs and 'dir="auto"' not in line):
                broken.append(f"{_name(path)}: {line}")
    assert not broken, "\n".join(broken)


# Style and script ----------------------------------------------------------------------------------------------

FORBIDDEN_IN_STYLES = r"@import|https?://|url\(\s*['\"]?(//|data:)|expression\("
FORBIDDEN_IN_SCRIPTS = r"\beval\(|new Function|innerHTML|(?<!swap: \")outerHTML|insertAdjacentHTML|document\.write|setTimeout\(\s*['\"`]|https?://"


def test_styles_load_nothing_and_scripts_evaluate_and_insert_nothing() -> None:
    forbidden = [(path, FORBIDDEN_IN_STYLES) for path in STYLES] + [(path, FORBIDDEN_IN_SCRIPTS) for path in SCRIPTS]
    forbidden += [(path, "!important") for path in STYLES if path.name not in {"base.css", "layout.css"}]
    broken = [f"{_name(path)}: {found[0]}" for path, text in forbidden if (found := re.search(text, path.read_text()))]
    assert not broken, "\n".join(broken)


def test_htmx_comes_along_as_it_was_published() -> None:
    vendored = hashlib.sha256((STATIC / "vendor" / "htmx-4.0.1.min.js").read_bytes()).hexdigest()
    assert vendored == "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    made = {".venv", ".venv-moto", "node_modules", "var"}
    files = [ROOT / name for name in listed.split("\0") if name]
    files = files or [path for path in ROOT.rglob("*") if not made & set(path.parts)]
    return [path for path in files if path.is_file() and path.suffix not in {".png", ".woff2", ".jpg", ".ico"}]


def test_repository_names_no_machine_and_no_registry() -> None:
    # Written apart, so that this file does not find itself.
    machine = re.compile(r"(?<![\w.$}-])/" + r"work/|/tmp/bash_" + r"jobs|\.libr" + r"ary/|/root/\.")
    registry = re.compile(
        r"pypi\.|files\.python" + r"hosted|registry\.npm" + r"js|index-url|extra-index|find-links|\"resolved\""
    )
    for path in _tracked():
        text = path.read_text(errors="replace")
        assert not machine.search(text), f"{_name(path)} names a place of one machine"
        if re.fullmatch(r"requirements.*\.txt|package-lock\.json|.*\.lock", path.name):
            assert not registry.search(text), f"{_name(path)} names a registry"


def test_requirements_are_pinned_and_hashed() -> None:
    for path in sorted(ROOT.glob("requirements*.txt")):
        wanted = [line for line in path.read_text().splitlines() if line and not line.startswith((" ", "#"))]
        loose = [line for line in wanted if not re.fullmatch(r"[a-z0-9.\[\],_-]+==\S+.*\\", line)]
        assert wanted and not loose, f"{path.name}: {loose}"  # noqa: PT018


def test_scripts_of_bin_have_the_skeleton() -> None:
    for path in sorted(p for p in (ROOT / "bin").iterdir() if p.is_file() and p.name != "_common.sh"):
        lines = path.read_text().splitlines()
        assert lines[0] == "#!/usr/bin/env bash", path.name
        assert re.match(rf"# {re.escape(path.name)}: .+", lines[1]), path.name
        assert "_common.sh" in next(line for line in lines if not line.startswith("#")), path.name
        assert path.stat().st_mode & 0o111, path.name
    assert "set -euo pipefail" in (ROOT / "bin" / "_common.sh").read_text().splitlines()[:5]


def test_budgets_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    sql = sorted(path for path in (ROOT / "sql").rglob("*.sql") if path.parent.name in NOUNS | {"ops"})
    with capsys.disabled():
        for path in (*MODULES, *PAGES, *sql, *SCRIPTS):
            lines, page = len(path.read_text().splitlines()), path.suffix == ".html" and path.name[0] != "_"
            most = 150 if path.suffix == ".py" else 60 if page else 40
            if lines > most:
                sys.stdout.write(f"\nover budget: {_name(path)} has {lines} lines of {most}")
