"""What the template for AWS promises: nothing public but the door, least rights, no secret in sight.

Each promise is a function that names what breaks it. Each is shown to fail on a template in which it is taken out.
"""

import copy
import functools
import re
from collections.abc import Callable
from typing import Any

import pytest
from cloudformation import Template, before, evaluate, of_type, read, target, text_of, walk

from webapp.config.settings import TTLS, Settings
from webapp.postgres.folders import CHECKOUT

PATH = CHECKOUT / "aws" / "template.yml"
GIVEN = {
    "Vpc": "vpc-1",
    "PublicSubnets": "subnet-outside-1,subnet-outside-2",
    "PrivateSubnets": "subnet-inside-1,subnet-inside-2",
    "CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/1",
    "PublicUrl": "https://mayfly.example",
    "ImageTag": "1",
    "FunctionBucket": "code",
    "FunctionKey": "function.zip",
    "SignInPrefix": "mayfly",
}
WAYS = [
    {"Size": size, "UseProxy": proxy, "Serve": "yes", "FunctionReserved": "yes"}
    for size in ("small", "large")
    for proxy in ("no", "yes")
]

# Where a star cannot be done without.
ARGUED = {
    "ecr:GetAuthorizationToken": r"\*",  # IAM knows no resource for signing in to ECR
    "logs:CreateLogStream": r".*:log-stream:(app|owner)/\*",  # streams are named by tasks, of one group and prefix each
    "logs:PutLogEvents": r".*:log-stream:(app|owner)/\*",
}
# The function's network card and log, on everything (`*`): AWS keeps it, and a card cannot be named beforehand.
MANAGED = "policy/service-role/AWSLambdaVPCAccessExecutionRole"
# What AWS lists for whoever fetches an image from ECR.
PULL = {f"ecr:{name}" for name in ("GetAuthorizationToken", "BatchGetImage", "GetDownloadUrlForLayer")}
PULL |= {"ecr:BatchCheckLayerAvailability"}
# Settings that are no Mayfly's own: what libpq, Python and gunicorn read.
OTHERS = {"PGUSER", "PGPASSWORD", "TMPDIR", "GUNICORN_CMD_ARGS"}
# Settings of signing in with a provider and to the database by token.
PROVIDER = {"DATABASE_AUTH", "AUTH", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_LOGOUT_URL"}

KEY = "".join(map(chr, range(65, 105)))

Complaints = list[str]


@functools.cache
def template() -> Template:
    """The template as it is written. Nobody may change it."""
    return read(PATH)


# The promises ----------------------------------------------------------------------------------------------------


def nothing_is_public_but_the_balancer(t: Template) -> Complaints:
    open_kinds = ("EC2::EIP", "EC2::InternetGateway", "Lambda::Url", "ApiGateway", "ApiGatewayV2", "EC2::Instance")
    found = [n for n, one in t["Resources"].items() if one["Type"].startswith(tuple(f"AWS::{k}" for k in open_kinds))]
    for name, database in of_type(t, "RDS::DBInstance").items():
        found += [name] * (database.get("PubliclyAccessible") is not False)
    for name, service in of_type(t, "ECS::Service").items():
        found += [name] * (service["NetworkConfiguration"]["AwsvpcConfiguration"].get("AssignPublicIp") != "DISABLED")
    for name, one in t["Resources"].items():
        outside = "subnet-outside" in text_of(one)
        found += [f"{name} stands outside"] * (outside and not one["Type"].endswith("V2::LoadBalancer"))
    balancers = of_type(t, "ElasticLoadBalancingV2::LoadBalancer")
    return found + [f"balancers: {list(balancers)}"] * (list(balancers) != ["Balancer"])


def _flows(t: Template) -> tuple[set[tuple[str, str, str]], set[tuple[str, str, str]], Complaints]:
    """Who may speak to whom on which port, as those who listen see it and as those who speak do; what is unclear."""
    into, out, unclear = set(), set(), []

    def rule(name: str, one: Template, far: str) -> tuple[str, str]:
        ports = (str(one.get("FromPort")), str(one.get("ToPort")))
        if one["IpProtocol"] != "tcp" or ports[0] != ports[1] or not one.get("Description"):
            unclear.append(f"{name}: a rule that is wide or without words")
        place = one.get("CidrIp") or one.get("CidrIpv6") or one.get(f"{far}PrefixListId")
        return (place or target(one[f"{far}SecurityGroupId"]), ports[0])

    for name, group in of_type(t, "EC2::SecurityGroup").items():
        if not group.get("SecurityGroupEgress"):
            unclear.append(f"{name} lets everything out")
        for one in group.get("SecurityGroupEgress", []):
            if one.get("CidrIp") != "127.0.0.1/32":
                far, port = rule(name, one, "Destination")
                out.add((name, far, port))
        for one in group.get("SecurityGroupIngress", []):
            far, port = rule(name, one, "Source")
            into.add((far, name, port))
    for name, one in of_type(t, "EC2::SecurityGroupIngress").items():
        far, port = rule(name, one, "Source")
        into.add((far, target(one["GroupId"]), port))
    unclear += list(of_type(t, "EC2::SecurityGroupEgress"))
    return into, out, unclear


def only_the_door_is_open_to_the_world(t: Template) -> Complaints:
    into, out, unclear = _flows(t)
    places = {flow for flow in into | out if re.search(r"[./]|::|^pl-", flow[0] + flow[1])}
    allowed = {("0.0.0.0/0", "BalancerGroup", "443"), ("0.0.0.0/0", "BalancerGroup", "80")}
    return unclear + [f"{flow}" for flow in places - allowed - {("TaskGroup", "0.0.0.0/0", "443")}]


def every_way_in_is_a_way_out_of_somebody(t: Template) -> Complaints:
    into, out, _ = _flows(t)
    inside = {flow for flow in into ^ out if not re.search(r"[./]", flow[0] + flow[1])}
    return [f"only one side knows {flow}" for flow in inside]


def the_database_is_reached_by_those_who_need_it(t: Template) -> Complaints:
    into, _, _ = _flows(t)
    wanted = {"TaskGroup", "FunctionGroup"} | ({"ProxyGroup"} if of_type(t, "RDS::DBProxy") else set())
    found = {flow[0] for flow in into if flow[1] == "DatabaseGroup"}
    return [f"{found ^ wanted}"] * (found != wanted) + [f"{f}" for f in into if f[1] == "DeveloperGroup"]


def the_database_is_kept_safe(t: Template) -> Complaints:
    found, ((name, database),) = [], of_type(t, "RDS::DBInstance").items()
    for setting, value in {
        "StorageEncrypted": True,
        "DeletionProtection": True,
        "EnableIAMDatabaseAuthentication": True,
        "ManageMasterUserPassword": True,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "MasterUserPassword": None,
    }.items():
        found += [setting] * (database.get(setting) != value)
    found += ["backups"] * (int(database["BackupRetentionPeriod"]) < 7)
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        found += [policy] * (t["Resources"][name].get(policy) != "Snapshot")
    settings = of_type(t, "RDS::DBParameterGroup")[target(database["DBParameterGroupName"])]["Parameters"]
    for setting, value in {
        "rds.force_ssl": "1",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_statement": "none",
        "log_min_duration_statement": "-1",
    }.items():
        found += [setting] * (settings.get(setting) != value)
    return found


def _statements(role: Template) -> list[tuple[list[str], list[str], Template]]:
    """The actions and resources of each statement of a role's own policies."""
    listed = []
    for policy in role.get("Policies", []):
        for one in policy["PolicyDocument"]["Statement"]:
            actions, resources = one.get("Action", []), one.get("Resource", [])
            actions = actions if isinstance(actions, list) else [actions]
            resources = resources if isinstance(resources, list) else [resources]
            listed.append((actions, resources, one))
    return listed


def rights_name_what_they_are_for(t: Template) -> Complaints:
    found = [n for n, one in t["Resources"].items() if one["Type"] in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}]
    for name, role in of_type(t, "IAM::Role").items():
        for managed in role.get("ManagedPolicyArns", []):
            found += [f"{name}: {managed}"] * (not text_of(managed).rstrip('"}').endswith(MANAGED))
        for trust in role["AssumeRolePolicyDocument"]["Statement"]:
            found += [f"{name} trusts {trust['Principal']}"] * (list(trust["Principal"]) != ["Service"])
        for actions, resources, one in _statements(role):
            if set(one) - {"Effect", "Action", "Resource"} or one["Effect"] != "Allow" or not resources:
                found.append(f"{name}: {one}")
            found += [f"{name}: {action}" for action in actions if "*" in action]
            for action in actions:
                # Of a `Sub` the text says which; the names in it are resources of ours.
                texts = [text_of(r["Fn::Sub"][0] if "Fn::Sub" in r and isinstance(r["Fn::Sub"], list) else r)
                         for r in resources]  # fmt: skip
                stars = [text for text in texts if "*" in text]
                found += [f"{name}: {action} on {r}" for r in stars if not re.fullmatch(ARGUED.get(action, "-"), r)]
    return found


