// Makes new HTTP messages out of known ones: single bytes changed, and lines of one grafted into
// another. Deterministic by seed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace stint::testing {

class http_mutator {
 public:
  http_mutator(std::uint32_t seed, std::vector<std::string> material)
      : random_(seed), material_(std::move(material)) {}

  std::string next() {
    std::string bytes = pick();
    for (std::size_t rounds = below(4); rounds > 0; --rounds)
      change(bytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }
  const std::string& pick() { return material_[below(material_.size())]; }

  char any_byte() {
    constexpr std::string_view telling("\r\n \t:;,\"\\\0\x7f\x80\xff_-+.0159afAFxX#?/%=", 32);
    return below(4) == 0 ? static_cast<char>(below(256)) : telling[below(telling.size())];
  }

  // A whole line of one text into another: how most smuggling is put together.
  void graft_line(std::string& bytes, std::size_t at) {
    const std::string& other = pick();
    const std::size_t start = other.find("\r\n", below(other.size()));
    if (start == std::string::npos) return;
    const std::size_t end = std::min(other.find("\r\n", start + 2), other.size());
    const std::size_t line = std::min(bytes.find("\r\n", at), bytes.size());
    bytes.insert(line, other, start, end - start);
  }

  void change(std::string& bytes) {
    if (bytes.empty()) return;
    const std::size_t at = below(bytes.size());
    switch (below(6)) {
      case 0:
        bytes[at] = any_byte();
        return;
      case 1:
        bytes.insert(at, 1, any_byte());
        return;
      case 2:
        bytes.erase(at, 1 + below(3));
        return;
      case 3:
        bytes[at] = static_cast<char>(bytes[at] ^ 0x20);
        return;
      case 4:
        bytes.insert(at, bytes, at, below(12));
        return;
      default:
        graft_line(bytes, at);
        return;
    }
  }

  std::mt19937 random_;
  std::vector<std::string> material_;
};

}  // namespace stint::testing
