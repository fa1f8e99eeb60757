// Tested by tests/gateway/keys/key_record_test.cpp.
#include "gateway/keys/key_record.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "pricing/text/ascii.hpp"
#include "pricing/text/hex.hpp"

namespace stint {
namespace {

namespace json = boost::json;

constexpr std::size_t name_bytes_max = 64;

json::array to_array(const std::vector<std::string>& words) {
  return json::array(words.begin(), words.end());
}

// Reads fields of one record; a field of the wrong type makes the whole record unreadable.
class record_reader {
 public:
  explicit record_reader(const json::object& record) : record_(record) {}

  std::string text(std::string_view name) {
    const auto* value = record_.if_contains(name);
    if (value == nullptr || !value->is_string()) return fail<std::string>();
    return std::string(value->get_string());
  }

  std::vector<std::string> words(std::string_view name) {
    const auto* value = record_.if_contains(name);
    if (value == nullptr || !value->is_array()) return fail<std::vector<std::string>>();
    std::vector<std::string> found;
    for (const auto& item : value->get_array()) {
      if (!item.is_string()) return fail<std::vector<std::string>>();
      found.emplace_back(item.get_string());
    }
    return found;
  }

  std::optional<wall_time> time(std::string_view name) {
    const auto* value = record_.if_contains(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_int64()) return fail<std::optional<wall_time>>();
    return wall_time(std::chrono::microseconds(value->get_int64()));
  }

  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  template <typename T>
  T fail() {
    failed_ = true;
    return {};
  }

  const json::object& record_;
  bool failed_ = false;
};

bool fits_name(char c) noexcept {
  return is_visible(c) && c != '"' && c != '\'' && c != '\\' && c != ',';
}

}  // namespace

bool is_key_name(std::string_view text) noexcept {
  return is_key_pattern(text) && text.find('*') == std::string_view::npos;
}

bool is_key_pattern(std::string_view text) noexcept {
  return !text.empty() && text.size() <= name_bytes_max &&
         std::all_of(text.begin(), text.end(), fits_name);
}

std::string encode_key(const virtual_key& key) {
  json::object record{{"v", 1},
                      {"id", key.id},
                      {"hash", to_hex(key.hash)},
                      {"tenant", key.tenant},
                      {"features", to_array(key.features)},
                      {"default_feature", key.default_feature},
                      {"models", to_array(key.models)},
                      {"label", key.label},
                      {"created_us", key.created.time_since_epoch().count()}};
  if (key.expires) record["expires_us"] = key.expires->time_since_epoch().count();
  if (key.revoked) record["revoked_us"] = key.revoked->time_since_epoch().count();
  return json::serialize(record);
}

std::optional<virtual_key> decode_key(std::string_view encoded) {
  boost::system::error_code broken;
  const auto value = json::parse(encoded, broken);
  if (broken || !value.is_object()) return std::nullopt;
  const auto& record = value.get_object();
  // A later form may mean something else by the same field: not to be guessed at.
  const auto* form = record.if_contains("v");
  if (form == nullptr || !form->is_int64() || form->get_int64() != 1) return std::nullopt;
  record_reader read(record);
  virtual_key key;
  key.id = read.text("id");
  const bool hashed = from_hex(read.text("hash"), key.hash);
  key.tenant = read.text("tenant");
  key.features = read.words("features");
  key.default_feature = read.text("default_feature");
  key.models = read.words("models");
  key.label = read.text("label");
  const auto created = read.time("created_us");
  key.expires = read.time("expires_us");
  key.revoked = read.time("revoked_us");
  if (read.failed() || !hashed || !created || key.id.empty() || key.tenant.empty())
    return std::nullopt;
  key.created = *created;
  return key;
}

}  // namespace stint
