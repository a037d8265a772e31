"""The note of what bin/run last served, by which scripts act on the same database."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from ops_fixtures import Run
from ways import DatabaseUrls

from webapp.errors import Refused
from webapp.ops import served
from webapp.ops.served import Served

PRODUCTION = Served("production", "https://mayfly.example", embedded=True)


def test_scripts_act_on_what_was_last_served(run: Run, embedded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served.remember(embedded, PRODUCTION)
    assert "mayfly was created, marked production" in run("db-create")[2]
    run.done("db-schema-load")
    for script in ("db-drop", "db-setup", "db-seed", "db-kill-sessions"):
        run.refused("APP_ENV is production", script)
    assert not (embedded / "servers").exists()  # a server is not allowed by a production database on it
    for app_env in ("", "production"):
        assert run("users-invite", APP_ENV=app_env)[1].startswith("https://mayfly.example/join/")
    assert run("users-invite", PUBLIC_URL="https://other.example")[1].startswith("https://other.example/")
    run.done("db-migrate", "--status", APP_ENV="", CONNECTION_URL="")  # as compose passes what is not set
    monkeypatch.setenv("APP_ENV", "development")  # what is said wins
    assert "mayfly_dev was created, marked development" in run("db-create")[2]
    run.done("db-schema-load")
    assert "PUBLIC_URL is not set" in run("users-invite", PUBLIC_URL="")[2]


def test_note_of_another_servers_database_is_no_way_to_the_embedded_one(
    run: Run, elsewhere: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.remember(scratch / "state", Served("production", "https://mayfly.example", embedded=False))
    monkeypatch.delenv("APP_ENV")
    run.done("db-migrate")
    for name in ("CONNECTION_URL", "OWNER_CONNECTION_URL"):
        monkeypatch.delenv(name)
    for script in (["db-migrate"], ["db-create"], ["users-suspend", "ann"]):
        run.refused("last served the database of a CONNECTION_URL", *script)
    assert not (scratch / "state" / "postgres").exists()


def test_run_without_its_settings_serves_no_demo_in_place_of_what_was_served(scratch: Path) -> None:
    address = "https://mayfly.example"
    for app_env, embedded in (("production", True), ("test", True), ("production", False)):
        served.remember(scratch, Served(app_env, address, embedded))
        with pytest.raises(Refused, match=f"APP_ENV={app_env} PUBLIC_URL={address}") as told:
            served.refuse_another({"TRUSTED_PROXIES": "1"}, scratch)
        assert ("CONNECTION_URL" in str(told.value)) is not embedded
        for named in ({"APP_ENV": "development"}, {"CONNECTION_URL": "postgresql://x"}):
            served.refuse_another(named, scratch)


GOOD = '{"app_env": "production", "public_url": "https://mayfly.example", "embedded": true}'
CHANGED = [GOOD.replace(*change) for change in (("production", "staging"), ("https", "javascript"), ("true", '"true"'))]
TEXTS = (*CHANGED, GOOD[:40], '{"port": 8000}', "\xff\xfe\x00", "[" * 4000, GOOD + " " * 5000)
STRANGE: list[Callable[[Path], object]] = [
    *(lambda path, text=text: path.write_bytes(text.encode("latin-1")) for text in TEXTS),
    Path.mkdir,
    os.mkfifo,
    lambda path: (path.with_name("real").write_text(GOOD), path.symlink_to("real")),
]


def test_strange_note_is_not_believed(scratch: Path) -> None:
    for number, make in enumerate(STRANGE):
        (folder := scratch / str(number)).mkdir()
        make(folder / "served.json")
        with pytest.raises(Refused, match=r"not as bin/run writes it.* APP_ENV"):
            served.recall(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_note_of_another_user_is_not_believed(scratch: Path) -> None:
    served.remember(scratch, PRODUCTION)
    os.chown(scratch / "served.json", 12345, -1)
    with pytest.raises(Refused, match="not as bin/run writes it"):
        served.recall(scratch)
    os.chown(scratch, 12345, -1)  # whose folder it is may say what was served from it
    assert served.recall(scratch)


def test_note_is_whole_or_not_there_and_its_owners_alone(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = scratch / "served.json"
    served.remember(scratch, PRODUCTION)
    assert path.stat().st_mode & 0o777 == 0o600
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            served.remember(scratch, Served("development", "http://127.0.0.1:8000", embedded=True))
    assert served.recall(scratch) == PRODUCTION
    assert list(scratch.iterdir()) == [path]
    path.unlink()
    path.mkdir()
    with pytest.raises(Refused, match="cannot be written"):
        served.remember(scratch, PRODUCTION)
    assert list(scratch.iterdir()) == [path]
