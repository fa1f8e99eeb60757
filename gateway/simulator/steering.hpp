// How one call to the simulated provider is steered: by "?key=value&…" behind the model's name, or "~key=value~…" where
// it stands in a path, which pass through a gateway, or by x-sim-* headers, which do not. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/fields.hpp>

#include "tokenizer/calibration/content_class.hpp"

namespace stint {

// "sim/gpt-4o?tokens=5" → "sim/gpt-4o", "sim-gemini-2.5-flash~tokens=5" → "sim-gemini-2.5-flash": the name to price and
// to tokenize by. Other models are returned whole.
[[nodiscard]] std::string_view simulated_base_model(std::string_view model) noexcept;

enum class simulated_fault : std::uint8_t {
  none,
  stall,     // sends nothing more and keeps the connection open
  reset,     // TCP reset
  truncate,  // closes in good order, too early
  garbage,   // bytes that are neither the API nor, before the first byte of the body, HTTP
  bad_chunk  // invalid chunked framing
};

enum class simulated_usage : std::uint8_t { reported, missing, negative, huge, repeated };

// A tokenizer that nobody else has: what it makes of 1,000 of our tokens of each class, and what it
// adds to a request and to each tool. For models whose tokenizer is not public; others keep theirs.
struct private_tokenizer {
  std::array<std::int64_t, tokenizer::content_class_count> permille{1'000, 1'000, 1'000, 1'000};
  std::int64_t base = 0;
  std::int64_t per_tool = 0;
};

struct steering {
  std::optional<std::int64_t> tokens;          // visible output of each choice
  std::optional<std::int64_t> delay_first_ms;  // before the first token
  std::optional<std::int64_t> delay_ms;        // before each further token
  int status = 200;  // another: an error in the API's own shape, not billed
  simulated_fault fault = simulated_fault::none;
  std::int64_t after_bytes = 0;  // of the body, where the fault strikes
  simulated_usage usage = simulated_usage::reported;
  std::int64_t cached = 0;       // prompt tokens read from the cache
  std::int64_t cache_write = 0;  // prompt tokens written to it
  std::int64_t reasoning =
      0;  // output before the text: hidden (OpenAI, Gemini), thinking (Anthropic)
  std::int64_t searches = 0;     // of the web, by the provider (Responses, Gemini)
  std::string tier;              // that served the call, as it is named; "": the default
  std::int64_t piece_bytes = 0;  // the most of the body in one write; 0: as it comes
  std::optional<private_tokenizer> counts_by;
  bool tool = false;  // answer with a tool call, if the request has tools
};

struct steering_result {
  steering how;
  std::string mistake;  // "" when every word was understood
};

// The model's suffix first, then headers, which win.
[[nodiscard]] steering_result read_steering(std::string_view model,
                                            const boost::beast::http::fields& head);

}  // namespace stint
