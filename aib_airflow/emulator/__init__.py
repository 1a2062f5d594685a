"""An Azure on loopback, with real machines. Imports nothing of the package but `arm_template`."""
