# Offhook: everything that one does with the project. `make help` lists the targets.
# Targets make .venv by themselves; none but `make peers` needs root.

PYTHON ?= python3
GIVEN := $(BOARD)
BOARD ?= devkit
PORT ?=
FIRMWARE ?=
SETTINGS ?=
FILE ?=
KEY ?= update.key
FORCE ?=
MICROPYTHON ?=
PANEL ?=
SEED ?= 1

BIN := .venv/bin
READY := .venv/ready

.DEFAULT_GOAL := help

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.txt
	@echo "making .venv with what the host needs: a minute, once"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	@touch $@

venv: $(READY)  ## make .venv with all that the host needs, versions pinned by hash

run: $(READY)  ## two simulated phones in a browser; PANEL=terminal: in the terminal
	@PANEL="$(PANEL)" $(BIN)/python -m tools.run

test: $(READY)  ## all tests but those that need a board
	@mkdir -p build
	@$(BIN)/python -m tools.vm32 >build/vm32.log 2>&1 || echo "no 32-bit VM: tests that need it are skipped"
	@$(BIN)/python -m tools.vm_frozen >build/vm-frozen.log 2>&1 || echo "no frozen VM: tests that need it are skipped"
	@$(BIN)/python -m tools.pesq >build/pesq.log 2>&1 || echo "no PESQ: speech is compared without it"
	$(BIN)/python -m pytest -q

test-quick: $(READY)  ## the unit tests only, in CPython and in the MicroPython VM
	$(BIN)/python -m pytest -q tests/unit

peers:  ## install what the peer tests need from Debian's packages (root)
	$(PYTHON) -m tools.peers

vm32: $(READY)  ## fetch the 32-bit MicroPython VM into a cache folder, for heap figures
	@$(BIN)/python -m tools.vm32

vm-frozen: $(READY)  ## build the 32-bit VM with the software frozen in, in build/
	@$(BIN)/python -m tools.vm_frozen

ram: $(READY) vm32 vm-frozen  ## memory in each state of a phone: resident with 2 MB, frozen with 110 KB
	@$(BIN)/python -m tools.ram

mutants: $(READY)  ## put 200 small faults into the firmware, one by one: which do unit tests miss?
	@$(BIN)/python -m tools.mutants --seed $(SEED)

soak: $(READY)  ## ten minutes of broken SIP from a stranger and from the registrar, by SEED
	SEED=$(SEED) SOAK_MINUTES=10 $(BIN)/python -m pytest -q -s tests/phone/test_sip_virtual.py tests/phone/test_sip_generator.py

bench: $(READY)  ## the event loop while web servers are dead, and event to GET
	@$(BIN)/python -m tools.bench

bench-pages: $(READY)  ## INVITE to 180 while ten browsers poll, and without them
	@$(BIN)/python -m tools.bench.pages

bench-sip: $(READY)  ## parsing beside other SIP parsers, INVITE to 180 beside baresip
	@$(BIN)/python -m tools.bench.signalling

bench-voice: $(READY)  ## CPU a frame, gaps between packets, mouth to ear, beside baresip (root)
	@$(BIN)/python -m tools.bench.voice

sizes: $(READY)  ## what each board's software takes of its flash
	@$(BIN)/python -m tools.build.sizes

lint: $(READY)  ## ruff over everything, mypy over firmware and hal, the arrows between the rooms, every test file loads
	@mkdir -p build
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tools.typecheck
	$(BIN)/python -m tools.arrows
	@$(BIN)/python -m pytest -q --collect-only >build/collect.log 2>&1 || { tail -20 build/collect.log; exit 1; }

check-boards: $(READY)  ## refuse boards whose pins cannot work
	@$(BIN)/python -m tools.check_boards

diagrams: $(READY)  ## draw each board's wiring and its key labels from its data
	@$(BIN)/python -m tools.diagram

docs: $(READY)  ## make what docs/ has from the sources: settings, drawings of the rooms
	@$(BIN)/python -m tools.settings_doc
	@$(BIN)/python -m tools.rooms

pictures: $(READY)  ## take the pictures of README and docs/ anew, from pages that run; needs Chromium
	@mkdir -p docs/pictures
	TAKE_PICTURES=1 $(BIN)/python -m pytest -q tests/peers/test_pictures.py

build: $(READY)  ## compile for BOARD and make its flash image in build/BOARD
	@$(BIN)/python -m tools.build --board $(BOARD)

firmware: $(READY)  ## MicroPython with the software of BOARD in it; MICROPYTHON=folder of its sources
	@$(BIN)/python -m tools.build.firmware --board "$(GIVEN)" --micropython "$(MICROPYTHON)"

flash: $(READY)  ## erase the settings and write the software of BOARD, FIRMWARE=…bin and SETTINGS=…toml to PORT
	@$(BIN)/python -m tools.flash --board "$(GIVEN)" --port "$(PORT)" --firmware "$(FIRMWARE)" \
		--settings "$(SETTINGS)" $(if $(FORCE),--force)

deploy: $(READY)  ## change the files on the board at PORT, leave its settings alone
	@$(BIN)/python -m tools.deploy --board "$(GIVEN)" --port "$(PORT)" $(if $(FORCE),--force)

sign: $(READY)  ## sign BOARD's software for updates with the private KEY, made at the first time
	@$(BIN)/python -m tools.sign --key "$(KEY)" build/$(BOARD)/root/app

configure: $(READY)  ## give the settings in FILE (TOML) to the board at PORT
	@$(BIN)/python -m tools.configure --port "$(PORT)" "$(FILE)"

console: $(READY)  ## the serial line of the board at PORT
	@$(BIN)/python -m tools.ports "$(PORT)" "make console"
	@$(BIN)/mpremote connect "$(PORT)" repl

packages: $(READY)  ## list the modules of the rooms that can be used alone, for mip
	@$(BIN)/python -m tools.packages

lock:  ## resolve requirements.in into requirements.txt with hashes
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet pip-tools
	build/lock/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
		--no-header --output-file requirements.txt requirements.in

clean:  ## delete what was built
	rm -rf build .pytest_cache .ruff_cache .mypy_cache

.PHONY: help venv run test test-quick peers vm32 vm-frozen ram sizes mutants soak bench bench-sip \
	bench-pages bench-voice lint check-boards diagrams docs pictures build firmware sign flash deploy configure console packages lock clean
