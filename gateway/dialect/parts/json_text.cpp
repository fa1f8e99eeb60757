// Tested by tests/gateway/dialect/dialect_test.cpp.
#include "gateway/dialect/parts/json_text.hpp"

#include <cstdint>

#include "pricing/text/ascii.hpp"
#include "pricing/text/hex.hpp"
#include "pricing/text/utf8.hpp"

namespace stint {

namespace {

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (is_control(c)) {
    out += "\\u00";
    append_hex(out, static_cast<std::uint8_t>(c));
    return;
  }
  out += c;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = character_bytes(text);
    if (length == 1) {
      append_escaped(out, text.front());
    } else if (length == 0) {
      out += replacement_character;
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

std::string shortened(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  return std::string(text.substr(0, boundary_before(text, bytes_max))) + "…";
}

}  // namespace stint
