// Families of counters and histograms whose label values come from outside (tenants, features,
// models, …). Two promises: the number of series is bounded, whatever clients send, and a look-up
// of a known series takes no lock and allocates nothing.
//
// Labels are of two sorts: *free* ones, with values from outside, and *fixed* ones, with values
// from an enum of ours. Once a family holds its budget of series, a new combination is counted
// under "other" for every free label, so sums stay exact.
//
// The look-up is an insert-only hash table of atomic pointers with a fixed number of slots, which
// the budget makes possible: readers probe without a lock, writers of new series take a mutex.
// Thread-safe. Lives as long as its registry.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/labels.h>

namespace stint {

// A longer value is cut: a model name of a megabyte must not be kept in memory for ever.
inline constexpr std::size_t label_bytes_max = 128;
inline constexpr std::string_view overflow_label = "other";

// A value that every Prometheus accepts: valid UTF-8 (else the whole scrape is rejected), no
// control characters but newline and tab, at most label_bytes_max bytes. What is not is replaced by
// U+FFFD. Quotes are the serializer's to escape.
[[nodiscard]] std::string clean_label(std::string_view raw);

struct family_labels {
  std::vector<std::string> free;
  std::vector<std::string> fixed;
};

template <typename Metric>
class bounded_family {
 public:
  // Makes the series of these labels in the underlying prometheus family; called with a mutex held,
  // for new series only.
  using add_series = std::function<Metric&(const prometheus::Labels&)>;

  // `overflow` counts the observations that went to "other".
  bounded_family(const family_labels& labels, std::size_t series_max, prometheus::Counter& overflow,
                 add_series add);
  ~bounded_family();
  bounded_family(const bounded_family&) = delete;
  bounded_family& operator=(const bounded_family&) = delete;

  // The series of these values, free ones first, then fixed ones, in the order of family_labels.
  // Made when new.
  [[nodiscard]] Metric& at(std::initializer_list<std::string_view> values);
  // The same where it was made and has its own place; null where the values are counted under "other".
  // For who wants to keep it: it lives as long as this.
  [[nodiscard]] Metric* own(std::initializer_list<std::string_view> values) const;

 private:
  static constexpr std::size_t labels_max = 6;
  // Room for "other" × every combination of fixed values, beyond the budget.
  static constexpr std::size_t overflow_room = 64;

  struct key {
    std::array<std::string_view, labels_max> values;
    std::size_t hash = 0;
  };
  struct series;

  [[nodiscard]] key key_of(std::initializer_list<std::string_view> values) const;
  [[nodiscard]] key overflow_of(const key& wanted) const;
  void hash(key& unhashed) const;
  [[nodiscard]] const series* find(const key& wanted) const;
  [[nodiscard]] Metric& insert(const key& wanted, std::size_t count_max);

  const std::vector<std::string> names_;
  const std::size_t free_count_;
  const std::size_t series_max_;
  const std::size_t slot_mask_;
  prometheus::Counter& overflow_;
  const add_series add_;
  std::unique_ptr<std::atomic<const series*>[]> slots_;
  std::atomic<std::size_t> count_{0};
  std::mutex insertion_;  // guards owned_ and the filling of slots_
  std::vector<std::unique_ptr<const series>> owned_;
};

extern template class bounded_family<prometheus::Counter>;
extern template class bounded_family<prometheus::Histogram>;

}  // namespace stint
