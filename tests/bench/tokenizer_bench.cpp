// The tokenizer benchmark's counter that is this repository's own: the same exchange as its peers
// (tests/bench/tokenizer/exchange.md).
//   tokenizer_bench ENCODING counts FILE        a count for each text of the file
//   tokenizer_bench ENCODING time FILE PASSES   JSON: processor seconds of each pass over the file
//   tokenizer_bench ENCODING new FILE SKIPPED   the same of one pass over the texts after the first
//                                               SKIPPED, which are counted before
//   tokenizer_bench ENCODING resent FILE        JSON: processor seconds of chat requests that come
//                                               back with one message more
// The tables are loaded and the texts are in memory before a clock is read; one process for each
// measurement, so that the first pass finds every cache of the tokenizer empty.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "tokenizer/models/named_encodings.hpp"
#include "tokenizer/prompt/prompt_count.hpp"

namespace {

std::int64_t allocations = 0;

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::vector<std::string_view> texts_of(const std::string& file) {
  std::vector<std::string_view> texts;
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t end = file.find('\0', at);
    texts.push_back(std::string_view(file).substr(at, end - at));
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return texts;
}

const stint::tokenizer::encoding* encoding_of(std::string_view name) {
  for (const auto* one : {&stint::tokenizer::o200k_base(), &stint::tokenizer::cl100k_base()}) {
    if (one->name() == name) return one;
  }
  return nullptr;
}

}  // namespace

// Every way to allocate, counted: a message is to be counted without one.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* made = std::malloc(size == 0 ? 1 : size)) return made;
  std::abort();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto unit = static_cast<std::size_t>(alignment);
  if (void* made = std::aligned_alloc(unit, (size + unit - 1) / unit * unit)) return made;
  std::abort();
}
void operator delete(void* made) noexcept {
  std::free(made);
}
void operator delete(void* made, std::size_t) noexcept {
  std::free(made);
}
void operator delete(void* made, std::align_val_t) noexcept {
  std::free(made);
}
void operator delete(void* made, std::size_t, std::align_val_t) noexcept {
  std::free(made);
}

// What is measured, under a name that callgrind's --toggle-collect can spell.
extern "C" [[gnu::noinline]] std::int64_t counted_pass(const stint::tokenizer::encoding& with,
                                                       const std::string_view* texts,
                                                       std::size_t number) {
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < number; ++i)
    tokens += with.count(texts[i]);
  return tokens;
}

namespace {

void print_seconds(const char* name, const std::vector<double>& seconds) {
  std::printf("\"%s\":[", name);
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    std::printf("%s%.9f", i == 0 ? "" : ",", seconds[i]);
  }
  std::printf("]");
}

int print_times(const stint::tokenizer::encoding& with, const std::vector<std::string_view>& texts,
                int passes) {
  std::vector<double> seconds(static_cast<std::size_t>(passes));
  std::int64_t tokens = 0;
  const std::int64_t before = allocations;
  for (double& pass : seconds) {
    const double start = processor_seconds();
    tokens = counted_pass(with, texts.data(), texts.size());
    pass = processor_seconds() - start;
  }
  std::printf(R"({"items":%zu,"tokens":%lld,"allocations":%lld,)", texts.size(),
              static_cast<long long>(tokens), static_cast<long long>(allocations - before));
  print_seconds("seconds", seconds);
  std::printf("}\n");
  return 0;
}

// Texts come in pairs: a request, and the same with one message more. Both are parsed already.
int print_resent(const stint::tokenizer::encoding& with,
                 const std::vector<std::string_view>& texts) {
  const std::string_view model = with.name() == "cl100k_base" ? "gpt-4" : "gpt-4o";
  std::vector<double> cold;
  std::vector<double> resent;
  std::int64_t tokens = 0;
  // One tenant's, as large as the gateway's own.
  stint::tokenizer::segment_memo memo(16 << 20);
  const stint::tokenizer::count_options options{.known = {.memo = &memo, .scope = 1}};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    simdjson::dom::parser parser;
    simdjson::dom::element request;
    if (parser.parse(simdjson::padded_string(texts[i])).get(request) != simdjson::SUCCESS) {
      std::fprintf(stderr, "text %zu is not JSON\n", i);
      return 1;
    }
    const double start = processor_seconds();
    const std::int64_t found = stint::tokenizer::count_prompt(
                                   model, stint::tokenizer::chat_api::openai_chat, request, options)
                                   .expected;
    (i % 2 == 0 ? cold : resent).push_back(processor_seconds() - start);
    const std::int64_t anew =
        stint::tokenizer::count_prompt(model, stint::tokenizer::chat_api::openai_chat, request)
            .expected;
    if (found != anew) {
      std::fprintf(stderr, "text %zu has %lld tokens, not %lld\n", i, static_cast<long long>(anew),
                   static_cast<long long>(found));
      return 1;
    }
    tokens += found;
  }
  std::printf(R"({"items":%zu,"tokens":%lld,)", texts.size(), static_cast<long long>(tokens));
  print_seconds("cold_seconds", cold);
  std::printf(",");
  print_seconds("resent_seconds", resent);
  std::printf("}\n");
  return 0;
}

int usage() {
  std::fprintf(stderr,
               "usage: tokenizer_bench ENCODING counts FILE | ENCODING time FILE PASSES | "
               "ENCODING new FILE SKIPPED | "
               "ENCODING resent FILE\n");
  return 2;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) return usage();
  const std::string_view task = arguments[2];
  const auto* const with = encoding_of(arguments[1]);
  if (with == nullptr) {
    std::fprintf(stderr, "tokenizer_bench knows o200k_base and cl100k_base, not %s\n",
                 arguments[1]);
    return 2;
  }
  std::ifstream file(arguments[3], std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot read %s: %s\n", arguments[3], std::strerror(errno));
    return 1;
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto texts = texts_of(text);
  if (task == "counts" && count == 4) {
    for (const auto& one : texts) {
      std::printf("%lld\n", static_cast<long long>(with->count(one)));
    }
    return 0;
  }
  if (task == "resent" && count == 4) return print_resent(*with, texts);
  const int number = count == 5 ? std::atoi(arguments[4]) : 0;
  if (number < 1) return usage();
  if (task == "time") return print_times(*with, texts, number);
  const auto skipped = static_cast<std::size_t>(number);
  if (task != "new" || skipped >= texts.size()) return usage();
  (void)counted_pass(*with, texts.data(), skipped);
  return print_times(*with, {texts.begin() + number, texts.end()}, 1);
}
