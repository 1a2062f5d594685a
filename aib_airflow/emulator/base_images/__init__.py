"""The emulator's marketplace: base images made on this host from Debian's own packages."""
