// One call to the simulated provider, as it was understood, and what it will generate. Read
// independently of the gateway's own reading, so that the two can be compared. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include <boost/beast/http/fields.hpp>
#include <simdjson.h>

#include "gateway/simulator/options.hpp"
#include "gateway/simulator/steering.hpp"

namespace stint {

class simulated_api;

struct simulated_tool {
  std::string name;
  std::string arguments;         // JSON text
  std::int64_t name_tokens = 0;  // name and arguments are tokenized apart
  std::int64_t tokens = 0;       // of both
};

struct simulated_call {
  const simulated_api* api = nullptr;
  std::string model;  // as served: without the steering
  std::string id;
  std::int64_t created_s = 0;
  bool stream = false;
  bool as_array = false;  // a stream as one JSON array, and not as events
  bool is_free = false;
  std::string method;  // of an API that has several
  bool include_usage = false;
  steering how;
  std::uint64_t seed = 0;          // of the text
  std::int64_t prompt_tokens = 0;  // cached and cache_write included
  std::int64_t cached = 0;
  std::int64_t cache_write = 0;
  std::int64_t choices = 1;         // that are delivered
  std::int64_t unseen_choices = 0;  // best_of: generated and billed besides
  std::int64_t texts = 0;           // of those that no chat surrounds
  std::int64_t dimensions = 0;      // of an embedding
  bool as_base64 = false;
  std::int64_t words = 0;      // visible tokens of each choice
  std::int64_t reasoning = 0;  // of each choice, before them
  bool hit_bound = false;
  std::optional<simulated_tool> tool;

  [[nodiscard]] std::int64_t completion_tokens() const noexcept {
    return (choices + unseen_choices) * (reasoning + (tool ? tool->tokens : words));
  }
};

struct simulated_error {
  int status = 400;
  std::string message;
};

// Decides lengths by the configuration and its seeded generator, unless the call is steered.
class simulated_reader {
 public:
  explicit simulated_reader(const simulation& how) : how_(how), generator_(how.seed) {}
  // Of an answer that is kept: its tokens, and all before it.
  [[nodiscard]] std::optional<std::int64_t> kept(const std::string& id) const;
  void forget(const std::string& id) { kept_.erase(id); }
  [[nodiscard]] std::variant<simulated_call, simulated_error> read(
      const simulated_api& api, std::string_view target, std::string_view body,
      const boost::beast::http::fields& head);

 private:
  void read_length(std::int64_t bound, simulated_call& call);
  void read_plain_length(simdjson::dom::object body, simulated_call& call);
  [[nodiscard]] std::int64_t draw_length(std::int64_t bound);
  // What was said before the call that goes on with an earlier answer; nothing when that is not known.
  [[nodiscard]] std::optional<std::int64_t> kept_tokens(simdjson::dom::object body) const;
  void keep(const simulated_call& call);

  simulation how_;
  std::mt19937_64 generator_;
  simdjson::dom::parser parser_;
  std::uint64_t calls_ = 0;
  std::unordered_map<std::string, std::int64_t>
      kept_;  // tokens of an answer and all before it, by its id
};

}  // namespace stint
