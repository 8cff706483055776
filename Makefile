# Thin: each target is one script. `make` alone lists the targets.
.DEFAULT_GOAL := help
.PHONY: help ci test soak check bench docs engine clean
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

help: ## list the targets
	@sed -n 's/^\([a-z]*\): ## /\1\t/p' Makefile | awk -F '\t' '{ printf "  make %-7s %s\n", $$1, $$2 }'

ci: ## build, test and ship the example (examples/dynamodb) to the embedded registry
	@scripts/setup.sh dependencies engine curl mmdebstrap
	@scripts/ci-example.sh

test: ## every gate and every test, with a real engine
	@scripts/setup.sh dependencies engine curl mmdebstrap busybox-static docker-registry slirp4netns
	@node scripts/check.ts

soak: ## all that `make test` leaves to what stands for it: every kill, every circumstance
	@scripts/setup.sh dependencies engine curl mmdebstrap busybox-static docker-registry slirp4netns
	@SEATRIAL_SOAK=1 vitest run --project engine
	@SEATRIAL_SOAK=1 vitest run --project e2e test/e2e/kill test/e2e/crash test/e2e/promote test/e2e/sandbox

check: ## the gates that need no engine: format, lint, types, unit tests, package
	@scripts/setup.sh dependencies
	@node scripts/check.ts --quick

bench: ## measure the figures, as ratios in one run
	@scripts/setup.sh dependencies engine curl mmdebstrap busybox-static docker-registry slirp4netns
	@node bench/run.ts

docs: ## write docs/reference from the tables and the schema
	@scripts/setup.sh dependencies
	@node scripts/docs.ts

engine: ## start a container engine when none answers
	@scripts/setup.sh engine

clean: ## end what these targets started and remove what they made
	@scripts/clean.sh
