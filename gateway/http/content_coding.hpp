// Content codings (RFC 9110 §8.4): which one a body has, and taking it off while the body arrives. We
// ask for none and get one all the same from servers that do not look: gzip and deflate are decoded
// by zlib, whatever else there is stays as it came.
//
// A decoder belongs to one body, on its io thread. It never gives out more than it is asked for, so
// that ten kilobytes that unfold into ten megabytes take no more memory than others; how the bytes
// were split changes nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace stint {

enum class content_coding : std::uint8_t {
  identity,
  gzip,
  deflate,
  unreadable  // br, zstd, one over the other, or nothing that we know
};

// `field` is the value of Content-Encoding.
[[nodiscard]] content_coding content_coding_of(std::string_view field) noexcept;
[[nodiscard]] constexpr bool can_be_decoded(content_coding coding) noexcept {
  return coding == content_coding::gzip || coding == content_coding::deflate;
}

enum class decode_state : std::uint8_t {
  wants_more,  // all that came is used
  has_more,    // as much as was asked for, and maybe more of what came already
  corrupt      // for good
};

class content_decoder {
 public:
  // `coding` can be decoded.
  explicit content_decoder(content_coding coding) noexcept : coding_(coding) {}
  ~content_decoder();
  content_decoder(const content_decoder&) = delete;
  content_decoder& operator=(const content_decoder&) = delete;

  // Takes bytes from the front of `coded` and appends what they mean to `out`, `bytes_max` at the
  // most. Neither is more than a read or a few: zlib counts in 32 bits.
  [[nodiscard]] decode_state decode(std::string_view& coded, std::size_t bytes_max,
                                    std::string& out);

  // The body may end with what came, for its coding has ended, or never begun.
  [[nodiscard]] bool may_end() const noexcept { return stage_ != stage::inside && !is_corrupt(); }
  // All that was put in so far has been given out, as far as the other side has let it out: it does
  // so after each event of a stream.
  [[nodiscard]] bool gave_all() const noexcept {
    return stage_ == stage::inside ? gave_all_ : may_end();
  }

 private:
  enum class stage : std::uint8_t {
    begin,    // nothing came
    inside,   // a member of gzip, or deflate
    between,  // a member of gzip ended: another may follow
    plain,    // says gzip and is not
    behind,   // what follows is of no use
    corrupt
  };
  struct release {
    void operator()(z_stream_s* stream) const noexcept;
  };

  [[nodiscard]] bool is_corrupt() const noexcept { return stage_ == stage::corrupt; }
  [[nodiscard]] stage stage_from(char first) noexcept;
  [[nodiscard]] stage stage_of_gzip(char first) noexcept;
  [[nodiscard]] stage open(int window_bits) noexcept;
  void inflate_some(std::string_view& coded, std::size_t bytes_max, std::string& out);

  content_coding coding_;
  stage stage_ = stage::begin;
  bool gave_all_ = false;                        // inside
  bool has_ended_ = false;                       // at least one member of gzip has
  std::unique_ptr<z_stream_s, release> stream_;  // moves no more once zlib knows it
};

}  // namespace stint
