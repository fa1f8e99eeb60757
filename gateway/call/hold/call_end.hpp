// How forwarding and relaying a call ended, as far as the bill goes. A plain value: the relay makes
// it, the settlement is worked out from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "budgets/records/row.hpp"
#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/http/client_presence.hpp"

namespace stint {

struct call_end {
  call_outcome outcome = call_outcome::upstream_gone;
  int status = 0;                      // that the client got
  std::optional<usage_report> report;  // the provider's own figures
  std::string answer_id;               // under which its provider may keep it; "": none
  std::optional<usage> input_report;   // the provider's figures for the prompt alone
  bool implausible = false;            // there was a report, and it cannot be true
  bool no_answer =
      false;  // a success that is none: an error, a page, a redirect; nothing is billed
  bool generated = false;  // the provider began to answer: without a report, our count is charged
  std::int64_t counted_output_tokens = 0;
  // It was forwarded, and what was generated was not seen to its end …
  bool unknown = false;
  // … which is at most this much; nothing: all that the call holds.
  std::optional<std::int64_t> most_output_tokens;
  // So often a stream was seen to begin what is done beside the answer; nothing: nobody can tell.
  std::optional<std::int64_t> side_work_seen;
  // From forwarding to the end of the answer; 0: there was none.
  monotonic::duration answered_in{};
  // For the learner: our count of all that was generated, and how fast the bytes of it came.
  std::optional<std::int64_t> compared_output_tokens;
  std::int64_t burst_bytes = 0;
  std::int64_t stream_bytes = 0;  // 0: not a stream
  wall_time first_byte{};
};

}  // namespace stint
