"""The evidence room; see its README."""
