"""What the services need of the world, as protocols. Adapters implement them; no service imports one."""
