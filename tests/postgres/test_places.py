"""Where a checkout keeps its state."""

import os
import stat
from pathlib import Path

import pytest

from webapp.errors import Refused
from webapp.postgres import folders


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a service user")
def test_state_lies_elsewhere_when_the_service_user_cannot_enter_the_checkout(scratch: Path) -> None:
    checkout = scratch / "checkout"
    checkout.mkdir(mode=0o755)
    assert folders.state_folder({}, checkout) == checkout / "var"
    checkout.chmod(0o700)
    assert folders.state_folder({}, checkout).parent == Path("/var/lib/mayfly")
    assert folders.state_folder({"MAYFLY_STATE": "/srv/x"}, checkout) == Path("/srv/x")


def test_folder_that_exists_keeps_its_rights(scratch: Path) -> None:
    folder = scratch / "theirs"
    folder.mkdir()
    folder.chmod(0o750)
    folders.make_folder(folder, 0o700, folders.service_account(folder))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750
    assert folder.stat().st_uid == os.geteuid()


def test_state_folder_that_may_not_be_made_is_one_sentence(scratch: Path) -> None:
    (scratch / "file").touch()
    with pytest.raises(Refused, match=r"No permission to make .*MAYFLY_STATE"):
        folders.open_state_folder({"MAYFLY_STATE": str(scratch / "file" / "state")})
