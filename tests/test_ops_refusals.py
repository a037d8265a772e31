"""Thirty environments in which nothing may be destroyed, each with the scripts as they are, on a real server: every one
is refused, and the server gets nothing but the SELECTs by which the guard looks.
"""

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from factories import make_user
from ops_fixtures import Run, name_of
from recorder import Recorder
from ways import DatabaseUrls

from webapp.db.connections import Connection, connect
from webapp.ops import guard

DESTRUCTIVE = ("db-drop", "db-setup", "db-seed", "db-kill-sessions")
MATRIX: dict[str, "Broken"] = {}


class Place(NamedTuple):
    """What an environment may break: the way through the recorder, the database itself, and the state folder."""

    url: str
    folder: Path
    name: str
    state: Path
    owner: Connection
    admin: Connection
    recorder: Recorder
    renamed: list[str]


Broken = Callable[[Place], dict[str, str]]
"""Breaks one condition; the variables that the scripts are given beside `APP_ENV=test` and the state folder."""


def broken(title: str) -> Callable[[Broken], Broken]:
    def keep(act: Broken) -> Broken:
        MATRIX[title] = act
        return act

    return keep


def _sql(title: str, statement: str) -> None:
    def spoil(place: Place) -> dict[str, str]:
        place.owner.execute(statement)
        return {"CONNECTION_URL": place.url}

    MATRIX[title] = spoil


def _app_env(value: str) -> None:
    MATRIX[f"APP_ENV {value}"] = lambda place: {"CONNECTION_URL": place.url, "APP_ENV": value}


def _renamed(name: str) -> None:
    def rename(place: Place) -> dict[str, str]:
        place.owner.close()
        place.admin.execute(f'ALTER DATABASE {place.name} RENAME TO "{name}"')
        place.renamed.append(name)
        return {"CONNECTION_URL": place.url.replace(place.name, name)}

    MATRIX[f"named {name}"] = rename


for _value in ("production", "prod", "staging", "Development"):
    _app_env(_value)
_sql("marked for production", "UPDATE mayfly_marker SET environment = 'production'")
_sql("without a mark", "DELETE FROM mayfly_marker")
_sql("with two marks", "INSERT INTO mayfly_marker VALUES ('test')")
_sql("without the table of marks", "DROP TABLE mayfly_marker")
_sql("with one mark too many, for production", "INSERT INTO mayfly_marker VALUES ('production')")
for _value in ("mayfly", "mayfly_production", "mayfly_test_copy", "test", "mayfly_dev_2_old", "prod_devx"):
    _renamed(_value)


@broken("a server on which nothing of ours was made")
def _(place: Place) -> dict[str, str]:
    (place.state / "servers").unlink()
    return {"CONNECTION_URL": place.url}


@broken("a list that names other servers")
def _(place: Place) -> dict[str, str]:
    (place.state / "servers").write_text("7\n8\n")
    return {"CONNECTION_URL": place.url}


@broken("an empty list of servers")
def _(place: Place) -> dict[str, str]:
    (place.state / "servers").write_text("")
    return {"CONNECTION_URL": place.url}


@broken("a managed server")
def _(place: Place) -> dict[str, str]:
    place.admin.execute("CREATE ROLE rdsadmin")
    return {"CONNECTION_URL": place.url}


@broken("a managed server of another kind")
def _(place: Place) -> dict[str, str]:
    place.admin.execute("CREATE ROLE rds_superuser")
    return {"CONNECTION_URL": place.url}


@broken("a tunnel to production on this machine")
def _(place: Place) -> dict[str, str]:
    """The way is a socket of this machine, as a tunnel's end is; the mark behind it is what tells."""
    place.owner.execute("UPDATE mayfly_marker SET environment = 'production'")
    return {"CONNECTION_URL": place.url, "APP_ENV": "development"}


@broken("the database of PROD_CONNECTION_URL")
def _(place: Place) -> dict[str, str]:
    return {"CONNECTION_URL": place.url, "PROD_CONNECTION_URL": place.url}


@broken("the database of PROD_CONNECTION_URL, spelled otherwise")
def _(place: Place) -> dict[str, str]:
    spelled = f"postgresql://somebody@/{place.name}?host={place.folder}&port=5432&application_name=x"
    return {"CONNECTION_URL": place.url, "PROD_CONNECTION_URL": spelled}


@broken("OWNER_CONNECTION_URL leads elsewhere than CONNECTION_URL")
def _(place: Place) -> dict[str, str]:
    place.owner.execute("UPDATE mayfly_marker SET environment = 'production'")
    return {"CONNECTION_URL": "postgresql://mayfly@127.0.0.1:1/mayfly_dev", "OWNER_CONNECTION_URL": place.url}


@broken("PGHOST and PGDATABASE lead elsewhere than the URL says")
def _(place: Place) -> dict[str, str]:
    place.owner.execute("UPDATE mayfly_marker SET environment = 'production'")
    return {
        "CONNECTION_URL": "postgresql:///",
        "PGHOST": str(place.folder),
        "PGUSER": "postgres",
        "PGDATABASE": place.name,
        "PGPORT": "5432",
    }


@broken("PGSERVICE leads elsewhere than the URL says")
def _(place: Place) -> dict[str, str]:
    place.owner.execute("UPDATE mayfly_marker SET environment = 'production'")
    file = place.state / "services"
    file.write_text(f"[mayfly]\nhost={place.folder}\nport=5432\nuser=postgres\ndbname={place.name}\n")
    return {"CONNECTION_URL": "postgresql:///?service=mayfly", "PGSERVICEFILE": str(file)}


