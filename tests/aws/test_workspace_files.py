"""The files that make a workspace: `.gitpod.yml`, and the dev container that Codespaces and others read.

What each may say is copied from the schema that its makers publish; what a field is for stands there.
"""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ways import DatabaseUrls, settings_for

from webapp.aws.security_group import _parser

ROOT = Path(__file__).resolve().parents[2]
FILES = [".gitpod.yml", ".devcontainer/devcontainer.json"]

# gitpod-io/gitpod, components/gitpod-protocol/data/gitpod-schema.json; it allows no other field.
GITPOD = {
    "": {"ports", "tasks", "image", "additionalRepositories", "mainConfiguration", "checkoutLocation", "github"}
    | {"workspaceLocation", "gitConfig", "vscode", "jetbrains", "experimentalNetwork", "coreDump"},
    "tasks": {"name", "before", "init", "prebuild", "command", "env", "openIn", "openMode"},
    "ports": {"port", "onOpen", "visibility", "name", "protocol", "description"},
    "github": {"prebuilds"},
    "prebuilds": {"master", "branches", "pullRequests", "pullRequestsFromForks", "addBadge", "addCheck", "addLabel"},
}
ON_OPEN = {"open-browser", "open-preview", "notify", "ignore", "ignore-completely"}

# devcontainers/spec, schemas/devContainer.base.schema.json; it allows no other field beside an image.
LIFE_CYCLE = ("initializeCommand", "onCreateCommand", "updateContentCommand", "postCreateCommand")
LIFE_CYCLE += ("postStartCommand", "postAttachCommand")
CONTAINER = {
    "": {"$schema", "name", "features", "overrideFeatureInstallOrder", "secrets", "forwardPorts", "portsAttributes"}
    | {"otherPortsAttributes", "updateRemoteUserUID", "containerEnv", "containerUser", "mounts", "init", "privileged"}
    | {"capAdd", "securityOpt", "remoteEnv", "remoteUser", "waitFor", "userEnvProbe", "hostRequirements"}
    | {"customizations", "image", "appPort", "runArgs", "shutdownAction", "overrideCommand", "workspaceFolder"}
    | {"workspaceMount", *LIFE_CYCLE},
    "portsAttributes": {"onAutoForward", "elevateIfNeeded", "label", "requireLocalPort", "protocol"},
}
ON_FORWARD = {"notify", "openBrowser", "openBrowserOnce", "openPreview", "silent", "ignore"}


@pytest.fixture
def gitpod() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / ".gitpod.yml").read_text()))


@pytest.fixture
def container() -> dict[str, Any]:
    return dict(json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text()))


