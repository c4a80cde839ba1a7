# Everything a contributor needs; `make help` lists it. Each target does its own set-up: the first
# run installs and builds, the next ones only what has changed.
CARGO ?= cargo
PYTHON ?= python3
export CARGO_TERM_QUIET := true
export CARGO_TERM_PROGRESS_WHEN := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1

VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
NODE_BIN := drift-node/node_modules/.bin
# What the generated packs are made of.
SCHEMAS := tools/packs/.venv
# What the Python binding is measured beside, and the binding as it is released.
PEERS := benches/python/.venv

# What the native modules are built from.
CORE := Cargo.toml Cargo.lock $(shell find drift-core/src drift-core/build drift-core/packs drift-core/mappings drift-core/findings drift-core/Cargo.toml -type f)
PY_SOURCES := drift-py/Cargo.toml drift-py/pyproject.toml $(shell find drift-py/src -type f)
NODE_SOURCES := drift-node/Cargo.toml drift-node/build.rs $(shell find drift-node/src -type f)

# Runs a command, and shows what it printed where it fails.
quietly = { log=$$(mktemp) && { $(1); } >"$$log" 2>&1 || { cat "$$log"; rm -f "$$log"; exit 1; }; rm -f "$$log"; }

.DEFAULT_GOAL := help
.PHONY: help build test test-rust test-python test-node tested-python tested-node lint lint-rust lint-python lint-node bench \
	demo fuzz packs clean python node need-cargo need-lint need-python need-node

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: need-cargo python node ## Build every crate and both bindings
	@$(CARGO) build --workspace --locked
	@echo "build: done"

# Neither of the other languages uses more than one processor for long: both are tested at once.
test: test-rust python node ## Run every test in all three languages, the examples in the documentation included
	@$(MAKE) --no-print-directory -j 2 tested-python tested-node
	@echo "test: all passed"

# The Rust tests come first: they write what the other languages are compared with.
test-rust: need-cargo
	@$(CARGO) test -q --workspace --features drift-core/schema --locked

test-python: test-rust python
	@$(MAKE) --no-print-directory tested-python

test-node: test-rust node
	@$(MAKE) --no-print-directory tested-node

tested-python:
	@echo "test: Python"
	@cd drift-py && $(BIN)/python -m pytest