def who_connects_may_be_one_user_and_nothing_more(t: Template) -> Complaints:
    """The program mayfly_app, the function mayfly_sign_up; the proxy is either, as it is asked."""
    roles, found = of_type(t, "IAM::Role"), []
    named = {target(f["Role"]): {"mayfly_sign_up"} for f in of_type(t, "Lambda::Function").values()}
    for task in of_type(t, "ECS::TaskDefinition").values():
        named |= {target(task["TaskRoleArn"]): {"mayfly_app"}} if "TaskRoleArn" in task else {}
    found += ["somebody has no role of their own"] * (len(named) < 2)
    proxies = {target(proxy["RoleArn"]) for proxy in of_type(t, "RDS::DBProxy").values()}
    named |= {name: {"mayfly_app", "mayfly_sign_up"} for name in proxies}
    for name, users in named.items():
        # While the proxy is made, they go past it still.
        may = {place: set[str]() for place in ["DbiResourceId"] + ["DBProxyArn"] * bool(proxies - {name})}
        for actions, resources, _ in _statements(roles[name]):
            found += [f"{name}: {actions}"] * (actions != ["rds-db:connect"])
            for resource in resources:
                text = text_of(resource)
                user = re.search(r":dbuser:\$\{Id\}/(\w+)\"", text)
                place = next((place for place in may if place in text), None)
                if user and place:
                    may[place].add(user[1])
                else:
                    found.append(f"{name}: {text}")
        found += [f"{name} is {may[place]} to {place}" for place in may if may[place] != users]
    return found


def who_connects_says_who_they_are(t: Template) -> Complaints:
    """A token is for the user that the URL names, and the right to it for that user alone."""
    return [
        f"{name}: {text_of(url)}"
        for name, user in (("Task", "mayfly_app"), ("PostConfirmation", "mayfly_sign_up"))
        for setting, url in _environments(t)[name].items()
        if setting.endswith("CONNECTION_URL") and f"postgresql://{user}@" not in text_of(url)
    ]


def who_starts_a_task_reads_its_image_and_secrets_alone(t: Template) -> Complaints:
    roles, found = of_type(t, "IAM::Role"), []
    for name, task in of_type(t, "ECS::TaskDefinition").items():
        (container,) = task["ContainerDefinitions"]
        given = {target(one["ValueFrom"]) for one in container.get("Secrets", [])}
        statements = _statements(roles[target(task["ExecutionRoleArn"])])
        read = {target(r) for actions, resources, _ in statements for r in resources if "secretsm" in actions[0]}
        may = {action for actions, _, _ in statements for action in actions}
        found += [f"{name}: {missing}" for missing in PULL - may]
        found += [f"{name}: {given ^ read}"] * (given != read)
    readers = {n for n, r in roles.items() if any("secretsmanager" in a[0] for a, _, _ in _statements(r))}
    return found + [f"{readers}"] * (readers != {"TaskExecutionRole", "OwnerExecutionRole"})


