"""The language room; see its README."""
