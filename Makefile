# Everything a developer does, in words. What a target needs is installed by it.

# Parts run one after the other: they measure time, and share ports and cores.
.NOTPARALLEL:

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unreleased)
# The longest first, so that none is left to run alone at the end.
ROOMS    = ./release ./release/document ./kiosk/console ./kiosk $(shell $(GO) list ./... | grep -v /cmd/inkwell$$)
# What reads the code keeps nearly all that it reads: a third of its time went into looking for what it does not.
SPARING  = GOGC=400

.DEFAULT_GOAL := help
.PHONY: help build demo test test-install test-order test-rooms test-whole lint format vet staticcheck golangci-lint gosec order rooms whole crash prove bench shots clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the one binary, bin/inkwell
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/inkwell ./cmd/inkwell

demo: ## a school, a kiosk and three printers on this machine (ONCE=1: print one page and stop)
	@.ci/install demo
	@.ci/demo

test: test-install test-order test-rooms test-whole ## install what the tests need, and run all of them

test-install:
	@.ci/part install 300 .ci/install demo test
test-order: test-install
	@.ci/part order 60 $(MAKE) -s order
test-rooms: test-install
	@.ci/part rooms 780 $(MAKE) -s rooms
test-whole: test-install
	@.ci/part whole 600 $(MAKE) -s whole

order: # who imports whom
	$(GO) test -count=1 -run 'TestTheHouse' ./cmd/inkwell

rooms: # every package on its own, with real PostgreSQL, under the race detector; three at once, as they wait a third of the time
	$(GO) test -race -p 3 -timeout 25m $(ROOMS)

whole: # the real binary, real clients, a real browser; they wait for each other half the time, so four at once
	$(GO) test -race -parallel 4 -timeout 25m ./cmd/inkwell

lint: format vet staticcheck golangci-lint gosec ## all that reads the code

format: # gofmt leaves nothing to do
	@left=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$left" ] || { echo "gofmt would change:"; echo "$$left"; exit 1; }

vet:
	@$(GO) vet ./...

staticcheck:
	@$(SPARING) $$(.ci/tool staticcheck) ./...

golangci-lint:
	@$(SPARING) $$(.ci/tool golangci-lint) run --allow-parallel-runners --config .ci/golangci.yml ./...

gosec:
	@$(SPARING) $$(.ci/tool gosec) -quiet -exclude-dir=.build $(addprefix -exclude-dir=,$(notdir $(wildcard internal/*/*test internal/*test ipp/*test release/*/*test))) ./...

crash: ## kill the server at every named point, N times each (N=1)
	@.ci/install demo test
	INKWELL_CRASHES=$(or $(N),1) $(GO) test -count=1 -v -timeout 12h -run 'TestKilledAtEachPoint|TestACrashThatPrintsTwiceIsFound|TestRecoveryWithManyHeldJobs|TestCrashesBesideCUPS' ./cmd/inkwell

prove: ## the long forms of the campaigns, with full figures
	@.ci/prove

bench: ## what it costs: benchmarks of every room, then the server beside cupsd and pgbench
	@.ci/install demo test
	$(GO) test -run '^$$' -bench . -benchmem $(ROOMS)
	INKWELL_PROVE=1 $(GO) test -count=1 -v -timeout 60m -run 'TestBesideCUPS|TestReleasesBesidePgbench|TestManyKiosks' ./cmd/inkwell
	INKWELL_PROVE=1 $(GO) test -count=1 -v -timeout 60m -run 'TestVerifyOfMillions|TestUsageOfATrust|TestPagesOfATrust' ./release ./quota ./kiosk/console

shots: ## pictures of every page at every size, into .build/shots
	@.ci/install demo test
	@mkdir -p .build/shots
	INKWELL_SHOTS=$(CURDIR)/.build/shots $(GO) test -count=1 -timeout 20m ./kiosk/...

clean: ## remove what was built here
	@rm -rf bin .build