def every_log_ends(t: Template) -> Complaints:
    groups = of_type(t, "Logs::LogGroup")
    found = [name for name, group in groups.items() if not int(group.get("RetentionInDays") or 0)]
    used = [target(one["LoggingConfig"]["LogGroup"]) for one in of_type(t, "Lambda::Function").values()]
    for task in of_type(t, "ECS::TaskDefinition").values():
        options = [one["LogConfiguration"]["Options"] for one in task["ContainerDefinitions"]]
        used += [target(one["awslogs-group"]) for one in options]
    return found + [f"{name} is not ours" for name in used if name not in groups]


def _environments(t: Template) -> dict[str, dict[str, Any]]:
    """What the containers and the function get as plain environment."""
    found = {n: f["Environment"]["Variables"] for n, f in of_type(t, "Lambda::Function").items()}
    for name, task in of_type(t, "ECS::TaskDefinition").items():
        for container in task["ContainerDefinitions"]:
            found[name] = {one["Name"]: one["Value"] for one in container["Environment"]}
    return found


def no_secret_is_in_sight(t: Template) -> Complaints:
    found = []
    for name, environment in _environments(t).items():
        found += [f"{name}: {n}" for n in environment if re.search(r"SECRET|PASSWORD|TOKEN|_KEY|CREDENTIAL", n)]
        found += [f"{name}: {n}" for n, v in environment.items() if re.search(r"://[^/@\"]*:[^/@\"]*@", text_of(v))]
    for name, one in t["Resources"].items():
        hidden = [value for value in walk(one) if isinstance(value, dict) and "ClientSecret" in text_of(value)
                  and ("Fn::GetAtt" in value or "ClientSecret}" in text_of(value.get("Fn::Sub", "")))]  # fmt: skip
        found += [name] * bool(hidden and one["Type"] != "AWS::SecretsManager::Secret")
        found += [f"{name} resolves a secret"] * ("{{resolve:" in text_of(one))
    return found + [n for n, one in t["Outputs"].items() if re.search(r"ClientSecret|resolve:", text_of(one["Value"]))]


def every_setting_is_known(t: Template) -> Complaints:
    table = re.findall(r"^\| (`[A-Z_`, ]+`) \|", (CHECKOUT / "README.md").read_text("utf-8"), re.MULTILINE)
    known = {name for row in table for name in re.findall(r"[A-Z_]+", row)} | OTHERS | PROVIDER
    given = {name: set(environment) for name, environment in _environments(t).items()}
    for name, task in of_type(t, "ECS::TaskDefinition").items():
        given[name] |= {one["Name"] for one in task["ContainerDefinitions"][0].get("Secrets", [])}
    return [f"{name}: {setting}" for name, settings in given.items() for setting in settings - known]


def the_door_speaks_tls_alone(t: Template) -> Complaints:
    found = []
    for name, listener in of_type(t, "ElasticLoadBalancingV2::Listener").items():
        kinds = {one["Type"] for one in listener["DefaultActions"]}
        if listener["Protocol"] == "HTTPS":
            found += [f"{name}: old TLS"] * (not listener["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-Res"))
        else:
            to = [one.get("RedirectConfig", {}).get("Protocol") for one in listener["DefaultActions"]]
            found += [name] * (kinds != {"redirect"} or to != ["HTTPS"])
    attributes = _attributes(t)
    found += ["headers"] * (attributes.get("routing.http.drop_invalid_header_fields.enabled") != "true")
    return found + ["xff"] * (attributes.get("routing.http.xff_header_processing.mode") != "append")


def _attributes(t: Template) -> dict[str, str]:
    (balancer,) = of_type(t, "ElasticLoadBalancingV2::LoadBalancer").values()
    return {one["Key"]: one["Value"] for one in balancer["LoadBalancerAttributes"]}


def signing_in_is_by_code_alone(t: Template) -> Complaints:
    found = []
    ((pool_name, pool),) = of_type(t, "Cognito::UserPool").items()
    (client,) = of_type(t, "Cognito::UserPoolClient").values()
    for setting, value in {
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "CallbackURLs": ["https://mayfly.example/sign-in/provider/back"],
        "LogoutURLs": ["https://mayfly.example/"],
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
    }.items():
        found += [setting] * (client.get(setting) != value)
    units = client["TokenValidityUnits"]
    for name in ("IdToken", "AccessToken"):
        found += [name] * (units.get(name) != "minutes" or client[f"{name}Validity"] > 15)
    found += ["scopes"] * ("aws.cognito.signin.user.admin" in client["AllowedOAuthScopes"])
    found += ["deletion"] * (pool.get("DeletionProtection") != "ACTIVE")
    found += ["retained"] * (t["Resources"][pool_name].get("DeletionPolicy") != "Retain")
    found += ["address not proven"] * (pool.get("AutoVerifiedAttributes") != ["email"])
    found += ["a second factor that nobody can set up"] * (pool.get("MfaConfiguration") == "OPTIONAL")
    found += ["password"] * (pool["Policies"]["PasswordPolicy"]["MinimumLength"] < 12)
    found += ["attributes"] * ({one["Name"] for one in pool["Schema"]} != {"email", "preferred_username", "name"})
    found += ["trigger"] * (target(pool["LambdaConfig"].get("PostConfirmation", "")) != "PostConfirmation")
    for name, permission in of_type(t, "Lambda::Permission").items():
        asked = (permission["Principal"], target(permission.get("SourceArn", "")))
        found += [name] * (asked != ("cognito-idp.amazonaws.com", pool_name))
    return found


