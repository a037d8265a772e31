"""Over a network the database has to prove who it is: a real server with real certificates."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ways import DatabaseUrls, free_port, scratch_folder, settings_for

from webapp.db.connections import connect
from webapp.db.conninfo import _proof, client_environment
from webapp.db.database import Database
from webapp.errors import Unavailable
from webapp.postgres.embedded import Cluster
from webapp.postgres.programs import system_bindir

NAME = "database.example"

needs_tls = pytest.mark.skipif(
    system_bindir() is None,
    reason="NOT CHECKED: TLS needs a PostgreSQL that can do it; the one that comes along cannot",
)


def certificate(folder: Path, name: str, *more: str) -> Path:
    """One of an authority of our own, or (with `more`) signed by one; its key lies beside it."""
    made = ["-keyout", f"{name}.key", "-out", f"{name}.crt", "-days", "2", "-nodes", *more]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-subj", f"/CN={name}", *made],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return folder / f"{name}.crt"


@pytest.fixture(scope="module")
def trusted() -> Iterator[Path]:
    """The certificate of the authority that is trusted, in a folder for others."""
    with scratch_folder() as folder:
        yield certificate(folder, "trusted")


@pytest.fixture(scope="module")
def server(trusted: Path) -> Iterator[str]:
    """What stands behind the user in a URL of a server whose certificate `trusted` signed for NAME."""
    folder, port = trusted.parent, free_port()
    named = ["-addext", f"subjectAltName=DNS:{NAME}", "-addext", "basicConstraints=CA:false"]
    certificate(folder, "server", "-CA", "trusted.crt", "-CAkey", "trusted.key", *named)
    options = {"listen_addresses": "127.0.0.1", "port": str(port)}
    cluster = Cluster(folder / "postgres", bindir=system_bindir(), durable=False, options=options)
    with cluster.run("making it"):
        pass  # its data folder is there from here on
    for name in ("server.key", "server.crt"):
        made = cluster.data / name
        made.write_bytes((folder / name).read_bytes())
        made.chmod(0o600)
        if cluster.account:
            os.chown(made, cluster.account.uid, cluster.account.gid)
    (cluster.data / "pg_hba.conf").write_text("local all all trust\nhostssl all all 127.0.0.1/32 trust\n")
    with (cluster.data / "postgresql.auto.conf").open("a") as settings:
        settings.write("ssl = on\n")
    with cluster.run("the TLS tests"):
        yield f"{NAME}:{port}/postgres?hostaddr=127.0.0.1"


@needs_tls
def test_server_with_a_trusted_certificate_is_reached(
    server: str, trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql://postgres@{server}&sslrootcert={trusted}"
    database = Database(settings_for(DatabaseUrls(url, url, url)))
    with connect(url) as conn, database._connection() as pooled:
        assert conn.pgconn.ssl_in_use
        assert [one.info.get_parameters()["sslmode"] for one in (conn, pooled)] == ["verify-full"] * 2
    database.close()
    monkeypatch.setenv("PGSSLROOTCERT", str(trusted))  # which may be told by the environment, too
    with connect(f"postgresql://postgres@{server}") as conn:
        assert conn.info.get_parameters()["sslmode"] == "verify-full"


@needs_tls
def test_server_of_another_authority_or_name_is_refused(server: str, trusted: Path) -> None:
    for at in (
        f"{server}&sslrootcert={certificate(trusted.parent, 'another')}",
        server,  # whose authority the system does not know
        f"{server.replace(NAME, 'other.example')}&sslrootcert={trusted}",
    ):
        with pytest.raises(Unavailable, match="its certificate is not trusted for that name"):
            connect(f"postgresql://postgres@{at}")


@needs_tls
def test_less_is_only_done_when_it_is_said(server: str) -> None:
    with connect(f"postgresql://postgres@{server}&sslmode=require") as conn:
        assert conn.pgconn.ssl_in_use


def test_what_is_verified_follows_from_where_it_is() -> None:
    elsewhere = ["db.example/m", "10.0.0.7/m", "localhost,db.example/m", "localhost/m?hostaddr=10.0.0.7",
                 "/m?host=db.example", "/?service=m"]  # a service's file names the host  # fmt: skip
    here = ["127.0.0.1/m", "[::1]/m", "/m?host=/run/postgresql", "/m", "db.example/m?sslmode=disable",
            "/?service=m&sslmode=disable"]  # fmt: skip
    assert {_proof(f"postgresql://{rest}").get("sslmode") for rest in elsewhere} == {"verify-full"}
    assert {_proof(f"postgresql://{rest}").get("sslmode") for rest in here} == {None}
    assert _proof("host=db.example dbname=m")["sslmode"] == "verify-full"
    assert client_environment("postgresql://ann@db.example/mayfly")["PGSSLMODE"] == "verify-full"


@pytest.mark.parametrize("variable", ["PGHOST", "PGSERVICE"])
def test_host_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "db.example")
    monkeypatch.setenv("PGSSLMODE", "")  # as compose.yaml hands on what is not set
    assert _proof("postgresql:///mayfly")["sslmode"] == "verify-full"
    assert "sslmode" not in _proof("postgresql://u@localhost/x")
    monkeypatch.setenv("PGSSLMODE", "disable")
    assert _proof("postgresql:///mayfly") == {}
