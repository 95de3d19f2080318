# Works on a machine with Python 3.11 or 3.12 and make; see README.md for the one line of apt-get that Debian needs.
# PYTHON=/path/to/python chooses another interpreter, DEVSET=folder another development set.

in_range := import sys; print("yes" if (3, 11) <= sys.version_info[:2] <= (3, 12) else "")
fits = $(if $(1),$(shell "$(1)" -c '$(in_range)' 2>/dev/null))
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3 python,$(if $(call fits,$(name)),$(name))))
VENV ?= .venv
DEVSET ?= ../shared/devset
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo app test fast check lint format devset-check accuracy accuracy-person screenshots live speed scaling records-bench kill-rounds lock opensim-reader clean

demo: $(READY)
	@rc=0; $(BIN)/yitai score --manifest sample_media/manifest.csv --out demo_out || rc=$$?; \
	echo; echo "Reports to open in a browser:"; ls demo_out/*/report.html; exit $$rc

app: $(READY)
	$(BIN)/yitai app

# Everything but the checks on the development set, which lies outside the repository.
test: $(READY)
	$(BIN)/pytest -m "not devset"

fast: $(READY)
	$(BIN)/pytest -m "not devset and not model and not browser"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint
	$(BIN)/pytest -m "not devset" --cov --cov-report=term:skip-covered

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

devset-check: $(READY)
	YITAI_DEVSET="$(abspath $(DEVSET))" $(BIN)/pytest -m devset

accuracy: $(READY)
	$(BIN)/yitai bench accuracy --truth "$(DEVSET)" --out docs/accuracy.md

# The same with cameras found from the people themselves, and what becomes of wrong camera files.
accuracy-person: $(READY)
	$(BIN)/yitai bench accuracy --truth "$(DEVSET)" --calibration person --out docs/accuracy-person.md
	PYTHONPATH=. $(BIN)/python tools/upright/battery.py --truth "$(DEVSET)" --out docs/calibration-battery.md

# Pictures of every page (needs Chromium), and the live view's speed and delay over ten minutes.
screenshots: $(READY)
	PYTHONPATH=. $(BIN)/python tools/screenshots.py --out docs/screenshots

live: $(READY)
	$(BIN)/python tools/live_bench.py --seconds 600 --report docs/live.md

# Kills the program at random moments and looks at what is left; 200 rounds by hand, a few in .ci/run.
ROUNDS ?= 200
kill-rounds: $(READY)
	PYTHONPATH=. $(BIN)/python tools/kill_rounds.py --rounds $(ROUNDS) --real 8

speed: $(READY)
	$(BIN)/yitai bench speed --out docs/performance.md

# What many recordings cost: about ten minutes on two quiet cores.
scaling: $(READY)
	PYTHONPATH=. $(BIN)/python tools/scaling.py measure --out docs/scaling.json
	PYTHONPATH=. $(BIN)/python tools/scaling.py page docs/scaling.json --out docs/scaling.md

# How long every page takes with 10,000 assessments of 200 people: about a quarter of an hour on two quiet cores, most of
# it to make them. RECORDS=folder keeps them for the next time.
RECORDS ?=
records-bench: $(READY)
	PYTHONPATH=. $(BIN)/python tools/records_bench.py $(if $(RECORDS),--home "$(RECORDS)") --report docs/records-speed.md

# No registry address and no path is written into the lock.
lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.lock

# OpenSim's package, which reads our motion files in tests, in an environment of its own: it wants numpy 2.
OPENSIM := opensim==4.6
opensim-reader: $(READY)
	@test -x $(BIN)/../opensim/bin/python || "$(PYTHON)" -m venv $(BIN)/../opensim
	$(BIN)/../opensim/bin/python -m pip install --quiet --disable-pip-version-check $(OPENSIM)

$(READY): requirements.lock pyproject.toml
	$(if $(call fits,$(PYTHON)),,$(error Yitai needs Python 3.11 or 3.12 and found $(if $(PYTHON),$(or $(shell "$(PYTHON)" --version 2>&1 | head -n 1),$(PYTHON)),none); install one or name it: make PYTHON=/path/to/python3.11))
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make virtual environments; on Debian or Ubuntu: sudo apt-get install -y python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -c 'import cv2' || \
		{ echo "OpenCV lacks a system library; on Debian or Ubuntu: sudo apt-get install -y libgl1 libglib2.0-0" >&2; exit 1; }
	@touch $(READY)

clean:
	rm -rf $(VENV) demo_out build *.egg-info