def containers_can_write_nowhere(t: Template) -> Complaints:
    found = []
    for name, task in of_type(t, "ECS::TaskDefinition").items():
        for one in task["ContainerDefinitions"]:
            found += [f"{name}: root"] * (one.get("User") in {None, "0", "root"})
            found += [f"{name}: writes"] * (one.get("ReadonlyRootFilesystem") is not True)
            found += [f"{name}: capabilities"] * (one["LinuxParameters"]["Capabilities"].get("Drop") != ["ALL"])
            found += [f"{name}: privileged"] * bool(one.get("Privileged"))
            found += [f"{name}: volume"] * ([m["ContainerPath"] for m in one["MountPoints"]] != ["/var/lib/mayfly"])
    return found


def a_bad_deployment_is_taken_back(t: Template) -> Complaints:
    found = []
    (service,) = of_type(t, "ECS::Service").values()
    deployment = service["DeploymentConfiguration"]
    found += ["circuit"] * (deployment.get("DeploymentCircuitBreaker") != {"Enable": True, "Rollback": True})
    found += ["healthy"] * (deployment["MinimumHealthyPercent"] < 100 or deployment["MaximumPercent"] < 200)
    (targets,) = of_type(t, "ElasticLoadBalancingV2::TargetGroup").values()
    found += ["readyz"] * (targets.get("HealthCheckPath") != "/readyz")
    # Two minutes without a database, as when it moves to the other zone, must not end the tasks.
    found += ["impatient"] * (targets["HealthCheckIntervalSeconds"] * targets["UnhealthyThresholdCount"] <= 120)
    (container,) = of_type(t, "ECS::TaskDefinition")["Task"]["ContainerDefinitions"]
    found += ["livez"] * ("/livez" not in text_of(container["HealthCheck"]["Command"]))
    found += ["stop"] * (container.get("StopTimeout", 30) != 15)
    environment = _environments(t)["Task"]
    kept = int(re.sub(r"\D", "", environment.get("GUNICORN_CMD_ARGS", "0")))
    return found + ["keep-alive"] * (kept <= int(_attributes(t)["idle_timeout.timeout_seconds"]))


def connections_fit(t: Template) -> Complaints:
    """RDS gives some 80 in db.t4g.micro, 800 in db.m7g.large. While tasks change there are twice as many.

    A function without a bound of its own has the account's: 10 at once where AWS has not raised it.
    """
    (database,) = of_type(t, "RDS::DBInstance").values()
    room = {"db.t4g.micro": 80, "db.m7g.large": 800}[database["DBInstanceClass"]]
    (service,) = of_type(t, "ECS::Service").values()
    scales = of_type(t, "ApplicationAutoScaling::ScalableTarget").values()
    tasks = max([service["DesiredCount"], *(scale["MaxCapacity"] for scale in scales)])
    environment = _environments(t)["Task"]
    pools = 2 * tasks * int(environment["WORKERS"]) * int(environment["POOL_MAX"])
    (function,) = of_type(t, "Lambda::Function").values()
    need = pools + function.get("ReservedConcurrentExecutions", 10) + 6
    return [f"{need} connections, {room} are there"] * (need > room)


def the_proxy_speaks_tls_and_knows_no_password(t: Template) -> Complaints:
    found = []
    for name, proxy in of_type(t, "RDS::DBProxy").items():
        found += [f"{name}: TLS"] * (proxy.get("RequireTLS") is not True)
        found += [f"{name}: IAM"] * (proxy.get("DefaultAuthScheme") != "IAM_AUTH" or "Auth" in proxy)
        found += [f"{name}: log"] * (proxy.get("DebugLogging") is not False)
        found += [f"{name}: no way past it"] * ("DIRECT_CONNECTION_URL" not in _environments(t)["Task"])
    return found


def the_proxy_is_ready_before_it_is_used(t: Template) -> Complaints:
    """It is where its target group is made, and that waits for the way to the database."""
    found = []
    for name in (*of_type(t, "ECS::Service"), *of_type(t, "Lambda::Function")):
        waits = "ProxyTargets" in text_of(t["Resources"][name])  # itself, not by a chain that may be cut
        found += [name] * ("Proxy" in before(t, name) and not waits)
    for name in of_type(t, "RDS::DBProxyTargetGroup"):
        rules = {n for n, one in of_type(t, "EC2::SecurityGroupIngress").items() if "ProxyGroup" in text_of(one)}
        found += [f"{name} does not wait for {late}" for late in rules - before(t, name)]
    return found


PROMISES: list[Callable[[Template], Complaints]] = [
    nothing_is_public_but_the_balancer,
    only_the_door_is_open_to_the_world,
    every_way_in_is_a_way_out_of_somebody,
    the_database_is_reached_by_those_who_need_it,
    the_database_is_kept_safe,
    rights_name_what_they_are_for,
    who_connects_may_be_one_user_and_nothing_more,
    who_connects_says_who_they_are,
    who_starts_a_task_reads_its_image_and_secrets_alone,
    every_log_ends,
    no_secret_is_in_sight,
    every_setting_is_known,
    the_door_speaks_tls_alone,
    signing_in_is_by_code_alone,
    containers_can_write_nowhere,
    a_bad_deployment_is_taken_back,
    connections_fit,
    the_proxy_speaks_tls_and_knows_no_password,
    the_proxy_is_ready_before_it_is_used,
]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way['Size']}-proxy-{way['UseProxy']}")
def test_template_keeps(promise: Callable[[Template], Complaints], way: dict[str, str]) -> None:
    assert promise(evaluate(template(), GIVEN | way)) == []


# Each promise fails when it is taken out -----------------------------------------------------------------------------

GONE = object()
DATABASE, CLIENT, POOL = "Database.Properties", "PoolClient.Properties", "Pool.Properties"
CONTAINER = "Task.Properties.ContainerDefinitions.0"
ANYWHERE = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "0.0.0.0/0", "Description": "all"}
CONNECT = "SignUpRole.Properties.Policies.0.PolicyDocument.Statement"
SERVES = "TaskRole.Properties.Policies.0.PolicyDocument.Statement"
FUNCTION_URL = "PostConfirmation.Properties.Environment.Variables.CONNECTION_URL"
STARTS = "TaskExecutionRole.Properties.Policies.0.PolicyDocument.Statement"
MORE = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::code/function.zip"}
ADMIN = "arn:aws:rds-db:eu-central-1:123456789012:dbuser:db-1/mayfly_admin"


