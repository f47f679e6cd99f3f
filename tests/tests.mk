# Tests. tests/unit/MODULE/test_X.c links MODULE's archives; golden, e2e likewise. Every program is a cmocka program.
TEST_SUPPORT_SRC := $(filter-out %_main.c,$(wildcard tests/support/*.c))
UNIT_SRC   := $(wildcard tests/unit/*/test_*.c)
GOLDEN_SRC := $(wildcard tests/golden/test_*.c)
E2E_SRC    := $(wildcard tests/e2e/test_*.c)
UNIT_BIN   := $(patsubst %.c,$(BUILD)/%,$(UNIT_SRC))
GOLDEN_BIN := $(patsubst %.c,$(BUILD)/%,$(GOLDEN_SRC))
E2E_BIN    := $(patsubst %.c,$(BUILD)/%,$(E2E_SRC))
CMOCKA     := $(call pc,libs,cmocka)
VTERM      := $(call pc,libs,vterm)

# module of tests/unit/MODULE/test_X.c
test_module = $(word 3,$(subst /, ,$(1)))

# Helpers linked into a module's unit tests: tests/unit/MODULE/support_*.c, and what is named here.
UNIT_SUPPORT_http   := tests/support/http_server.c
UNIT_SUPPORT_source := tests/support/http_server.c
UNIT_SUPPORT_worker := tests/support/http_server.c tests/unit/source/support_graph.c
unit_support = $(wildcard tests/unit/$(call test_module,$(1))/support_*.c) $(UNIT_SUPPORT_$(call test_module,$(1)))
unit_support_objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(call unit_support,$(1)))

define unit_rule
$(BUILD)/$(1:.c=): $(BUILD)/obj/$(1:.c=.o) $(call unit_support_objects,$(1)) $(foreach m,$(sort $(call closure,$(call test_module,$(1)))),$(BUILD)/lib/$(m).a)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(LDFLAGS_ALL) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $(CMOCKA) $(call libs_for,$(call test_module,$(1)))
endef
$(foreach s,$(UNIT_SRC),$(eval $(call unit_rule,$(s))))

# Kills the real service.
$(BUILD)/tests/unit/vault/test_kill: | $(BUILD)/escrowd

# They speak other languages.
$(GOLDEN_BIN) $(BUILD)/tests/e2e/test_languages $(BUILD)/tests/unit/base/test_language $(BUILD)/tests/unit/app/test_languages: | po

$(GOLDEN_BIN): $(BUILD)/%: $(BUILD)/obj/%.o $(foreach m,$(sort $(call closure,view)),$(BUILD)/lib/$(m).a)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(CMOCKA) $(call libs_for,view)

$(E2E_BIN): $(BUILD)/%: $(BUILD)/obj/%.o $(patsubst %.c,$(BUILD)/obj/%.o,$(TEST_SUPPORT_SRC)) $(foreach m,$(sort $(call closure,journal wire client)),$(BUILD)/lib/$(m).a)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(CMOCKA) $(VTERM) $(call libs_for,journal wire client) $(call pc,libs,gnutls) -lutil

# `make unit-MODULE` builds and runs one module's unit tests.
unit-%:
	@$(MAKE) --no-print-directory $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/$*/test_*.c))
	@tests/support/run-tests $(BUILD) $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/$*/test_*.c))

tests: $(UNIT_BIN) $(GOLDEN_BIN) $(E2E_BIN)
