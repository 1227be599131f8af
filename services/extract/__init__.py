"""The extract room; see its README."""
