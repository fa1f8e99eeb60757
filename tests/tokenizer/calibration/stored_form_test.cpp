// Goal: what was learnt outlives the process, and no file, however damaged, ends it. Method: a
// taught calibration is written, read, changed byte by byte, cut at every length.
#include <random>

#include <boost/test/unit_test.hpp>

#include "tokenizer/calibration/calibration.hpp"

BOOST_AUTO_TEST_SUITE(stored_form_suite)

namespace {

using namespace stint::tokenizer;

constexpr auto api = chat_api::anthropic_messages;

calibration taught(int observations, const std::string& model = "claude-sonnet-5") {
  constexpr std::uint64_t seed = 17;
  std::mt19937_64 random(seed);
  calibration learner;
  for (int i = 0; i < observations; ++i) {
    prompt_features seen;
    for (std::int32_t& tokens : seen.class_tokens)
      tokens = static_cast<std::int32_t>(random() % 500);
    seen.tools = static_cast<std::int32_t>(random() % 3);
    seen.framing = 7;
    seen.learnable = true;
    std::int64_t told = 20;
    for (const std::int32_t tokens : seen.class_tokens)
      told += tokens * 14 / 10;
    learner.observe(model, api, seen, told, static_cast<std::uint32_t>(random() % 3));
  }
  return learner;
}

std::string refusal(std::string_view bytes) {
  const auto read = calibration::decode(bytes);
  const auto* const why = std::get_if<std::string>(&read);
  return why == nullptr ? "" : *why;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_learnt_is_read_back) {
  for (const int observations : {0, 1, 31, 32, 100, 700}) {
    const calibration before = taught(observations);
    const std::string bytes = before.encode();
    auto read = calibration::decode(bytes);
    BOOST_REQUIRE(std::holds_alternative<calibration>(read));
    const auto& after = std::get<calibration>(read);
    BOOST_TEST(after.encode() == bytes);
    BOOST_TEST(after.observations() == before.observations());
    const auto* const was = before.snapshot()->find("claude-sonnet-5", api);
    const auto* const is = after.snapshot()->find("claude-sonnet-5", api);
    BOOST_TEST((was == nullptr) == (observations < 32));
    BOOST_TEST((is == nullptr) == (was == nullptr));
  }
}

BOOST_AUTO_TEST_CASE(it_goes_on_learning_where_it_stopped) {
  calibration unbroken = taught(64);
  auto read = calibration::decode(unbroken.encode());
  auto& restarted = std::get<calibration>(read);
  prompt_features seen;
  seen.class_tokens = {100, 0, 0, 0};
  seen.learnable = true;
  for (int i = 0; i < 64; ++i) {
    unbroken.observe("claude-sonnet-5", api, seen, 190, 1);
    restarted.observe("claude-sonnet-5", api, seen, 190, 1);
  }
  const auto a = unbroken.snapshot();
  const auto b = restarted.snapshot();
  const token_range one = a->find("claude-sonnet-5", api)->of(seen);
  const token_range other = b->find("claude-sonnet-5", api)->of(seen);
  BOOST_TEST(one.expected == other.expected);
  BOOST_TEST(one.upper == other.upper);
}

BOOST_AUTO_TEST_CASE(a_changed_byte_is_noticed) {
  const std::string bytes = taught(40).encode();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x20);
    BOOST_TEST(!refusal(changed).empty(), i);
  }
}

BOOST_AUTO_TEST_CASE(a_file_cut_short_or_too_long_is_refused) {
  const std::string bytes = taught(40).encode();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_TEST(!refusal(std::string_view(bytes).substr(0, size)).empty(), size);
  BOOST_TEST(!refusal(bytes + "x").empty());
}

BOOST_AUTO_TEST_CASE(a_newer_version_is_said_so) {
  std::string bytes = taught(40).encode();
  bytes[8] = 9;
  BOOST_TEST(refusal(bytes).find("version 9") != std::string::npos);
}

// Whoever can write the file can also write its checksum: contents are still checked.
BOOST_AUTO_TEST_CASE(random_contents_with_a_right_checksum_do_no_harm) {
  constexpr std::uint64_t seed = 23;
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  const std::string bytes = taught(40).encode();
  for (int round = 0; round < 3'000; ++round) {
    std::string changed = bytes.substr(0, bytes.size() - 8);
    for (int change = 0; change < 3; ++change)
      changed[12 + random() % (changed.size() - 12)] = static_cast<char>(random());
    std::uint64_t hash = 0xCBF2'9CE4'8422'2325U;
    for (const char byte : changed)
      hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100'0000'01B3U;
    for (int i = 0; i < 8; ++i)
      changed += static_cast<char>(hash >> (8 * i));
    auto read = calibration::decode(changed);
    if (auto* const learner = std::get_if<calibration>(&read)) {
      BOOST_TEST(learner->models() <= 1u);
      prompt_features seen;
      seen.class_tokens = {5, 5, 5, 5};
      seen.learnable = true;
      learner->observe("claude-sonnet-5", api, seen, 30, 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_model_whose_tokenizer_became_public_is_left_out) {
  const std::string now_public = taught(40, "claude-sonnet-5").encode();
  // The same file, as if "gpt-4o-mini-x16" had once been a model with factors.
  const std::size_t at = now_public.find("claude-sonnet-5");
  std::string renamed = now_public.substr(0, now_public.size() - 8);
  renamed.replace(at, 15, "gpt-4o-mini-x16");
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325U;
  for (const char byte : renamed)
    hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100'0000'01B3U;
  for (int i = 0; i < 8; ++i)
    renamed += static_cast<char>(hash >> (8 * i));
  auto read = calibration::decode(renamed);
  BOOST_REQUIRE(std::holds_alternative<calibration>(read));
  BOOST_TEST(std::get<calibration>(read).models() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
