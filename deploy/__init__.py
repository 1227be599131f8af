"""How Claimdesk is run: the image, the compose file's versions and the local stack."""
