// Request and response heads: what we accept is accepted and read alike by Beast, and arriving in
// pieces changes nothing.
#include "fuzz/fuzz.hpp"
#include "gateway/http/beast_opinion.hpp"

namespace stint {
namespace {

struct request_side {
  using head = request_head;
  static head_check check(std::string_view received, std::size_t& scanned, head& into) {
    return check_request_head(received, {}, scanned, into);
  }
  static void ask_beast(std::string_view bytes, const head& own) {
    const auto second = testing::request_by_beast(bytes, own.keep_alive);
    fuzz::require(second.has_value(), "Beast accepts the request head");
    fuzz::require(*second == testing::text_of(own), "Beast reads the request head alike");
  }
};

struct response_side {
  using head = response_head;
  static head_check check(std::string_view received, std::size_t& scanned, head& into) {
    return check_response_head(received, {}, false, scanned, into);
  }
  static void ask_beast(std::string_view bytes, const head& own) {
    if (testing::lacks_space_after_status(bytes)) return;
    const auto second = testing::response_by_beast(bytes);
    fuzz::require(second.has_value(), "Beast accepts the response head");
    fuzz::require(*second == testing::text_of(own), "Beast reads the response head alike");
  }
};

template <typename Side>
void read(std::string_view bytes) {
  typename Side::head whole;
  std::size_t scanned = 0;
  const head_check verdict = Side::check(bytes, scanned, whole);
  fuzz::require(scanned <= bytes.size(), "no byte is scanned before it arrives");
  for (std::size_t salt = 0; salt < 2; ++salt) {
    typename Side::head pieced;
    head_check so_far;
    std::size_t arrived = 0;
    scanned = 0;
    fuzz::in_pieces(bytes, salt, [&](std::string_view piece) {
      arrived += piece.size();
      if (so_far.state != head_state::incomplete) return;
      so_far = Side::check(bytes.substr(0, arrived), scanned, pieced);
    });
    fuzz::require(so_far.state == verdict.state, "the verdict does not depend on the pieces");
    fuzz::require(so_far.reason == verdict.reason, "nor does its reason");
    if (verdict.state != head_state::complete) continue;
    fuzz::require(pieced.size_bytes == whole.size_bytes, "nor does the end of the head");
    fuzz::require(testing::text_of(pieced) == testing::text_of(whole), "nor does what it says");
  }
  if (verdict.state == head_state::complete)
    Side::ask_beast(bytes.substr(0, whole.size_bytes), whole);
}

}  // namespace
}  // namespace stint

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = stint::fuzz::text_of(data, size);
  stint::read<stint::request_side>(bytes);
  stint::read<stint::response_side>(bytes);
  return 0;
}
