"""The promises of aws/template.yml hold however it is deployed, and each is missed where it is taken out."""

import promises as p
from as_deployed import GONE, LARGEST, TASK, WAYS, arn_of, changed, deployed, rows

ANYWHERE = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "0.0.0.0/0", "Description": "all"}
CONNECT, SERVES, STARTS = (
    f"{role}/Properties/Policies/0/PolicyDocument/Statement" for role in ("SignUpRole", "TaskRole", "TaskExecutionRole")
)
URL = "PostConfirmation/Properties/Environment/Variables/CONNECTION_URL"
PLAIN = f"Task/Properties/{TASK}/Environment"
MORE = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::code/function.zip"}
ADMIN = "arn:aws:rds-db:eu-central-1:123456789012:dbuser:db-1/mayfly_admin"

BROKEN: dict[p.Promise, list[tuple[str, object]]] = {
    p.nothing_is_public_but_the_balancer: [
        ("DatabaseSubnets/Properties/SubnetIds", ["subnet-outside-1"]),
        ("Url", {"Type": "AWS::Lambda::Url", "Properties": {}}),
    ],
    p.each_speaks_to_whom_it_needs_alone: [
        ("DeveloperGroup/Properties/SecurityGroupIngress", [ANYWHERE]),
        ("FunctionGroup/Properties/SecurityGroupEgress", GONE),
        ("BalancerGroup/Properties/SecurityGroupIngress/0/ToPort", 8443),
        ("TaskGroup/Properties/SecurityGroupEgress/0/IpProtocol", "-1"),
        ("DatabaseFromProxy", GONE),
        ("DatabaseFromTask/Properties/SourceSecurityGroupId", arn_of("BalancerGroup")),
    ],
    p.each_role_may_do_what_it_must_alone: [
        (f"{CONNECT}/0/Resource", "*"),
        (f"{CONNECT}/0/Action", "rds-db:*"),
        (f"{CONNECT}/0/NotAction", "iam:*"),
        (f"{CONNECT}/1", MORE),
        (f"{SERVES}/0/Resource/0", ADMIN),
        ("TaskRole/Properties/Policies", []),
        ("ProxyRole", GONE),
        (f"{STARTS}/3/Resource", "*"),
        (f"{STARTS}/1/Action/2", GONE),
        ("SignUpRole/Properties/ManagedPolicyArns/0", "arn:aws:iam::aws:policy/AdministratorAccess"),
        ("TaskRole/Properties/AssumeRolePolicyDocument/Statement/0/Principal", {"AWS": "*"}),
        ("Other", {"Type": "AWS::IAM::Policy", "Properties": {}}),
    ],
    p.who_connects_says_who_they_are: [
        (URL, "postgresql://mayfly_app@database:5432/mayfly"),
        (f"{PLAIN}/DIRECT_CONNECTION_URL", GONE),
    ],
    p.every_task_writes_to_a_log_of_ours: [
        (f"OwnerTask/Properties/{TASK}/LogConfiguration/Options/awslogs-group", "/other"),
    ],
    p.no_secret_is_in_sight: [
        (f"{PLAIN}/0", {"Name": "SECRET_KEY", "Value": "x" * 40}),
        (URL, "postgresql://mayfly_sign_up:secret@database:5432/mayfly"),
        (URL, {"Fn::GetAtt": ["PoolClient", "ClientSecret"]}),
        (URL, "{{resolve:secretsmanager:mayfly:SecretString:password}}"),
    ],
    p.every_setting_is_known: [
        (f"{PLAIN}/0/Name", "APP_ENVIRONMENT"),
        (f"Task/Properties/{TASK}/Secrets/0/Name", "SECRETKEY"),
    ],
    p.requests_meet_no_closed_door: [
        ("Balancer/Properties/LoadBalancerAttributes/idle_timeout.timeout_seconds/Value", "90"),
        (f"Task/Properties/{TASK}/HealthCheck/Command/3", "/readyz"),
    ],
    p.connections_fit: [
        ("PostConfirmation/Properties/ReservedConcurrentExecutions", 1000),
        ("Database/Properties/DBInstanceClass", "db.t4g.micro"),
    ],
    p.the_proxy_is_ready_before_it_is_used: [
        ("PostConfirmation/Metadata", GONE),
        ("Service/Metadata", GONE),
        ("ProxyTargets/DependsOn", GONE),
    ],
}


def test_template_keeps_its_promises_in_every_way() -> None:
    ways = [(way, deployed(**way)) for way in WAYS]
    missed = [(promise.__name__, way, promise(made)) for way, made in ways for promise in p.PROMISES if promise(made)]
    assert missed == []


def test_each_promise_is_missed_when_it_is_taken_out() -> None:
    whole = deployed(**LARGEST)
    said = [(path, GONE if value else "other") for path, value in rows(whole)]
    taken = BROKEN | {p.what_must_be_said_is_said: said}
    unseen = [
        (one.__name__, path) for one in taken for path, value in taken[one] if not one(changed(whole, path, value))
    ]
    assert unseen == []
    assert set(taken) == set(p.PROMISES)
