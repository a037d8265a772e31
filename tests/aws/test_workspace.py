"""Whose workspace this is, and at which address: told, asked of an echo service, or refused."""

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from ways import free_port

from webapp.aws import workspace
from webapp.errors import Refused

CODESPACES = {"GITHUB_USER": "ann", "CODESPACE_NAME": "fluffy-disco-1"}
NAMES: list[tuple[dict[str, str], str, str]] = [
    (CODESPACES | {"GITPOD_GIT_USER_NAME": "Ann", "GITPOD_WORKSPACE_ID": "w"}, "name = Git Name", "Ann w"),
    (CODESPACES, "name = Git Name", "ann fluffy-disco-1"),
    ({"GITPOD_ENVIRONMENT_ID": "0198-ab"}, "name = Git Name", "Git Name 0198-ab"),  # Gitpod's successor
    ({}, "name = Git Name\nemail = ann@mayfly.example", "Git Name ann-laptop"),
    ({}, "email = ann@mayfly.example", "ann@mayfly.example ann-laptop"),
]


def test_workspace_is_known_everywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(tmp_path)  # no repository, whose own configuration counts
    monkeypatch.setattr("socket.gethostname", lambda: "ann-laptop")
    for environment, git, description in NAMES:
        (tmp_path / "gitconfig").write_text(f"[user]\n{git}\n")
        assert workspace.description(environment) == f"GITPOD {description}"


UNSEEN = """
10.0.0.1 100.64.0.1 127.0.0.1 169.254.169.254 0.0.0.0 240.0.0.1 224.0.1.1 255.255.255.255 203.0.113.9
ff0e::1 2001:db8::1 ::1 :: ::7f00:1 64:ff9b::a00:1 fe80::1 fe80::1%eth0 fd00::1 ::ffff:10.0.0.1
2606:4700:4700::1111%1 8.8.8.8/32 0.0.0.0/0 8.8.8 134744072 08.8.8.8 nonsense 8.8.8.8,1.1.1.1
"""
IPV6 = "2606:4700:4700::1111"
SEEN = {" 8.8.8.8\n": "8.8.8.8/32", "::ffff:8.8.8.8": "8.8.8.8/32", IPV6.replace("::", ":0::"): f"{IPV6}/128"}


def test_address_that_the_database_can_see_becomes_a_network_of_one() -> None:
    def told(ip: str) -> str | None:
        with contextlib.suppress(Refused):
            return workspace.address({"GITPOD_IP": ip, "IP_ECHO_URL": "https://127.0.0.1:1"})
        return None

    assert {ip: told(ip) for ip in SEEN} == SEEN
    assert [ip for ip in UNSEEN.split() if told(ip)] == []


ECHOES = {"/six": ("200", b"2606:4700:4700::1111\n"), "/private": ("200", b"10.1.2.3")}
ECHOES |= {"/garbage": ("200", b"<html><body>Sign in to the Wi-Fi</body></html>"), "/bytes": ("200", b"\xff\xfe\x00")}
ECHOES |= {"/down": ("503", b"1.0.0.1"), "/moved": ("302", b"1.0.0.1"), "/drip": ("200", b"1.0.0.9")}


class Echo(socketserver.StreamRequestHandler):
    over: threading.Event

    def handle(self) -> None:
        path = self.rfile.readline().split()[1].decode()
        while self.rfile.readline().strip():
            pass
        status, body = ECHOES[path]
        self.wfile.write(f"HTTP/1.0 {status} .\r\n".encode())
        for _ in range(60 if path == "/drip" else 0):  # 12 s in all, unless the test is over
            self.wfile.write(b"X-Slow: yes\r\n")
            self.over.wait(0.2)
        self.wfile.write(b"Location: /six\r\n\r\n" + body)


@pytest.fixture
def echo() -> Iterator[str]:
    Echo.over = threading.Event()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, args=[0.01]).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        Echo.over.set()
        server.shutdown()


def test_echo_service_without_an_address_in_time_is_passed_over(echo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of `/drip` each line comes in time; all of them together do not."""
    bad = [f"http://127.0.0.1:{free_port()}/six", *(echo + path for path in ECHOES if path != "/six")]
    monkeypatch.setattr(workspace, "_ECHOES", [*bad, f"{echo}/six"])
    assert workspace.address({}) == f"{IPV6}/128"
    monkeypatch.setattr(workspace, "_ECHOES", bad[:-1])
    with pytest.raises(Refused, match="No echo service"):
        workspace.address({})


def test_echo_services_are_those_of_the_variable_else_ours_by_https(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(workspace, "_echo", lambda url: str(asked.append(url)))
    for variable in ("https://one.example, https://two.example/?key=1", " , "):
        with pytest.raises(Refused):
            workspace.address({"IP_ECHO_URL": variable})
    assert asked == ["https://one.example", "https://two.example/?key=1", *workspace._ECHOES]
    assert [url for url in asked if not url.startswith("https://")] == []
    for url in ("http://checkip.example", "ftp://127.0.0.2", "nonsense", "http://127.0.0.1"):
        with pytest.raises(Refused, match="https"):
            workspace.address({"IP_ECHO_URL": f"https://127.0.0.1:1,{url}"})
