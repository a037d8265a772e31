"""What aws/template.yml promises: each function lists what breaks it in a template as it is deployed."""

import inspect
import re
import sys
from collections.abc import Callable

from as_deployed import TASK, at, beside, environments, rows
from cloudformation import Template, of_type, target, text_of

from webapp.postgres.folders import CHECKOUT

Complaints = list[str]


def what_must_be_said_is_said(t: Template) -> Complaints:
    found = [(path, at(t["Resources"], path), value) for path, value in rows(t)]
    return [f"{path} is {there!r}" for path, there, value in found if there != value]


def nothing_is_public_but_the_balancer(t: Template) -> Complaints:
    doors = ("EC2::EIP", "EC2::InternetGateway", "Lambda::Url", "ApiGateway", "EC2::Instance")
    found = [n for n, one in t["Resources"].items() if one["Type"].startswith(tuple(f"AWS::{k}" for k in doors))]
    outside = {name for name, one in t["Resources"].items() if "subnet-outside" in text_of(one)}
    balancers = set(of_type(t, "ElasticLoadBalancingV2::LoadBalancer"))
    return found + [f"stands outside: {name}" for name in (outside | balancers) ^ {"Balancer"}]


def each_speaks_to_whom_it_needs_alone(t: Template) -> Complaints:
    groups = of_type(t, "EC2::SecurityGroup")
    unclear = [
        *of_type(t, "EC2::SecurityGroupEgress"),
        *(n for n in groups if not groups[n].get("SecurityGroupEgress")),
    ]
    ingress = [(name, one) for name, group in groups.items() for one in group.get("SecurityGroupIngress", [])]
    ingress += [(target(one["GroupId"]), one) for one in of_type(t, "EC2::SecurityGroupIngress").values()]
    egress = [(name, one) for name, group in groups.items() for one in group.get("SecurityGroupEgress", [])]
    egress = [(name, one) for name, one in egress if one.get("CidrIp") != "127.0.0.1/32"]
    for name, one in ingress + egress:
        wide = one["IpProtocol"] != "tcp" or one.get("FromPort") != one.get("ToPort") or not one.get("Description")
        unclear += [f"{name}: a rule that is wide or without words"] * wide

    def far(one: Template, side: str) -> str:
        return one.get("CidrIp") or target(one.get(f"{side}SecurityGroupId")) or text_of(one)

    into = {(far(one, "Source"), name, one.get("FromPort", 0)) for name, one in ingress}
    out = {(name, far(one, "Destination"), one.get("FromPort", 0)) for name, one in egress}
    callers, proxy = ["TaskGroup", "FunctionGroup"], ["ProxyGroup"] * ("Proxy" in t["Resources"])
    inside = {(one, "DatabaseGroup", 5432) for one in callers + proxy} | {("BalancerGroup", "TaskGroup", 8000)}
    inside |= {(one, "ProxyGroup", 5432) for one in callers if proxy}
    world = "0.0.0.0/0"
    odd = into ^ (inside | {(world, "BalancerGroup", 443), (world, "BalancerGroup", 80)})
    return unclear + [f"{flow}" for flow in odd | (out ^ (inside | {("TaskGroup", world, 443)}))]


def each_role_may_do_what_it_must_alone(t: Template) -> Complaints:
    found = [n for n, one in t["Resources"].items() if one["Type"] in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}]
    may, roles = beside("rights.yml"), of_type(t, "IAM::Role")
    missing = "(?!)" if "Proxy" in t["Resources"] else "Proxy"
    for name, role in roles.items():
        rights = [f"managed {text_of(one)}" for one in role.get("ManagedPolicyArns", [])]
        trusted = [one["Principal"] for one in role["AssumeRolePolicyDocument"]["Statement"]]
        found += [f"{name} trusts {one}" for one in trusted if list(one) != ["Service"]]
        for one in (one for policy in role.get("Policies", []) for one in policy["PolicyDocument"]["Statement"]):
            found += [f"{name}: {one}"] * (one.keys() != {"Effect", "Action", "Resource"} or one["Effect"] != "Allow")
            actions, resources = ([v] if not isinstance(v, list) else v for v in (one["Action"], one["Resource"]))
            rights += [f"{action} {text_of(resource)}" for action in actions for resource in resources]
        wanted = [one for one in may.get(name, []) if not re.search(missing, one)]
        found += [f"{name}: {right}" for right in rights if not any(re.fullmatch(one, right) for one in wanted)]
        found += [f"{name}: no {one}" for one in wanted if not any(re.fullmatch(one, right) for right in rights)]
    return found + [f"role {name}" for name in may.keys() ^ roles.keys() if not re.match(missing, name)]


