// Prints how fast the built-in encodings load and count the files given as arguments: megabytes for
// each second of this thread's processor time, in the first pass and in the best of five.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>

#include "tokenizer/encoding.hpp"

namespace {

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void measure(const stint::tokenizer::encoding& with, const char* path, const std::string& text) {
  double first = 0;
  double best = 0;
  std::int64_t tokens = 0;
  for (int pass = 0; pass < 5; ++pass) {
    const double start = processor_seconds();
    tokens = with.count(text);
    const double rate = static_cast<double>(text.size()) / 1e6 / (processor_seconds() - start);
    if (pass == 0) first = rate;
    best = std::max(best, rate);
  }
  std::printf("%s  %s  %zu bytes  %lld tokens  first %.0f MB/s  best %.0f MB/s\n", path,
              std::string(with.name()).c_str(), text.size(), static_cast<long long>(tokens), first,
              best);
}

}  // namespace

int main(int count, char** arguments) {
  const double start = processor_seconds();
  stint::tokenizer::load_builtin();
  std::printf("loading both encodings: %.1f ms\n", (processor_seconds() - start) * 1000);
  for (int i = 1; i < count; ++i) {
    std::ifstream file(arguments[i], std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "cannot read %s\n", arguments[i]);
      return 1;
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    measure(stint::tokenizer::o200k_base(), arguments[i], text);
    measure(stint::tokenizer::cl100k_base(), arguments[i], text);
  }
  return 0;
}
