// Virtual keys. A key is shown once, when it is made; only its SHA-256 is kept, in the ledger's
// store. The ring is an immutable snapshot of them in memory, swapped when one is created or
// revoked. A look-up touches no disk; it holds one of the standard library's locks for as long as
// the pointer to the snapshot is copied (libstdc++ keeps a pool of them for atomic_load).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "budgets/writer/ledger_thread.hpp"
#include "gateway/problem.hpp"
#include "pricing/wall_time.hpp"

namespace stint {

using key_hash = std::array<std::uint8_t, 32>;  // SHA-256 of the whole key, prefix included
[[nodiscard]] key_hash hash_key(std::string_view key) noexcept;

enum class key_state : std::uint8_t { live, revoked, expired };

struct virtual_key {
  std::string id;  // "key_…": names the key in the ledger, in caps and in listings
  key_hash hash{};
  std::string tenant;
  std::vector<std::string> features;  // globs; empty: any
  std::string default_feature;        // "" : none
  std::vector<std::string> models;    // globs; empty: any
  std::string label;
  wall_time created{};
  std::optional<wall_time> expires;
  std::optional<wall_time> revoked;

  [[nodiscard]] bool may_use_feature(std::string_view feature) const noexcept;
  [[nodiscard]] bool may_use_model(std::string_view model) const noexcept;
  [[nodiscard]] key_state state_at(wall_time now) const noexcept;
};

// What `keys create` asks for; validated by make_key.
struct key_order {
  std::string tenant;
  std::vector<std::string> features;
  std::string default_feature;
  std::vector<std::string> models;
  std::string label;
  std::optional<wall_time> expires;
};

struct made_key {
  virtual_key key;
  std::string secret_text;  // "sk-stint-…", shown once
};

// 32 bytes from the operating system's generator; a problem names the field that is wrong.
[[nodiscard]] result<made_key> make_key(const key_order& order, wall_time now);

[[nodiscard]] std::string encode_key(const virtual_key& key);
[[nodiscard]] std::optional<virtual_key> decode_key(std::string_view encoded);

class key_ring {
 public:
  explicit key_ring(std::vector<virtual_key> keys);

  // The key with this secret, when it exists and is neither revoked nor expired. Thread-safe. The
  // hash is compared in constant time.
  [[nodiscard]] std::shared_ptr<const virtual_key> find(std::string_view presented,
                                                        wall_time now) const;
  // The same, live or not: to tell whoever has the secret what became of the key.
  [[nodiscard]] std::shared_ptr<const virtual_key> recognise(std::string_view presented) const;

  // Adds, or replaces the key with the same id. Called after the store has it, by one thread at a
  // time: of two, the snapshot of one would be lost.
  void put(virtual_key key);
  [[nodiscard]] std::vector<virtual_key> list() const;

 private:
  struct hash_of_hash {
    [[nodiscard]] std::size_t operator()(const key_hash& hash) const noexcept;
  };
  struct equal_in_constant_time {
    [[nodiscard]] bool operator()(const key_hash& a, const key_hash& b) const noexcept;
  };
  using snapshot = std::unordered_map<key_hash, std::shared_ptr<const virtual_key>, hash_of_hash,
                                      equal_in_constant_time>;
  // Read and swapped with std::atomic_load and std::atomic_store.
  std::shared_ptr<const snapshot> keys_;
};

}  // namespace stint
