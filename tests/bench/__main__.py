"""`make bench`: what the product costs, each figure beside its yardstick from the same run.

    python -m tests.bench [--articles N] [--json]

On the real stack as well when CLAIMDESK_TEST_KAFKA, CLAIMDESK_TEST_ELASTICSEARCH and
CLAIMDESK_TEST_POSTGRESQL name one.
"""

import argparse
import json
import os
import sys
from typing import Any

from tests.bench.alerts import measure_alerts
from tests.bench.extraction import measure_extraction
from tests.bench.flow import measure_flow
from tests.bench.ingest import measure_ingest
from tests.bench.matching import measure_matching
from tests.bench.memory import measure_memory
from tests.bench.queue import measure_queue

REAL = ("CLAIMDESK_TEST_KAFKA", "CLAIMDESK_TEST_ELASTICSEARCH", "CLAIMDESK_TEST_POSTGRESQL")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("--articles", type=int, default=60, help="articles streamed (default 60)")
    parser.add_argument("--feeds", type=int, default=5_000, help="feeds polled (default 5000)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    modes = ["embedded", *(["stack"] if all(os.environ.get(name) for name in REAL) else [])]
    results: dict[str, Any] = {"extract": measure_extraction(options.articles)}
    for mode in modes:
        results[mode] = measure_flow(mode, options.articles) | measure_matching(mode)
    results["ingest"] = measure_ingest(options.feeds)
    results["alerts"] = measure_alerts()
    results["queue, embedded"] = measure_queue(reviewers=20, tasks=200, seconds=4.0)
    if "stack" in modes:
        server = os.environ["CLAIMDESK_TEST_POSTGRESQL"]
        results["queue, stack"] = measure_queue(server, reviewers=200, tasks=1_000, seconds=20.0)
    results["memory"] = measure_memory()
    if "stack" not in modes:
        sys.stderr.write("the real stack was not measured: it is not up (make stack-up)\n")
    if options.json:
        sys.stdout.write(json.dumps(results, indent=2) + "\n")
        return
    for part, figures in results.items():
        sys.stdout.write(f"\n{part}\n")
        for name, value in figures.items():
            sys.stdout.write(f"  {name:<44} {value}\n")


if __name__ == "__main__":
    main()
