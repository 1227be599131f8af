"""How steps run: events, errors, retries, clock, ids, settings, telemetry. No word of the domain."""