def arn_of(name: str) -> Template:
    return {"Fn::GetAtt": [name, "Arn"]}


def dbuser(name: str) -> Template:
    """That user of the stack's database, as a right names it."""
    text = f"arn:${{AWS::Partition}}:rds-db:${{AWS::Region}}:${{AWS::AccountId}}:dbuser:${{Id}}/{name}"
    return {"Fn::Sub": [text, {"Id": {"Fn::GetAtt": ["Database", "DbiResourceId"]}}]}


BROKEN: list[tuple[Callable[[Template], Complaints], str, object]] = [
    (nothing_is_public_but_the_balancer, f"{DATABASE}.PubliclyAccessible", True),
    (nothing_is_public_but_the_balancer, f"{DATABASE}.PubliclyAccessible", GONE),
    (nothing_is_public_but_the_balancer, "DatabaseSubnets.Properties.SubnetIds", {"Ref": "PublicSubnets"}),
    (nothing_is_public_but_the_balancer, "PostConfirmation.Properties.VpcConfig.SubnetIds", {"Ref": "PublicSubnets"}),
    (
        nothing_is_public_but_the_balancer,
        "Service.Properties.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",
        "ENABLED",
    ),
    (nothing_is_public_but_the_balancer, "Url", {"Type": "AWS::Lambda::Url", "Properties": {}}),
    (only_the_door_is_open_to_the_world, "DatabaseGroup.Properties.SecurityGroupIngress", [ANYWHERE]),
    (only_the_door_is_open_to_the_world, "DeveloperGroup.Properties.SecurityGroupIngress", [ANYWHERE]),
    (only_the_door_is_open_to_the_world, "FunctionGroup.Properties.SecurityGroupEgress", GONE),
    (only_the_door_is_open_to_the_world, "FunctionGroup.Properties.SecurityGroupEgress", [ANYWHERE]),
    (only_the_door_is_open_to_the_world, "BalancerGroup.Properties.SecurityGroupIngress.0.ToPort", 8443),
    (only_the_door_is_open_to_the_world, "BalancerGroup.Properties.SecurityGroupIngress.0.FromPort", 22),
    (only_the_door_is_open_to_the_world, "TaskGroup.Properties.SecurityGroupEgress.0.IpProtocol", "-1"),
    (every_way_in_is_a_way_out_of_somebody, "DatabaseFromFunction", GONE),
    (every_way_in_is_a_way_out_of_somebody, "TaskFromBalancer.Properties.FromPort", 80),
    (
        the_database_is_reached_by_those_who_need_it,
        "DatabaseFromTask.Properties.SourceSecurityGroupId",
        {"Fn::GetAtt": ["BalancerGroup", "GroupId"]},
    ),
    (
        the_database_is_reached_by_those_who_need_it,
        "DatabaseFromFunction.Properties.SourceSecurityGroupId",
        {"Fn::If": ["Proxied", *({"Fn::GetAtt": [n, "GroupId"]} for n in ("ProxyGroup", "FunctionGroup"))]},
    ),
    (the_database_is_reached_by_those_who_need_it, "DatabaseFromProxy", GONE),
    (the_database_is_kept_safe, f"{DATABASE}.StorageEncrypted", False),
    (the_database_is_kept_safe, f"{DATABASE}.DeletionProtection", GONE),
    (the_database_is_kept_safe, f"{DATABASE}.BackupRetentionPeriod", 6),
    (the_database_is_kept_safe, f"{DATABASE}.EnableIAMDatabaseAuthentication", False),
    (the_database_is_kept_safe, f"{DATABASE}.ManageMasterUserPassword", GONE),
    (the_database_is_kept_safe, f"{DATABASE}.MasterUserPassword", "in the open"),
    (the_database_is_kept_safe, "Database.DeletionPolicy", "Delete"),
    (the_database_is_kept_safe, "Database.UpdateReplacePolicy", GONE),
    (the_database_is_kept_safe, "DatabaseSettings.Properties.Parameters", {"rds.force_ssl": "0"}),
    (rights_name_what_they_are_for, f"{CONNECT}.0.Resource", "*"),
    (rights_name_what_they_are_for, f"{CONNECT}.0.Action", "rds-db:*"),
    (rights_name_what_they_are_for, f"{CONNECT}.0.NotAction", "iam:*"),
    (rights_name_what_they_are_for, f"{STARTS}.3.Resource", "*"),
    (rights_name_what_they_are_for, f"{STARTS}.2.Resource", "*"),
    (
        rights_name_what_they_are_for,
        "SignUpRole.Properties.ManagedPolicyArns",
        ["arn:aws:iam::aws:policy/AdministratorAccess"],
    ),
    (
        rights_name_what_they_are_for,
        "TaskRole.Properties.AssumeRolePolicyDocument.Statement.0.Principal",
        {"AWS": "*"},
    ),
    (who_connects_may_be_one_user_and_nothing_more, f"{CONNECT}.1", MORE),
    (who_connects_may_be_one_user_and_nothing_more, f"{CONNECT}.0.Resource", ADMIN),
    (who_connects_may_be_one_user_and_nothing_more, f"{CONNECT}.0.Resource.0", GONE),
    (who_connects_may_be_one_user_and_nothing_more, f"{CONNECT}.0.Resource.1", GONE),
    (who_connects_may_be_one_user_and_nothing_more, f"{CONNECT}.0.Resource.2", dbuser("mayfly_app")),
    (who_connects_may_be_one_user_and_nothing_more, "PostConfirmation.Properties.Role", arn_of("TaskRole")),
    (who_connects_may_be_one_user_and_nothing_more, "TaskRole.Properties.Policies", []),
    (who_connects_may_be_one_user_and_nothing_more, f"{SERVES}.0.Resource.0", ADMIN),
    (who_connects_may_be_one_user_and_nothing_more, f"{SERVES}.0.Resource.0", dbuser("mayfly_sign_up")),
    (who_connects_may_be_one_user_and_nothing_more, "ProxyRole.Properties.Policies.1", GONE),
    (who_connects_may_be_one_user_and_nothing_more, "ProxyRole.Properties.Policies.0", GONE),
    (who_connects_says_who_they_are, f"{FUNCTION_URL}.Fn::If.1", "postgresql://mayfly_app@proxy:5432/mayfly"),
    (who_connects_says_who_they_are, f"{FUNCTION_URL}.Fn::If.2", "postgresql://mayfly_app@database:5432/mayfly"),
    (who_connects_says_who_they_are, f"{FUNCTION_URL}.Fn::If.2", "postgresql://database:5432/mayfly"),
    (
        who_starts_a_task_reads_its_image_and_secrets_alone,
        f"{STARTS}.3.Resource.2",
        {"Fn::GetAtt": ["Database", "MasterUserSecret.SecretArn"]},
    ),
    (who_starts_a_task_reads_its_image_and_secrets_alone, f"{STARTS}.3.Resource.1", GONE),
    (who_starts_a_task_reads_its_image_and_secrets_alone, f"{STARTS}.1.Action.2", GONE),
    (every_log_ends, "FunctionLog.Properties.RetentionInDays", GONE),
    (every_log_ends, "PostConfirmation.Properties.LoggingConfig.LogGroup", "/aws/lambda/other"),
    (no_secret_is_in_sight, f"{CONTAINER}.Environment.0", {"Name": "SECRET_KEY", "Value": "x" * 40}),
    (no_secret_is_in_sight, FUNCTION_URL, "postgresql://mayfly_sign_up:secret@database:5432/mayfly"),
    (
        no_secret_is_in_sight,
        f"{CONTAINER}.Environment.0",
        {"Name": "OIDC", "Value": {"Fn::GetAtt": ["PoolClient", "ClientSecret"]}},
    ),
    (
        no_secret_is_in_sight,
        "PostConfirmation.Properties.Environment.Variables.X",
        "{{resolve:secretsmanager:mayfly:SecretString:password}}",
    ),
    (every_setting_is_known, f"{CONTAINER}.Environment.0.Name", "APP_ENVIRONMENT"),
    (every_setting_is_known, f"{CONTAINER}.Secrets.0.Name", "SECRETKEY"),
    (the_door_speaks_tls_alone, "SecureListener.Properties.SslPolicy", "ELBSecurityPolicy-2016-08"),
    (the_door_speaks_tls_alone, "PlainListener.Properties.DefaultActions.0", {"Type": "forward"}),
    (the_door_speaks_tls_alone, "Balancer.Properties.LoadBalancerAttributes.0.Value", "false"),
    (signing_in_is_by_code_alone, f"{CLIENT}.AllowedOAuthFlows", ["code", "implicit"]),
    (signing_in_is_by_code_alone, f"{CLIENT}.CallbackURLs.1", "http://localhost:8000/back"),
    (signing_in_is_by_code_alone, f"{CLIENT}.PreventUserExistenceErrors", GONE),
    (signing_in_is_by_code_alone, f"{CLIENT}.ExplicitAuthFlows.1", "ALLOW_USER_PASSWORD_AUTH"),
    (signing_in_is_by_code_alone, f"{CLIENT}.TokenValidityUnits.AccessToken", "hours"),
    (signing_in_is_by_code_alone, f"{POOL}.DeletionProtection", "INACTIVE"),
    (signing_in_is_by_code_alone, f"{POOL}.AutoVerifiedAttributes", []),
    (signing_in_is_by_code_alone, f"{POOL}.MfaConfiguration", "OPTIONAL"),
    (signing_in_is_by_code_alone, f"{POOL}.Policies.PasswordPolicy.MinimumLength", 6),
    (signing_in_is_by_code_alone, f"{POOL}.LambdaConfig", {}),
    (signing_in_is_by_code_alone, "PoolMayInvoke.Properties.SourceArn", GONE),
    (containers_can_write_nowhere, f"{CONTAINER}.ReadonlyRootFilesystem", GONE),
    (containers_can_write_nowhere, f"{CONTAINER}.User", "0"),
    (containers_can_write_nowhere, f"{CONTAINER}.LinuxParameters.Capabilities", {}),
    (containers_can_write_nowhere, "OwnerTask.Properties.ContainerDefinitions.0.Privileged", True),
    (
        a_bad_deployment_is_taken_back,
        "Service.Properties.DeploymentConfiguration.DeploymentCircuitBreaker.Rollback",
        False,
    ),
    (a_bad_deployment_is_taken_back, "Service.Properties.DeploymentConfiguration.MinimumHealthyPercent", 50),
    (a_bad_deployment_is_taken_back, "Targets.Properties.HealthCheckPath", "/livez"),
    (a_bad_deployment_is_taken_back, "Targets.Properties.UnhealthyThresholdCount", 2),
    (a_bad_deployment_is_taken_back, "Balancer.Properties.LoadBalancerAttributes.3.Value", "90"),
    (connections_fit, "PostConfirmation.Properties.ReservedConcurrentExecutions", 1000),
    (connections_fit, f"{DATABASE}.DBInstanceClass", "db.t4g.micro"),
    (the_proxy_speaks_tls_and_knows_no_password, "Proxy.Properties.RequireTLS", False),
    (the_proxy_speaks_tls_and_knows_no_password, "Proxy.Properties.DefaultAuthScheme", "NONE"),
    (the_proxy_speaks_tls_and_knows_no_password, "Proxy.Properties.DebugLogging", True),
    (the_proxy_is_ready_before_it_is_used, "PostConfirmation.Metadata", GONE),
    (the_proxy_is_ready_before_it_is_used, "Service.Metadata", GONE),
    (the_proxy_is_ready_before_it_is_used, "ProxyTargets.DependsOn", GONE),
]


