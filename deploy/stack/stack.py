#!/usr/bin/env python3
"""Run a real Kafka, Elasticsearch and PostgreSQL here, without containers: `stack.py --help`."""

import sys
from pathlib import Path

# Python puts this file's folder first, where kafka.py would hide other modules of that name.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from deploy.stack.commands import main  # noqa: E402 (the path comes first)

if __name__ == "__main__":
    sys.exit(main())
