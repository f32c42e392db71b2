#pragma once

// One loop, compiled once for each instruction set (base/instruction_set.hpp): a function may only use what its
// processor is known to have, so that the choice is made where the pointer to it is taken.
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define RINGWOOD_FOR_AVX2 __attribute__((target("avx2,f16c")))
#if defined(__clang__)
#define RINGWOOD_FOR_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#else
#define RINGWOOD_FOR_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")))
#endif
#else
#define RINGWOOD_FOR_AVX2
#define RINGWOOD_FOR_AVX512
#endif

// No iteration depends on another, whichever of the pointers are the same: what `restrict` would promise too much for.
#if defined(__clang__)
#define RINGWOOD_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#define RINGWOOD_INLINED __attribute__((always_inline)) inline
#elif defined(__GNUC__)
#define RINGWOOD_INDEPENDENT _Pragma("GCC ivdep")
#define RINGWOOD_INLINED __attribute__((always_inline)) inline
#else
#define RINGWOOD_INDEPENDENT
#define RINGWOOD_INLINED inline
#endif
