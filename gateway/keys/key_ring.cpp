// Tested by tests/gateway/keys/key_ring_test.cpp.
#include "gateway/keys/key_ring.hpp"

#include <algorithm>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "gateway/keys/key_prefix.hpp"
#include "gateway/keys/key_record.hpp"
#include "pricing/text/ascii.hpp"
#include "pricing/text/glob.hpp"
#include "pricing/text/hex.hpp"

namespace stint {
namespace {

constexpr std::size_t random_bytes = 32;
constexpr std::size_t key_bytes = key_prefix.size() + 43;  // 32 bytes in base64url without padding
constexpr std::size_t id_random_bytes = 8;
constexpr std::size_t patterns_max = 64;
constexpr std::size_t label_bytes_max = 200;

// RFC 4648 §5, without padding: safe in headers, shells and URLs.
std::string to_base64url(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (const auto byte : bytes) {
    bits = bits << 8U | byte;
    held += 8;
    for (; held >= 6; held -= 6)
      text += alphabet[bits >> (held - 6) & 63U];
  }
  if (held > 0) text += alphabet[bits << (6 - held) & 63U];
  return text;
}

// Fetched once: looking the algorithm up costs more than hashing a key.
const EVP_MD* sha256() noexcept {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

std::optional<problem> check_patterns(const std::vector<std::string>& patterns, const char* field) {
  if (patterns.size() > patterns_max) {
    return make_problem(problem_kind::bad_request,
                        std::string(field) + " takes at most 64 patterns", field);
  }
  for (const auto& pattern : patterns) {
    if (is_key_pattern(pattern)) continue;
    return make_problem(problem_kind::bad_request,
                        std::string(field) +
                            " takes patterns of 1 to 64 visible ASCII characters without quotes, "
                            "backslashes and commas, like search-*",
                        field);
  }
  return std::nullopt;
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) noexcept {
  if (patterns.empty()) return true;
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const auto& p) { return glob_match(p, text); });
}

std::optional<problem> check_order(const key_order& order, wall_time now) {
  const auto wrong = [](std::string message, std::string field) {
    return make_problem(problem_kind::bad_request, std::move(message), std::move(field));
  };
  constexpr auto name_rule =
      " is 1 to 64 visible ASCII characters without quotes, backslashes, commas and *, like acme";
  if (!is_key_name(order.tenant)) return wrong(std::string("tenant") + name_rule, "tenant");
  if (auto bad = check_patterns(order.features, "features")) return bad;
  if (auto bad = check_patterns(order.models, "models")) return bad;
  if (!order.default_feature.empty()) {
    if (!is_key_name(order.default_feature)) {
      return wrong(std::string("default_feature") + name_rule, "default_feature");
    }
    if (!any_matches(order.features, order.default_feature)) {
      return wrong("default_feature is not among the features that the key allows",
                   "default_feature");
    }
  }
  const bool printable = std::none_of(order.label.begin(), order.label.end(), is_control);
  if (order.label.size() > label_bytes_max || !printable) {
    return wrong("label is at most 200 bytes of printable text", "label");
  }
  if (order.expires && *order.expires <= now) {
    return wrong(
        "expires lies in the past; give a later time, or leave it out for a key that never expires",
        "expires");
  }
  return std::nullopt;
}

}  // namespace

key_hash hash_key(std::string_view key) noexcept {
  struct free_context {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, free_context> context(EVP_MD_CTX_new());
  key_hash hash{};
  unsigned int written = 0;
  const bool done = EVP_DigestInit_ex2(context.get(), sha256(), nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), key.data(), key.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), hash.data(), &written) == 1 &&
                    written == hash.size();
  // Without SHA-256 there is no telling who calls; a wrong hash must never be compared.
  if (!done) std::abort();
  return hash;
}

bool virtual_key::may_use_feature(std::string_view feature) const noexcept {
  return any_matches(features, feature);
}

bool virtual_key::may_use_model(std::string_view model) const noexcept {
  return any_matches(models, model);
}

key_state virtual_key::state_at(wall_time now) const noexcept {
  if (revoked && *revoked <= now) return key_state::revoked;
  return expires && *expires <= now ? key_state::expired : key_state::live;
}

result<made_key> make_key(const key_order& order, wall_time now) {
  if (auto bad = check_order(order, now)) return *bad;
  std::array<std::uint8_t, random_bytes + id_random_bytes> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return make_problem(problem_kind::internal,
                        "the system's random generator failed; no key was made");
  }
  const std::span<const std::uint8_t> drawn(random);
  made_key made;
  made.secret_text = std::string(key_prefix) + to_base64url(drawn.first(random_bytes));
  made.key = {.id = "key_" + to_hex(drawn.last(id_random_bytes)),
              .hash = hash_key(made.secret_text),
              .tenant = order.tenant,
              .features = order.features,
              .default_feature = order.default_feature,
              .models = order.models,
              .label = order.label,
              .created = now,
              .expires = order.expires,
              .revoked = std::nullopt};
  OPENSSL_cleanse(random.data(), random.size());
  return made;
}

std::size_t key_ring::hash_of_hash::operator()(const key_hash& hash) const noexcept {
  std::size_t value = 0;  // a SHA-256 is as good a hash as any: its first bytes will do
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

bool key_ring::equal_in_constant_time::operator()(const key_hash& a,
                                                  const key_hash& b) const noexcept {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

key_ring::key_ring(std::vector<virtual_key> keys) {
  auto ring = std::make_shared<snapshot>();
  for (auto& key : keys) {
    auto shared = std::make_shared<const virtual_key>(std::move(key));
    ring->insert_or_assign(shared->hash, shared);
  }
  keys_ = std::move(ring);
}

std::shared_ptr<const virtual_key> key_ring::find(std::string_view presented, wall_time now) const {
  auto key = recognise(presented);
  return key && key->state_at(now) == key_state::live ? std::move(key) : nullptr;
}

std::shared_ptr<const virtual_key> key_ring::recognise(std::string_view presented) const {
  // The form of a key is public; what does not have it is not worth hashing.
  if (presented.size() != key_bytes || !presented.starts_with(key_prefix)) return nullptr;
  const auto ring = std::atomic_load(&keys_);
  const auto found = ring->find(hash_key(presented));
  return found == ring->end() ? nullptr : found->second;
}

void key_ring::put(virtual_key key) {
  auto ring = std::make_shared<snapshot>(*std::atomic_load(&keys_));
  std::erase_if(*ring, [&](const auto& entry) { return entry.second->id == key.id; });
  auto shared = std::make_shared<const virtual_key>(std::move(key));
  ring->insert_or_assign(shared->hash, shared);
  std::atomic_store(&keys_, std::shared_ptr<const snapshot>(std::move(ring)));
}

std::vector<virtual_key> key_ring::list() const {
  const auto ring = std::atomic_load(&keys_);
  std::vector<virtual_key> keys;
  for (const auto& [hash, key] : *ring)
    keys.push_back(*key);
  std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) {
    return a.created != b.created ? a.created < b.created : a.id < b.id;
  });
  return keys;
}

}  // namespace stint
