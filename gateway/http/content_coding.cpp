// Tested by tests/gateway/http/content_coding_test.cpp; fuzzed by tests/fuzz/coding_fuzz.cpp.
#include "gateway/http/content_coding.hpp"

#include <algorithm>

#include "pricing/text/ascii.hpp"

// Asks zlib for const input.
#define ZLIB_CONST
#include <zlib.h>

namespace stint {

namespace {
constexpr char gzip_begins = '\x1f';  // RFC 1952 §2.3.1
constexpr uLong gzip_magic_bytes = 2;
constexpr int gzip_window = MAX_WBITS + 16;  // zlib's way to ask for this wrapper alone
constexpr int zlib_window = MAX_WBITS;
constexpr int raw_window = -MAX_WBITS;
// inflate() says so in data_type: before a block, and no bit of it read (zlib.h).
constexpr int between_blocks = 128;

// RFC 1950 §2.2: the method is deflate, the window 32 KiB at the most. What is deflated without that
// wrapper, as old servers send it, begins otherwise: its low bits would be a stored block with a
// padding that is not zero.
bool begins_zlib(char first) noexcept {
  const auto byte = static_cast<std::uint8_t>(first);
  return (byte & 0x0fU) == Z_DEFLATED && (byte >> 4U) <= 7;
}
}  // namespace

content_coding content_coding_of(std::string_view field) noexcept {
  const std::string_view name = without_surrounding_space(field);
  if (name.empty() || equals_ignoring_case(name, "identity")) return content_coding::identity;
  if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip"))
    return content_coding::gzip;
  return equals_ignoring_case(name, "deflate") ? content_coding::deflate
                                               : content_coding::unreadable;
}

void content_decoder::release::operator()(z_stream_s* stream) const noexcept {
  inflateEnd(stream);
  delete stream;
}

content_decoder::~content_decoder() = default;

content_decoder::stage content_decoder::open(int window_bits) noexcept {
  stream_.reset(new z_stream_s());
  return inflateInit2(stream_.get(), window_bits) == Z_OK ? stage::inside : stage::corrupt;
}

content_decoder::stage content_decoder::stage_of_gzip(char first) noexcept {
  const bool is_first = stage_ == stage::begin;
  // Some say so of a body that they, or somebody on its way, did not compress; and padding behind
  // the last member is no part of it (RFC 1952 leaves it open, gzip and browsers skip it).
  if (first != gzip_begins) return is_first ? stage::plain : stage::behind;
  if (is_first) return open(gzip_window);
  return inflateReset(stream_.get()) == Z_OK ? stage::inside : stage::corrupt;
}

content_decoder::stage content_decoder::stage_from(char first) noexcept {
  if (coding_ == content_coding::gzip) return stage_of_gzip(first);
  return open(begins_zlib(first) ? zlib_window : raw_window);
}

decode_state content_decoder::decode(std::string_view& coded, std::size_t bytes_max,
                                     std::string& out) {
  const std::size_t full = out.size() + bytes_max;
  while (!is_corrupt()) {
    if (stage_ == stage::inside) {
      if (out.size() == full) return decode_state::has_more;
      inflate_some(coded, full - out.size(), out);
      // It stops for want of bytes or of room.
      if (stage_ == stage::inside && out.size() < full) return decode_state::wants_more;
      continue;
    }
    if (coded.empty()) return decode_state::wants_more;
    if (stage_ == stage::plain) {
      if (out.size() == full) return decode_state::has_more;
      const std::size_t taken = std::min(full - out.size(), coded.size());
      out.append(coded.substr(0, taken));
      coded.remove_prefix(taken);
    } else if (stage_ == stage::behind) {
      coded.remove_prefix(coded.size());
    } else {
      stage_ = stage_from(coded.front());
    }
  }
  return decode_state::corrupt;
}

void content_decoder::inflate_some(std::string_view& coded, std::size_t bytes_max,
                                   std::string& out) {
  z_stream_s& z = *stream_;
  const std::size_t before = out.size();
  out.resize(before + bytes_max);
  z.next_in = reinterpret_cast<const Bytef*>(coded.data());
  z.avail_in = static_cast<uInt>(coded.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data() + before);
  z.avail_out = static_cast<uInt>(bytes_max);
  const int said = inflate(&z, Z_SYNC_FLUSH);
  out.resize(before + bytes_max - z.avail_out);
  coded.remove_prefix(coded.size() - z.avail_in);
  if (said == Z_BUF_ERROR) return;  // nothing has changed
  gave_all_ = z.avail_in == 0 && z.data_type == between_blocks;
  if (said == Z_OK) return;
  if (said == Z_STREAM_END) {
    stage_ = coding_ == content_coding::gzip ? stage::between : stage::behind;
    has_ended_ = true;
    return;
  }
  // A byte of the padding may look like another member's first.
  const bool is_padding = has_ended_ && z.total_in <= gzip_magic_bytes;
  stage_ = is_padding ? stage::behind : stage::corrupt;
}

}  // namespace stint
