// Bodies in gzip and deflate: arriving in pieces, and being asked for in pieces, change nothing, and
// nothing unfolds beyond what is asked for.
#include <string>

#include "fuzz/fuzz.hpp"
#include "gateway/http/content_coding.hpp"

namespace stint {
namespace {

// Deflate's densest is 1,032 to one (zlib's technical notes).
constexpr std::size_t unfolding_max = 1'032;

struct decoding {
  bool is_corrupt = false;
  bool may_end = false;
  std::string out;
  bool operator==(const decoding&) const = default;
};

void decode_piece(content_decoder& by, std::string_view piece, std::size_t bytes_max,
                  decoding& into) {
  decode_state state = decode_state::has_more;
  while (state == decode_state::has_more) {
    const std::size_t before = into.out.size();
    state = by.decode(piece, bytes_max, into.out);
    fuzz::require(into.out.size() - before <= bytes_max, "no more comes than is asked for");
  }
  fuzz::require(state == decode_state::corrupt || piece.empty(), "all that came is used");
  into.is_corrupt = state == decode_state::corrupt;
  into.may_end = by.may_end();
}

void decode(std::string_view bytes, content_coding coding) {
  decoding whole;
  content_decoder decoder(coding);
  decode_piece(decoder, bytes, 64 * 1024, whole);
  fuzz::require(whole.out.size() <= unfolding_max * bytes.size(), "there is a densest");
  fuzz::require(!(whole.is_corrupt && whole.may_end), "what is corrupt has no end");

  for (std::size_t salt = 0; salt < 2; ++salt) {
    decoding pieced;
    content_decoder again(coding);
    fuzz::in_pieces(bytes, salt, [&](std::string_view piece) {
      decode_piece(again, piece, 1 + salt * 257, pieced);
    });
    fuzz::require(pieced == whole, "the decoding does not depend on the pieces");
  }
}

}  // namespace
}  // namespace stint

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = stint::fuzz::text_of(data, size);
  stint::decode(bytes, stint::content_coding::gzip);
  stint::decode(bytes, stint::content_coding::deflate);
  return 0;
}
