#pragma once

#include <cstdint>

namespace ringwood {

/// What kernels are made for: one copy of each for every line.
enum class InstructionSet : std::uint8_t {
  kBaseline,  ///< what the compiler was told to compile for; on x86-64 without a word SSE2
  kAvx2,      ///< AVX2 and F16C: 32 bytes at a time
  kAvx512,    ///< AVX-512 F, BW, DQ and VL: 64 bytes at a time
};

inline constexpr int kInstructionSets = 3;

/// Whether this processor and system can run them.
[[nodiscard]] bool has(InstructionSet set) noexcept;

/// The last that they can.
[[nodiscard]] InstructionSet best_instruction_set() noexcept;

}  // namespace ringwood
