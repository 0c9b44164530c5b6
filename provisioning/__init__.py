"""The field engineer: gives a node its identity, repairs it and revokes it."""
