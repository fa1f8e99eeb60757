// Which models of which providers have refused stream_options, by which the usage of a stream is asked
// for: it is not asked for again. Any thread; forgotten at a restart.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace stint {

class usage_refusals {
 public:
  void note(std::string_view provider, std::string_view model);
  [[nodiscard]] bool has(std::string_view provider, std::string_view model) const;

 private:
  // Model names are the client's words: what is beyond it is asked for, and refused, each time.
  static constexpr std::size_t kept_max = 1'000;

  std::atomic<bool> any_{false};  // most gateways never meet one: then nothing is locked
  mutable std::mutex guard_;
  std::set<std::pair<std::string, std::string>, std::less<>> refused_;
};

}  // namespace stint
