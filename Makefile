# Thin on purpose: each target is one command that can be typed as well.
# FUZZTIME is the time per fuzz target of `make fuzz`.
FUZZTIME ?= 20s
LINT := $(CURDIR)/.bin/golangci-lint

.PHONY: run test lint fmt fuzz bench api ci tools

run: ## the main job, end to end, against the Exchange in process
	go run -C examples ./quickstart

test: ## no network, no server, no environment variable
	go test ./...

lint: tools
	.ci/lint

fmt: tools ## gofumpt and the order of imports
	$(LINT) fmt ./...

fuzz:
	FUZZTIME=$(FUZZTIME) .ci/fuzz

bench:
	go test -run='^$$' -bench=. -benchmem ./...

api: ## writes the exported API to internal/api/*.txt; review the difference
	go test ./internal/api -count=1 -update

ci: ## everything that continuous integration runs
	.ci/run

tools: ## linters at the versions that internal/tools pins, into .bin
	GOBIN=$(CURDIR)/.bin go -C internal/tools install tool
