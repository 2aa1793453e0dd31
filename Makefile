# Thin on purpose: each target is one command that can be typed as well.
# FUZZTIME is the time per fuzz target of `make fuzz`.
# CRASH_FOR is how long `make crash` goes on, for each way to set things up, and
# CRASH_SEED repeats what happened; 0 is something new.
FUZZTIME ?= 20s
CRASH_FOR ?= 10m
CRASH_SEED ?= 0
LINT := $(CURDIR)/.bin/golangci-lint

.PHONY: run test crash lint fmt fuzz bench api ci tools

run: ## the main job, end to end, against the Exchange in process
	go run -C examples ./bookings

test: ## no network, no server, no environment variable
	go test ./...

crash: ## processes killed for real, on SQLite and PostgreSQL, for long
	go -C internal/drivertest test -race -count=1 -v -timeout=0 -run='^(TestSQLite|TestReplicas.*)$$' \
		./crash -crash.for=$(CRASH_FOR) -crash.seed=$(CRASH_SEED)

lint: tools
	.ci/lint

fmt: tools ## gofumpt and the order of imports
	$(LINT) fmt ./...

fuzz:
	FUZZTIME=$(FUZZTIME) .ci/fuzz

bench: ## every path beside the usual way and the floor, in nine minutes; see internal/docs/performance.md
	go run -C internal/bench .

api: ## writes the exported API to internal/api/*.txt; review the difference
	go test ./internal/api -count=1 -update

ci: ## everything that continuous integration runs
	.ci/run

tools: ## linters at the versions that internal/tools pins, into .bin
	GOBIN=$(CURDIR)/.bin go -C internal/tools install tool