def _changed(original: Template, path: str, value: object) -> Template:
    """A copy with the value at the path (a number: a place in a list) changed, added or gone."""
    made = copy.deepcopy(original)
    place: Any = made["Resources"]
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in steps:
        place = place[step]
    if value is GONE:
        del place[last]
    elif isinstance(last, int) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    return made


@pytest.mark.parametrize(("promise", "path", "value"), BROKEN)
def test_promise_is_missed_when_taken_out(promise: Callable[[Template], Complaints], path: str, value: object) -> None:
    broken = _changed(template(), path, value)
    assert any(promise(evaluate(broken, GIVEN | way)) for way in WAYS), f"nobody minds {path}"


def test_every_promise_can_be_missed() -> None:
    assert {promise for promise, _, _ in BROKEN} == set(PROMISES)


# Around it -----------------------------------------------------------------------------------------------------------


def test_defaults_cost_little_and_promise_enough() -> None:
    parameters = template()["Parameters"]
    assert parameters["UseProxy"]["Default"] == "no"
    assert parameters["Size"]["Default"] == "small"
    assert parameters["BackupDays"]["MinValue"] >= 7
    assert not of_type(evaluate(template(), GIVEN), "RDS::DBProxy")


def test_function_asks_the_account_for_nothing_unless_told() -> None:
    for said, bounds in (("no", (None, None)), ("yes", (10, 50))):
        for size, bound in zip(("small", "large"), bounds, strict=True):
            made = evaluate(template(), GIVEN | {"Size": size, "FunctionReserved": said, "Serve": "yes"})
            function = of_type(made, "Lambda::Function")["PostConfirmation"]
            assert function.get("ReservedConcurrentExecutions") == bound
            assert connections_fit(made) == []


