// How long an allreduce would take on a cluster that need not exist: no MPI, no machine. It is cluster.json, two racks
// with one cable between them, or any other that is named.
//
//     c++ -std=c++20 forecast.cpp $(pkg-config --cflags --libs ringwood-sim) -o forecast
//     ./forecast cluster.json

#include <cstdio>
#include <exception>
#include <ringwood/catalogue.hpp>
#include <ringwood/forecast.hpp>

namespace {

void tell(const char* machine) {
  for (const char* algorithm : {"ring", "recursive-doubling", "rabenseifner"}) {
    const ringwood::Forecast forecast =
        ringwood::forecast(ringwood::built_in_library(), ringwood::Collective::kAllreduce, algorithm, 8, 64 << 20,
                           {.machine = machine, .model = "flow"});
    std::printf("%-20s %8.3f ms\n", algorithm, forecast.seconds * 1e3);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    tell(argc > 1 ? argv[1] : "cluster.json");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "forecast: %s\n", error.what());
    return 1;
  }
  return 0;
}
