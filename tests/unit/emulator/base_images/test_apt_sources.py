"""The host's own Debian sources, in every style that Debian 12 installs come with."""

from __future__ import annotations

from pathlib import Path

import pytest

from aib_airflow.emulator.base_images.apt_sources import AptSourcesError, debian_sources


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def lines_of(folder: Path) -> list[str]:
    return [str(source) for source in debian_sources(folder)]


def test_the_installers_sources_list_is_read(tmp_path):
    """One line a source; the CD, sources of source code and comments are left out."""
    write(
        tmp_path,
        "sources.list",
        "# deb http://commented.example/debian bookworm main\n"
        "deb cdrom:[Debian 12]/ bookworm main\n"
        "deb http://mirror.example/debian/ bookworm main non-free-firmware  # the mirror\n"
        "deb-src http://mirror.example/debian/ bookworm main\n"
        "deb http://mirror.example/debian-security bookworm-security main\n",
    )
    assert lines_of(tmp_path) == [
        "deb http://mirror.example/debian/ bookworm main non-free-firmware",
        "deb http://mirror.example/debian-security bookworm-security main",
    ]


def test_deb822_stanzas_are_read(tmp_path):
    """As in Debian's container images."""
    write(
        tmp_path,
        "sources.list.d/debian.sources",
        "Types: deb deb-src\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\n"
        "# a comment within\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n"
        "Enabled: no\nTypes: deb\nURIs: http://off.example/debian\nSuites: bookworm\nComponents: main\n",
    )
    signed = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian"
    assert lines_of(tmp_path) == [f"{signed} bookworm main", f"{signed} bookworm-updates main"]


def test_a_mirror_list_is_replaced_by_its_first_mirror(tmp_path):
    """As in Debian's cloud images; the guest has no such file."""
    write(tmp_path, "mirrors/debian.list", "# mirrors\nhttps://first.example/debian priority:1\n")
    uri = f"mirror+file:{tmp_path / 'mirrors/debian.list'}"
    write(
        tmp_path,
        "sources.list.d/debian.sources",
        f"Types: deb\nURIs: {uri}\nSuites: bookworm\nComponents: main",
    )
    assert lines_of(tmp_path) == ["deb https://first.example/debian bookworm main"]


@pytest.mark.parametrize(
    "line",
    [
        "deb [signed-by=/usr/share/keyrings/vendor.gpg] http://vendor.example bookworm main",
        "deb http://docker.example/linux/debian bookworm stable",
        "deb http://mirror.example/debian bookworm-backports main",
    ],
)
def test_what_is_not_debian_12_itself_is_left_out(line, tmp_path):
    """A vendor may call its suite bookworm too; the base image has Debian's packages alone."""
    write(tmp_path, "sources.list", f"deb http://mirror.example/debian bookworm main\n{line}\n")
    assert lines_of(tmp_path) == ["deb http://mirror.example/debian bookworm main"]


def test_a_host_of_another_release_is_told_what_it_has(tmp_path):
    """The error names the suites found and the way out."""
    write(tmp_path, "sources.list", "deb http://mirror.example/debian trixie main\n")
    with pytest.raises(
        AptSourcesError, match=r"no source of Debian 12.*it has: trixie.*use a Debian 12 host"
    ):
        debian_sources(tmp_path)


def test_a_host_without_apt_is_told_so(tmp_path):
    """No traceback of a missing folder."""
    with pytest.raises(AptSourcesError, match="it has: none"):
        debian_sources(tmp_path / "no-etc-apt")
