// Stands in for libFuzzer where there is none: runs a fuzz target over files and folders of files, in the order of
// their names; or, with --random COUNT SEED, over as many inputs of up to 64 random bytes.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

int run_random(long count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> data;
  for (long i = 0; i < count; ++i) {
    data.resize(random() % 65);
    for (std::uint8_t& byte : data) {
      byte = static_cast<std::uint8_t>(random());
    }
    LLVMFuzzerTestOneInput(data.data(), data.size());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && argv[1] == std::string_view("--random")) {
    return run_random(std::atol(argv[2]), static_cast<unsigned>(std::atol(argv[3])));
  }
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    if (std::filesystem::is_directory(argv[i])) {
      for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
        files.push_back(entry.path());
      }
    } else {
      files.emplace_back(argv[i]);
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    std::fputs("no inputs\n", stderr);
    return 1;
  }
  for (const std::filesystem::path& path : files) {
    std::printf("%s\n", path.c_str());
    std::fflush(stdout);
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const std::vector<std::uint8_t> data(bytes.begin(), bytes.end());
    LLVMFuzzerTestOneInput(data.data(), data.size());
    // Cut short, most of them are wrong: that is a case of its own.
    for (const std::size_t part : {data.size() / 2, data.size() * 9 / 10}) {
      LLVMFuzzerTestOneInput(data.data(), part);
    }
  }
  return 0;
}
