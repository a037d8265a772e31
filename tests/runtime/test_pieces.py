"""The pieces of a run: who is started again, who steps down, and what goes on beside the server."""

import dataclasses
import json
import logging
import os
import socket
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import psycopg
import pytest
from verbs import value
from ways import NO_HOST, DatabaseUrls, free_port, settings_for

from webapp import logs
from webapp.config.settings import Settings
from webapp.db.database import Database
from webapp.errors import Refused
from webapp.ops import prepare, served
from webapp.postgres import folders
from webapp.postgres.embedded import KEEPER, Cluster
from webapp.postgres.folders import CHECKOUT
from webapp.runtime import keeper, server, supervisor


def test_run_looks_before_anything_slow(scratch: Path) -> None:
    served.remember(scratch, served.Served("production", "https://mayfly.example", embedded=True))
    port = free_port()
    fresh = {"MAYFLY_STATE": str(scratch / "none"), "PORT": str(port)}
    with socket.create_server(("127.0.0.1", port)):
        for env, told in (
            (fresh, f"Port {port} on 127.0.0.1 is in use"),
            ({**fresh, "HOST": NO_HOST}, "not an address of this machine"),
            ({**fresh, "MAYFLY_STATE": str(scratch)}, "last served APP_ENV=production"),
        ):
            with pytest.raises(Refused, match=told):
                supervisor.Supervisor(env)._check_environment()
    supervisor.Supervisor(fresh)._check_environment()


HELD, YOUNG = supervisor._HOLDS + 1, supervisor._HOLDS - 1


def test_server_that_dies_is_started_again_where_it_had_held() -> None:
    for waits, was_up, age, again in (
        ("", True, HELD, True),
        ("", True, YOUNG, False),
        ("", False, HELD, False),
        ("yes", False, YOUNG, True),
        ("yes", True, YOUNG, False),
    ):
        one, fallen = supervisor.Supervisor({"WAIT_FOR_DATABASE": waits}), Mock(spec=server.Server)
        fallen.age.return_value, fallen.ended.return_value = age, 1
        one._announced = was_up
        one.stopping.set()  # nobody has to wait for the second in between
        assert one._restart(fallen) is again
        assert bool(fallen.start.call_count) is again


