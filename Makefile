# What a user needs: `make build`, `make run`. What an engineer needs: `make test`, `make bench`, `make generate`.

SHELL       = bash
.SHELLFLAGS = -o pipefail -c

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GO      ?= go
# Where Go has it, the program computes eight values at a time, to the same bit as plain Go, which is what the tests run. SIMD= builds without.
# Where the processor can fuse a multiplication and an addition, the tests see to it that the compiler does so nowhere.
FMA      = $(shell grep -m 1 -wo fma /proc/cpuinfo 2>/dev/null)
SIMD    ?= $(if $(filter go1.26%,$(shell $(GO) env GOVERSION)),GOEXPERIMENT=simd)
# Tools are pinned here and run from the module proxy; none of them is a dependency of the product.
BUF         = $(GO) run github.com/bufbuild/buf/cmd/buf@v1.75.0
STATICCHECK = $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2
BENCHSTAT   = $(GO) run golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
GOTESTSUM   = $(GO) run gotest.tools/gotestsum@v1.13.0
AUDIO       = $(or $(EARSHOT_AUDIO),.cache/audio)

.PHONY: build run test lint bench generate audio browser clean help

help: ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

build: bin/libchdb.so ## make bin/earshot and fetch the ClickHouse engine it embeds
	$(SIMD) $(GO) build -trimpath -ldflags '-w -X main.version=$(VERSION)' -o bin/earshot ./cmd/earshot

bin/libchdb.so:
	@scripts/fetch-libchdb.sh

audio: ## fetch the prompts and the hold music that the example calls are made of
	@scripts/fetch-audio.sh $(AUDIO)

run: build audio ## everything in one process, on a dozen example calls; stop with Ctrl-C
	bin/earshot run --examples $(AUDIO)

lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not gofmt-ed: $$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) vet -tags chaos ./benchmarks/chaos
	$(GO) vet -tags load ./benchmarks/load
	$(STATICCHECK) ./...
	cd schemas && $(BUF) lint
	scripts/proto-breaking.sh '$(BUF)'

browser: ## what the tests of the web application look at pages with
	@scripts/need-chromium.sh
	@scripts/fetch-axe.sh

.PHONY: guard guard-update
guard: ## count the instructions of the hot path; fails when they have grown by more than 3 %
	@scripts/need-valgrind.sh
	@$(GO) run ./benchmarks/guard

guard-update: ## commit to what the hot path costs now
	@scripts/need-valgrind.sh
	@$(GO) run ./benchmarks/guard -update

test: build audio browser lint guard ## everything that must hold: format, vet, staticcheck, proto, the guard, all tests with the race detector
	@mkdir -p .cache
	$(if $(SIMD),$(SIMD) $(GO) test ./analyzers/... ./ingest/...)
	$(if $(and $(SIMD),$(FMA)),GOAMD64=v3 $(SIMD) $(GO) test ./analyzers/... ./ingest/...)
	cd schemas/alertstest && $(GO) test -count=1 . # Go does not see that alerts.yaml, of another module, has changed
	$(GOTESTSUM) --format pkgname --jsonfile .cache/test.json -- -race -timeout 20m ./... | tee .cache/test.log
	@grep -ho 'end to end on [^"\\]*' .cache/test.json
	@tail -n 1 .cache/test.log

.PHONY: bench-update pace
BENCHMARKS = $(GO) test -run '^$$' -bench . -benchmem -benchtime 100ms -count 6 -cpu 1 \
	./analyzers/... ./ingest/... ./pipeline/rulebook ./benchmarks/speed

bench: ## Go benchmarks by stage, analyzer, codec and whole, beside the committed ones
	@mkdir -p .cache
	$(BENCHMARKS) | tee .cache/bench.txt
	$(BENCHSTAT) committed=benchmarks/bench.txt now=.cache/bench.txt

