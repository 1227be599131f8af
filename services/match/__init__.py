"""The match room; see its README."""
