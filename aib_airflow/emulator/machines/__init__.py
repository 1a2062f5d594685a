"""The machines behind the emulator's virtual machines, and the disks they run from."""
