"""Templates of CloudFormation as plain values: read, and evaluated with parameters."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

Template = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags, in the long form: `!Ref X` is `{"Ref": "X"}`."""


def _tag(loader: _Loader, name: str, node: yaml.Node) -> Template:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    else:
        sequence = isinstance(node, yaml.SequenceNode)
        value = (loader.construct_sequence if sequence else loader.construct_mapping)(node, deep=True)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _tag)


def read(path: Path) -> Template:
    return yaml.load(path.read_text("utf-8"), _Loader)


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def target(value: Any) -> str:
    """The name of the resource that a `Ref`, a `GetAtt` or a `Sub` of one leads to; else an empty string."""
    found = re.search(r'"(?:Ref|Fn::GetAtt|Fn::Sub)": \[?"(?:\$\{)?(\w+)', text_of(value))
    return found[1] if found else ""


def of_type(template: Template, kind: str) -> dict[str, Template]:
    """The properties of all resources of a type such as `RDS::DBInstance`, by name."""
    found = template["Resources"].items()
    return {name: one.get("Properties", {}) for name, one in found if one["Type"] == f"AWS::{kind}"}


def evaluate(template: Template, given: dict[str, str]) -> Template:
    """The template as it is deployed with these parameters; what only AWS knows, such as `AWS::…`, stays as it is."""
    parameters = {name: str(one["Default"]) for name, one in template["Parameters"].items() if "Default" in one} | given

    def holds(condition: Any) -> bool:
        ((name, parts),) = condition.items()
        if name == "Condition":
            return holds(template["Conditions"][parts])
        if name == "Fn::Equals":
            return settle(parts[0]) == settle(parts[1])
        combine: Callable[[Any], bool] = {"Fn::And": all, "Fn::Or": any, "Fn::Not": lambda one: not all(one)}[name]
        return combine(map(holds, parts))

    absent = {"Ref": "AWS::NoValue"}

    def settle(value: Any) -> Any:
        if isinstance(value, list):
            return [settled for settled in map(settle, value) if settled != absent]
        if not isinstance(value, dict):
            return value
        if "Ref" in value and value["Ref"] in parameters:
            chosen = parameters[value["Ref"]]
            several = template["Parameters"][value["Ref"]]["Type"].startswith("List")
            return chosen.split(",") if several else chosen
        if "Fn::If" in value:
            condition, yes, no = value["Fn::If"]
            return settle(yes if holds(template["Conditions"][condition]) else no)
        if "Fn::FindInMap" in value:
            named, first, second = map(settle, value["Fn::FindInMap"])
            return template["Mappings"][named][first][second]
        if "Fn::Sub" in value:
            return _substituted(settle, value["Fn::Sub"], parameters)
        settled = {name: settle(part) for name, part in value.items()}
        return {name: part for name, part in settled.items() if part != absent}

    def kept(section: str) -> Template:
        there = template.get(section, {}).items()
        chosen = {n: dict(one) for n, one in there if "Condition" not in one or holds({"Condition": one["Condition"]})}
        return {name: settle({k: v for k, v in one.items() if k != "Condition"}) for name, one in chosen.items()}

    return {"Resources": kept("Resources"), "Outputs": kept("Outputs")}


def _substituted(settle: Callable[[Any], Any], value: Any, parameters: dict[str, str]) -> Any:
    text, names = value if isinstance(value, list) else (value, {})
    names = {name: settle(part) for name, part in names.items()}
    plain = parameters | {name: names.pop(name) for name in list(names) if isinstance(names[name], str)}
    text = re.sub(r"\$\{(\w+)\}", lambda found: plain.get(found[1], found[0]), text)
    return {"Fn::Sub": [text, names] if names else text} if "${" in text else text
