# unlockdesk. Everything that is built goes below $(BUILD). `make help` lists the targets.
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
AR      ?= ar
V       ?= 0
VERSION := 0.1.0

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(V),0)
Q := @
endif

# SAN=1: AddressSanitizer and UndefinedBehaviorSanitizer.
ifeq ($(SAN),1)
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -DUD_SANITIZED
HARDEN :=
else
SANFLAGS :=
HARDEN := -D_FORTIFY_SOURCE=3
endif

WARN := -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
CFLAGS  ?= -O2 -g
UDFLAGS := -std=c17 -D_GNU_SOURCE -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection \
           $(HARDEN) $(WARN) $(SANFLAGS) -Iapi-client -Itui -I. \
           -DUD_VERSION='"$(VERSION)"' -DUD_PREFIX='"$(PREFIX)"' -DUD_LIBEXEC='"$(PREFIX)/libexec/unlockdesk"'
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(SANFLAGS) $(LDFLAGS)

pc = $(shell pkg-config --$(1) $(2) 2>/dev/null)
PC_CFLAGS := $(call pc,cflags,ncursesw libcurl libcjson libsodium libqrencode libutf8proc libmicrohttpd sqlite3 gnutls libseccomp)
LIBS_base    := $(call pc,libs,libsodium libutf8proc libseccomp)
LIBS_wire    := $(call pc,libs,libcjson)
LIBS_http    := $(call pc,libs,libcurl openssl)
LIBS_tui     := $(call pc,libs,ncursesw libqrencode inih)
LIBS_escrowd := $(call pc,libs,libmicrohttpd sqlite3 gnutls inih)

# --- modules: one directory, one archive --------------------------------------------------------------------------------
API     := base domain wire journal channel client http source worker
TUI     := grid widget view term app
ESCROWD := store vault front simulate
dir_of   = $(if $(filter $(1),$(API)),api-client/$(1),$(if $(filter $(1),$(TUI)),tui/$(1),escrowd/$(1)))
# What a module's archive needs at link time, nearest first.
NEED_base     :=
NEED_domain   := base
NEED_wire     := domain base
NEED_journal  := domain base
NEED_channel  := domain base
NEED_client   := channel domain base
NEED_http     := wire domain base
NEED_source   := http wire domain base
NEED_worker   := source http wire channel domain base
NEED_grid     := base
NEED_widget   := grid base
NEED_view     := widget grid domain base
NEED_term     := grid base
NEED_app      := view widget grid term client channel journal wire domain base
NEED_store    := journal wire domain base
NEED_vault    := store journal wire domain base
NEED_front    := vault store journal wire domain base
NEED_simulate := vault http wire domain base
LIBS_OF_base := $(LIBS_base)
LIBS_OF_wire := $(LIBS_wire)
LIBS_OF_http := $(LIBS_http)
LIBS_OF_grid :=
LIBS_OF_term := $(LIBS_tui)
LIBS_OF_view := $(LIBS_tui)
LIBS_OF_app  := $(LIBS_tui)
LIBS_OF_store := $(LIBS_escrowd)
LIBS_OF_vault := $(LIBS_escrowd)
LIBS_OF_front := $(LIBS_escrowd)
MODULES := $(API) $(TUI) $(ESCROWD)

MAIN_unlockdesk        := tui/app/main.c
MAIN_unlockdesk-worker := api-client/worker/main.c
MAIN_escrowd           := escrowd/main.c
MAIN_escrowd-simulate  := escrowd/simulate/main.c
MOD_unlockdesk         := app
MOD_unlockdesk-worker  := worker
MOD_escrowd            := front vault
MOD_escrowd-simulate   := simulate
PROGRAMS := unlockdesk unlockdesk-worker escrowd escrowd-simulate
MAINS := $(foreach p,$(PROGRAMS),$(MAIN_$(p)))

closure  = $(1) $(foreach m,$(1),$(NEED_$(m)))
libs_for = $(foreach m,$(call closure,$(1)),$(LIBS_OF_$(m))) -lpthread -lm

# Where things will lie is compiled into two files; another PREFIX compiles them again.
$(shell mkdir -p $(BUILD) && { echo '$(PREFIX)' | cmp -s - $(BUILD)/prefix || echo '$(PREFIX)' > $(BUILD)/prefix; })

