"""The review room; see its README."""
