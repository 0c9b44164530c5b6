"""Synthetic people, documents and vehicles to examine the matcher with. Shares no code with what it examines."""
