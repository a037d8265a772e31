"""docs/settings.md: its tables are what the code says, and no variable is missing from them."""

import re

from webapp.config.described import DEFAULTS, SERVER
from webapp.config.page import PAGE, filled
from webapp.config.settings import Settings
from webapp.postgres.folders import CHECKOUT

# Read, but no settings of ours: of libpq, AWS, systemd, WSGI and HTTP, set by the supervisor, or refused.
FOREIGN = re.compile(r"PG(HOST|PORT|USER|DATABASE|SERVICE)|AWS_.*|XDG_.*|HTTP_.*|PATH_INFO|QUERY_STRING|MAYFLY_RUN_AS")
FALL_BACKS = {"GITHUB_USER", "GITPOD_ENVIRONMENT_ID", "CODESPACE_NAME", "REPLICA_CONNECTION_URL"}
LEAST = {"CONNECTION_URL": "postgresql://app@localhost/mayfly", "SECRET_KEY": "0123456789abcdef0123456789abcdef"}


def sources() -> str:
    files = [*CHECKOUT.glob("webapp/**/*.py"), *CHECKOUT.glob("bin/*"), CHECKOUT / "gunicorn.conf.py"]
    return "\n".join(path.read_text("utf-8") for path in files if path.name != "described.py")


def test_tables_of_the_page_are_what_the_code_says() -> None:
    page = PAGE.read_text("utf-8")
    assert page == filled(page), "bin/docs-settings makes it"


def test_defaults_are_what_the_program_takes() -> None:
    said = {name: one.default for group in SERVER.values() for name, one in group.items() if one.default}
    del said["OIDC_SCOPES"]  # belongs to a provider
    assert len(said) > 12
    assert Settings.from_env({**said, **LEAST}) == Settings.from_env(LEAST)


def test_every_variable_that_is_read_is_on_the_page_and_none_besides() -> None:
    text = sources()
    read = set(re.findall(r"env(?:iron)?(?:\.get\(|\[|, )\"([A-Z][A-Z_]+)\"", text))
    assert len(read) > 30
    assert {name for name in read - FALL_BACKS if not FOREIGN.fullmatch(name)} <= set(DEFAULTS)
    assert [name for name in DEFAULTS if not re.search(rf"\b{name}\b", text)] == []
    assert f"BACKUP_DAYS:-{DEFAULTS['BACKUP_DAYS']}" in text
