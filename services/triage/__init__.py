"""The triage room; see its README."""
