"""The rules of import and names. What is over its budget is printed; what breaks a rule fails."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WEBAPP = ROOT / "webapp"
TEMPLATES = WEBAPP / "templates"
STATIC = WEBAPP / "static"
# Top down: a room imports only rooms that stand further down; those on one line do not import each other.
FLOORS = [
    ["dev"], ["runtime"], ["ops"], ["postgres", "aws"],
    ["api"], ["feeds"], ["moderation"], ["notifications"], ["reactions"], ["activities"], ["media"],
    ["follows"], ["users"], ["drafts"], ["identities"], ["sign_ups"], ["sessions"],
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
    first = path.relative_to(WEBAPP).parts[0]
    return first.removesuffix(".py")


def _imports(path: Path) -> set[str]:
    """What a module imports, absolute: `webapp.db.database.Database`, `flask.request`."""
    found, package = set(), ("webapp", *path.relative_to(WEBAPP).parts[:-1]) if path.is_relative_to(WEBAPP) else ()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join((*package[: len(package) - node.level + 1], *filter(None, [node.module])))
            module = base if node.level else node.module
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


# Python --------------------------------------------------------------------------------------------------------


def test_imports_go_down_only() -> None:
    """`create_app` at the root is the table of contents, so it may import every room."""
    for path in MODULES:
        room = _room(path)
        if room == "__init__":
            continue
        for name in _imports(path):
            if not name.startswith("webapp."):
                continue
            other = name.split(".")[1]
            allowed = other == room or ROOMS[other] > ROOMS[room]
            assert allowed, f"{_name(path)} imports {name}: {room} does not stand above {other}"


def test_root_holds_seven_modules_at_most() -> None:
    assert len(list(WEBAPP.glob("*.py"))) <= 7
    assert {_room(path) for path in MODULES} <= ROOMS.keys() | {"__init__"}


def test_request_is_touched_at_the_edge_alone() -> None:
    edge = {"routes.py", "guards.py", "session.py"}  # who is asking is told by a cookie
    for path in SERVING:
        if path.name in edge or _room(path) in {"web", "__init__"}:
            continue
        touched = _imports(path) & {"flask.request", "flask.session", "flask.g", "flask.globals"}
        assert not touched, f"{_name(path)} touches {touched}: HTTP only at the edge"


def test_actions_know_no_http() -> None:
    for path in MODULES:
        if path.name != "actions.py":
            continue
        assert not [
            name
            for name in _imports(path)
            if re.match(r"flask|werkzeug|wtforms|webapp\.web\.|.*\.(routes|forms|session)\b", name)
        ], _name(path)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and len(node.args.args) > 2:
                pytest.fail(f"{_name(path)}: {node.name} takes plain values by keyword only, behind db and settings")


def test_no_request_can_call_out_or_run_programs() -> None:
    """No HTTP client and no shell in what answers requests. (What starts programs answers none.)"""
    forbidden = re.compile(
        r"(requests|httpx|urllib3|aiohttp|boto3|botocore|urllib\.request|http\.client|subprocess|pickle|marshal)\b"
    )
    # The one way out: to the identity provider that the settings name, bounded in time and size, and to no address
    # that a request brings.
    allowed = {
        WEBAPP / "identities" / "provider.py": {"requests", "urllib3"},
        WEBAPP / "db" / "iam.py": {"boto3", "botocore"},
    }
    for path in SERVING:
        found = {name.split(".")[0] for name in _imports(path) if forbidden.match(name)}
        assert found <= allowed.get(path, set()), _name(path)
        assert not re.search(r"\b(eval|exec|os\.system)\(", path.read_text()), _name(path)


def test_markup_is_made_of_messages_alone() -> None:
    for path in SERVING:
        text = path.read_text()
        assert "render_template_string" not in text, _name(path)
        if path != WEBAPP / "web" / "links.py":
            assert "Markup(" not in text, _name(path)
        assert not re.search(r"Markup\(f|Markup\([^)\"']*[a-z]", text), (
            "Markup takes a literal; values go through format"
        )


def test_trees_are_named_by_nouns() -> None:
    assert {p.name for p in (ROOT / "sql").iterdir() if p.is_dir()} <= NOUNS | {"limits", "ops", "migrations", "views"}
    assert {p.name for p in TEMPLATES.iterdir() if p.is_dir()} <= NOUNS | {"errors"}
    assert {p.stem for p in (STATIC / "css").glob("*.css")} <= NOUNS | {"tokens", "base", "layout"}
    assert {
        p.name
        for p in (ROOT / "sql").glob("*/*.sql")
        if p.parent.name != "migrations" and not re.fullmatch(r"_?[a-z0-9_]+\.sql", p.name)
    } == set()


# Templates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_template_begins_with_what_it_needs(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    assert re.fullmatch(r"\{# needs: .+ #\}", first)
    if path.name.startswith("_") and path.name not in {"_macros.html", "_nav.html"}:
        assert " · swapped by: " in first
    if not path.name.startswith("_") and path.parent != TEMPLATES:
        assert " · answers: " in first


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_template_is_named_by_its_use(path: Path) -> None:
    text = path.read_text()
    for used in re.findall(r'{%-? *(?:include|from) "([^"]+)"', text):
        assert Path(used).name.startswith("_"), f"{used} is included, so its name begins with an underscore"
    extends = '{% extends "' in text
    assert extends != path.name.startswith("_") or path.name == "shell.html"


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_template_escapes_everything(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\|\s*safe\b|{%-?\s*autoescape|\|\s*tojson", text)
    assert not re.search(r"=\{\{", text), "an attribute without quotes"
    ours = "|".join(["href", "page", "person", "compose", "burn", "sprite", *re.findall(r"(\w+)=url_for\(", text)])
    assert not re.search(rf"href=\"\{{\{{ (?!address\(|url_for\(|static\(|(?:{ours}) )", text), (
        "a link to what somebody typed"
    )


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_template_runs_no_code_in_the_browser(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on\b|hx-on:|\bjs:|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"hx-trigger=\"[^\"]*\[", text), "a filter in a trigger is evaluated"
    assert not re.search(r"hx-(vals|headers|confirm|vars)=", text)
    assert "hx-disable" not in text
    assert "hx-ext" not in text
    assert "hx-history-cache" not in text
    assert not re.search(r"https?://", text), "an address of another place, or of this one written by hand"


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_template_gives_every_control_an_id(path: Path) -> None:
    for tag in re.findall(r"<(?:button|textarea|select|input)\b[^>]*(?:>|$)", path.read_text(), re.MULTILINE):
        in_card = ' form="acts"' in tag  # focus returns to the same act of the same card by its class
        assert in_card or re.search(r'\sid="|type="hidden"', tag), tag
    for tag in re.findall(r"<a\b[^>]*\bhx-[^>]*>", path.read_text()):
        assert ' id="' in tag, tag


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_template_works_without_script_first(path: Path) -> None:
    for tag in re.findall(r"<form\b.*?>\n?", path.read_text(), re.DOTALL):
        assert ' action="' in tag or ' id="acts"' in tag  # its buttons say where it goes
        assert ' method="post"' in tag
    for tag in re.findall(r"<a\b[^>]*\bhx-get[^>]*>", path.read_text()):
        assert ' href="' in tag
    for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL):
        assert 'name="csrf_token" value="{{ csrf_token() }}"' in form


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_template_isolates_what_people_typed(path: Path) -> None:
    """A name stands in `bdi`, a text in `dir="auto"`: signs that turn the order end at its border."""
    unmarked = r"<label.*?</label>|{% block (title|description) %}.*?{% endblock %}"  # take no markup
    text = re.sub(unmarked, "", path.read_text(), flags=re.DOTALL)
    for given, sentence in re.findall(r"{%-? trans (.*?)%}(.*?){%-? endtrans", text, re.DOTALL):
        for name in re.findall(r"(\w+)=[\w.]*display_name\b", given):
            assert f"<bdi>{{{{ {name} }}}}" in sentence, sentence
    for line in path.read_text().splitlines():
        shown = re.sub(r'<title>.*|{% block (title|description) %}.*?{% endblock %}|="[^"]*"|\{%.*?%\}', "", line)
        if re.search(r"{{ [\w.]*display_name }}", shown) and "<label" not in line:
            assert "<bdi>{{" in line, line
        if re.search(r"{{ [\w.]*(\bmessage|\bbio)\b( \| (message_html|excerpt\(\d+\)))? }}", shown) and (
            "activity" in shown or "item" in shown or "person" in shown
        ):
            assert 'dir="auto"' in line, line


# Style and script ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", STYLES, ids=_name)
def test_style_loads_nothing_by_itself(path: Path) -> None:
    text = path.read_text()
    assert "@import" not in text
    assert not re.search(r"https?://|url\(\s*['\"]?(//|data:)|expression\(", text)
    assert "!important" not in text or path.name in {"base.css", "layout.css"}


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_script_evaluates_and_inserts_nothing(path: Path) -> None:
    text = path.read_text()
    assert not re.search(
        r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|setTimeout\(\s*['\"`]", text
    )
    assert not re.search(r"https?://", text)


def test_htmx_comes_along_as_it_was_published() -> None:
    import hashlib

    vendored = (STATIC / "vendor" / "htmx-4.0.1.min.js").read_bytes()
    assert len(vendored) == 37448
    digest = hashlib.sha256(vendored).hexdigest()
    assert digest == HTMX_SHA256, "the vendored file is not the one that was looked at"


HTMX_SHA256 = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"


# The repository ------------------------------------------------------------------------------------------------


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in listed.stdout.split("\0") if name]
    files = [ROOT / name for name in names] or [
        p for p in ROOT.rglob("*") if not {".venv", ".venv-moto", "node_modules", "var"} & set(p.parts)
    ]
    return [path for path in files if path.is_file() and path.suffix not in {".png", ".woff2", ".jpg", ".ico"}]


def test_repository_names_no_machine_and_no_registry() -> None:
    # Written apart, so that this file does not find itself.
    machine = re.compile(r"(?<![\w.$}-])/" + r"work/|/tmp/bash_" + r"jobs|\.libr" + r"ary/|/root/\.")
    registry = re.compile(
        r"(?:pypi\.|files\.python" + r"hosted|registry\.npm" + r"js|index-url|extra-index|find-links|\"resolved\")"
    )
    for path in _tracked():
        text = path.read_text(errors="replace")
        assert not machine.search(text), f"{_name(path)} names a place of one machine"
        if re.fullmatch(r"requirements.*\.txt|package-lock\.json|.*\.lock", path.name):
            assert not registry.search(text), f"{_name(path)} names a registry"


@pytest.mark.parametrize(
    "name", [_name(path) for path in _tracked() if re.fullmatch(r"requirements.*\.txt", path.name)]
)
def test_requirements_are_pinned_and_hashed(name: str) -> None:
    wanted = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith((" ", "#"))]
    assert wanted
    assert all(re.match(r"[a-z0-9.\[\],_-]+==\S+", line) and line.endswith("\\") for line in wanted)


@pytest.mark.parametrize("path", sorted(p for p in (ROOT / "bin").iterdir() if p.is_file()), ids=_name)
def test_script_of_bin_has_the_skeleton(path: Path) -> None:
    lines = path.read_text().splitlines()
    if path.name == "_common.sh":
        assert "set -euo pipefail" in lines[:5]
        return
    assert lines[0] == "#!/usr/bin/env bash"
    assert re.match(rf"# {re.escape(path.name)}: .+", lines[1])
    assert "_common.sh" in next(line for line in lines if not line.startswith("#"))
    assert path.stat().st_mode & 0o111


def test_budgets_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    budgets = [
        (MODULES, 150),
        ([p for p in PAGES if not p.name.startswith("_")], 60),
        ([p for p in PAGES if p.name.startswith("_")], 40),
        (sorted(p for p in (ROOT / "sql").rglob("*.sql") if p.parent.name in NOUNS | {"ops"}), 40),
        (SCRIPTS, 40),
    ]
    over = [(len(path.read_text().splitlines()), most, path) for paths, most in budgets for path in paths]
    with capsys.disabled():
        for lines, most, path in over:
            if lines > most:
                sys.stdout.write(f"\nover budget: {_name(path)} has {lines} lines of {most}")
