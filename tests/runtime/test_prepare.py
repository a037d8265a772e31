"""From any database to one that can be served from, or a sentence why not."""

import os
from pathlib import Path

import pytest
from ways import free_port, wait_for

from webapp.config.settings import Settings
from webapp.db.connections import connect
from webapp.errors import Refused, Unavailable
from webapp.ops import migrate, prepare
from webapp.ops.target import embedded_target, external_target
from webapp.postgres.embedded import SUPERUSER, Cluster


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def prepared(env: dict[str, str], state: Path, **more: str) -> list[str]:
    """What is said while the database of this environment is prepared."""
    said: list[str] = []
    on = external_target({**env, **more}, env["APP_ENV"], state)
    settings = Settings.from_env({**env, **more, "SECRET_KEY": "only-for-tests-0123456789-abcdefgh"})
    prepare.prepare_database(on, settings, said.append)
    return said


def test_one_makes_the_schema_and_another_serves_who_knows_no_owner(external: dict[str, str], scratch: Path) -> None:
    alone = {name: value for name, value in external.items() if name != "OWNER_CONNECTION_URL"}
    with pytest.raises(Refused, match="may not make tables in mayfly: OWNER_CONNECTION_URL"):
        prepared(alone, scratch)
    assert prepared(external, scratch) == ["made the database mayfly"]
    assert prepared(alone, scratch) == []
    (warning,) = prepared({**alone, "CONNECTION_URL": external["OWNER_CONNECTION_URL"]}, scratch)
    assert "mayfly_owner, who may change the schema" in warning
    with pytest.raises(Unavailable, match=r"port \d+ .*cannot be reached"):  # the way past a pooler
        prepared(external, scratch, DIRECT_CONNECTION_URL=f"postgresql://mayfly_app@127.0.0.1:{free_port()}/mayfly")


def test_database_that_is_not_as_needed_is_left_alone(
    durable: Cluster, external: dict[str, str], scratch: Path
) -> None:
    with connect(external["OWNER_CONNECTION_URL"]) as conn:
        conn.execute("CREATE TABLE theirs ()")
        with pytest.raises(Refused, match="has no schema of Mayfly's"):
            prepared(external, scratch)
        conn.execute("DROP TABLE theirs")
        prepared(external, scratch)
        with pytest.raises(Refused, match=r"WORKERS 16 x POOL_MAX 50 .* make 806 connections"):
            prepared(external, scratch, WORKERS="16", POOL_MAX="50")
        conn.execute("DELETE FROM schema_migrations WHERE name = %s", [migrate.on_disk()[-1].name])
        with pytest.raises(Refused, match=r"1 migration\(s\) are pending"):
            prepared(external, scratch)


def test_production_refuses_to_lose_writes(durable: Cluster, external: dict[str, str], scratch: Path) -> None:
    prepared(external, scratch)
    with connect(durable.url(SUPERUSER, "postgres")) as conn:

        def setting(change: str, name: str, value: str) -> None:
            conn.execute(f"ALTER SYSTEM {change}")
            conn.execute("SELECT pg_reload_conf()")
            wait_for(lambda: conn.execute("SELECT current_setting(%s)", [name]).fetchone() == (value,))

        for name, value in (("fsync", "off"), ("full_page_writes", "off"), ("synchronous_commit", "local")):
            try:
                setting(f"SET {name} = {value}", name, value)
                with pytest.raises(Refused, match=f"{name}={value}, which loses acknowledged writes"):
                    prepared(external, scratch)
            finally:
                setting(f"RESET {name}", name, "on")


def test_secret_key_is_whole_or_not_there(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = scratch / "secret_key"
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            prepare.secret_key({}, scratch)
    assert list(scratch.iterdir()) == []
    path.touch()  # as an earlier version left it
    key = prepare.secret_key({}, scratch)
    assert len(key) >= 32
    assert (path.read_text(), path.stat().st_mode & 0o777) == (key, 0o600)
    assert prepare.secret_key({}, scratch) == key
    assert list(scratch.iterdir()) == [path]


def test_interrupted_first_run_is_finished(cluster: Cluster, embedded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted while seeding, then between the seed and the password."""
    said: list[str] = []
    on = embedded_target(cluster, "development")
    settings = Settings.from_env(prepare.server_environment(on, {}))
    for place, name in ((prepare.schema, "_seed"), (prepare.people, "reset_password")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, interrupt)
            with pytest.raises(KeyboardInterrupt):
                prepare.prepare_database(on, settings, said.append)
    for _ in range(2):
        prepare.prepare_database(on, settings, said.append)
    with on.owner() as conn:
        assert conn.execute("SELECT count(*) > 10 FROM users").fetchone() == (True,)
    assert [line[:4] for line in said] == ["made", "load", "    ", "(APP"]  # with the password, and another way to one
