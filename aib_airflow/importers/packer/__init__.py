"""Packer's azure-arm templates, in JSON and HCL2."""
