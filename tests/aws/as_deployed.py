"""aws/template.yml as it is deployed, looked into by paths such as `Task/Properties/ContainerDefinitions/0`."""

import contextlib
import copy
import functools
from pathlib import Path
from typing import Any

from cloudformation import Template, evaluate, of_type, read

from webapp.postgres.folders import CHECKOUT

PATH = CHECKOUT / "aws" / "template.yml"
GIVEN = {"PublicSubnets": "subnet-outside-1,subnet-outside-2", "PrivateSubnets": "subnet-inside-1,subnet-inside-2"}
GIVEN |= {"Vpc": "vpc-1", "CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/1"}
GIVEN |= {"PublicUrl": "https://mayfly.example", "SignInPrefix": "mayfly", "ImageTag": "1"}
GIVEN |= {"FunctionBucket": "code", "FunctionKey": "function.zip"}
_SERVING = {"Serve": "yes", "FunctionReserved": "yes"}
WAYS = [{"Size": size, "UseProxy": use, **_SERVING} for size in ("small", "large") for use in ("no", "yes")]
LARGEST = WAYS[-1]
TASK = "ContainerDefinitions/0"


@functools.cache
def beside(name: str) -> Template:
    """The file of that name here. Nobody may change it."""
    return read(Path(__file__).with_name(name))


@functools.cache
def template() -> Template:
    """The template as it is written. Nobody may change it."""
    return read(PATH)


def deployed(**way: str) -> Template:
    return evaluate(template(), GIVEN | way)


def _into(value: Any, step: str) -> Any:
    """The key or index of that step; in a list of names and values the index of that name."""
    if not isinstance(value, list) or step.isdigit():
        return int(step) if isinstance(value, list) else step
    return next((n for n, one in enumerate(value) if step in (one.get("Key"), one.get("Name"))), len(value))


def at(value: Any, path: str) -> Any:
    with contextlib.suppress(KeyError, IndexError):
        for step in path.split("/"):
            value = value[_into(value, step)]
        return value
    return None


def rows(t: Template) -> list[tuple[str, object]]:
    said = [(kind, path, value) for kind, wanted in beside("must_say.yml").items() for path, value in wanted.items()]
    named = [(n, path, value) for kind, path, value in said for n in (of_type(t, kind) if "::" in kind else [kind])]
    return [(n + (path if path[0] == "/" else f"/Properties/{path}"), value) for n, path, value in named]


def environments(t: Template) -> dict[str, dict[str, Any]]:
    """What the containers and the function get as plain environment."""
    functions, tasks = of_type(t, "Lambda::Function"), of_type(t, "ECS::TaskDefinition")
    given = {name: at(task, f"{TASK}/Environment") for name, task in tasks.items()}
    found = {name: {one["Name"]: one["Value"] for one in given[name]} for name in tasks}
    return found | {name: one["Environment"]["Variables"] for name, one in functions.items()}


def changed(whole: Template, path: str, value: object) -> Template:
    """A copy with the value at the path changed, added or (None) gone."""
    made = copy.deepcopy(whole)
    *way, last = path.split("/")
    place: Any = at(made["Resources"], "/".join(way)) if way else made["Resources"]
    step = _into(place, last)
    if value is None:
        del place[step]
    elif isinstance(place, list) and step >= len(place):
        place.append(value)
    else:
        place[step] = value
    return made
