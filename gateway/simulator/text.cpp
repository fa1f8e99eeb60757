// Tested by tests/gateway/simulator/simulator_test.cpp.
#include "gateway/simulator/text.hpp"

#include <array>

#include "gateway/dialect/parts/json_text.hpp"

namespace stint {

namespace {

// Each, with its space, is one token of both vocabularies; the test proves it for every pair.
constexpr std::array<std::string_view, 32> words = {
    " time",  " people", " water", " light", " house", " world", " story", " music",
    " paper", " river",  " table", " night", " small", " green", " under", " after",
    " every", " other",  " place", " right", " think", " again", " never", " point",
    " field", " north",  " month", " white", " sound", " early", " power", " heart"};

// The finaliser of SplitMix64 (public domain, S. Vigna): well-mixed bits from a counter.
std::uint64_t mixed(std::uint64_t value) noexcept {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31);
}

void append_argument(std::string& out, simdjson::dom::element schema) {
  simdjson::dom::array options;
  std::string_view type;
  if (schema["enum"].get(options) == simdjson::SUCCESS && options.begin() != options.end()) {
    out += simdjson::minify(*options.begin());
    return;
  }
  if (schema["type"].get(type) != simdjson::SUCCESS) type = "string";
  if (type == "integer" || type == "number") {
    out += '7';
  } else if (type == "boolean") {
    out += "true";
  } else if (type == "array") {
    out += "[]";
  } else if (type == "object") {
    out += "{}";
  } else if (type == "null") {
    out += "null";
  } else {
    out += R"("some text")";
  }
}

}  // namespace

std::string_view simulated_word(std::uint64_t seed, std::int64_t n) {
  if (n == 0) return "The";
  return words[mixed(seed ^ static_cast<std::uint64_t>(n)) % words.size()];
}

std::string simulated_text(std::uint64_t seed, std::int64_t tokens) {
  std::string text;
  text.reserve(static_cast<std::size_t>(tokens) * 7);
  for (std::int64_t n = 0; n < tokens; ++n)
    text += simulated_word(seed, n);
  return text;
}

std::string simulated_arguments(simdjson::dom::element schema) {
  std::string out = "{";
  simdjson::dom::object properties;
  if (schema["properties"].get(properties) == simdjson::SUCCESS) {
    for (const auto [name, property] : properties) {
      if (out.size() > 1) out += ',';
      append_json_string(out, name);
      out += ':';
      append_argument(out, property);
    }
  }
  out += '}';
  return out;
}

}  // namespace stint
