// What it costs to note a call: always, and with a file.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include <benchmark/benchmark.h>

#include "api/recorder.hpp"

namespace ringwood {

namespace {

void note_calls(Recorder& recorder, benchmark::State& state) {
  const CollectiveCall call{.elements = 2, .element_size = 4, .type = MPI_FLOAT, .op = MPI_SUM};
  const Recorder::Algorithm ring = recorder.number_of("ring");
  const std::atomic<std::uint32_t> round = 0;
  for (auto iteration : state) {
    RecordedCall recorded(recorder, call, round);
    recorded.carry_out(ring);
    benchmark::ClobberMemory();
    recorded.end();
  }
}

void BM_note_a_call(benchmark::State& state) {
  Recorder recorder;
  note_calls(recorder, state);
}

void BM_note_a_call_in_a_file(benchmark::State& state) {
  std::string path = std::filesystem::temp_directory_path() / "record.XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    state.SkipWithError("no temporary folder");
    return;
  }
  Recorder recorder;
  recorder.write_to(path + "/calls");
  note_calls(recorder, state);
  std::filesystem::remove_all(path);
}

BENCHMARK(BM_note_a_call);
BENCHMARK(BM_note_a_call_in_a_file);

}  // namespace

}  // namespace ringwood
