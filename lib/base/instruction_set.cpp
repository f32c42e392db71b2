#include "base/instruction_set.hpp"

#ifdef __x86_64__
#include <cpuid.h>
#endif

namespace ringwood {

namespace {

#ifdef __x86_64__
// Clang 14 does not know it by name.
bool has_half_conversions() noexcept {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}
#endif

}  // namespace

bool has(InstructionSet set) noexcept {
  switch (set) {
    case InstructionSet::kBaseline:
      return true;
#ifdef __x86_64__
    case InstructionSet::kAvx2:
      return __builtin_cpu_supports("avx2") != 0 && has_half_conversions();
    case InstructionSet::kAvx512:
      return has(InstructionSet::kAvx2) && __builtin_cpu_supports("avx512f") != 0 &&
             __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
             __builtin_cpu_supports("avx512vl") != 0;
#else
    case InstructionSet::kAvx2:
    case InstructionSet::kAvx512:
      return false;
#endif
  }
  return false;
}

InstructionSet best_instruction_set() noexcept {
  static const InstructionSet best = has(InstructionSet::kAvx512) ? InstructionSet::kAvx512
                                     : has(InstructionSet::kAvx2) ? InstructionSet::kAvx2
                                                                  : InstructionSet::kBaseline;
  return best;
}

}  // namespace ringwood
