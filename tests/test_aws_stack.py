"""The template deployed to moto, as far as moto goes.

Moto deploys what it knows and is silent about the rest, so the rest is made through its APIs with the very properties
of the template: what AWS has no parameter for, or no such value, is refused by boto3 or by moto. Not shown:

* moto's CloudFormation knows none of `UNKNOWN`, and makes a database of which it reads the half: no security group, no
  deletion protection, no IAM, and it fails over a parameter group. References to these are words here.
* It leaves out the rules for what goes out of a security group, the network, balancer and launch type of a service, and
  the processor of a function. tests/test_aws_template.py reads those from the template.
* It knows no policy of AWS's own, and judges no right: that a role suffices is seen on AWS alone. Nor does it start a
  task, check its health, take a bad deployment back, change a password, speak TLS or ask a trigger.
"""

import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from cloudformation import Template, evaluate, of_type, without
from test_aws_template import GIVEN, WAYS, template

UNKNOWN = {
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::RDS::DBProxy",
    "AWS::RDS::DBProxyTargetGroup",
    "AWS::SecretsManager::Secret",
}
MISREAD = {"AWS::RDS::DBInstance"}
STACK = "mayfly"


@dataclass(frozen=True)
class Deployed:
    """A stack on moto: the template as it was evaluated, and the ids of what moto made of it by name."""

    template: Template
    ids: dict[str, str]
    outputs: dict[str, str]

    def properties(self, kind: str) -> Template:
        """The properties of the one resource of that type, with moto's ids in place."""
        (found,) = of_type(self.template, kind).values()
        return self.settle(found)

    def settle(self, value: Any) -> Any:
        """A value of the template with every reference to what moto made in place."""
        if isinstance(value, list):
            return [self.settle(part) for part in value]
        if not isinstance(value, dict):
            return value
        if "Ref" in value:
            return self.ids.get(value["Ref"], f"no-{value['Ref']}")
        if "Fn::GetAtt" in value:
            return self._attribute(*value["Fn::GetAtt"])
        if "Fn::Sub" in value:
            return value["Fn::Sub"].replace("${AWS::StackName}", STACK)
        return {name: self.settle(part) for name, part in value.items()}

    def _attribute(self, name: str, attribute: str) -> str:
        kind = self.template["Resources"][name]["Type"]
        if kind == "AWS::IAM::Role":
            return boto3.client("iam").get_role(RoleName=self.ids[name])["Role"]["Arn"]
        if kind == "AWS::Lambda::Function":
            return boto3.client("lambda").get_function(FunctionName=self.ids[name])["Configuration"]["FunctionArn"]
        return self.ids.get(name, f"no-{name}")


def surroundings() -> dict[str, str]:
    """What the template asks to be there: a VPC with four subnets, a certificate, and the function's zip."""
    ec2, s3 = boto3.client("ec2"), boto3.client("s3")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-central-1{'ab'[n % 2]}")
        for n in range(4)
    ]
    subnets = [made["Subnet"]["SubnetId"] for made in subnets]
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as made:
        made.writestr("handler.py", "def lambda_handler(event, context):\n    return event\n")
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="code", Key="function.zip", Body=package.getvalue())
    certificate = boto3.client("acm").request_certificate(DomainName="mayfly.example")["CertificateArn"]
    return {
        **GIVEN,
        "Vpc": vpc,
        "PublicSubnets": ",".join(subnets[:2]),
        "PrivateSubnets": ",".join(subnets[2:]),
        "CertificateArn": certificate,
    }


def deploy(**way: str) -> Deployed:
    """The stack of this way on the empty moto."""
    whole = evaluate(template(), surroundings() | way)
    known = without(whole, UNKNOWN | MISREAD)
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(known), Capabilities=["CAPABILITY_IAM"])
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    made = cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK).build_full_result()
    ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in made["StackResourceSummaries"]}
    assert set(ids) == set(known["Resources"]), "moto left something out"
    return Deployed(whole, ids, {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]})


def named(way: dict[str, str]) -> str:
    return f"{way['Size']}-proxy-{way['UseProxy']}"


# By CloudFormation ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS, ids=named)
def test_stack_is_made(moto: str, way: dict[str, str]) -> None:
    made = deploy(**way)
    left = {one["Type"] for one in made.template["Resources"].values()} - UNKNOWN - MISREAD
    assert left >= {"AWS::ECS::Service", "AWS::Lambda::Function", "AWS::EC2::SecurityGroup", "AWS::IAM::Role"}
    ecs = boto3.client("ecs")
    (service,) = ecs.describe_services(cluster=made.ids["Cluster"], services=[made.ids["Service"]])["services"]
    assert service["desiredCount"] == {"small": 1, "large": 3}[way["Size"]]
    task = ecs.describe_task_definition(taskDefinition=f"{STACK}-app")["taskDefinition"]
    assert task["memory"] == {"small": "1024", "large": "2048"}[way["Size"]]
    environment = {one["name"]: one["value"] for one in task["containerDefinitions"][0]["environment"]}
    assert environment["PUBLIC_URL"] == "https://mayfly.example"
    assert ("DIRECT_CONNECTION_URL" in environment) == (way["UseProxy"] == "yes")
    assert [one["name"] for one in task["containerDefinitions"][0]["secrets"]] == ["SECRET_KEY", "OIDC_CLIENT_SECRET"]


