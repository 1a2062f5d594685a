"""Scripts on a machine: detached from the connection that started them, run once, followed by offset."""