def environment_after(command: str, **environment: str) -> dict[str, str]:
    """What a shell has in its environment where the command starts `bin/dev`."""
    tool = 'gp() { [ "$*" = "url 8000" ] && echo "https://8000-mayfly.ws.example.org"; }'
    assert command.count("bin/dev") == 1
    done = subprocess.run(
        ["sh", "-ec", f"{tool}\n{command.replace('bin/dev', 'env -0')}"],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(line.split("=", 1) for line in done.stdout.split("\0") if line)


# Gitpod ------------------------------------------------------------------------------------------------------


def test_gitpod_says_what_its_schema_knows(gitpod: dict[str, Any]) -> None:
    assert set(gitpod) <= GITPOD[""]
    for kind in ("tasks", "ports"):
        assert gitpod[kind]
        for item in gitpod[kind]:
            assert set(item) <= GITPOD[kind]
    assert all(isinstance(value, str) for task in gitpod["tasks"] for value in task.values())
    assert all(isinstance(port["port"], int) and port["onOpen"] in ON_OPEN for port in gitpod["ports"])
    assert set(gitpod["github"]) <= GITPOD["github"]
    assert set(gitpod["github"]["prebuilds"]) <= GITPOD["prebuilds"]
    assert all(isinstance(value, bool) for value in gitpod["github"]["prebuilds"].values())


def test_gitpod_sets_up_lets_in_and_runs(gitpod: dict[str, Any]) -> None:
    assert "image" not in gitpod  # the standard one, which exists
    setup, rule = gitpod["tasks"]
    assert setup["init"] == "bin/setup"
    assert setup["command"].rstrip().endswith("\nbin/dev")
    assert rule["command"] == "bin/rds-update-sg-rule --if-configured"
    assert "init" not in rule  # a prebuild has nobody's address
    [port] = gitpod["ports"]
    assert (port["onOpen"], port["visibility"]) == ("open-preview", "private")
    prebuilds = gitpod["github"]["prebuilds"]
    assert prebuilds["master"]
    assert not prebuilds["pullRequestsFromForks"]  # what they run would see the project's variables


def test_gitpod_runs_it_at_the_address_of_its_port(gitpod: dict[str, Any], database_urls: DatabaseUrls) -> None:
    environment = environment_after(gitpod["tasks"][0]["command"], GITPOD_HOST="https://example.org")
    names = ("PUBLIC_URL", "TRUSTED_PROXIES", "FRAME_ORIGIN")
    settings = settings_for(database_urls, APP_ENV="development", **{name: environment[name] for name in names})
    assert settings.public_url == "https://8000-mayfly.ws.example.org"
    assert (settings.trusted_proxies, settings.frame_origin) == (1, "https://*.example.org")


# Dev container -----------------------------------------------------------------------------------------------


def test_dev_container_says_what_its_schema_knows(container: dict[str, Any]) -> None:
    assert set(container) <= CONTAINER[""]
    assert all(isinstance(container[name], str) for name in LIFE_CYCLE if name in container)
    for port, attributes in container["portsAttributes"].items():
        assert int(port) in container["forwardPorts"]
        assert set(attributes) <= CONTAINER["portsAttributes"]
        assert attributes["onAutoForward"] in ON_FORWARD


def test_dev_container_sets_up_lets_in_and_runs(container: dict[str, Any]) -> None:
    assert re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python:3\.\d+-bookworm", container["image"])
    assert container["updateContentCommand"] == container["postCreateCommand"] == "bin/setup"
    # A command that fails keeps those after it from running.
    assert container["postStartCommand"] == "bin/rds-update-sg-rule --if-configured || true"
    assert container["postAttachCommand"].endswith("; bin/dev")


def test_dev_container_runs_it_at_the_address_of_its_port(
    container: dict[str, Any], database_urls: DatabaseUrls
) -> None:
    command = container["postAttachCommand"]
    environment = environment_after(
        command, CODESPACE_NAME="fluffy-disco-1", GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN="app.example.org"
    )
    names = ("PUBLIC_URL", "TRUSTED_PROXIES")
    settings = settings_for(database_urls, APP_ENV="development", **{name: environment[name] for name in names})
    assert (settings.public_url, settings.trusted_proxies) == ("https://fluffy-disco-1-8000.app.example.org", 1)
    assert not set(names) & set(environment_after(command))  # on a machine of one's own


# Both --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_every_command_is_there_and_takes_what_it_is_given(name: str) -> None:
    commands = re.findall(r"bin/([a-z-]+)((?: --[a-z-]+)*)", (ROOT / name).read_text())
    assert {command for command, _ in commands} == {"setup", "dev", "rds-update-sg-rule"}
    for command, options in commands:
        assert os.access(ROOT / "bin" / command, os.X_OK)
        assert not options or command == "rds-update-sg-rule"
        _parser().parse_args(options.split() if command == "rds-update-sg-rule" else [])


def test_ports_are_the_programs_own(
    gitpod: dict[str, Any], container: dict[str, Any], database_urls: DatabaseUrls
) -> None:
    port = settings_for(database_urls).port
    assert [item["port"] for item in gitpod["ports"]] == [port]
    assert container["forwardPorts"] == [port]
    for name in FILES:  # in addresses too
        assert set(re.findall(r"\b[1-9]\d{3,4}\b", (ROOT / name).read_text())) == {str(port)}


@pytest.mark.parametrize("name", FILES)
def test_workspace_names_no_registry_and_no_secret(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"pypi|npmjs|index-url|find-links|mirror|AKIA|AWS_|SECRET|PASSWORD|CONNECTION_URL", text)
    assert set(re.findall(r"https?://([\w.*-]*)", text)) <= {"*.", ""}
