// Tested by tests/gateway/learning/output_learner_test.cpp.
#include "gateway/learning/output_learner.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <utility>

#include "gateway/learning/kept_file.hpp"
#include "pricing/text/fnv.hpp"

namespace stint {
namespace {

constexpr std::uintmax_t outputs_bytes_max = 16U << 20;
// Comparing costs a count of the whole output; a combination that is known needs it now and then.
constexpr std::int64_t compared_always = 20;
constexpr std::int64_t compared_every = 16;
constexpr int ample_percent = 99;
// Of calls that began together the short ones end first, so that what is seen first is too short.
// Until this much was seen, the configured first hold has its share in the prediction.
constexpr std::int64_t observations_trusted = 128;

// The same in every run, because entries are kept.
std::uint64_t hash_of(std::string_view level, std::string_view tenant, std::string_view feature,
                      std::string_view model) noexcept {
  std::uint64_t hash = fnv_basis;
  for (const std::string_view part : {level, tenant, feature, model})
    hash = fnv_1a_ended(part, hash);
  return hash;
}

// From the finest to the coarsest.
std::array<std::uint64_t, 3> keys_of(const output_key& of) noexcept {
  return {hash_of("feature", of.tenant, of.feature, of.model),
          hash_of("tenant", of.tenant, {}, of.model), hash_of("model", {}, {}, of.model)};
}

std::uint64_t key_of_model(std::string_view model) noexcept {
  return keys_of({.tenant = {}, .feature = {}, .model = model}).back();
}

}  // namespace

output_learner::output_learner(std::string path, std::chrono::milliseconds saved_every,
                               learning_options how)
    : path_(std::move(path)), saved_every_(saved_every), how_(how) {
  if (path_.empty()) return;
  kept_bytes kept = read_kept_file(path_, outputs_bytes_max);
  if (!kept.missing && kept.failed.empty()) kept.failed = memory_.decode(kept.bytes);
  if (!kept.failed.empty()) {
    std::cerr << "warning: " << path_ << ": " << kept.failed
              << "; what was learnt of output lengths is forgotten and learnt anew" << std::endl;
  }
  saved_ = std::move(kept.bytes);
  thread_ = std::thread([this] { run(); });
}

output_learner::~output_learner() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(ending_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void output_learner::observe(const output_key& of, const output_observation& seen) noexcept {
  for (const std::uint64_t key : keys_of(of))
    memory_.add(key, seen, how_.percent);
}

output_prediction output_learner::predict(const output_key& of, bool streams) const noexcept {
  output_prediction told;
  told.tokens = how_.first_tokens;
  bool any = false;
  bool believed = false;
  for (const std::uint64_t key : keys_of(of)) {
    // One that is believed of how long answers are need not have shown how they come.
    if (believed && (!streams || told.burst_tokens > 0)) break;
    const auto learned = memory_.find(key);
    if (!learned) continue;
    // What a model does at once or unseen, it may do for a feature of which little was seen.
    told.burst_tokens = std::max(told.burst_tokens, learned->burst_tokens);
    told.hides_output = told.hides_output || learned->hidden > 0;
    if (!std::exchange(any, true)) {
      told.reported_permille = learned->reported_permille;
      told.wants_count =
          learned->compared < compared_always || learned->lengths.count() % compared_every == 0;
    }
    if (believed || learned->lengths.count() < observations_min) continue;
    believed = true;
    const std::int64_t untrusted =
        std::max<std::int64_t>(observations_trusted - learned->lengths.count(), 0);
    told.tokens = std::max<std::int64_t>({learned->lengths.quantile(how_.percent),
                                          how_.first_tokens * untrusted / observations_trusted,
                                          std::int64_t{1}});
    if (untrusted == 0) {
      told.ample_tokens =
          std::max(told.tokens, learned->lengths.quantile(std::max(ample_percent, how_.percent)));
    }
  }
  return told;
}

std::int64_t output_learner::fastest(std::string_view model, std::int64_t assumed) const noexcept {
  constexpr std::int64_t paced_enough = 8;
  const auto learned = memory_.find(key_of_model(model));
  if (!learned || learned->paced == 0) return assumed;
  const std::int64_t seen = learned->tokens_per_second;
  return learned->paced < paced_enough ? std::max(seen, assumed) : seen;
}

void output_learner::save() {
  std::string fresh = memory_.encode();
  if (fresh == saved_) return;
  const std::string failed = replace_kept_file(path_, fresh);
  if (failed.empty()) {
    saved_ = std::move(fresh);
  } else if (!warned_) {
    std::cerr << "warning: what was learnt of output lengths is not kept: " << failed << std::endl;
  }
  warned_ = !failed.empty();
}

void output_learner::run() {
  for (bool running = true; running;) {
    {
      std::unique_lock lock(ending_);
      running = !wake_.wait_for(lock, saved_every_, [this] { return stopping_; });
    }
    try {
      save();
    } catch (const std::bad_alloc&) {
      // What is not saved now is saved the next time.
    }
  }
}

}  // namespace stint
