"""The ingest room; see its README."""
