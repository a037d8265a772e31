"""The database for development that aws/development.yml makes, read: moto's CloudFormation makes none."""

from cloudformation import of_type, read, target

from webapp.postgres.folders import CHECKOUT

TEMPLATE = read(CHECKOUT / "aws" / "development.yml")


def test_database_is_reached_from_where_its_group_says_alone() -> None:
    (database,) = of_type(TEMPLATE, "RDS::DBInstance").values()
    ((name, group),) = of_type(TEMPLATE, "EC2::SecurityGroup").items()
    assert database["PubliclyAccessible"] is True
    assert [target(one) for one in database["VPCSecurityGroups"]] == [name]
    assert "SecurityGroupIngress" not in group
    assert not of_type(TEMPLATE, "EC2::SecurityGroupIngress")
    assert target(TEMPLATE["Outputs"]["DbSgId"]["Value"]) == name


def test_database_takes_tls_alone_and_a_password_that_nobody_chose() -> None:
    (database,) = of_type(TEMPLATE, "RDS::DBInstance").values()
    ((name, settings),) = of_type(TEMPLATE, "RDS::DBParameterGroup").items()
    assert target(database["DBParameterGroupName"]) == name
    assert settings["Parameters"]["rds.force_ssl"] == "1"
    assert settings["Family"] == f"postgres{database['EngineVersion']}"
    assert database["ManageMasterUserPassword"] is database["StorageEncrypted"] is True
    assert "MasterUserPassword" not in database
