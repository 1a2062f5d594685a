"""What a deferred stage waits for."""