bench-update: ## commit to the benchmarks' figures as they are now
	@mkdir -p .cache
	$(BENCHMARKS) | tee .cache/bench.txt
	cp .cache/bench.txt benchmarks/bench.txt

pace: sounds ## an hour of a call before Earshot and other programs, on one core each; a folder of calls on all; a start
	$(GO) run ./benchmarks/pace -sounds $(SOUNDS) $(PACE)

.PHONY: load scale roofline history
load: build audio ## raise the number of live calls through Kafka into ClickHouse until the machine is full; LOAD='-from 3000 -step 250'
	GOEXPERIMENT= $(GO) build -trimpath -o bin/earshot-plain ./cmd/earshot
	$(GO) test -tags load ./benchmarks/load -run TestLoad -v -timeout 1h -earshot $(abspath bin/earshot) -plain $(abspath bin/earshot-plain) \
	  -audio $(abspath $(AUDIO)) -out $(abspath benchmarks) $(LOAD)

scale: audio ## what a live call costs by how many there are and how long they last
	$(GO) run ./benchmarks/scale -audio $(AUDIO)

roofline: ## what a frame takes of arithmetic and memory, beside what the machine has
	@scripts/need-valgrind.sh
	$(GO) run ./benchmarks/roofline

history: ## a page that draws the committed figures over commits
	$(GO) run ./benchmarks/history

.PHONY: fuzz
FUZZTIME ?= 10m

fuzz: ## fuzz every parser for FUZZTIME each (10m) and print a table; FUZZ=regexp picks targets
	@scripts/fuzz.sh $(FUZZTIME) '$(value FUZZ)'

.PHONY: soak
SOAK_HOURS ?= 24

soak: build ## a day of 5,000 calls an hour through a worker as fast as it goes; fails when memory or goroutines grow
	@mkdir -p .cache/soak
	$(GO) run ./benchmarks/soak -hours $(SOAK_HOURS) -profiles .cache/soak

.PHONY: chaos
SEED ?= 1

chaos: build audio ## kill workers, broker and engine while calls go on, and compare the tables; SEED=1-10, BROKERS=3, LONG=1, BROKEN=commit-at-once
	$(SIMD) $(GO) test -tags chaos ./benchmarks/chaos -run TestChaos -v -timeout 3h -seeds $(SEED) $(if $(LONG),-away 10m -first "engine away") $(if $(BROKERS),-brokers $(BROKERS)) $(if $(BROKEN),-broken $(BROKEN) -first "kill worker") \
	  -audio $(abspath $(AUDIO)) $(CHAOS)

.PHONY: upgrade
FROM ?= HEAD~10

upgrade: build audio ## replace workers of commit FROM by these while calls go on, and compare the tables
	$(SIMD) $(GO) run ./benchmarks/upgrade -from $(FROM) -audio $(AUDIO)

.PHONY: sounds accuracy peers train
SOUNDS = $(or $(EARSHOT_SOUNDS),.cache/sounds)

sounds: ## fetch the voices and the music that accuracy is measured on
	@$(GO) run ./benchmarks/sounds/fetch -dir $(SOUNDS) -split test

accuracy: sounds ## accuracy on calls whose truth is known; fails when a figure has fallen
	$(GO) run ./benchmarks/accuracy -sounds $(SOUNDS)

peers: sounds ## the same calls before other detectors of speech and music
	$(GO) run ./benchmarks/accuracy peers -sounds $(SOUNDS)

train: ## train the classifier anew: all sounds (3 GB), ffmpeg on the path, some ten minutes
	@$(GO) run ./benchmarks/sounds/fetch -dir $(SOUNDS) -split train,tune,test
	$(GO) run ./benchmarks/train -sounds $(SOUNDS) -out analyzers/weights.bin -voices analyzers/voices.bin -card analyzers/weights.md

generate: ## the Go code of schemas/calls.proto
	cd schemas && $(BUF) generate

clean: ## remove what was built and fetched
	rm -rf bin .cache
