"""A real Kafka, Elasticsearch and PostgreSQL on the loopback address, without a container engine."""
