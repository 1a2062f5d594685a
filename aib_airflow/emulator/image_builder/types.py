"""The names of Image Builder's resource types."""

TEMPLATE = "Microsoft.VirtualMachineImages/imageTemplates"
RUN_OUTPUT = "Microsoft.VirtualMachineImages/imageTemplates/runOutputs"
OPERATION = "Microsoft.VirtualMachineImages/locations/operations"
