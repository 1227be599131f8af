"""Ask this container's own service how it is: `healthcheck.py livez` or `healthcheck.py readyz`."""

import os
import sys
import urllib.error
import urllib.request

# Straight to the service, whatever proxy the container is given for the outside.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def check(name: str, port: str) -> str | None:
    """Return what is wrong, or None when the service answers 200."""
    url = f"http://127.0.0.1:{port}/{name}"
    try:
        with DIRECT.open(url, timeout=4) as response:
            return None if response.status == 200 else f"{url} answered {response.status}"
    except urllib.error.HTTPError as error:
        return f"{url} answered {error.code}: {error.read(500).decode('utf-8', 'replace')}"
    except OSError as error:
        return f"{url} did not answer: {error}"


if __name__ == "__main__":
    problem = check(sys.argv[1], os.environ.get("CLAIMDESK_HEALTH_PORT", "8081"))
    if problem is not None:
        print(problem)
        sys.exit(1)
