"""The structure by migrations and by schema.sql is one; and nobody waits for a migration."""

import subprocess
from pathlib import Path

from ops_fixtures import name_of, one
from ways import DatabaseUrls

from webapp.connections import client_environment, connect
from webapp.embedded import OWNER, Cluster
from webapp.ops import migrate

FIRST_RELEASE = (Path(__file__).parent / "first_release.sql").read_text()


def _structure(cluster: Cluster, url: str) -> list[str]:
    """The structure of a database as pg_dump writes it, without what differs from run to run."""
    dump = subprocess.run(
        [str(cluster.bindir / "pg_dump"), "--schema-only", "--no-owner", "--exclude-table=mayfly_marker"],
        env=client_environment(url),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [line for line in dump.splitlines() if line and not line.startswith(("--", "\\restrict", "\\unrestrict"))]


def test_first_release_and_migrations_make_the_schema(cluster: Cluster, fresh_database: DatabaseUrls) -> None:
    name = f"{name_of(fresh_database)}_first"
    first = cluster.url(OWNER, name)
    with connect(fresh_database.superuser_url) as admin:
        admin.execute(f"CREATE DATABASE {name} OWNER {OWNER}")
        try:
            with connect(first) as conn:
                conn.execute(FIRST_RELEASE)
                assert one(conn, "SELECT count(*) FROM schema_migrations") == 0
                assert list(migrate.apply(conn)) == migrate.on_disk()
            assert _structure(cluster, first) == _structure(cluster, fresh_database.owner_url)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