# NODE is the folder of another `node`: CONTRIBUTING.md says where to get one.
tested-node:
	@echo "test: Node"
	@mkdir -p target && cd drift-node && $(if $(NODE),export PATH="$(NODE):$$PATH" &&) \
		{ node --test --test-reporter=tap test/*.test.mjs >../target/node.log 2>&1 || { cat ../target/node.log; exit 1; }; } && \
		grep -E '^# (equal|tests|pass|fail|skipped)|# SKIP' ../target/node.log

lint: lint-rust lint-python lint-node ## Check formats, lints, types and documentation, with warnings denied
	@echo "lint: clean"

lint-rust: need-lint
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --workspace --all-targets --all-features --locked -- -D warnings
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked

lint-python: python
	@$(BIN)/ruff format -q --check drift-py examples tools benches
	@$(BIN)/ruff check -q drift-py examples tools benches
	@cd drift-py && $(call quietly,$(BIN)/mypy && $(BIN)/python -m mypy.stubtest drift_py._native && \
		$(BIN)/pyright --pythonpath $(BIN)/python)

lint-node: node
	@$(call quietly,$(NODE_BIN)/biome ci)
	@$(NODE_BIN)/tsc -p drift-node/test/tsconfig.json

bench: need-cargo $(VENV)/.installed $(PEERS)/.built benches/node/build/.built ## Measure the engine beside its peers, every answer checked, and each stage by itself
	@$(CARGO) build --release -q --manifest-path benches/peers/Cargo.toml --target-dir target/peers --locked
	@DRIFT_PEERS=$(CURDIR)/target/peers/release/drift-peers $(CARGO) run --release -q -p drift-benches --bin bars --locked
	@$(PEERS)/bin/python benches/python/bars.py "$${CARGO_TARGET_DIR:-target}/release/bars"
	@node benches/node/bars.mjs "$${CARGO_TARGET_DIR:-target}/release/bars"
	@$(CARGO) run --release -q -p drift-benches --bin first --locked
	@$(CARGO) run --release -q -p drift-benches --bin policy --locked
	@$(CARGO) run --release -q -p drift-benches --bin yaml --locked -- $(BIN)/python
	@$(CARGO) bench -p drift-benches --locked

fuzz: need-cargo ## Try the readers, policies and both ways to compare on broken documents: each FAMILY (all) for SECONDS (120)
	@$(CARGO) run --release -q -p drift-benches --bin fuzz --locked -- $(or $(SECONDS),120) $(FAMILY)

packs: $(SCHEMAS)/.installed ## Generate the packs that come out of published schemas
	@$(SCHEMAS)/bin/python tools/packs/generate.py drift-core/packs/generated

demo: need-cargo python node ## Run the examples: drift in six layers of an estate, found in three languages
	@$(CARGO) build -p drift-examples --locked
	@examples/demo.sh

clean: need-cargo ## Remove everything that was installed or built
	@$(CARGO) clean
	@rm -rf .venv $(SCHEMAS) $(PEERS) drift-node/node_modules drift-node/native drift-node/dist examples/node_modules \
		benches/node/node_modules benches/node/build

# ---- set-up --------------------------------------------------------------------------------------

python: $(VENV)/.built
node: drift-node/dist/.built

$(VENV)/.installed: drift-py/requirements-dev.txt | need-python
	@echo "python: installing tools into .venv"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q -r drift-py/requirements-dev.txt
	@touch $@

$(VENV)/.built: $(VENV)/.installed $(CORE) $(PY_SOURCES) | need-cargo
	@echo "python: building drift-py"
	@cd drift-py && $(call quietly,VIRTUAL_ENV=$(VENV) $(BIN)/maturin develop -q --locked --features testing)
	@touch $@

# Schemas alone: what the packages need to run is not installed.
$(SCHEMAS)/.installed: tools/packs/requirements.txt | need-python
	@$(PYTHON) -m venv $(SCHEMAS)
	@$(SCHEMAS)/bin/python -m pip install -q --no-deps --no-compile --only-binary :all: --retries 2 \
		--require-hashes -r $<
	@touch $@

$(PEERS)/.installed: benches/python/requirements.txt | need-python
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install -q -r $<
	@touch $@

# The module of the tests is not optimized: this one is, and stands by itself.
$(PEERS)/.built: $(PEERS)/.installed $(VENV)/.installed $(CORE) $(PY_SOURCES) $(wildcard drift-py/python/drift_py/*.py) | need-cargo
	@echo "bench: building drift-py"
	@rm -rf $(PEERS)/wheels
	@cd drift-py && $(call quietly,$(BIN)/maturin build -q --release --locked --out ../$(PEERS)/wheels)
	@$(PEERS)/bin/python -m pip install -q --no-deps --force-reinstall $(PEERS)/wheels/*.whl
	@touch $@

drift-node/node_modules/.installed: drift-node/package.json drift-node/package-lock.json | need-node
	@echo "node: installing tools into drift-node/node_modules"
	@cd drift-node && npm ci --silent --ignore-scripts
	@touch $@

examples/node_modules/.installed: examples/package.json examples/package-lock.json | need-node
	@cd examples && npm ci --silent --ignore-scripts
	@touch $@

drift-node/native/.built: drift-node/node_modules/.installed $(CORE) $(NODE_SOURCES) | need-cargo
	@echo "node: building drift-node"
	@cd drift-node && $(call quietly,npm run -s build:native -- -- --locked)
	@touch $@

drift-node/dist/.built: drift-node/native/.built examples/node_modules/.installed $(wildcard drift-node/ts/*.ts) drift-node/tsconfig.json
	@cd drift-node && npm run -s build:types
	@touch $@

benches/node/node_modules/.installed: benches/node/package.json benches/node/package-lock.json | need-node
	@cd benches/node && npm ci --silent
	@touch $@

# The module of the tests is not optimized: this one is, and stands by itself.
benches/node/build/.built: drift-node/dist/.built benches/node/node_modules/.installed
	@echo "bench: building drift-node"
	@cd drift-node && $(call quietly,node_modules/.bin/napi build --platform --release \
		--output-dir ../benches/node/build/native --js index.js --dts index.d.ts -- --locked)
	@$(NODE_BIN)/tsc -p drift-node --outDir benches/node/build/dist
	@touch $@

need-cargo:
	@command -v $(CARGO) >/dev/null || { echo "cargo is missing: install Rust, https://rustup.rs" >&2; exit 1; }

need-lint: need-cargo
	@$(CARGO) fmt --version >/dev/null 2>&1 || { echo "rustfmt is missing: rustup component add rustfmt" >&2; exit 1; }
	@$(CARGO) clippy --version >/dev/null 2>&1 || { echo "clippy is missing: rustup component add clippy" >&2; exit 1; }

need-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { echo "Python 3.10 or later is missing: https://www.python.org" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing: on Debian, apt install python3-venv" >&2; exit 1; }

need-node:
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || { echo "Node 20 or later is missing: https://nodejs.org" >&2; exit 1; }
	@command -v npm >/dev/null || { echo "npm is missing: it comes with Node, https://nodejs.org" >&2; exit 1; }
