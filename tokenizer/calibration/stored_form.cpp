// calibration::encode and decode: a calibration as the bytes that are kept on disk.
// Integers are little-endian; all that is kept are observations, the estimates are fitted anew.
//
//   "STINTCAL"  u32 version = 2  u32 models  u64 clock
//   model:        u8 api  u16 size, name  u16 size, name of our encoding  i64 factor, upper factor
//                 (permille)  u64 newest, last_used  2 × i32 raised (since version 2)
//                 u32 observations
//   observation:  4 × i32 class tokens  i32 tools, framing, reported  u32 source  u64 at
//                 u32 surprise (the float's bits)
//   u64 FNV-1a of all before
//
// Tested by tests/tokenizer/calibration/stored_form_test.cpp.
#include <bit>
#include <cmath>

#include "tokenizer/calibration/calibration.hpp"
#include "tokenizer/models/model_encoding.hpp"

namespace stint::tokenizer {
namespace {

constexpr std::string_view magic = "STINTCAL";
constexpr std::uint32_t version = 2;
constexpr std::uint32_t version_without_raises = 1;
constexpr std::size_t checksum_bytes = 8;

std::uint64_t checksum(std::string_view bytes) noexcept {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325U;
  for (const char byte : bytes)
    hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100'0000'01B3U;
  return hash;
}

template <typename Integer>
void put(std::string& out, Integer value) {
  auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    out += static_cast<char>(static_cast<std::uint8_t>(bits));
    if constexpr (sizeof(Integer) > 1) bits = static_cast<decltype(bits)>(bits >> 8);
  }
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

// Reads what put() wrote; after the first value that is not there, all are 0 and ok() is false.
class byte_reader {
 public:
  explicit byte_reader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool at_end() const noexcept { return ok_ && bytes_.empty(); }

  template <typename Integer>
  Integer take() {
    std::uint64_t bits = 0;
    const std::string_view from = take_bytes(sizeof(Integer));
    for (std::size_t i = from.size(); i-- > 0;)
      bits = bits << 8 | static_cast<std::uint8_t>(from[i]);
    return static_cast<Integer>(bits);
  }
  std::string_view take_text() { return take_bytes(take<std::uint16_t>()); }

 private:
  std::string_view take_bytes(std::size_t count) {
    ok_ = ok_ && count <= bytes_.size();
    if (!ok_) return {};
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

void put_observation(std::string& out, const observed_prompt& one) {
  for (const std::int32_t tokens : one.seen.class_tokens)
    put(out, tokens);
  put(out, one.seen.tools);
  put(out, one.seen.framing);
  put(out, one.reported);
  put(out, one.source);
  put(out, one.at);
  put(out, std::bit_cast<std::uint32_t>(one.surprise));
}

[[nodiscard]] bool take_observation(byte_reader& from, observed_prompt& one) {
  bool sound = true;
  const auto amount = [&](std::int32_t& into, std::int32_t least) {
    into = from.take<std::int32_t>();
    sound = sound && into >= least;
  };
  for (std::int32_t& tokens : one.seen.class_tokens)
    amount(tokens, 0);
  amount(one.seen.tools, 0);
  amount(one.seen.framing, 0);
  amount(one.reported, 1);
  one.source = from.take<std::uint32_t>();
  one.at = from.take<std::uint64_t>();
  one.surprise = std::bit_cast<float>(from.take<std::uint32_t>());
  one.seen.learnable = true;
  return sound && from.ok() && std::isfinite(one.surprise);
}

[[nodiscard]] bool take_window(byte_reader& from, std::uint32_t count, std::uint64_t newest,
                               std::vector<observed_prompt>& into) {
  std::uint64_t before = 0;
  for (std::uint32_t n = 0; n < count; ++n) {
    observed_prompt one;
    if (!take_observation(from, one) || one.at <= before || one.at > newest) return false;
    before = one.at;
    into.push_back(one);
  }
  return true;
}

}  // namespace

std::string calibration::encode() const {
  std::string out(magic);
  put(out, version);
  put(out, static_cast<std::uint32_t>(models_.size()));
  put(out, clock_);
  for (const auto& [key, state] : models_) {
    const model_encoding words = encoding_for_model(key.model);
    put(out, static_cast<std::uint8_t>(key.api));
    put_text(out, key.model);
    put_text(out, words.text->name());
    put(out, words.factor_permille);
    put(out, words.upper_permille);
    put(out, state.newest);
    put(out, state.last_used);
    for (const std::int32_t raised : state.raised)
      put(out, raised);
    put(out, static_cast<std::uint32_t>(state.window.size()));
    for (const observed_prompt& one : state.window)
      put_observation(out, one);
  }
  put(out, checksum(out));
  return out;
}

std::variant<calibration, std::string> calibration::decode(std::string_view bytes) {
  if (!bytes.starts_with(magic) || bytes.size() < magic.size() + 4 + checksum_bytes) {
    return "this is not a calibration file, or it is cut short";
  }
  byte_reader from(bytes.substr(magic.size(), bytes.size() - magic.size() - checksum_bytes));
  const auto written = from.take<std::uint32_t>();
  if (written != version && written != version_without_raises) {
    return "it is of version " + std::to_string(written) + ", this gateway reads version " +
           std::to_string(version);
  }
  byte_reader sum(bytes.substr(bytes.size() - checksum_bytes));
  if (sum.take<std::uint64_t>() != checksum(bytes.substr(0, bytes.size() - checksum_bytes))) {
    return "it is damaged: its checksum is wrong";
  }
  const std::string inconsistent = "it is damaged: its contents contradict each other";
  calibration read;
  const auto models = from.take<std::uint32_t>();
  read.clock_ = from.take<std::uint64_t>();
  if (models > models_max) return inconsistent;
  for (std::uint32_t i = 0; i < models; ++i) {
    learned_key key;
    const auto api = from.take<std::uint8_t>();
    key.api = static_cast<chat_api>(api);
    key.model = from.take_text();
    const std::string_view words_then = from.take_text();
    const auto factor = from.take<std::int64_t>();
    const auto upper = from.take<std::int64_t>();
    model_state state;
    state.newest = from.take<std::uint64_t>();
    state.last_used = from.take<std::uint64_t>();
    bool sound = true;
    if (written != version_without_raises) {
      for (std::int32_t& raised : state.raised) {
        raised = from.take<std::int32_t>();
        sound = sound && raised >= 0 && raised <= raised_max;
      }
    }
    const auto observations = from.take<std::uint32_t>();
    if (!sound || !from.ok() || api > static_cast<std::uint8_t>(last_chat_api) ||
        key.model.empty() || key.model.size() > name_bytes_max || observations > observations_max) {
      return inconsistent;
    }
    if (!take_window(from, observations, state.newest, state.window)) return inconsistent;
    const model_encoding words = encoding_for_model(key.model);
    if (words.exact || words.text->name() != words_then || words.factor_permille != factor ||
        words.upper_permille != upper) {
      continue;
    }
    if (state.is_ready()) {
      state.estimate = fit(prior_of(words), state.window, state.newest);
      state.fitted_at = state.newest;
    }
    read.models_.emplace(std::move(key), std::move(state));
  }
  if (!from.at_end()) return inconsistent;
  return read;
}

}  // namespace stint::tokenizer
