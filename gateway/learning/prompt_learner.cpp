// Tested by tests/gateway/learning/prompt_learner_test.cpp.
#include "gateway/learning/prompt_learner.hpp"

#include <iostream>

#include "gateway/learning/calibration_file.hpp"
#include "pricing/text/fnv.hpp"

namespace stint {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::size_t waiting_max = 1'024;
// Room besides, for reports above their bound.
constexpr std::size_t urgent_max = 256;
// Reports are taken in batches: a fit and a new snapshot for each call would cost more than they
// tell.
constexpr std::chrono::milliseconds batch_pause{20};

std::uint64_t next_identity() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

prompt_learner::prompt_learner(std::string path, std::chrono::milliseconds saved_every)
    : path_(std::move(path)), saved_every_(saved_every), identity_(next_identity()) {
  if (!path_.empty()) {
    loaded_calibration loaded = load_calibration(path_);
    if (!loaded.warning.empty()) std::cerr << "warning: " << loaded.warning << std::endl;
    learned_ = std::move(loaded.learned);
  }
  waiting_.reserve(waiting_max + urgent_max);
  published_ = learned_.snapshot();
  thread_ = std::thread([this] { run(); });
}

prompt_learner::~prompt_learner() {
  {
    const std::scoped_lock lock(queue_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

void prompt_learner::teach(const prompt_report& report) noexcept {
  const auto drop = [this] { dropped_.fetch_add(1, std::memory_order_relaxed); };
  if (report.model.size() > tokenizer::calibration::name_bytes_max) return drop();
  try {
    queued one{.of = {report.api, std::string(report.model)},
               .seen = report.seen,
               .reported_tokens = report.reported_tokens,
               .bound_tokens = report.bound_tokens,
               .source = fnv_1a_32(report.source)};
    const bool is_urgent = report.reported_tokens > report.bound_tokens;
    std::unique_lock lock(queue_, std::defer_lock);
    if (is_urgent) {
      lock.lock();
    } else if (!lock.try_lock()) {
      return drop();
    }
    if (waiting_.size() >= waiting_max + (is_urgent ? urgent_max : 0)) return drop();
    waiting_.push_back(std::move(one));
    // The thread was woken for the first; it does not pause for the others where one is urgent.
    if (waiting_.size() > 1 && !is_urgent) return;
    is_urgent_ = is_urgent_ || is_urgent;
  } catch (const std::exception&) {  // memory ran out: the call itself matters more
    return drop();
  }
  arrived_.notify_one();
}

const tokenizer::calibration_snapshot* prompt_learner::current() const noexcept {
  return cached().get();
}

std::shared_ptr<const tokenizer::calibration_snapshot> prompt_learner::keep_current()
    const noexcept {
  return cached();
}

// This thread's copy, renewed when there is a newer one and nobody else is at it.
const prompt_learner::snapshot& prompt_learner::cached() const noexcept {
  struct own_copy {
    std::uint64_t identity = 0;
    std::uint64_t version = 0;
    snapshot kept;
  };
  thread_local own_copy mine;
  static const snapshot nothing = std::make_shared<const tokenizer::calibration_snapshot>();
  const std::uint64_t newest = version_.load(std::memory_order_acquire);
  if (mine.identity != identity_ || mine.version != newest) {
    const std::unique_lock lock(swap_, std::try_to_lock);
    if (lock) {
      mine.kept = published_;
      mine.identity = identity_;
      mine.version = newest;
    } else if (mine.identity != identity_) {
      return nothing;
    }
  }
  return mine.kept;
}

bool prompt_learner::wait_for_reports(std::vector<queued>& taken, steady::time_point until) {
  std::unique_lock lock(queue_);
  arrived_.wait_until(lock, until, [this] { return stopping_ || !waiting_.empty(); });
  if (!stopping_ && !waiting_.empty()) {
    arrived_.wait_for(lock, batch_pause, [this] { return stopping_ || is_urgent_; });
  }
  is_urgent_ = false;
  taken.swap(waiting_);
  return !stopping_;
}

void prompt_learner::learn(std::vector<queued>& taken) {
  for (const queued& one : taken)
    learned_.observe(one.of.model, one.of.api, one.seen, one.reported_tokens, one.source,
                     one.bound_tokens);
  if (taken.empty()) return;
  taken.clear();
  unsaved_ = true;
  snapshot fresh = learned_.snapshot();
  {
    const std::scoped_lock lock(swap_);
    published_.swap(fresh);
    version_.fetch_add(1, std::memory_order_release);
  }
}

void prompt_learner::save() {
  if (path_.empty() || !unsaved_) return;
  const std::string failed = save_calibration(path_, learned_);
  unsaved_ = !failed.empty();
  if (!failed.empty() && !warned_) {
    std::cerr << "warning: what was learnt of models' token counts is not kept: " << failed
              << std::endl;
  }
  warned_ = !failed.empty();
}

void prompt_learner::run() {
  std::vector<queued> taken;
  taken.reserve(waiting_max + urgent_max);
  auto next_save = steady::now() + saved_every_;
  for (bool running = true; running;) {
    try {
      running = wait_for_reports(taken, next_save);
      learn(taken);
      if (running && steady::now() < next_save) continue;
      save();
    } catch (const std::exception& failure) {  // memory ran out: what was taken is not learnt
      taken.clear();
    }
    next_save = steady::now() + saved_every_;
  }
}

}  // namespace stint
