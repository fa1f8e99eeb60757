// Goal: counting ordinary text allocates nothing, and counting a piece of any size little. Method:
// this executable's operator new counts its calls on the testing thread.
#include <algorithm>
#include <cstdlib>
#include <new>
#include <random>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tokenizer/models/named_encodings.hpp"
#include "tokenizer/prompt/json_reading.hpp"

namespace {

thread_local std::uint64_t allocations = 0;
thread_local std::size_t largest_bytes = 0;

void note(std::size_t size) {
  ++allocations;
  largest_bytes = std::max(largest_bytes, size);
}

}  // namespace

// The sanitizers own operator new, and offer a hook.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
extern "C" void __sanitizer_malloc_hook(const volatile void*, std::size_t size) {
  note(size);
}
#else
namespace {
thread_local bool none_is_left = false;  // for who asks without throwing, as simdjson does
}  // namespace

void* operator new(std::size_t size) {
  note(size);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  note(size);
  return none_is_left ? nullptr : std::malloc(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
#endif

BOOST_AUTO_TEST_SUITE(allocation_suite)

BOOST_AUTO_TEST_CASE(pieces_up_to_128_bytes_are_counted_without_allocation) {
  using namespace stint::tokenizer;
  const std::string text = "Ordinary text, naïve 中文字符 and " + std::string(126, 'x') +
                           " zzqj'ſ\n\n" + std::string(128, '-') + "a 👩‍👩‍👧 1234567";
  load_builtin();
  for (const encoding* with : {&o200k_base(), &cl100k_base()}) {
    const std::uint64_t before = allocations;
    const std::int64_t tokens = with->count(text);
    const std::uint64_t after = allocations;
    BOOST_TEST(tokens > 20);
    BOOST_TEST(after == before);
  }
  const std::uint64_t before = allocations;
  BOOST_TEST(o200k_base().count(std::string(1000, 'q')) > 0);
  BOOST_TEST(allocations > before);  // the counter does count
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// It was an exception that nobody knew: the connection ended without a word.
BOOST_AUTO_TEST_CASE(no_memory_for_reading_what_is_not_there_is_told_as_such) {
  none_is_left = true;
  BOOST_CHECK_THROW((void)stint::tokenizer::empty_values(), std::bad_alloc);
  none_is_left = false;
  const stint::tokenizer::empty_values made;
  BOOST_TEST(made.object.size() == 0U);
  BOOST_TEST(made.array.size() == 0U);
}
#endif

// In windows, whatever its size: where two of them shared no token, one would have to grow.
BOOST_AUTO_TEST_CASE(a_piece_of_megabytes_is_counted_in_little_memory) {
  using namespace stint::tokenizer;
  load_builtin();
  std::mt19937 random{20261130};
  for (const std::string_view alphabet : {"a", "ab", "etaoinshrdlu", "qzxj"}) {
    std::string piece(1U << 20, ' ');
    for (char& each : piece)
      each = alphabet[random() % alphabet.size()];
    std::size_t largest = 0;
    std::int64_t tokens = 0;
    // What a thread keeps for this, another one has not yet.
    std::thread([&] {
      (void)o200k_base().count("a b");
      largest_bytes = 0;
      tokens = o200k_base().count(piece);
      largest = largest_bytes;
    }).join();
    BOOST_TEST(tokens > 0, alphabet);
    BOOST_TEST(largest < 200'000U, alphabet << ": " << largest << " bytes");
  }
}

BOOST_AUTO_TEST_SUITE_END()