@pytest.mark.parametrize("readable", [True, False])
def test_workers_are_told_whom_to_run_as_and_a_person_when_they_cannot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], readable: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(server, "service_account", lambda: folders.Account(10, 20, "mayfly"))
    monkeypatch.setattr(server, "unreadable", lambda _: "" if readable else "/opt/python")
    given: list[dict[str, str]] = []
    monkeypatch.setattr(server.subprocess, "Popen", lambda *_, env, **__: given.append(env))
    settings = Settings.from_env({"CONNECTION_URL": "postgresql://", "SECRET_KEY": "x"})
    one = server.Server(settings, {"HOST": "127.0.0.1"}, None)
    for _ in range(2):
        one.start()
    assert given == [{"HOST": "127.0.0.1", **({"MAYFLY_RUN_AS": "10:20"} if readable else {})}] * 2
    said = "warning: the server's workers run as root: the user mayfly cannot read /opt/python: "
    assert capsys.readouterr().out.count(said) == (0 if readable else 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody to step down to")
def test_what_the_workers_cannot_read_is_named(monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
    account = folders.service_account()
    for name in ("gunicorn.conf.py", "webapp/__init__.py", "sql/schema.sql"):
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
        (scratch / name).touch()
    environment, python = scratch / "environment", scratch / "python"
    environment.mkdir(mode=0o700)
    monkeypatch.setattr(folders, "CHECKOUT", scratch)
    scratch.chmod(0o700)
    assert folders.unreadable(account) == str(scratch)
    scratch.chmod(0o711)
    monkeypatch.setattr(sys, "prefix", str(environment))
    assert folders.unreadable(account) == str(environment)
    environment.chmod(0o711)
    monkeypatch.setattr(sys, "executable", str(python))  # there is none yet
    assert folders.unreadable(account) == str(python)
    for text, named in {"case $3 in *gunicorn*) exit 1; esac\n": str(environment), "": ""}.items():
        python.write_text(f"#!/bin/sh\n{text}")
        python.chmod(0o755)
        assert folders.unreadable(account) == named


def test_run_waits_for_no_dead_name_server_and_its_server_as_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RES_OPTIONS", "")
    monkeypatch.delenv("RES_OPTIONS")
    monkeypatch.setattr(supervisor.logging.config, "dictConfig", lambda _: None)
    found: list[str | None] = []
    monkeypatch.setattr(supervisor.Supervisor, "run", lambda one: found.append(one.env.get("RES_OPTIONS")) or 0)
    assert supervisor.main([]) == 0
    assert (os.environ.get("RES_OPTIONS"), found) == ("timeout:2 attempts:1", [None])


def test_keeper_goes_on_after_whatever_happens(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    gone = psycopg.errors.AdminShutdown("terminating connection")
    stopping, tries = threading.Event(), iter([RuntimeError("odd"), gone, None])
    one = keeper.Keeper(prepare.Target("test", "", "", "", Path("/")), settings, stopping, print, prepared=False)

    def prepared(*_: object) -> None:
        if error := next(tries):
            raise error
        stopping.set()

    monkeypatch.setattr(keeper, "prepare_database", prepared)
    monkeypatch.setattr(stopping, "wait", lambda _: stopping.is_set())
    with caplog.at_level("ERROR", "mayfly.supervisor"):
        one.run()
    assert "the database could not be prepared" in caplog.text
    assert (one.refusal, next(tries, "over")) == (None, "over")


def test_keeper_empties_the_disk_once_when_it_is_due(cluster: Cluster, fresh_database: DatabaseUrls) -> None:
    settings = settings_for(fresh_database)
    place = prepare.Target("test", "", "", "", Path("/"), keeper_url=cluster.url(KEEPER, fresh_database.name))
    one, found = keeper.Keeper(place, settings, threading.Event(), print, prepared=True), []
    with fresh_database.owner() as conn, closing(Database(settings)) as db:
        conn.execute("UPDATE written_half SET emptied_at = now() - interval '2 days'")
        for _ in range(2):
            one._forget(db)
            found.append(value(conn, "SELECT ARRAY[half::text, emptied_at::text] FROM written_half"))
        assert found[0] == found[1]
        assert settings.forget_due(datetime.now(UTC)) < value(conn, "SELECT emptied_at FROM written_half")


@pytest.mark.parametrize(("now", "due"), [("03:59", "31 04:00"), ("04:00", "01 04:00"), ("23:59", "01 04:00")])
def test_pass_is_due_each_night_by_the_clock_of_the_place(settings: Settings, now: str, due: str) -> None:
    place = dataclasses.replace(settings, community_timezone="Europe/Berlin", forget_at=4)
    at = datetime.fromisoformat(f"2026-11-01T{now}").replace(tzinfo=ZoneInfo("Europe/Berlin"))
    assert f"{place.forget_due(at):%d %H:%M}" == due


def test_gunicorn_waits_longer_than_the_longest_honest_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "::1")
    monkeypatch.setenv("MAYFLY_RUN_AS", "10:20")
    scope: dict[str, object] = {"__file__": str(CHECKOUT / "gunicorn.conf.py")}
    exec((CHECKOUT / "gunicorn.conf.py").read_text(), scope)
    assert int(str(scope["timeout"])) > 2 + 3
    assert int(str(scope["graceful_timeout"])) < 10
    wanted = {"bind": "[::1]:8000", "user": 10, "group": 20, "control_socket_disable": True, "accesslog": None}
    assert {name: scope[name] for name in wanted} == wanted


def test_a_log_record_is_one_line_without_an_exceptions_words() -> None:
    try:
        raise ValueError("canary-row") from KeyError("canary-cause")
    except ValueError as raised:
        error = raised
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "bad \n line \x1b[31m %s", ("\r",), None)
    record.exc_info = (type(error), error, error.__traceback__)
    line = logs.JsonFormatter().format(record)
    assert [found for found in ("\n", "\x1b", "canary") if found in line] == []
    assert json.loads(line)["exception"] == ["builtins.ValueError", "builtins.KeyError"]
    record = logging.makeLogRecord({"msg": "request", "status": 200})
    assert json.loads(logs.JsonFormatter().format(record))["status"] == 200
