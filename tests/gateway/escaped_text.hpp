// The escapes with which vectors write bytes that a line cannot hold: \r \n \t \\ \xHH, as Python's
// unicode_escape reads them.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace stint::testing {

[[nodiscard]] inline std::string unescaped(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      bytes += text[at];
      continue;
    }
    switch (text.at(++at)) {
      case 'r':
        bytes += '\r';
        break;
      case 'n':
        bytes += '\n';
        break;
      case 't':
        bytes += '\t';
        break;
      case '\\':
        bytes += '\\';
        break;
      case 'x':
        bytes += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
        at += 2;
        break;
      default:
        throw std::runtime_error("unknown escape in " + std::string(text));
    }
  }
  return bytes;
}

}  // namespace stint::testing
