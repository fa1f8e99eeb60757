// What an answer of Anthropic's Messages API is billed by, as far as it has been told: a whole answer
// tells once, a stream at its start and at its end. Belongs to one answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <simdjson.h>

#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

// The counts of a usage object, or of one of its iterations, as last reported.
struct anthropic_counts {
  std::optional<std::int64_t> input, output, created, read, created_5m, created_1h, thinking,
      searches;

  // A later figure wins, but for none: some servers close with zeros where the start told.
  void overwrite(simdjson::dom::object reported, bool& implausible);
  // The three input kinds are disjoint as they come. Nothing when the input is not known or cannot
  // be true.
  [[nodiscard]] std::optional<usage> normalised(bool& implausible) const;
};

class anthropic_terms {
 public:
  // A usage object.
  void overwrite(simdjson::dom::object reported, bool& implausible);
  // A message, or what a message_delta changes of it, that came without any output before.
  void note_refusal(simdjson::dom::object told);
  // Forgets the output, which the next usage object is to tell; what it was until then.
  std::optional<std::int64_t> take_output();
  void put_output(std::optional<std::int64_t> tokens) { counts_.output = tokens; }

  [[nodiscard]] bool has_output() const noexcept { return counts_.output.has_value(); }
  [[nodiscard]] std::optional<usage> totals(bool& implausible) const {
    return counts_.normalised(implausible);
  }
  [[nodiscard]] std::optional<usage_report> report(bool& implausible) const;

  std::string model;  // that serves; "" while it is not known

 private:
  anthropic_counts counts_;
  std::optional<service_tier> tier_;
  std::string tier_word_;
  std::optional<inference_region> region_;
  std::vector<usage_part> iterations_;
  std::optional<nanodollars> stated_cost_;
  bool is_free_ = false;
};

}  // namespace stint
