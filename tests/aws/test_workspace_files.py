"""The files that make a workspace: `.gitpod.yml`, and the dev container that Codespaces and others read."""

import json
import os
import re
import subprocess
from typing import Any

import pytest
import yaml
from ways import DatabaseUrls, settings_for

from webapp.aws.security_group import _parser
from webapp.postgres.folders import CHECKOUT

FILES = [".gitpod.yml", ".devcontainer/devcontainer.json"]
# What is used of the schemas that their makers publish; they allow only what they name.
GITPOD = {
    "": {"ports", "tasks", "github"},
    "tasks": {"name", "init", "command"},
    "ports": {"port", "onOpen", "visibility", "name"},
}
CONTAINER = {"name", "image", "forwardPorts", "portsAttributes"}
LIFE_CYCLE = {"updateContentCommand", "postCreateCommand", "postStartCommand", "postAttachCommand"}


@pytest.fixture
def gitpod() -> dict[str, Any]:
    return dict(yaml.safe_load((CHECKOUT / ".gitpod.yml").read_text()))


@pytest.fixture
def container() -> dict[str, Any]:
    return dict(json.loads((CHECKOUT / ".devcontainer" / "devcontainer.json").read_text()))


def settings_after(command: str, urls: DatabaseUrls, names: set[str], **environment: str) -> Any:
    """The settings of `bin/dev` where the command starts it."""
    tool = 'gp() { [ "$*" = "url 8000" ] && echo "https://8000-mayfly.ws.example.org"; }'
    assert command.count("bin/dev") == 1
    done = subprocess.run(
        ["sh", "-ec", f"{tool}\n{command.replace('bin/dev', 'env -0')}"],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    after = dict(line.split("=", 1) for line in done.stdout.split("\0") if line)
    assert names == {"PUBLIC_URL", "TRUSTED_PROXIES", "FRAME_ORIGIN"} & set(after)
    return settings_for(urls, APP_ENV="development", **{name: after[name] for name in names})


def test_gitpod_sets_up_lets_in_and_runs(gitpod: dict[str, Any]) -> None:
    assert set(gitpod) <= GITPOD[""]  # no image: the standard one exists
    assert all(set(item) <= GITPOD[kind] for kind in ("tasks", "ports") for item in gitpod[kind])
    setup, rule = gitpod["tasks"]
    assert setup["init"] == "bin/setup"
    assert setup["command"].rstrip().endswith("\nbin/dev")
    assert rule["command"] == "bin/rds-update-sg-rule --if-configured"
    assert "init" not in rule  # a prebuild has nobody's address
    (port,) = gitpod["ports"]
    assert (port["onOpen"], port["visibility"]) == ("open-preview", "private")
    assert not gitpod["github"]["prebuilds"]["pullRequestsFromForks"]  # they would see the project's variables


def test_gitpod_runs_it_at_the_address_of_its_port(gitpod: dict[str, Any], database_urls: DatabaseUrls) -> None:
    names = {"PUBLIC_URL", "TRUSTED_PROXIES", "FRAME_ORIGIN"}
    command = gitpod["tasks"][0]["command"]
    settings = settings_after(command, database_urls, names, GITPOD_HOST="https://example.org")
    assert settings.public_url == "https://8000-mayfly.ws.example.org"
    assert (settings.trusted_proxies, settings.frame_origin) == (1, "https://*.example.org")


def test_dev_container_sets_up_lets_in_and_runs(container: dict[str, Any]) -> None:
    assert set(container) <= CONTAINER | LIFE_CYCLE
    assert re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python:3\.\d+-bookworm", container["image"])
    assert container["updateContentCommand"] == container["postCreateCommand"] == "bin/setup"
    # A command that fails keeps those after it from running.
    assert container["postStartCommand"] == "bin/rds-update-sg-rule --if-configured || true"
    assert container["postAttachCommand"].endswith("; bin/dev")


def test_dev_container_runs_it_at_the_address_of_its_port(
    container: dict[str, Any], database_urls: DatabaseUrls
) -> None:
    command, names = container["postAttachCommand"], {"PUBLIC_URL", "TRUSTED_PROXIES"}
    codespace = {"CODESPACE_NAME": "disco-1", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.example.org"}
    settings = settings_after(command, database_urls, names, **codespace)
    assert (settings.public_url, settings.trusted_proxies) == ("https://disco-1-8000.app.example.org", 1)
    settings_after(command, database_urls, set())  # on a machine of one's own


def test_every_command_is_there_and_every_port_is_the_programs(database_urls: DatabaseUrls) -> None:
    for name in FILES:
        text = (CHECKOUT / name).read_text()
        commands = re.findall(r"bin/([a-z-]+)((?: --[a-z-]+)*)", text)
        assert {command for command, _ in commands} == {"setup", "dev", "rds-update-sg-rule"}
        for command, options in commands:
            assert os.access(CHECKOUT / "bin" / command, os.X_OK)
            _parser().parse_args(options.split())
            assert not options or command == "rds-update-sg-rule"
        assert set(re.findall(r"\b[1-9]\d{3,4}\b", text)) == {str(settings_for(database_urls).port)}
        assert not re.search(r"pypi|npmjs|index-url|find-links|mirror|AKIA|AWS_|SECRET|PASSWORD|CONNECTION_URL", text)
