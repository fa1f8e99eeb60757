// Learns from what providers report how models with private tokenizers or framing count, on a thread
// of its own.
//
// Any thread may teach and ask; neither ever waits: a report that comes while the queue is full or
// just being emptied is dropped (one of many), and an asker that meets a change keeps the snapshot
// it has. A report above the bound that a hold stood on is none of many: it waits for the queue,
// which nobody holds for longer than copying some pointers takes, and is learnt at once.
// What was learnt is saved every so often and at the end; kill -9 loses at most that
// interval.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tokenizer/calibration/calibration.hpp"

namespace stint {

struct prompt_report {
  std::string_view model;
  tokenizer::chat_api api = tokenizer::chat_api::openai_chat;
  tokenizer::prompt_features seen;
  std::int64_t reported_tokens = 0;
  std::int64_t bound_tokens = INT64_MAX;  // what was held for the prompt at most
  std::string_view source;                // the tenant: only told apart from others
};

class prompt_learner {
 public:
  // Reads `path`; a file that cannot be used is warned of on standard error. "": nothing is kept.
  prompt_learner(std::string path, std::chrono::milliseconds saved_every);
  // Learns what waits, saves, and ends the thread.
  ~prompt_learner();
  prompt_learner(const prompt_learner&) = delete;
  prompt_learner& operator=(const prompt_learner&) = delete;

  void teach(const prompt_report& report) noexcept;

  // Never null; valid on this thread until it asks again.
  [[nodiscard]] const tokenizer::calibration_snapshot* current() const noexcept;

  // The same, kept by who asks. Never null.
  [[nodiscard]] std::shared_ptr<const tokenizer::calibration_snapshot> keep_current()
      const noexcept;

  [[nodiscard]] std::uint64_t dropped() const noexcept {
    return dropped_.load(std::memory_order_relaxed);
  }

 private:
  struct queued {
    tokenizer::learned_key of;
    tokenizer::prompt_features seen;
    std::int64_t reported_tokens = 0;
    std::int64_t bound_tokens = INT64_MAX;
    std::uint32_t source = 0;
  };
  using snapshot = std::shared_ptr<const tokenizer::calibration_snapshot>;

  [[nodiscard]] const snapshot& cached() const noexcept;
  void run();
  // False: it is time to end.
  [[nodiscard]] bool wait_for_reports(std::vector<queued>& taken,
                                      std::chrono::steady_clock::time_point until);
  void learn(std::vector<queued>& taken);
  void save();

  const std::string path_;
  const std::chrono::milliseconds saved_every_;
  const std::uint64_t identity_;  // tells this learner's snapshots from those of one before it

  std::mutex queue_;
  std::condition_variable arrived_;
  std::vector<queued> waiting_;
  bool is_urgent_ = false;  // one that waits was above its bound
  bool stopping_ = false;
  std::atomic<std::uint64_t> dropped_{0};

  mutable std::mutex swap_;  // held while a pointer is copied
  snapshot published_;
  std::atomic<std::uint64_t> version_{1};

  tokenizer::calibration learned_;  // the thread's alone
  bool unsaved_ = false;
  bool warned_ = false;
  std::thread thread_;
};

}  // namespace stint