def who_connects_says_who_they_are(t: Template) -> Complaints:
    """A token is for the user that the URL names."""
    users, given = {"Task": "mayfly_app", "PostConfirmation": "mayfly_sign_up"}, environments(t)
    found = []
    for name, user in users.items():
        for setting, url in given[name].items():
            whose = "mayfly_keeper" if setting == "KEEPER_CONNECTION_URL" else user
            if setting.endswith("CONNECTION_URL") and f"postgresql://{whose}@" not in text_of(url):
                found.append(f"{name}: {text_of(url)}")
    direct = "Proxy" in t["Resources"] and "DIRECT_CONNECTION_URL" not in given["Task"]
    return found + ["no way past the proxy"] * direct


def every_task_writes_to_a_log_of_ours(t: Template) -> Complaints:
    tasks = of_type(t, "ECS::TaskDefinition").items()
    logs = {name: target(at(task, f"{TASK}/LogConfiguration/Options/awslogs-group")) for name, task in tasks}
    return [name for name, log in logs.items() if log not in of_type(t, "Logs::LogGroup")]


def no_secret_is_in_sight(t: Template) -> Complaints:
    found = []
    for name, environment in environments(t).items():
        found += [f"{name}: {n}" for n in environment if re.search(r"SECRET|PASSWORD|TOKEN|_KEY|CREDENTIAL", n)]
        found += [f"{name}: {n}" for n, v in environment.items() if re.search(r"://[^/@\"]*:[^/@\"]*@", text_of(v))]
    secret = r'\["PoolClient", "ClientSecret"\]|PoolClient\.ClientSecret|\{\{resolve:'
    for name, one in (t["Resources"] | t["Outputs"]).items():
        found += [name] * (bool(re.search(secret, text_of(one))) and name != "ClientSecret")
    return found


def every_setting_is_known(t: Template) -> Complaints:
    ours = "".join(path.read_text("utf-8") for path in (CHECKOUT / "webapp").rglob("*.py"))
    known = {*re.findall(r'"([A-Z][A-Z_]+)"', ours), "PGUSER", "PGPASSWORD", "TMPDIR", "GUNICORN_CMD_ARGS"}
    given = [(name, setting) for name, settings in environments(t).items() for setting in settings]
    tasks = of_type(t, "ECS::TaskDefinition").items()
    given += [(name, one["Name"]) for name, task in tasks for one in at(task, f"{TASK}/Secrets")]
    return [f"{name}: {setting}" for name, setting in given if setting not in known]


def requests_meet_no_closed_door(t: Template) -> Complaints:
    """The program keeps an idle connection for longer than the balancer, and only a process that died is restarted."""
    (balancer,) = of_type(t, "ElasticLoadBalancingV2::LoadBalancer").values()
    idle = int(at(balancer, "LoadBalancerAttributes/idle_timeout.timeout_seconds/Value"))
    kept = int(re.sub(r"\D", "", environments(t)["Task"].get("GUNICORN_CMD_ARGS", "0")))
    check = text_of(at(t["Resources"], f"Task/Properties/{TASK}/HealthCheck/Command"))
    return ["keep-alive"] * (kept <= idle) + ["livez"] * ("/livez" not in check)


def connections_fit(t: Template) -> Complaints:
    """RDS gives some 80 in db.t4g.micro, 800 in db.m7g.large. While tasks change there are twice as many.

    A function without a bound of its own has the account's: 10 at once where AWS has not raised it.
    """
    (database,) = of_type(t, "RDS::DBInstance").values()
    room = {"db.t4g.micro": 80, "db.m7g.large": 800}[database["DBInstanceClass"]]
    (service,) = of_type(t, "ECS::Service").values()
    scales = of_type(t, "ApplicationAutoScaling::ScalableTarget").values()
    tasks = max([service["DesiredCount"], *(scale["MaxCapacity"] for scale in scales)])
    environment = environments(t)["Task"]
    pools = 2 * tasks * int(environment["WORKERS"]) * int(environment["POOL_MAX"])
    (function,) = of_type(t, "Lambda::Function").values()
    need = pools + function.get("ReservedConcurrentExecutions", 10) + 6
    return [f"{need} connections, {room} are there"] * (need > room)


def the_proxy_is_ready_before_it_is_used(t: Template) -> Complaints:
    """Its target group waits for the ways to and from it; function and program wait for that."""
    if "Proxy" not in t["Resources"]:
        return []
    rules = {n for n, one in of_type(t, "EC2::SecurityGroupIngress").items() if "ProxyGroup" in text_of(one)}
    late = rules - set(t["Resources"]["ProxyTargets"].get("DependsOn", []))
    after = {n: at(t["Resources"], f"{n}/Metadata/After") for n in ("PostConfirmation", "Service")}
    early = [f"too early: {name}" for name, one in after.items() if one != {"Ref": "ProxyTargets"}]
    return early + [f"not waited for: {name}" for name in late]


_ours = inspect.getmembers(sys.modules[__name__], inspect.isfunction)
PROMISES: dict[str, Callable[[Template], Complaints]] = {
    name: one for name, one in _ours if one.__module__ == __name__ and name[0] != "_"
}
