# Everything a contributor needs; `make help` lists it. Each target does its own set-up.
CARGO ?= cargo
export CARGO_TERM_QUIET := true
export CARGO_TERM_PROGRESS_WHEN := never

.DEFAULT_GOAL := help
.PHONY: help build test lint bench demo clean need-cargo need-lint

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: need-cargo ## Build every crate
	@$(CARGO) build --workspace --locked
	@echo "build: done"

test: need-cargo ## Run every test, the examples in the documentation included
	@$(CARGO) test -q --workspace --features drift-core/schema --locked
	@echo "test: all passed"

lint: need-lint ## Check the format, run clippy, build the documentation, with warnings denied
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --workspace --all-targets --all-features --locked -- -D warnings
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked
	@echo "lint: clean"

bench: need-cargo ## Run the benchmarks
	@$(CARGO) bench -p drift-benches --locked

demo: need-cargo ## Run the quickstart on a small Kubernetes example
	@$(CARGO) run --locked -p drift-examples --bin 01-quickstart

clean: need-cargo ## Remove everything that was built
	@$(CARGO) clean

need-cargo:
	@command -v $(CARGO) >/dev/null || { echo "cargo is missing: install Rust, https://rustup.rs" >&2; exit 1; }

need-lint: need-cargo
	@$(CARGO) fmt --version >/dev/null 2>&1 || { echo "rustfmt is missing: rustup component add rustfmt" >&2; exit 1; }
	@$(CARGO) clippy --version >/dev/null 2>&1 || { echo "clippy is missing: rustup component add clippy" >&2; exit 1; }
