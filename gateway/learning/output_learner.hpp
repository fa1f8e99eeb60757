// Learns how much is generated, for each tenant × feature × model, so that a stream need not hold
// all it may generate from the start. Any thread may ask and teach; neither waits. What was learnt
// is kept in a file, every so often and at the end, by a thread of its own; kill -9 loses at most
// that interval.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "gateway/learning/output_memory.hpp"

namespace stint {

inline constexpr std::string_view outputs_file_name = "outputs";

struct output_key {
  std::string_view tenant;
  std::string_view feature;
  std::string_view model;
};

struct output_prediction {
  std::int64_t tokens = 0;        // of one choice: the quantile, or the configured first hold
  std::int64_t ample_tokens = 0;  // of one choice: hardly ever passed; 0: not known
  // Of one choice: the most that came within a quarter of a second lately. 0: not known, no answer
  // was long enough to show it.
  std::int64_t burst_tokens = 0;
  std::int64_t reported_permille = 1'000;  // what is billed for 1,000 tokens that we count
  bool hides_output = false;  // more was billed lately than what could be counted in the stream
  bool wants_count = true;    // our count of this call's output would be of use
};

struct learning_options {
  int percent = 95;                 // of answers that a prediction covers
  std::int64_t first_tokens = 512;  // predicted before enough was seen
};

class output_learner {
 public:
  // Seen so often, a combination is believed; before that the tenant's model is asked, then the
  // model alone.
  static constexpr std::int64_t observations_min = 20;

  // Reads `path`; a file that cannot be used is warned of on standard error. "": nothing is kept.
  output_learner(std::string path, std::chrono::milliseconds saved_every, learning_options how);
  ~output_learner();  // saves, and ends the thread
  output_learner(const output_learner&) = delete;
  output_learner& operator=(const output_learner&) = delete;

  void observe(const output_key& of, const output_observation& seen) noexcept;
  // How answers come is of interest for streams alone.
  [[nodiscard]] output_prediction predict(const output_key& of, bool streams = true) const noexcept;
  // Tokens a second of one choice, of the model's fastest answer lately; no less than `assumed` while
  // only a few were measured.
  [[nodiscard]] std::int64_t fastest(std::string_view model, std::int64_t assumed) const noexcept;

 private:
  void run();
  void save();

  const std::string path_;
  const std::chrono::milliseconds saved_every_;
  const learning_options how_;
  output_memory memory_;
  std::mutex ending_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::string saved_;  // as last written; the thread's alone
  bool warned_ = false;
  std::thread thread_;
};

}  // namespace stint
