#pragma once

// One binary uses the widest registers of the processor it runs on; the clones of a function differ in speed
// alone, since products and sums are never fused (-ffp-contract=off). The address sanitizer does not survive
// the choice, which is made before it has started.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_ADDRESS__)
#define FEDFR_VECTOR_CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
// With conversions between doubles and 64-bit integers.
#define FEDFR_VECTOR_CLONES_INT64 __attribute__((target_clones("default", "avx2", "arch=skylake-avx512")))
#else
#define FEDFR_VECTOR_CLONES
#define FEDFR_VECTOR_CLONES_INT64
#endif
