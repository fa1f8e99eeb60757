// The simulated provider: speaks the OpenAI and Anthropic wire formats over real HTTP, tokenizes
// what it gets with the real vocabularies, generates text of a settable length, misbehaves on
// demand, and keeps its own bill, independent of the gateway's books, so that a test can compare
// the two. Runs its own thread; always listening while the gateway serves models "sim/…".
//
// How to steer it (request headers, or a "sim/…?key=value&…" model suffix where headers cannot be
// set), and the bill's JSON (GET /simulate/bill, POST /simulate/reset), are documented at the top
// of simulator.cpp and in `stint simulate --help`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace stint {

enum class output_length : std::uint8_t { fixed, bound, log_normal };

struct simulation {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  output_length length = output_length::fixed;
  std::int64_t fixed_tokens = 32;  // also the median of log_normal
  double log_normal_sigma = 0.8;
  std::uint64_t seed = 1;
  std::int64_t first_token_delay_ms = 0;
  std::int64_t token_delay_ms = 0;
};

class simulated_provider {
 public:
  // Listens and starts its thread. Throws std::runtime_error when the port is taken.
  explicit simulated_provider(const simulation& how);
  ~simulated_provider();
  simulated_provider(const simulated_provider&) = delete;
  simulated_provider& operator=(const simulated_provider&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace stint
