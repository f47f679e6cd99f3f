# `make bench`: the figures, each against a reference measured in the same run. See tests/bench/README.md.
# BENCH_ROWS="S1 S2" takes some of them only; BENCH_DEVICES=100000 a shorter list.
BENCH_ROWS    ?=
BENCH_DEVICES ?= 1000000
BENCH := $(BUILD)/bench
BENCH_PROGRAMS := $(addprefix $(BENCH)/,gen_devices bench_search make_list floor_ncurses bench_page bench_sync bench_escrowd bench_checkin floor_http floor_sqlite floor_fetch)

bench_link = $(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group
bench_libs = $(foreach m,$(sort $(call closure,$(1))),$(BUILD)/lib/$(m).a)

$(BENCH)/gen_devices: $(BUILD)/obj/tests/bench/gen_devices.o
	@mkdir -p $(@D)
	$(bench_link)
$(BENCH)/floor_ncurses: $(BUILD)/obj/tests/bench/floor_ncurses.o
	@mkdir -p $(@D)
	$(bench_link) $(call pc,libs,ncursesw)
$(BENCH)/bench_search: $(BUILD)/obj/tests/bench/bench_search.o $(BUILD)/obj/tests/bench/bench_common.o $(call bench_libs,domain)
	@mkdir -p $(@D)
	$(bench_link) $(call libs_for,domain)
$(BENCH)/make_list: $(BUILD)/obj/tests/bench/make_list.o $(BUILD)/obj/tests/bench/bench_common.o $(call bench_libs,app)
	@mkdir -p $(@D)
	$(bench_link) $(call libs_for,app)
$(BENCH)/bench_page: $(addprefix $(BUILD)/obj/tests/bench/,bench_page.o bench_cjson.o bench_common.o) $(call bench_libs,wire)
	@mkdir -p $(@D)
	$(bench_link) $(call libs_for,wire)
$(BENCH)/bench_sync: $(BUILD)/obj/tests/bench/bench_sync.o $(BUILD)/obj/tests/bench/bench_common.o $(call bench_libs,client)
	@mkdir -p $(@D)
	$(bench_link) $(call libs_for,client)
$(BENCH)/floor_fetch: $(addprefix $(BUILD)/obj/tests/bench/,floor_fetch.o bench_cjson.o bench_common.o) $(call bench_libs,wire)
	@mkdir -p $(@D)
	$(bench_link) $(call libs_for,wire) $(LIBS_http)
$(BENCH)/bench_escrowd: $(addprefix $(BUILD)/obj/tests/bench/,bench_escrowd.o bench_load.o bench_common.o) $(call bench_libs,vault)
	@mkdir -p $(@D)
	$(bench_link) $(call libs_for,vault) $(LIBS_http)
$(BENCH)/bench_checkin: $(addprefix $(BUILD)/obj/tests/bench/,bench_checkin.o bench_load.o bench_common.o) $(call bench_libs,domain)
	@mkdir -p $(@D)
	$(bench_link) $(call libs_for,domain) $(LIBS_http)
$(BENCH)/floor_http: $(BUILD)/obj/tests/bench/floor_http.o
	@mkdir -p $(@D)
	$(bench_link) $(LIBS_escrowd)
$(BENCH)/floor_sqlite: $(addprefix $(BUILD)/obj/tests/bench/,floor_sqlite.o bench_common.o) $(call bench_libs,domain)
	@mkdir -p $(@D)
	$(bench_link) $(call libs_for,domain) $(LIBS_escrowd)

.PHONY: deps-bench bench-programs
deps-bench:
	@tests/support/install-packages build bench
bench-programs: $(BENCH_PROGRAMS)
bench: deps-bench
	@$(MAKE) --no-print-directory -j$(shell nproc) $(addprefix $(BUILD)/,$(PROGRAMS)) bench-programs
	@tests/bench/run.py --build $(BUILD) --devices $(BENCH_DEVICES) $(BENCH_ROWS)
