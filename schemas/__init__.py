"""The contract between services: one pydantic model a file, one table of topics."""
