"""How long PyYAML's C loader takes for the documents on standard input: `pyyaml.py TIMES COUNT`."""

import sys
import time


def main() -> int:
    """Print the seconds of the fastest run, or why there are none."""
    try:
        import yaml
        from yaml import CSafeLoader
    except ImportError as error:
        print(f"its C loader is absent ({error})")
        return 1
    times, count = (int(text) for text in sys.argv[1:])
    text = sys.stdin.buffer.read()
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        documents = list(yaml.load_all(text, CSafeLoader))
        best = min(best, time.perf_counter() - start)
        if len(documents) != count:
            print(f"it reads {len(documents)} documents of {count}")
            return 1
    print(best)
    return 0


if __name__ == "__main__":
    sys.exit(main())