def test_first_deployment_waits_with_the_tasks(moto: str) -> None:
    made = deploy(Serve="no")
    found = boto3.client("ecs").describe_services(cluster=made.ids["Cluster"], services=[made.ids["Service"]])
    assert found["services"][0]["desiredCount"] == 0


@pytest.mark.parametrize("way", WAYS, ids=named)
def test_only_the_balancer_lets_the_world_in(moto: str, way: dict[str, str]) -> None:
    made = deploy(**way)
    groups = boto3.client("ec2").describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [_vpc(made)]}])
    ours = {one["GroupId"]: one["IpPermissions"] for one in groups["SecurityGroups"] if one["GroupName"] != "default"}
    names = {made.ids[name]: name for name in of_type(made.template, "EC2::SecurityGroup")}
    world = {(names[i], p["FromPort"]) for i, rules in ours.items() for p in rules if p["IpRanges"] or p["Ipv6Ranges"]}
    assert world == {("BalancerGroup", 443), ("BalancerGroup", 80)}
    pairs = {
        (names[pair["GroupId"]], names[i], rule["FromPort"])
        for i, rules in ours.items()
        for rule in rules
        for pair in rule["UserIdGroupPairs"]
    }
    expected = {("BalancerGroup", "TaskGroup", 8000)}
    expected |= {(name, "DatabaseGroup", 5432) for name in ("TaskGroup", "FunctionGroup")}
    if way["UseProxy"] == "yes":
        expected |= {(name, "ProxyGroup", 5432) for name in ("TaskGroup", "FunctionGroup")}
        expected |= {("ProxyGroup", "DatabaseGroup", 5432)}
    assert pairs == expected
    assert ours[made.outputs["DbSgId"]] == []


def _vpc(made: Deployed) -> str:
    return str(of_type(made.template, "EC2::SecurityGroup")["TaskGroup"]["VpcId"])


def test_plain_http_is_sent_on(moto: str) -> None:
    made = deploy()
    client = boto3.client("elbv2")
    listeners = client.describe_listeners(LoadBalancerArn=made.ids["Balancer"])["Listeners"]
    kinds = {one["Port"]: one["DefaultActions"][0]["Type"] for one in listeners}
    assert kinds == {443: "forward", 80: "redirect"}
    (group,) = client.describe_target_groups(TargetGroupArns=[made.ids["Targets"]])["TargetGroups"]
    assert (group["HealthCheckPath"], group["TargetType"]) == ("/readyz", "ip")


def test_function_has_its_network_and_rights(moto: str) -> None:
    made = deploy()
    found = boto3.client("lambda").get_function(FunctionName=made.ids["PostConfirmation"])["Configuration"]
    assert found["Handler"] == "handler.lambda_handler"
    assert found["VpcConfig"]["SecurityGroupIds"] == [made.ids["FunctionGroup"]]
    assert found["Environment"]["Variables"]["CONNECTION_URL"].startswith("postgresql://mayfly_sign_up@")
    documents = _own_policies(made, "SignUpRole")
    assert re.findall(r"'Action': ([^,}]+)", documents) == ["'rds-db:connect'"]
    assert set(re.findall(r":dbuser:[^/]*/(\w+)", documents)) == {"mayfly_sign_up"}


@pytest.mark.parametrize("way", WAYS[:2], ids=named)
def test_each_connects_as_its_own_user_alone(moto: str, way: dict[str, str]) -> None:
    made = deploy(**way)
    users = {"TaskRole": {"mayfly_app"}, "SignUpRole": {"mayfly_sign_up"}}
    if way["UseProxy"] == "yes":
        users["ProxyRole"] = {"mayfly_app", "mayfly_sign_up"}
    for name in of_type(made.template, "IAM::Role"):
        found = set(re.findall(r":dbuser:[^/]*/(\w+)", _own_policies(made, name)))
        assert found == users.get(name, set()), name


def _own_policies(made: Deployed, name: str) -> str:
    """What that role may, in one text: moto's CloudFormation keeps a policy as Python writes it, not as JSON."""
    iam, role = boto3.client("iam"), made.ids[name]
    policies = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return "".join(iam.get_role_policy(RoleName=role, PolicyName=own)["PolicyDocument"] for own in policies)


def test_every_log_group_has_its_end(moto: str) -> None:
    deploy(LogDays="30")
    groups = boto3.client("logs").describe_log_groups()["logGroups"]
    assert {one["logGroupName"].rpartition("/")[2] for one in groups} == {"app", "owner", "post-confirmation"}
    assert {int(one["retentionInDays"]) for one in groups} == {30}


