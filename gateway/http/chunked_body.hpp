// Decodes a chunked request or response body (RFC 9112 §7.1) that arrives in pieces. Framing is Beast's parser fed by put(),
// behind a byte count: what is not body (sizes, extensions, trailers) is bounded, trailers are dropped, any doubt is an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace stint {

enum class chunk_state : std::uint8_t { more, done, malformed, framing_too_large, body_too_large };

class chunked_decoder {
 public:
  chunked_decoder(std::size_t body_bytes_max, std::size_t framing_bytes_max);
  ~chunked_decoder();
  chunked_decoder(chunked_decoder&&) noexcept;
  chunked_decoder& operator=(chunked_decoder&&) noexcept;

  // Takes bytes off the wire, appends decoded body to `out`, and says in `consumed` how many bytes belonged to this body: with
  // `done`, what follows is the next message. Strict: CRLF only, hex size without sign or prefix, no white space around it.
  [[nodiscard]] chunk_state consume(std::string_view bytes, std::string& out, std::size_t& consumed);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace stint
