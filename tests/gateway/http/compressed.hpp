// What a server would send under a content coding.
#pragma once

#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>
#include <zlib.h>

namespace stint::testing {

// As deflateInit2() takes them.
inline constexpr int gzip_wrapper = MAX_WBITS + 16;
inline constexpr int zlib_wrapper = MAX_WBITS;
inline constexpr int no_wrapper = -MAX_WBITS;

// Compresses what it is given piece by piece, as a server does whose answer streams.
class compressor {
 public:
  explicit compressor(int wrapper, int level = Z_BEST_COMPRESSION) {
    BOOST_REQUIRE(deflateInit2(&z_, level, Z_DEFLATED, wrapper, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~compressor() { deflateEnd(&z_); }
  compressor(const compressor&) = delete;
  compressor& operator=(const compressor&) = delete;

  [[nodiscard]] std::string flush(std::string_view text) { return put(text, Z_SYNC_FLUSH); }
  [[nodiscard]] std::string end(std::string_view text) { return put(text, Z_FINISH); }

 private:
  std::string put(std::string_view text, int how) {
    std::string out;
    std::string piece(64 * 1024, '\0');
    std::string copy(text);
    z_.next_in = reinterpret_cast<Bytef*>(copy.data());
    z_.avail_in = static_cast<uInt>(copy.size());
    do {
      z_.next_out = reinterpret_cast<Bytef*>(piece.data());
      z_.avail_out = static_cast<uInt>(piece.size());
      const int said = deflate(&z_, how);
      BOOST_REQUIRE((said == Z_OK || said == Z_STREAM_END || said == Z_BUF_ERROR));
      out.append(piece, 0, piece.size() - z_.avail_out);
    } while (z_.avail_out == 0);
    return out;
  }

  z_stream z_{};
};

inline std::string compressed(std::string_view text, int wrapper = gzip_wrapper) {
  compressor whole(wrapper);
  return whole.end(text);
}

}  // namespace stint::testing
