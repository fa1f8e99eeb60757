// Tested by tests/gateway/metrics/metrics_test.cpp and bounds_test.cpp.
#include "gateway/metrics/families.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

#include "pricing/text/ascii.hpp"
#include "pricing/text/utf8.hpp"

namespace stint {
namespace {

// What Prometheus accepts of them, in a label.
bool is_kept(char c) noexcept {
  return !is_control(c) || c == '\n' || c == '\t';
}

}  // namespace

std::string clean_label(std::string_view raw) {
  std::string cleaned;
  raw = raw.substr(0, label_bytes_max);
  while (!raw.empty()) {
    const std::size_t length = character_bytes(raw);
    const bool kept = length > 0 && (length > 1 || is_kept(raw.front()));
    const std::string_view piece = kept ? raw.substr(0, length) : replacement_character;
    if (cleaned.size() + piece.size() > label_bytes_max) break;
    cleaned += piece;
    raw.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return cleaned;
}

template <typename Metric>
struct bounded_family<Metric>::series {
  std::size_t hash = 0;
  std::array<std::string, labels_max> values;  // as looked up, before clean_label
  Metric* metric = nullptr;
};

template <typename Metric>
bounded_family<Metric>::bounded_family(const family_labels& labels, std::size_t series_max,
                                       prometheus::Counter& overflow, add_series add)
    : names_([&] {
        std::vector<std::string> names = labels.free;
        names.insert(names.end(), labels.fixed.begin(), labels.fixed.end());
        names.resize(std::min(names.size(), labels_max));
        return names;
      }()),
      free_count_(labels.free.size()),
      series_max_(series_max),
      // At most half full, so that probes stay short.
      slot_mask_(std::bit_ceil(2 * (series_max + overflow_room)) - 1),
      overflow_(overflow),
      add_(std::move(add)),
      slots_(std::make_unique<std::atomic<const series*>[]>(slot_mask_ + 1)) {}

template <typename Metric>
bounded_family<Metric>::~bounded_family() = default;

template <typename Metric>
Metric& bounded_family<Metric>::at(std::initializer_list<std::string_view> values) {
  const key wanted = key_of(values);
  if (const series* known = find(wanted)) return *known->metric;
  if (count_.load(std::memory_order_relaxed) < series_max_) return insert(wanted, series_max_);
  overflow_.Increment();
  const key other = overflow_of(wanted);
  if (const series* known = find(other)) return *known->metric;
  return insert(other, series_max_ + overflow_room);
}

template <typename Metric>
Metric* bounded_family<Metric>::own(std::initializer_list<std::string_view> values) const {
  const series* known = find(key_of(values));
  return known == nullptr ? nullptr : known->metric;
}

template <typename Metric>
auto bounded_family<Metric>::key_of(std::initializer_list<std::string_view> values) const -> key {
  key made;
  const std::size_t count = std::min(values.size(), names_.size());
  for (std::size_t i = 0; i < count; ++i) {
    made.values[i] = std::data(values)[i].substr(0, label_bytes_max);
  }
  hash(made);
  return made;
}

template <typename Metric>
auto bounded_family<Metric>::overflow_of(const key& wanted) const -> key {
  key other = wanted;
  std::fill_n(other.values.begin(), free_count_, overflow_label);
  hash(other);
  return other;
}

template <typename Metric>
void bounded_family<Metric>::hash(key& unhashed) const {
  std::size_t mixed = 0;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    // The odd multiplier makes the order of the values matter.
    mixed = (mixed + std::hash<std::string_view>{}(unhashed.values[i])) * 0x9E37'79B9'7F4A'7C15U;
  }
  unhashed.hash = mixed ^ (mixed >> 32U);
}

template <typename Metric>
auto bounded_family<Metric>::find(const key& wanted) const -> const series* {
  for (std::size_t slot = wanted.hash & slot_mask_;; slot = (slot + 1) & slot_mask_) {
    const series* found = slots_[slot].load(std::memory_order_acquire);
    if (found == nullptr) return nullptr;
    if (found->hash == wanted.hash &&
        std::equal(found->values.begin(), found->values.end(), wanted.values.begin())) {
      return found;
    }
  }
}

template <typename Metric>
Metric& bounded_family<Metric>::insert(const key& wanted, std::size_t count_max) {
  const std::scoped_lock lock(insertion_);
  if (const series* known = find(wanted)) return *known->metric;

  // The budget may have been used up by others on the way here; "other" then takes this series too.
  key made = wanted;
  if (count_.load(std::memory_order_relaxed) >= count_max) {
    overflow_.Increment();
    made = overflow_of(wanted);
    if (const series* known = find(made)) return *known->metric;
  }
  prometheus::Labels labels;
  auto added = std::make_unique<series>();
  added->hash = made.hash;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    added->values[i] = made.values[i];
    labels.emplace(names_[i], clean_label(made.values[i]));
  }
  added->metric = &add_(labels);

  std::size_t slot = made.hash & slot_mask_;
  while (slots_[slot].load(std::memory_order_relaxed) != nullptr)
    slot = (slot + 1) & slot_mask_;
  slots_[slot].store(added.get(), std::memory_order_release);
  count_.fetch_add(1, std::memory_order_relaxed);
  owned_.push_back(std::move(added));
  return *owned_.back()->metric;
}

template class bounded_family<prometheus::Counter>;
template class bounded_family<prometheus::Histogram>;

}  // namespace stint
