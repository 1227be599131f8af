"""The alert room; see its README."""