def test_database_settings_are_rds_own(moto: str) -> None:
    made = deploy()
    pages = boto3.client("rds").get_paginator("describe_db_parameters")
    name = made.ids["DatabaseSettings"].lower()
    found = pages.paginate(DBParameterGroupName=name).build_full_result()["Parameters"]
    assert {"rds.force_ssl": "1", "log_statement": "none"}.items() <= {
        one["ParameterName"]: one.get("ParameterValue") for one in found
    }.items()


# By the APIs, with the template's properties -------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["small", "large"])
def test_database_is_private_and_kept_safe(moto: str, size: str) -> None:
    made = deploy(Size=size)
    asked = made.properties("RDS::DBInstance")
    asked["VpcSecurityGroupIds"] = asked.pop("VPCSecurityGroups")
    for name in ("AllocatedStorage", "BackupRetentionPeriod"):
        asked[name] = int(asked[name])
    del asked["AllowMajorVersionUpgrade"]  # only a change may carry it
    client = boto3.client("rds")
    client.create_db_instance(DBInstanceIdentifier="mayfly", **asked)
    (found,) = client.describe_db_instances()["DBInstances"]
    assert found["PubliclyAccessible"] is False
    assert found["StorageEncrypted"] is found["DeletionProtection"] is found["IAMDatabaseAuthenticationEnabled"] is True
    assert found["BackupRetentionPeriod"] == 7
    assert found["MultiAZ"] is (size == "large")
    assert [one["VpcSecurityGroupId"] for one in found["VpcSecurityGroups"]] == asked["VpcSecurityGroupIds"]
    assert found["MasterUserSecret"]["SecretArn"]
    with pytest.raises(client.exceptions.ClientError, match="deletion"):
        client.delete_db_instance(DBInstanceIdentifier="mayfly", SkipFinalSnapshot=True)


def test_people_sign_up_with_what_the_function_needs(moto: str) -> None:
    made = deploy()
    client = boto3.client("cognito-idp")
    asked = made.properties("Cognito::UserPool")
    asked["PoolName"] = asked.pop("UserPoolName")
    pool = client.create_user_pool(**asked)["UserPool"]
    found = client.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]
    assert found["LambdaConfig"]["PostConfirmation"].endswith(made.ids["PostConfirmation"])
    assert found["DeletionProtection"] == "ACTIVE"
    wanted = {one["Name"] for one in found["SchemaAttributes"] if one.get("Required")}
    assert wanted >= {"email", "preferred_username", "name"}

    application = made.properties("Cognito::UserPoolClient") | {"UserPoolId": pool["Id"]}
    application |= {"CallbackURLs": ["https://mayfly.example/sign-in/provider/back"]}
    kept = client.create_user_pool_client(**application)["UserPoolClient"]
    assert kept["AllowedOAuthFlows"] == ["code"]
    assert kept["ClientSecret"], "a program that can keep a secret gets one"
    domain = made.properties("Cognito::UserPoolDomain") | {"UserPoolId": pool["Id"]}
    client.create_user_pool_domain(**domain)
    assert client.describe_user_pool_domain(Domain="mayfly")["DomainDescription"]["UserPoolId"] == pool["Id"]


def test_secret_key_is_made_and_long_enough(moto: str) -> None:
    made, client = deploy(), boto3.client("secretsmanager")
    asked = of_type(made.template, "SecretsManager::Secret")["SecretKey"]["GenerateSecretString"]
    key = client.get_random_password(**asked)["RandomPassword"]
    assert re.fullmatch(r"[A-Za-z0-9]{64}", key)
    arn = client.create_secret(Name="key", SecretString=key)["ARN"]
    assert client.get_secret_value(SecretId=arn)["SecretString"] == key


def test_proxy_asks_for_tls(moto: str) -> None:
    made, client = deploy(UseProxy="yes"), boto3.client("rds")
    asked = made.properties("RDS::DBProxy")
    client.create_db_proxy(**asked, Auth=[])  # moto asks for a list; AWS does not, where all is by IAM
    (found,) = client.describe_db_proxies()["DBProxies"]
    assert found["RequireTLS"] is True
    assert found["VpcSecurityGroupIds"] == [made.ids["ProxyGroup"]]


def test_large_follows_the_load(moto: str) -> None:
    made, client = deploy(Size="large", Serve="yes"), boto3.client("application-autoscaling")
    asked = made.properties("ApplicationAutoScaling::ScalableTarget")
    where = {name: asked[name] for name in ("ServiceNamespace", "ScalableDimension")}
    where["ResourceId"] = f"service/{made.ids['Cluster']}/{made.ids['Service'].rpartition('/')[2]}"
    client.register_scalable_target(**where, MinCapacity=asked["MinCapacity"], MaxCapacity=asked["MaxCapacity"])
    policy = made.properties("ApplicationAutoScaling::ScalingPolicy")
    del policy["ScalingTargetId"]
    client.put_scaling_policy(**where, **policy)
    (found,) = client.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert found["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60
    (scaled,) = client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (scaled["MinCapacity"], scaled["MaxCapacity"]) == (3, 9)
