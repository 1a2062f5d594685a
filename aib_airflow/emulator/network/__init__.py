"""Microsoft.Network: as much of it as one machine with a public address needs."""
