// As kept:
//   "STINTOUT"  byte version = 2, then for each entry, the one added to last coming last:
//     8 bytes key  numbers: burst, permille, hidden, compared, tokens a second and from how many
//     answers (neither in version 1), steps in use
//     step, weight of each (numbers)
//   8 bytes FNV-1a of all before
//
// Tested by tests/gateway/learning/output_memory_test.cpp.
#include "gateway/learning/output_memory.hpp"

#include <algorithm>
#include <new>

#include "budgets/store/byte_codec.hpp"
#include "pricing/text/fnv.hpp"
#include "pricing/usage.hpp"

namespace stint {
namespace {

constexpr std::string_view magic = "STINTOUT";
constexpr std::uint8_t version = 2;
constexpr std::size_t checksum_bytes = 8;

// An answer shows how much of its kind comes at once where more came before or after it, or where it
// is a long one. A short one that came in one piece shows nothing: a long one might come so, too.
constexpr std::int64_t burst_shown_tokens_min = 64;
constexpr std::int64_t burst_shown_tokens = 1'024;
// After so many answers none of which was long, a long one is rare.
constexpr std::int64_t burst_shown_answers = 128;
// A burst is forgotten to a half within eleven calls.
constexpr std::int64_t burst_forgotten = 16;
// A pace to a half within 177.
constexpr std::int64_t pace_forgotten = 256;
// So many calls without hidden output, and it is believed that there is none.
constexpr std::int64_t hidden_for = 64;
// Beyond the plain difference of two counts: the framing of a tool call, a stop token.
constexpr std::int64_t uncounted_tokens_usual = 32;
constexpr std::int64_t permille_max = 1'250;

void compare(learned_output& learned, std::int64_t reported, std::int64_t counted) noexcept {
  learned.compared = std::min<std::int64_t>(learned.compared + 1, usage_count_max);
  if (reported > counted * permille_max / 1'000 + uncounted_tokens_usual) {
    learned.hidden = hidden_for;
    return;
  }
  learned.hidden = std::max<std::int64_t>(learned.hidden - 1, 0);
  // A difference of a few tokens says nothing of a ratio.
  const std::int64_t above = std::max<std::int64_t>(reported - counted - uncounted_tokens_usual, 0);
  const std::int64_t seen = counted > 0 ? 1'000 + above * 1'000 / counted : 1'000;
  learned.reported_permille =
      std::clamp<std::int64_t>(seen, learned.reported_permille - 1, permille_max);
}

bool shows_burst(std::int64_t tokens, std::int64_t burst, std::int64_t answers) noexcept {
  return tokens >= burst_shown_tokens || answers >= burst_shown_answers ||
         (tokens >= burst_shown_tokens_min && tokens >= 2 * burst);
}

void put_entry(byte_writer& to, std::uint64_t key, const learned_output& learned) {
  to.sortable(key);
  to.signed_number(learned.burst_tokens);
  to.signed_number(learned.reported_permille);
  to.signed_number(learned.hidden);
  to.signed_number(learned.compared);
  to.signed_number(learned.tokens_per_second);
  to.signed_number(learned.paced);
  std::uint64_t used = 0;
  for (std::size_t step = 0; step < output_lengths::steps; ++step)
    used += learned.lengths.weight(step) > 0 ? 1 : 0;
  to.number(used);
  for (std::size_t step = 0; step < output_lengths::steps; ++step) {
    if (learned.lengths.weight(step) == 0) continue;
    to.number(step);
    to.number(learned.lengths.weight(step));
  }
}

bool take_entry(byte_reader& from, std::uint8_t written_as, std::uint64_t& key,
                learned_output& learned) {
  key = from.sortable<std::uint64_t>();
  learned.burst_tokens = from.signed_number();
  learned.reported_permille = from.signed_number();
  learned.hidden = from.signed_number();
  learned.compared = from.signed_number();
  if (written_as >= 2) {
    learned.tokens_per_second = from.signed_number();
    learned.paced = from.signed_number();
  }
  const auto within = [](std::int64_t value, std::int64_t least, std::int64_t most) {
    return value >= least && value <= most;
  };
  bool sound = within(learned.burst_tokens, 0, usage_count_max) &&
               within(learned.reported_permille, 1'000, permille_max) &&
               within(learned.hidden, 0, hidden_for) &&
               within(learned.compared, 0, usage_count_max) &&
               within(learned.tokens_per_second, 0, usage_count_max) &&
               within(learned.paced, 0, usage_count_max);
  const std::uint64_t used = from.number();
  sound = sound && used <= output_lengths::steps;
  for (std::uint64_t n = 0; n < used && sound; ++n) {
    const std::uint64_t step = from.number();
    sound = learned.lengths.restore(static_cast<std::size_t>(step), from.number());
  }
  return sound && from.ok();
}

}  // namespace

void learned_output::add(const output_observation& seen, int percent) noexcept {
  const std::int64_t tokens = std::clamp<std::int64_t>(seen.tokens, 0, usage_count_max);
  // One that was cut short would have come to lie anywhere above; among the long ones it is not
  // taken for a short one.
  lengths.add(seen.is_least ? std::max(tokens, lengths.quantile(percent)) : tokens);
  const std::int64_t burst = std::clamp<std::int64_t>(seen.burst_tokens, 0, usage_count_max);
  if (burst > 0 && shows_burst(tokens, burst, lengths.count())) {
    burst_tokens =
        std::max(burst, burst_tokens - (burst_tokens + burst_forgotten - 1) / burst_forgotten);
  } else if (burst_tokens > 0) {
    burst_tokens = std::max(burst, burst_tokens);
  }
  if (seen.tokens_per_second > 0) {
    const std::int64_t kept = tokens_per_second - tokens_per_second / pace_forgotten;
    tokens_per_second = std::clamp<std::int64_t>(seen.tokens_per_second, kept, usage_count_max);
    paced = std::min<std::int64_t>(paced + 1, usage_count_max);
  }
  if (seen.counted_tokens) compare(*this, tokens, std::max<std::int64_t>(*seen.counted_tokens, 0));
}

output_memory::entry& output_memory::part::touch(std::uint64_t key) {
  if (const auto known = found.find(key); known != found.end()) {
    entries.splice(entries.begin(), entries, known->second);
  } else if (entries.size() >= entries_per_part_max) {
    // The oldest entry's place is taken; nothing is freed and allocated again.
    auto node = found.extract(entries.back().key);
    entries.splice(entries.begin(), entries, std::prev(entries.end()));
    entries.front() = entry{};
    node.key() = key;
    node.mapped() = entries.begin();
    found.insert(std::move(node));
  } else {
    entries.emplace_front();
    try {
      found.emplace(key, entries.begin());
    } catch (...) {
      entries.pop_front();
      throw;
    }
  }
  entries.front().key = key;
  return entries.front();
}

void output_memory::add(std::uint64_t key, const output_observation& seen, int percent) noexcept {
  part& at = part_of(key);
  const std::scoped_lock held(at.lock);
  try {
    at.touch(key).learned.add(seen, percent);
  } catch (const std::bad_alloc&) {
    // One observation of many is not learnt.
  }
}

std::optional<learned_output> output_memory::find(std::uint64_t key) const noexcept {
  const part& at = part_of(key);
  const std::scoped_lock held(at.lock);
  const auto known = at.found.find(key);
  if (known == at.found.end()) return std::nullopt;
  return known->second->learned;
}

std::string output_memory::encode() const {
  std::string out(magic);
  byte_writer to(out);
  to.byte(version);
  for (const part& each : parts_) {
    const std::scoped_lock held(each.lock);
    for (auto one = each.entries.rbegin(); one != each.entries.rend(); ++one)
      put_entry(to, one->key, one->learned);
  }
  to.sortable(fnv_1a(out));
  return out;
}

std::string output_memory::decode(std::string_view bytes) {
  if (!bytes.starts_with(magic) || bytes.size() < magic.size() + 1 + checksum_bytes)
    return "it is not a file of learnt output lengths";
  const std::string_view summed = bytes.substr(0, bytes.size() - checksum_bytes);
  byte_reader sum(bytes.substr(summed.size()));
  if (sum.sortable<std::uint64_t>() != fnv_1a(summed))
    return "it is damaged: its checksum is wrong";
  byte_reader from(summed.substr(magic.size()));
  const std::uint8_t written_as = from.byte();
  if (written_as < 1 || written_as > version) return "it was written by another version";
  std::list<entry> read;
  while (from.ok() && !from.finished()) {
    read.emplace_back();
    if (!take_entry(from, written_as, read.back().key, read.back().learned))
      return "it is damaged: an entry makes no sense";
  }
  for (const entry& one : read)
    part_of(one.key).touch(one.key).learned = one.learned;
  return {};
}

}  // namespace stint
