"""What is made on the disk is its owner's alone."""

import os
import sys

import pytest

from app.storage.folders import private_folder


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_folders_above_that_are_made_too_are_private(tmp_path):
    """A data folder that is made for the sake of its keys is as closed as they are, whatever the umask."""
    tmp_path.chmod(0o755)
    before = os.umask(0)
    try:
        private_folder(tmp_path / "data" / "keys")
    finally:
        os.umask(before)

    made = (tmp_path / "data", tmp_path / "data" / "keys")
    assert [folder.stat().st_mode & 0o777 for folder in (tmp_path, *made)] == [0o755, 0o700, 0o700]
