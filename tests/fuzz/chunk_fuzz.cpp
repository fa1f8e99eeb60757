// Chunked bodies: arriving in pieces changes nothing, limits hold, and Beast decodes the same body
// where we are done.
#include "fuzz/fuzz.hpp"
#include "gateway/http/beast_opinion.hpp"

namespace stint {
namespace {

constexpr std::size_t body_bytes_max = 4096;
constexpr std::size_t framing_bytes_max = 1024;

struct decoding {
  chunk_state state = chunk_state::more;
  std::size_t consumed = 0;
  std::string body;
  bool operator==(const decoding&) const = default;
};

void decode(std::string_view bytes) {
  decoding whole;
  chunked_decoder decoder(body_bytes_max, framing_bytes_max);
  whole.state = decoder.consume(bytes, whole.body, whole.consumed);
  fuzz::require(whole.body.size() <= body_bytes_max, "the body stays within its limit");
  fuzz::require(whole.consumed <= 2 * whole.body.size() + framing_bytes_max, "so does the framing");

  for (std::size_t salt = 0; salt < 2; ++salt) {
    decoding pieced;
    chunked_decoder again(body_bytes_max, framing_bytes_max);
    fuzz::in_pieces(bytes, salt, [&](std::string_view piece) {
      std::size_t consumed = 0;
      pieced.state = again.consume(piece, pieced.body, consumed);
      pieced.consumed += consumed;
    });
    fuzz::require(pieced == whole, "the decoding does not depend on the pieces");
  }

  if (whole.state != chunk_state::done || testing::may_have_framing_trailer(bytes)) return;
  const auto second = testing::decode_by_beast(bytes);
  fuzz::require(second.done, "Beast finds the end too");
  fuzz::require(second.consumed == whole.consumed, "Beast finds it at the same byte");
  fuzz::require(second.body == whole.body, "Beast decodes the same body");
}

}  // namespace
}  // namespace stint

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stint::decode(stint::fuzz::text_of(data, size));
  return 0;
}
