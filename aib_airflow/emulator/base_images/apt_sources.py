"""Find the host's own Debian sources: the base image is installed from the mirror that this host trusts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SUITES = ("bookworm", "bookworm-updates", "bookworm-security")
DEBIAN_KEYRING = "debian-archive"
APT_FOLDER = Path("/etc/apt")


class AptSourcesError(Exception):
    """This host has no package source for the release that is to be installed."""


@dataclass(frozen=True, slots=True)
class AptSource:
    """One line of a sources.list, whatever style it was written in."""

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str = ""

    def __str__(self) -> str:
        options = f"[signed-by={self.signed_by}] " if self.signed_by else ""
        return f"deb {options}{self.uri} {self.suite} {' '.join(self.components)}"

    def is_debian(self) -> bool:
        """Tell Debian's own archive from a vendor's that uses the same suite name."""
        by_debian = not self.signed_by or DEBIAN_KEYRING in self.signed_by
        return by_debian and self.suite in SUITES and "main" in self.components


def debian_sources(folder: Path = APT_FOLDER) -> tuple[AptSource, ...]:
    """Return this host's sources of Debian 12. Raises AptSourcesError when there is none."""
    found = tuple(dict.fromkeys(_without_cdrom(_all_sources(folder))))
    sources = tuple(source for source in found if source.is_debian())
    if not any(source.suite == SUITES[0] for source in sources):
        suites = ", ".join(sorted({source.suite for source in found})) or "none"
        raise AptSourcesError(
            f"{folder} names no source of Debian 12 (suite {SUITES[0]}, component main; it has: {suites}); "
            f"the base image is installed from this host's own sources: use a Debian 12 host or container"
        )
    return sources


def _all_sources(folder: Path) -> Iterator[AptSource]:
    for path in (folder / "sources.list", *sorted(folder.glob("sources.list.d/*.list"))):
        if path.is_file():
            yield from _one_line_sources(path.read_text())
    for path in sorted(folder.glob("sources.list.d/*.sources")):
        yield from _deb822_sources(path.read_text())


def _one_line_sources(text: str) -> Iterator[AptSource]:
    """Read `deb [options] uri suite component...`."""
    for line in text.splitlines():
        found = re.match(r"\s*deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<rest>[^#]*)", line)
        if not found or len(words := found["rest"].split()) < 3:
            continue
        options = dict(option.split("=", 1) for option in (found["options"] or "").split() if "=" in option)
        uri, suite, *components = words
        yield AptSource(_mirror(uri), suite, tuple(components), options.get("signed-by", ""))


def _deb822_sources(text: str) -> Iterator[AptSource]:
    """Read stanzas of `Types:`, `URIs:`, `Suites:`, `Components:`; a key in the stanza itself is left out."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in re.split(r"\n\s*\n", "\n".join(lines)):
        fields = {
            name.lower(): value
            for name, value in re.findall(r"^(\S+):[ \t]*(.*(?:\n[ \t].*)*)", stanza, re.MULTILINE)
        }
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").strip() == "no":
            continue
        signed_by = fields.get("signed-by", "").strip()
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield AptSource(_mirror(uri), suite, tuple(fields.get("components", "").split()), signed_by)


def _mirror(uri: str) -> str:
    """Replace `mirror+file:`, as Debian's cloud images have it, by the first mirror of that file."""
    if not uri.startswith("mirror+file:"):
        return uri
    try:
        lines = Path(uri.removeprefix("mirror+file:")).read_text().splitlines()
    except OSError as error:
        raise AptSourcesError(f"apt's mirror list {uri} cannot be read: {error.strerror}") from error
    return next((line.split()[0] for line in lines if line.strip() and not line.startswith("#")), uri)


def _without_cdrom(sources: Iterable[AptSource]) -> Iterator[AptSource]:
    return (source for source in sources if not source.uri.startswith("cdrom:"))
