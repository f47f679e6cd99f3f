/* What the processor can do. Asked of the C library, which found out when the program was loaded: asking the processor again costs a tenth
 * of a millisecond on a virtual machine, and compilers' own helpers do so before main. */
#ifndef UD_DOMAIN_FLEET_CPU_H
#define UD_DOMAIN_FLEET_CPU_H

#include <stdbool.h>

#if defined(__x86_64__)

#include <sys/platform/x86.h>

static inline bool
ud_cpu_avx2(void)
{
    return CPU_FEATURE_ACTIVE(AVX2) && CPU_FEATURE_ACTIVE(BMI1) && CPU_FEATURE_ACTIVE(POPCNT);
}

static inline bool
ud_cpu_avx512(void)
{
    return ud_cpu_avx2() && CPU_FEATURE_ACTIVE(AVX512F) && CPU_FEATURE_ACTIVE(AVX512BW);
}

/* PEXT and PDEP, in hardware: the first two generations of Zen (known by what AMD alone has, and by what they lack) do them in microcode,
 * slower than doing without. */
static inline bool
ud_cpu_bit_moves(void)
{
    return CPU_FEATURE_ACTIVE(BMI2) && !(CPU_FEATURE_ACTIVE(SSE4A) && !CPU_FEATURE_ACTIVE(VAES));
}

#endif

#endif