# $(1) variant directory, $(2) extra flags
define variant
$(1)/obj/%.o: %.c
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS) $$(UDFLAGS) $$(PC_CFLAGS) $(2) -MMD -MP -c -o $$@ $$<
$(foreach m,$(MODULES),$(eval SRC_$(m) := $(filter-out $(MAINS),$(wildcard $(call dir_of,$(m))/*.c $(call dir_of,$(m))/*/*.c))))
$(foreach m,$(MODULES),
$(1)/lib/$(m).a: $(patsubst %.c,$(1)/obj/%.o,$(SRC_$(m)))
	@mkdir -p $$(@D)
	$$(Q)rm -f $$@; $$(AR) rcs $$@ $$^
)
$(foreach p,$(PROGRAMS),
$(1)/$(p): $(1)/obj/$(MAIN_$(p):.c=.o) $(foreach m,$(sort $(call closure,$(MOD_$(p)))),$(1)/lib/$(m).a)
	$$(Q)$$(CC) $$(LDFLAGS_ALL) -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(call libs_for,$(MOD_$(p)))
)
$(1)/obj/tui/app/config.o $(1)/obj/tui/app/cli.o $(1)/obj/api-client/base/process.o $(1)/obj/api-client/base/language.o: $(BUILD)/prefix
endef
$(eval $(call variant,$(BUILD),))
$(eval $(call variant,$(BUILD)/seams,-DUD_SEAMS))

.DEFAULT_GOAL := all
.PHONY: all seams libs tests
all: $(addprefix $(BUILD)/,$(PROGRAMS)) seams
seams: $(addprefix $(BUILD)/seams/,$(PROGRAMS))
libs: $(foreach m,$(MODULES),$(BUILD)/lib/$(m).a)

include tests/tests.mk
-include tests/bench/bench.mk

# --- what people type ---------------------------------------------------------------------------------------------------
.PHONY: help demo check check-tests check-asan check-valgrind check-clang bench layers metrics hardening format check-format clean install po po-update check-po deps-build deps-test
help:
	@echo "make            builds the programs below $(BUILD)/"
	@echo "make demo       installs what is missing, builds, and opens the console on invented devices"
	@echo "make check      installs what is missing, builds, runs every test"
	@echo "make bench      the figures, each against a reference"
	@echo "make install    PREFIX=$(PREFIX) and DESTDIR are respected"
	@echo "make po-update  brings tui/po in step with the sources; make check-po looks for what is not translated"
	@echo "also: check-asan check-valgrind check-clang layers metrics format clean"

# Package detection happens when make reads this file, so targets that may install packages start make anew.
deps-build:
	@tests/support/install-packages build
deps-test:
	@tests/support/install-packages build test

demo: deps-build
	@$(MAKE) --no-print-directory -j$(shell nproc) $(addprefix $(BUILD)/,$(PROGRAMS)) po
	@$(BUILD)/unlockdesk --demo

check: deps-test
	@$(MAKE) --no-print-directory -j$(shell nproc) all tests po
	@$(MAKE) --no-print-directory layers metrics hardening check-po
	@$(MAKE) --no-print-directory check-tests

check-tests:
	@tests/support/run-tests $(BUILD) $(E2E_BIN) $(UNIT_BIN) $(GOLDEN_BIN)

check-asan: deps-test
	@$(MAKE) --no-print-directory -j$(shell nproc) BUILD=$(BUILD)/asan SAN=1 all tests
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan SAN=1 check-tests

check-clang: deps-test
	@$(MAKE) --no-print-directory -j$(shell nproc) BUILD=$(BUILD)/clang CC=clang all tests

check-valgrind: deps-test
	@$(MAKE) --no-print-directory -j$(shell nproc) BUILD=$(BUILD)/valgrind CFLAGS='-O1 -g -DUD_SANITIZED' $(patsubst $(BUILD)/%,$(BUILD)/valgrind/%,$(UNIT_BIN))
	@UD_UNDER='valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite' \
	    tests/support/run-tests $(BUILD)/valgrind $(patsubst $(BUILD)/%,$(BUILD)/valgrind/%,$(UNIT_BIN))

layers:
	@tests/support/layers.py
metrics:
	@tests/support/metrics.py
hardening: $(addprefix $(BUILD)/,$(PROGRAMS))
	@tests/support/hardening $(BUILD)

FORMATTED = $(shell git ls-files '*.c' '*.h')
format:
	@clang-format -i $(FORMATTED)
