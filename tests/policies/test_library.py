"""Where bundles come from: files in a directory, and none outside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.library import DirectoryLibrary, File, UnreadableFileError


@pytest.fixture
def library(tmp_path: Path) -> DirectoryLibrary:
    """A directory with a bundle, a manifest, and something beside it that is nobody's business."""
    (tmp_path / "bundles" / "manifests").mkdir(parents=True)
    (tmp_path / "bundles" / "shop.yaml").write_bytes(b"layers: []\n")
    (tmp_path / "bundles" / "manifests" / "extra.yaml").write_bytes(b"kind: x\n")
    (tmp_path / "secret.yaml").write_bytes(b"secret\n")
    return DirectoryLibrary(tmp_path / "bundles", "here")


def test_bundles_are_found_by_name(library: DirectoryLibrary) -> None:
    assert library.names() == ("shop",)
    assert library.bundle("shop") == File("here/shop.yaml", b"layers: []\n")
    assert library.bundle("manifests/extra") is None


def test_manifests_are_found_by_their_path(library: DirectoryLibrary) -> None:
    assert library.manifest("manifests/extra.yaml") == File("here/manifests/extra.yaml", b"kind: x\n")


@pytest.mark.parametrize(
    "path", ["../secret.yaml", "manifests", "nothing.yaml", "/etc/hostname", "a\0b.yaml", f"{'x' * 5000}.yaml"]
)
def test_nothing_outside_the_directory_is_read(library: DirectoryLibrary, path: str) -> None:
    assert library.manifest(path) is None


def test_directories_and_links_out_of_the_directory_are_no_bundles(library: DirectoryLibrary) -> None:
    (library.directory / "folder.yaml").mkdir()
    (library.directory / "link.yaml").symlink_to(library.directory.parent / "secret.yaml")
    assert library.names() == ("shop",)
    assert library.bundle("link") is None


def test_file_that_is_too_large_says_so(library: DirectoryLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policies.library.LARGEST_FILE_BYTES", 10)
    with pytest.raises(UnreadableFileError, match=r"^here/shop.yaml is larger than 10 bytes; split it$"):
        library.bundle("shop")


def test_file_that_is_not_permitted_says_so(library: DirectoryLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, _mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableFileError, match=r"cannot be read: permission denied; check the permissions$"):
        library.manifest("manifests/extra.yaml")
