"""What edge, hub and provisioning agree on: values, rules and bytes; no input, no output, no wall clock."""
