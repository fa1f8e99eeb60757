// The simulated provider: speaks the wire formats of OpenAI (Chat, Responses, embeddings, legacy completions), Anthropic
// and Gemini over real HTTP, tokenizes what it gets with the real vocabularies, generates text of a settable length,
// misbehaves on demand, and keeps its own bill, independent of the gateway's books, so that a test can compare the two.
// Runs its own thread; always listening while the gateway serves models "sim/…" and, in paths, "sim-…".
//
// How to steer it (request headers, or "?key=value&…" behind "sim/…" and "~key=value~…" behind "sim-…" where headers
// cannot be set), and the bill's JSON (GET /simulate/bill, POST /simulate/reset), are documented at the top of
// simulator.cpp and in `stint simulate --help`.
#pragma once

#include <cstdint>
#include <memory>

#include "gateway/simulator/options.hpp"

namespace stint {

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
