"""The files that make a workspace: `.gitpod.yml`, and the dev container that Codespaces and others read."""

import json
import os
import re
from typing import Any

import yaml
from shell import run_program
from ways import DatabaseUrls, settings_for

from webapp.aws.security_group import _parser
from webapp.config.settings import Settings
from webapp.postgres.folders import CHECKOUT

TEXTS = [(CHECKOUT / name).read_text() for name in (".gitpod.yml", ".devcontainer/devcontainer.json")]
GITPOD: dict[str, Any] = yaml.safe_load(TEXTS[0])
CONTAINER: dict[str, Any] = json.loads(TEXTS[1])
PLACE = {"PUBLIC_URL", "TRUSTED_PROXIES", "FRAME_ORIGIN"}
NO_DATABASE = DatabaseUrls("postgresql://mayfly_app@/mayfly", "postgresql://mayfly_owner@/mayfly")


def settings_after(command: str, **environment: str) -> Settings:
    tool = 'gp() { [ "$*" = "url 8000" ] && echo "https://8000-mayfly.ws.example.org"; }'
    assert command.count("bin/dev") == 1
    lines = f"{tool}\n{command.replace('bin/dev', 'env -0')}"
    done = run_program("sh", "-ec", lines, env={"PATH": os.environ["PATH"], **environment})
    assert done.returncode == 0, done.stderr
    after = dict(line.split("=", 1) for line in done.stdout.split("\0") if line)
    return settings_for(NO_DATABASE, APP_ENV="development", **{name: after[name] for name in PLACE & set(after)})


def test_gitpod_sets_up_lets_in_and_runs_at_the_address_of_its_port() -> None:
    setup, rule = GITPOD["tasks"]
    assert setup["init"] == "bin/setup"
    assert rule["command"] == "bin/rds-update-sg-rule --if-configured"
    assert "init" not in rule  # a prebuild has nobody's address
    assert [port["visibility"] for port in GITPOD["ports"]] == ["private"]
    assert not GITPOD["github"]["prebuilds"]["pullRequestsFromForks"]  # they would see the project's variables
    settings = settings_after(setup["command"], GITPOD_HOST="https://example.org")
    seen = (settings.public_url, settings.trusted_proxies, settings.frame_origin)
    assert seen == ("https://8000-mayfly.ws.example.org", 1, "https://*.example.org")


def test_dev_container_sets_up_lets_in_and_runs_at_the_address_of_its_port() -> None:
    assert CONTAINER["updateContentCommand"] == CONTAINER["postCreateCommand"] == "bin/setup"
    # A command that fails keeps those after it from running.
    assert CONTAINER["postStartCommand"] == "bin/rds-update-sg-rule --if-configured || true"
    codespace = {"CODESPACE_NAME": "disco-1", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.example.org"}
    settings = settings_after(CONTAINER["postAttachCommand"], **codespace)
    assert (settings.public_url, settings.trusted_proxies) == ("https://disco-1-8000.app.example.org", 1)
    assert settings_after(CONTAINER["postAttachCommand"]).trusted_proxies == 0  # on a machine of one's own


def test_every_command_is_there_and_every_port_is_the_programs() -> None:
    for text in TEXTS:
        commands = dict(re.findall(r"bin/([a-z-]+)((?: --[a-z-]+)*)", text))
        assert commands.keys() == {"setup", "dev", "rds-update-sg-rule"}
        assert [name for name in commands if not os.access(CHECKOUT / "bin" / name, os.X_OK)] == []
        _parser().parse_args(commands["rds-update-sg-rule"].split())
        assert set(re.findall(r"\b[1-9]\d{3,4}\b", text)) == {str(settings_for(NO_DATABASE).port)}
        assert not re.search(r"pypi|npmjs|index-url|find-links|mirror|AKIA|AWS_|SECRET|PASSWORD|CONNECTION_URL", text)