def test_first_deployment_starts_no_task() -> None:
    first = evaluate(template(), GIVEN | {"Size": "large"})
    assert of_type(first, "ECS::Service")["Service"]["DesiredCount"] == 0
    assert not of_type(first, "ApplicationAutoScaling::ScalableTarget")


def test_large_scales_and_stands_in_two_zones() -> None:
    small, large = (evaluate(template(), GIVEN | {"Size": size, "Serve": "yes"}) for size in ("small", "large"))
    assert [of_type(t, "ECS::Service")["Service"]["DesiredCount"] for t in (small, large)] == [1, 3]
    assert [of_type(t, "RDS::DBInstance")["Database"]["MultiAZ"] for t in (small, large)] == [False, True]
    assert not of_type(small, "ApplicationAutoScaling::ScalableTarget")
    assert of_type(large, "ApplicationAutoScaling::ScalableTarget")["Scale"]["MaxCapacity"] == 9


def test_size_of_the_database_goes_both_ways() -> None:
    """RDS changes machine and zones there and back; storage, for one, it never gives back."""
    small, large = (
        of_type(evaluate(template(), GIVEN | {"Size": size, "Serve": "yes"}), "RDS::DBInstance")["Database"]
        for size in ("small", "large")
    )
    assert {name for name in small | large if small.get(name) != large.get(name)} == {"DBInstanceClass", "MultiAZ"}


def test_who_may_join_is_the_same_to_pool_program_and_function() -> None:
    """Where the pool takes only whom somebody creates, whoever is in it has a place here."""
    ways = {"open": (False, "open"), "closed": (True, "provider")}
    assert template()["Parameters"]["SignUp"]["AllowedValues"] == list(ways)
    for said, (alone, meant) in ways.items():
        made = evaluate(template(), GIVEN | {"SignUp": said})
        pool = of_type(made, "Cognito::UserPool")["Pool"]
        assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is alone
        environments = _environments(made)
        assert [environments[name]["SIGN_UP"] for name in ("Task", "PostConfirmation")] == [meant, meant]


def _settings(**said: str) -> Settings:
    """What the program makes of the environment that the template gives it."""
    given = _environments(evaluate(template(), GIVEN | said))["Task"]
    plain = {name: value for name, value in given.items() if isinstance(value, str)}
    known = {"CONNECTION_URL": "postgresql:///mayfly", "OIDC_ISSUER": "https://cognito.example/pool"}
    known |= {"OIDC_CLIENT_ID": "client", "OIDC_LOGOUT_URL": "https://pages.example/logout", "SECRET_KEY": KEY}
    return Settings.from_env(plain | known)


def test_program_understands_what_the_template_says() -> None:
    as_ever = _settings()
    assert (as_ever.sign_up, as_ever.ttl_default, list(as_ever.ttls)) == ("open", "7-days", list(TTLS))
    assert as_ever.community_about.startswith("Everything said here")
    said = _settings(SignUp="closed", CommunityAbout="By the sea.", TtlCeiling="1-day", TtlFloor="3-hours")
    assert (said.sign_up, said.community_about) == ("provider", "By the sea.")
    assert list(said.ttls) == ["1-day", "12-hours", "3-hours"]
    assert _settings(TtlDefault="3-days").ttl_default == "3-days"


def test_every_life_may_be_picked() -> None:
    parameters = template()["Parameters"]
    lives = list(reversed(TTLS))
    assert [parameters[name]["AllowedValues"] for name in ("TtlFloor", "TtlCeiling")] == [lives, lives]
    assert parameters["TtlDefault"]["AllowedValues"] == ["", *lives]


def test_operations_create_a_person_as_the_pool_asks_for_them() -> None:
    pool = of_type(template(), "Cognito::UserPool")["Pool"]
    (command,) = re.findall(r"^aws cognito-idp admin-create-user (.*?)^```", _told(), re.MULTILINE | re.DOTALL)
    asked = {one["Name"] for one in pool["Schema"] if one["Required"]}
    assert set(re.findall(r"Name=(\w+),Value=", command)) == asked | {"email_verified"}
    assert "--desired-delivery-mediums EMAIL" in command  # else Cognito wants to send an SMS