check-format:
	@clang-format --dry-run -Werror $(FORMATTED)

clean:
	@rm -rf $(BUILD)

# --- languages ------------------------------------------------------------------------------------------------------------
LANGUAGES := $(basename $(notdir $(wildcard tui/po/*.po)))
po: $(LANGUAGES:%=$(BUILD)/locale/%/LC_MESSAGES/unlockdesk.mo) $(BUILD)/seams/locale
$(BUILD)/locale/%/LC_MESSAGES/unlockdesk.mo: tui/po/%.po
	@mkdir -p $(@D)
	$(Q)msgfmt --check-format -o $@ $<
# The programs of the seams look for their words beside them, too.
$(BUILD)/seams/locale:
	@mkdir -p $(@D)
	$(Q)ln -sfn ../locale $@

# Every string that the console or its worker says, with what translators must know ("UD:" comments: widths).
WORDS_SRC = $(sort $(wildcard tui/*/*.[ch] $(foreach m,$(API),api-client/$(m)/*.[ch] api-client/$(m)/*/*.[ch])) escrowd/vault/seed_cast.c escrowd/vault/reply.c escrowd/simulate/screen.c)
WORDS_IN  = -k_ -kN_ -kud_plural:1,2 -kud_error_set:3 -kud_error_hint:2 -kud_error_errno:2 \
            --flag=_:1:pass-c-format --flag=N_:1:pass-c-format --flag=ud_plural:1:pass-c-format --flag=ud_plural:2:pass-c-format \
            --flag=ud_error_set:3:c-format --flag=ud_error_hint:2:c-format --flag=ud_say:3:c-format
$(BUILD)/unlockdesk.pot: $(WORDS_SRC)
	@mkdir -p $(@D)
	$(Q)xgettext --language=C --from-code=UTF-8 $(WORDS_IN) --add-comments=UD: --no-wrap --sort-by-file \
	    --package-name=unlockdesk -o $@ $(WORDS_SRC)
# Brings the catalogues in step with the sources; new strings are left empty, those that are gone are dropped.
po-update: $(BUILD)/unlockdesk.pot
	$(Q)for po in $(wildcard tui/po/*.po); do \
	    msgmerge --quiet --no-fuzzy-matching --no-wrap --no-location --sort-output -o $$po.new $$po $< && \
	    msgattrib --no-obsolete --no-wrap --sort-output -o $$po.new $$po.new && \
	    sed -i '/^"\(POT-Creation-Date\|Report-Msgid-Bugs-To\):/d' $$po.new && mv $$po.new $$po || exit 1; done
check-po: po $(BUILD)/unlockdesk.pot
	@tests/support/catalogues.py $(BUILD)/unlockdesk.pot $(wildcard tui/po/*.po)

# --- install --------------------------------------------------------------------------------------------------------------
install: $(addprefix $(BUILD)/,$(PROGRAMS)) po
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/unlockdesk $(DESTDIR)$(PREFIX)/share/unlockdesk/themes
	install -m 755 $(BUILD)/unlockdesk $(BUILD)/escrowd $(BUILD)/escrowd-simulate $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(BUILD)/unlockdesk-worker $(DESTDIR)$(PREFIX)/libexec/unlockdesk
	install -m 644 $(wildcard themes/*.theme) $(DESTDIR)$(PREFIX)/share/unlockdesk/themes
	for page in $(wildcard doc/man/*.[1-9]); do \
	    install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit 1; done
	for l in $(LANGUAGES); do \
	    install -D -m 644 $(BUILD)/locale/$$l/LC_MESSAGES/unlockdesk.mo $(DESTDIR)$(PREFIX)/share/locale/$$l/LC_MESSAGES/unlockdesk.mo || exit 1; done
	install -D -m 644 doc/completion/unlockdesk.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/unlockdesk
	install -d $(DESTDIR)$(PREFIX)/share/unlockdesk/agents
	install -m 755 doc/agents/luks-escrow.sh $(DESTDIR)$(PREFIX)/share/unlockdesk/agents
	install -m 644 doc/agents/README.md doc/agents/luks-escrow.service doc/agents/luks-escrow.timer $(DESTDIR)$(PREFIX)/share/unlockdesk/agents
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|/usr/local/bin|$(PREFIX)/bin|' doc/systemd/escrowd.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/escrowd.service

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
