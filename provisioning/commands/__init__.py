"""The commands of provisioning: words and questions around the ceremony's rules."""