def test_database_comes_back_from_a_snapshot() -> None:
    """What RDS takes from the snapshot may not be said; everything else holds as before."""
    fresh, back = (
        of_type(evaluate(template(), GIVEN | {"DatabaseSnapshot": name}), "RDS::DBInstance")["Database"]
        for name in ("", "mayfly-before-2")
    )
    assert "DBSnapshotIdentifier" not in fresh
    assert back.pop("DBSnapshotIdentifier") == "mayfly-before-2"
    inherited = {"DBName", "MasterUsername", "AllocatedStorage", "StorageEncrypted"}
    assert back == {name: value for name, value in fresh.items() if name not in inherited}
    assert inherited <= set(fresh)


def test_no_parameter_asks_for_a_secret() -> None:
    for name, one in template()["Parameters"].items():
        assert not re.search(r"password|secret|token", name, re.IGNORECASE)
        assert "NoEcho" not in one


def test_prefix_is_refused_before_cognito_refuses_it() -> None:
    pattern = template()["Parameters"]["SignInPrefix"]["AllowedPattern"]
    good, bad = ("mayfly", "my-place-2", "m"), ("laws", "my-cognito", "amazonas", "My", "-my", "my-", "m" * 64)
    assert [prefix for prefix in good + bad if re.fullmatch(pattern, prefix)] == list(good)


def test_template_can_be_deployed_without_a_bucket() -> None:
    assert PATH.stat().st_size < 51_200


# What the documents tell ----------------------------------------------------------------------------------------------


def _told() -> str:
    return (CHECKOUT / "docs" / "aws.md").read_text("utf-8").partition("\n## The template\n")[2]


def _costs() -> str:
    text = (CHECKOUT / "docs" / "operations.md").read_text("utf-8")
    return text.partition("\n### What it costs\n")[2].partition("\n### How each part")[0]


def test_steps_give_every_parameter_that_has_no_default() -> None:
    asked = {name for name, one in template()["Parameters"].items() if "Default" not in one}
    first = _told().partition("--parameter-overrides ")[2].partition("```")[0]
    assert set(re.findall(r"(\w+)=", first)) == asked


def test_steps_name_outputs_and_parameters_that_are_there() -> None:
    told = _told()
    network, development = (read(PATH.with_name(f"{name}.yml")) for name in ("network", "development"))
    assert set(re.findall(r"\(output (\w+)\)", told)) <= set(template()["Outputs"])
    assert set(re.findall(r"\(output (\w+) mayfly-network\)", told)) == set(network["Outputs"])
    given = set(re.findall(r"\b([A-Z][a-z]+(?:[A-Z][a-z]*)*)=[\w ]", re.sub(r"Name=[\w-]+,Values?=", "", told)))
    assert given - set(network["Parameters"])
    assert given <= {*template()["Parameters"], *network["Parameters"], *development["Parameters"]}


def test_every_parameter_is_listed_with_its_default() -> None:
    rows = re.findall(r"^\| (`[A-Z].*?`) \| (.*?) \| \S", _told(), re.MULTILINE)
    listed = {name: default.strip("`") for names, default in rows for name in re.findall(r"\w+", names)}
    real = {name: str(one.get("Default", "must be said")) or "empty" for name, one in template()["Parameters"].items()}
    assert listed == real


def test_it_is_said_which_settings_the_stack_does_not_take() -> None:
    sentence = _told().partition("Of the settings in the README")[2].partition("\n\n")[0]
    named = set(re.findall(r"`([A-Z_]+)`", sentence))
    table = (CHECKOUT / "README.md").read_text("utf-8").partition("## Settings")[2].partition("\n## ")[0]
    known = {
        name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"[A-Z_]{4,}", row)
    }
    given = set().union(*(_environments(evaluate(template(), GIVEN | way)).get("Task", {}) for way in WAYS))
    by_hand = {"SECRET_KEY", "OIDC_CLIENT_SECRET"}  # secrets of the template's own
    of_the_image = {"HOST", "PORT", "OWNER_CONNECTION_URL", "MAYFLY_STATE", "MAYFLY_VENV", "PGSSLMODE", "FRAME_ORIGIN"}
    of_a_checkout = {"PYTHON", "CHROMIUM_PATH"}
    optional = {"COMMUNITY_ABOUT", "TTL_DEFAULT"}
    assert named == known - given - by_hand - of_the_image - of_a_checkout - optional - {"LIMIT_", "NAME"}


def test_costs_are_dated_and_of_what_is_deployed() -> None:
    costs = _costs()
    assert re.search(r"\b20\d\d-\d\d-\d\d\b", costs)
    for size in template()["Mappings"]["Sizes"].values():
        assert size["DatabaseClass"] in costs
        assert f"{size['Tasks']} x {int(size['Cpu']) / 1024:g} vCPU, {int(size['Memory']) // 1024} GB" in costs
    (database,) = of_type(evaluate(template(), GIVEN), "RDS::DBInstance").values()
    assert f"its storage: {database['AllocatedStorage']} GB" in costs
    secrets = len(of_type(template(), "SecretsManager::Secret")) + 1  # and the one that RDS makes
    assert {1: "one", 2: "two", 3: "three"}[secrets] + " secrets" in costs


def test_costs_add_up() -> None:
    rows = re.findall(r"^\| ([^|+]+?) \|((?: \**\d+\** \|){4})$", _costs(), re.MULTILINE)
    figures = {what: [int(n) for n in re.findall(r"\d+", row)] for what, row in rows}
    together = figures.pop("**together**")
    assert len(figures) == 10
    for sums, said in zip(map(sum, zip(*figures.values(), strict=True)), together, strict=True):
        assert sums == said
