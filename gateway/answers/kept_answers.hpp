// The answers that providers keep (Responses): whose each is, where it lies, and how many tokens are read again by a call
// that goes on with it. Bounded: the one that was kept longest ago makes room. To find one does not keep it anew; a
// conversation is kept anew by each call in it. In memory for calls; written to the ledger's store by its thread, in
// groups with other things and on nobody's way, and read from there at a start. What a failing storage does not take is
// forgotten at the next start, which costs no more than a larger hold. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "budgets/records/stored_answer.hpp"
#include "pricing/wall_time.hpp"

namespace stint {

struct kept_answer {
  std::string id;           // the provider's, of an answer or of a conversation
  std::string key;          // the id of the virtual key that made it
  std::string tenant;       // whose key that is
  std::string provider;     // where it lies
  std::int64_t tokens = 0;  // of it, and of all that it went on with
  wall_time made{};
  bool operator==(const kept_answer&) const = default;
};

// "1 <key> <tenant> <provider> <tokens> <microseconds since 1970>"; the id is the key in the store.
[[nodiscard]] std::string encode_answer(const kept_answer& answer);
[[nodiscard]] std::optional<kept_answer> decode_answer(const stored_answer& stored);

class kept_answers {
 public:
  static constexpr std::size_t answers_max = 50'000;  // some 20 MB
  // Providers' are 50 to 60 bytes long.
  static constexpr std::size_t id_bytes_max = 128;

  // Told what to put in the store, and the id of one that is to be deleted there, or "". Under the lock, so that
  // the store has the last word that was said here: it must not call back.
  using write = std::function<void(stored_answer put, std::string forgotten)>;

  // As they are in the store; those beyond `max`, the oldest, are forgotten at once.
  kept_answers(std::vector<stored_answer> stored, write to, std::size_t max = answers_max);

  [[nodiscard]] std::optional<kept_answer> find(std::string_view id) const;
  // Adds it, or says anew what is known of it. An id that is empty or too long is passed over.
  void keep(kept_answer answer);
  // Its provider has deleted it.
  void forget(std::string_view id);
  [[nodiscard]] std::size_t size() const;

 private:
  using order = std::list<kept_answer>;  // the one that was kept longest ago first

  void insert(kept_answer answer);

  write write_;
  std::size_t max_;
  mutable std::mutex mutex_;
  order answers_;
  std::unordered_map<std::string_view, order::iterator> by_id_;  // the views are of answers_
};

}  // namespace stint