@broken("several hosts, the second one of which answers")
def _(place: Place) -> dict[str, str]:
    place.owner.execute("UPDATE mayfly_marker SET environment = 'production'")
    return {"CONNECTION_URL": f"postgresql://postgres@/{place.name}?host=/nowhere,{place.folder}&port=5432,5432"}


@broken("a host given twice, the parameter counts")
def _(place: Place) -> dict[str, str]:
    place.owner.execute("UPDATE mayfly_marker SET environment = 'production'")
    return {"CONNECTION_URL": f"postgresql://postgres@localhost/{place.name}?host={place.folder}&port=5432"}


@broken("the network's name for this machine")
def _(place: Place) -> dict[str, str]:
    """A name that is not this machine's by itself, though its address is: it could be another's tomorrow."""
    port = _over_tcp(place)
    return {
        "CONNECTION_URL": f"postgresql://postgres@db.example:{port}/{place.name}?hostaddr=127.0.0.1&sslmode=disable"
    }


@broken("everything at once")
def _(place: Place) -> dict[str, str]:
    place.owner.execute("UPDATE mayfly_marker SET environment = 'production'")
    (place.state / "servers").unlink()
    return {"CONNECTION_URL": place.url, "APP_ENV": "production", "PROD_CONNECTION_URL": place.url}


def _over_tcp(place: Place) -> int:
    """The recorder's socket as a port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    place.recorder.pass_on(listener)
    return int(listener.getsockname()[1])


@pytest.fixture
def place(fresh_database: DatabaseUrls, scratch: Path) -> Iterator[Place]:
    """A database that could be dropped, behind the recorder; what is broken on the server is mended at the end."""
    way = scratch / "way"
    way.mkdir()
    state = scratch / "state"
    state.mkdir(mode=0o755)
    folder = re.search(r"host=([^&]+)", fresh_database.owner_url)
    assert folder
    recorder = Recorder(way, f"{folder[1].replace('%2F', '/')}/.s.PGSQL.5432")
    url = re.sub(r"host=[^&]+", f"host={way}", fresh_database.superuser_url)
    name = name_of(fresh_database)
    with connect(fresh_database.superuser_url, dbname="postgres") as admin, fresh_database.owner() as owner:
        guard.allow_server(owner, state)
        renamed: list[str] = []
        yield Place(url, way, name, state, owner, admin, recorder, renamed)
        recorder.close()
        for row in admin.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'rds%'").fetchall():
            admin.execute(f"DROP ROLE {row[0]}")
        for other in renamed:
            admin.execute(f'ALTER DATABASE "{other}" RENAME TO {name}')


def destroy(run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], script: str) -> str:
    """Runs a destructive script with all that could make it go on; its error output."""
    for name, value in {"APP_ENV": "test", "MAYFLY_STATE": str(place.state), **environment}.items():
        monkeypatch.setenv(name, value)
    typed = ["--yes-drop", place.name] if script in ("db-drop", "db-setup") else []
    code, _, err = run(script, *typed)
    assert code == 1, f"{script} went on"
    return err


@pytest.mark.parametrize("script", DESTRUCTIVE)
@pytest.mark.parametrize("title", MATRIX)
def test_destructive_script_is_refused(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, title: str, script: str
) -> None:
    before = _content(place)
    err = destroy(run, place, monkeypatch, MATRIX[title](place), script)
    assert len(err.splitlines()) == 1, err
    assert re.search(r"refused|must be one of", err), err
    sent = place.recorder.statements()
    assert {statement.split()[0] for statement in sent} <= {"SELECT"}, sent
    if script in ("db-seed", "db-kill-sessions") and not re.search(r"APP_ENV (prod|staging|Development)$", title):
        assert sent, "the guard looked at nothing"
    assert _content(place) == before


def _content(place: Place) -> object:
    return place.admin.execute("SELECT count(*) FROM pg_database").fetchone()


def test_matrix_has_thirty_environments() -> None:
    assert len(MATRIX) >= 30


@pytest.mark.parametrize("script", DESTRUCTIVE)
def test_unbroken_the_same_environment_lets_the_script_go_on(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """What the matrix breaks is what keeps the scripts from going on, and nothing else does."""
    monkeypatch.setenv("CONNECTION_URL", place.url)
    monkeypatch.setenv("APP_ENV", "test")
    monkeypatch.setenv("MAYFLY_STATE", str(place.state))
    place.owner.close()
    typed = ["--dry-run"] if script != "db-seed" else []
    code, _, err = run(script, *typed)
    assert (code, err) == (0, "")


@pytest.mark.parametrize("script", [*DESTRUCTIVE, "db-create"])
@pytest.mark.parametrize("arguments", [["prod"], ["--dry-run", "prod"], ["prod", "--yes-drop", "mayfly"]])
def test_no_argument_makes_it_production(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, script: str, arguments: list[str]
) -> None:
    make_user(place.owner, password=None)
    monkeypatch.setenv("PROD_CONNECTION_URL", place.url)
    monkeypatch.setenv("CONNECTION_URL", place.url)
    monkeypatch.setenv("APP_ENV", "test")
    monkeypatch.setenv("MAYFLY_STATE", str(place.state))
    code, out, err = run(script, *arguments)
    assert (code, out) == (1, "")
    assert err == f"bin/{script}: refused: this script never works on production.\n"
    assert place.recorder.statements() == []
