"""Whose workspace this is, and at which address: told, asked of an echo service, or refused."""

import http.server
import re
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from ways import free_port

from webapp.aws import workspace
from webapp.errors import Refused


@pytest.mark.parametrize(
    ("environment", "description"),
    [
        (
            {"GITHUB_USER": "ann", "CODESPACE_NAME": "c", "GITPOD_GIT_USER_NAME": "Ann", "GITPOD_WORKSPACE_ID": "w"},
            "Ann w",
        ),
        ({"GITHUB_USER": "ann", "CODESPACE_NAME": "fluffy-disco-1"}, "ann fluffy-disco-1"),
        ({"GITPOD_ENVIRONMENT_ID": "0198-ab"}, "Git Name 0198-ab"),
        ({}, "Git Name ann-laptop"),
    ],
    ids=["Gitpod", "Codespaces", "Gitpod's successor", "anywhere"],
)
def test_workspace_is_known_everywhere(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], description: str
) -> None:
    git(monkeypatch, "user.name", "Git Name")
    monkeypatch.setattr("socket.gethostname", lambda: "ann-laptop")
    assert workspace.description(environment) == f"GITPOD {description}"


def test_without_a_name_git_tells_the_mail_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(tmp_path)  # no repository, whose own configuration counts
    git(monkeypatch, "user.email", "ann@mayfly.example")
    assert workspace.description({"CODESPACE_NAME": "c"}) == "GITPOD ann@mayfly.example c"


def git(monkeypatch: pytest.MonkeyPatch, key: str, value: str) -> None:
    for name, text in {"COUNT": "1", "KEY_0": key, "VALUE_0": value}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", text)


@pytest.mark.parametrize(
    ("environment", "variable"),
    [({"CODESPACE_NAME": "c"}, "GITPOD_GIT_USER_NAME"), ({"GITHUB_USER": "ann"}, "GITPOD_WORKSPACE_ID")],
)
def test_workspace_that_nobody_names_is_refused(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], variable: str
) -> None:
    monkeypatch.setenv("PATH", "")  # no git
    monkeypatch.setattr("socket.gethostname", lambda: "")
    with pytest.raises(Refused, match=variable):
        workspace.description(environment)


UNSEEN = """
10.0.0.1 172.16.3.4 192.168.1.1 100.64.0.1 127.0.0.1 169.254.169.254 0.0.0.0 240.0.0.1 224.0.1.1 255.255.255.255
203.0.113.9 192.88.99.1 ff0e::1 2001:db8::1 ::1 :: fec0::1 ::7f00:1 64:ff9b::a00:1 64:ff9b:1::1 2002:a00:1::1 3fff::1
5f00::1 fe80::1 fe80::1%eth0 fd00::1 ::ffff:10.0.0.1 2606:4700:4700::1111%1
8.8.8.8/32 0.0.0.0/0 8.8.8 134744072 08.8.8.8 nonsense 8.8.8.8,1.1.1.1
"""


@pytest.mark.parametrize("ip", UNSEEN.split())
def test_address_that_the_database_cannot_see_is_refused(ip: str) -> None:
    with pytest.raises(Refused, match=r"^GITPOD_IP says \S+.* no (IP|public) address"):
        workspace.address({"GITPOD_IP": ip})


@pytest.mark.parametrize(
    ("given", "network"),
    [
        (" 8.8.8.8\n", "8.8.8.8/32"),
        ("2606:4700:4700:0::1111", "2606:4700:4700::1111/128"),
        ("::ffff:8.8.8.8", "8.8.8.8/32"),
    ],
)
def test_address_becomes_a_network_of_one(given: str, network: str) -> None:
    assert workspace.address({"GITPOD_IP": given, "IP_ECHO_URL": "https://127.0.0.1:1"}) == network


# Echo services -----------------------------------------------------------------------------------------------


class _Echo(http.server.BaseHTTPRequestHandler):
    answers: ClassVar = {
        "/good": (200, b"1.0.0.1\n"),
        "/six": (200, b"2606:4700:4700::1111"),
        "/private": (200, b"10.1.2.3"),
        "/garbage": (200, b"<html><body>Sign in to the Wi-Fi</body></html>"),
        "/bytes": (200, b"\xff\xfe\x00"),
        "/huge": (200, b" " * 5000 + b"1.0.0.1"),
        "/drip": (200, b"1.0.0.9"),
        "/down": (503, b"1.0.0.1"),
        "/moved": (302, b""),
    }
    over: threading.Event

    def do_GET(self) -> None:
        status, body = self.answers[self.path]
        self.send_response(status)
        for number in range(60 if self.path == "/drip" else 0):
            self.send_header(f"X-{number}", "slow")
            self.flush_headers()
            self.over.wait(0.2)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "/good")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Not in the output of the test."""


@pytest.fixture
def echo() -> Iterator[str]:
    """The address of an echo service on this machine."""
    _Echo.over = threading.Event()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        _Echo.over.set()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("path", "network"), [("/good", "1.0.0.1/32"), ("/six", "2606:4700:4700::1111/128")])
def test_address_is_asked_of_an_echo_service(echo: str, path: str, network: str) -> None:
    assert workspace.address({"IP_ECHO_URL": echo + path}) == network


@pytest.mark.parametrize("bad", [*sorted(_Echo.answers.keys() - {"/good", "/six", "/private"}), "offline"])
def test_echo_service_that_does_not_tell_in_time_is_passed_over(echo: str, bad: str) -> None:
    """Of `/drip` each line comes in time; all of them together do not."""
    first = f"http://127.0.0.1:{free_port()}/good" if bad == "offline" else echo + bad
    with pytest.raises(Refused, match=r"^127\.0\.0\.1 did not tell this workspace's address"):
        workspace.address({"IP_ECHO_URL": first})
    assert workspace.address({"IP_ECHO_URL": f"{first}, {echo}/good"}) == "1.0.0.1/32"


def test_private_address_from_an_echo_service_is_refused(echo: str) -> None:
    with pytest.raises(Refused, match=r"^127\.0\.0\.1 says 10\.1\.2\.3, which is no public address"):
        workspace.address({"IP_ECHO_URL": f"{echo}/private"})


@pytest.mark.parametrize("url", ["http://checkip.example", "ftp://127.0.0.2", "nonsense", "http://127.0.0.1.example"])
def test_echo_service_that_is_not_https_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="IP_ECHO_URL must begin with https"):
        workspace.address({"IP_ECHO_URL": f"https://127.0.0.1:1,{url}"})


def test_echo_services_are_two_and_https() -> None:
    assert re.fullmatch(r"https://[a-z.]+,https://[a-z.]+", workspace._ECHOES)
    assert workspace._PATIENCE == 3
