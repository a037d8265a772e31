"""What compose.yaml and the Dockerfile hand on."""

import re

import yaml

from webapp.postgres.folders import CHECKOUT

COMPOSE, DOCKERFILE = ((CHECKOUT / name).read_text() for name in ("compose.yaml", "Dockerfile"))

# The image says these itself; inside it they are no one's choice.
OF_THE_IMAGE = {"HOST", "APP_ENV", "WAIT_FOR_DATABASE", "MAYFLY_STATE"}
# What answers strangers never gets the owner's; of a checkout the image has neither environment nor preview frame.
ELSEWHERE = {"OWNER_CONNECTION_URL", "MAYFLY_VENV", "FRAME_ORIGIN", "CONNECTION_URL"}


def test_compose_passes_every_setting_of_the_page() -> None:
    table = (CHECKOUT / "docs" / "settings.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    settings = {name for cell in rows for name in re.findall(r"`([A-Z_]+)`", cell)}
    assert len(settings) > 20
    assert settings - OF_THE_IMAGE - ELSEWHERE <= set(re.findall(r"\$\{([A-Z_]+):[-?]", COMPOSE))
    assert not [name for name in OF_THE_IMAGE if f" {name}=" not in DOCKERFILE]


def test_image_vouches_for_the_database_by_the_authorities_of_rds() -> None:
    bundle = r"https://truststore\.pki\.rds\.amazonaws\.com/global/global-bundle\.pem"
    path = bundle
    for step in (rf"^ADD {bundle} (\S+)$", r"^RUN cat \S+ {} > (\S+)$", r"^COPY --from=build \S+ {} (\S+)$"):
        found = re.search(step.format(re.escape(path)), DOCKERFILE, re.M)
        assert found, step
        path = found[1]
    assert f" PGSSLROOTCERT={path} " in DOCKERFILE


def test_what_answers_strangers_never_sees_the_owners_password() -> None:
    services = yaml.safe_load(COMPOSE)["services"]
    assert "OWNER" not in str(services["app"])
    assert "OWNER_CONNECTION_URL" in services["schema"]["environment"]
    assert services["schema"]["command"][-1] == "--prepare"
    assert services["app"]["depends_on"] == {"schema": {"condition": "service_completed_successfully"}}
