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

// The format as the top of stored_form.cpp has it, written out by other means.
std::string number(std::uint64_t value, int bytes) {
  std::string out;
  for (; bytes > 0; --bytes, value /= 256)
    out += static_cast<char>(value % 256);
  return out;
}

std::string sealed(const std::string& bytes) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;  // FNV-1a
  for (const char byte : bytes)
    hash = (hash ^ static_cast<std::uint8_t>(byte)) * 1'099'511'628'211U;
  return bytes + number(hash, 8);
}

struct kept_observation {
  std::int32_t numbers[7] = {1, 2, 3, 4, 5, 6, 7};  // by class, tools, framing, reported
  std::uint32_t source = 8;
  std::uint64_t at = 1;
  std::uint32_t surprise = 0x3F00'0000;  // 0.5
};

struct kept_model {
  int api = 1;
  std::string name = "claude-sonnet-5";
  std::string words = "o200k_base";
  std::int64_t factor = 1'500;
  std::int64_t upper = 1'800;
  std::uint64_t newest = 9;
  std::uint64_t last_used = 3;
  std::int32_t raised[2] = {40, 500};
  std::vector<kept_observation> window = {kept_observation{}};
};

std::string file_of(const std::vector<kept_model>& models, std::uint32_t version = 2) {
  std::string out = "STINTCAL" + number(version, 4) + number(models.size(), 4) + number(77, 8);
  for (const kept_model& one : models) {
    out += number(static_cast<std::uint64_t>(one.api), 1) + number(one.name.size(), 2) + one.name +
           number(one.words.size(), 2) + one.words +
           number(static_cast<std::uint64_t>(one.factor), 8) +
           number(static_cast<std::uint64_t>(one.upper), 8) + number(one.newest, 8) +
           number(one.last_used, 8);
    for (const std::int32_t raised : one.raised) {
      if (version >= 2) out += number(static_cast<std::uint32_t>(raised), 4);
    }
    out += number(one.window.size(), 4);
    for (const kept_observation& each : one.window) {
      for (const std::int32_t amount : each.numbers)
        out += number(static_cast<std::uint32_t>(amount), 4);
      out += number(each.source, 4) + number(each.at, 8) + number(each.surprise, 4);
    }
  }
  return sealed(out);
}

// How many models are taken from a file; -1: it is refused.
int taken(const std::string& file) {
  const auto read = calibration::decode(file);
  const auto* const learner = std::get_if<calibration>(&read);
  return learner == nullptr ? -1 : static_cast<int>(learner->models());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_file_is_written_as_its_format_says) {
  const std::string file = file_of({kept_model{}});
  const auto read = calibration::decode(file);
  BOOST_REQUIRE(std::holds_alternative<calibration>(read));
  BOOST_TEST(std::get<calibration>(read).encode() == file);
  BOOST_TEST(std::get<calibration>(read).observations() == 77U);
}

BOOST_AUTO_TEST_CASE(a_file_is_taken_up_to_its_limits_and_not_beyond) {
  const auto with = [](auto change) {
    kept_model one;
    change(one);
    return taken(file_of({one}));
  };
  BOOST_TEST(taken(file_of({})) == 0);
  BOOST_TEST(with([](kept_model&) {}) == 1);
  BOOST_TEST(with([](kept_model& one) { one.api = 0; }) == 1);
  constexpr int last = static_cast<int>(last_chat_api);
  BOOST_TEST(with([](kept_model& one) { one.api = last; }) == 1);
  BOOST_TEST(with([](kept_model& one) { one.api = last + 1; }) == -1);
  BOOST_TEST(with([](kept_model& one) { one.name = ""; }) == -1);
  const std::string longest = "claude-sonnet-5" + std::string(256 - 15, '-');
  BOOST_TEST(with([&](kept_model& one) { one.name = longest; }) == 1);
  BOOST_TEST(with([&](kept_model& one) { one.name = longest + "-"; }) == -1);
  BOOST_TEST(with([](kept_model& one) { one.window.clear(); }) == 1);
  const auto with_window = [&](std::size_t size, std::uint64_t newest) {
    return with([&](kept_model& one) {
      one.window.assign(size, kept_observation{});
      for (std::size_t i = 0; i < size; ++i)
        one.window[i].at = i + 1;
      one.newest = newest;
    });
  };
  BOOST_TEST(with_window(256, 256) == 1);
  BOOST_TEST(with_window(256, 255) == -1);
  BOOST_TEST(with_window(257, 257) == -1);
  std::vector<kept_model> many;
  for (std::size_t i = 0; i < calibration::models_max; ++i)
    many.push_back({.name = "claude-opus-5-" + std::to_string(10 + i)});
  BOOST_TEST(taken(file_of(many)) == 64);
  many.push_back({.name = "claude-opus-5-99"});
  BOOST_TEST(taken(file_of(many)) == -1);
}

// A bound that one call has raised stays raised, and so a restart costs no call above it.
BOOST_AUTO_TEST_CASE(what_bounds_were_raised_by_outlives_the_process) {
  const auto raised_of = [](const std::string& file) {
    const auto read = calibration::decode(file);
    const auto* const learner = std::get_if<calibration>(&read);
    if (learner == nullptr) return std::pair(-1, -1);
    const auto learned = learner->snapshot();
    const auto* const found = learned->find("claude-sonnet-5", api);
    return found == nullptr ? std::pair(0, 0)
                            : std::pair(found->raised(false), found->raised(true));
  };
  BOOST_TEST((raised_of(file_of({kept_model{}})) == std::pair(40, 500)));
  // Files of before there were any.
  BOOST_TEST((raised_of(file_of({kept_model{}}, 1)) == std::pair(0, 0)));
  BOOST_TEST((raised_of(file_of({kept_model{.raised = {0, calibration::raised_max}}})) ==
              std::pair(0, 16'384)));
  BOOST_TEST((raised_of(file_of({kept_model{.raised = {0, calibration::raised_max + 1}}})) ==
              std::pair(-1, -1)));
  BOOST_TEST((raised_of(file_of({kept_model{.raised = {-1, 0}}})) == std::pair(-1, -1)));
}

BOOST_AUTO_TEST_CASE(an_observation_that_cannot_be_is_damage) {
  const auto with = [](auto change) {
    kept_model one;
    change(one.window[0]);
    return taken(file_of({one}));
  };
  for (std::size_t i = 0; i < 7; ++i) {
    const std::int32_t least = i == 6 ? 1 : 0;
    BOOST_TEST(with([&](kept_observation& one) { one.numbers[i] = least; }) == 1, i);
    BOOST_TEST(with([&](kept_observation& one) { one.numbers[i] = least - 1; }) == -1, i);
    BOOST_TEST(with([&](kept_observation& one) { one.numbers[i] = INT32_MAX; }) == 1, i);
  }
  BOOST_TEST(with([](kept_observation& one) { one.at = 0; }) == -1);
  BOOST_TEST(with([](kept_observation& one) { one.at = 9; }) == 1);
  BOOST_TEST(with([](kept_observation& one) { one.at = 10; }) == -1);
  BOOST_TEST(with([](kept_observation& one) { one.surprise = 0x7F80'0000; }) == -1);  // infinite
  BOOST_TEST(with([](kept_observation& one) { one.surprise = 0x7FC0'0000; }) == -1);  // no number
  kept_model twice;
  twice.window = {kept_observation{}, kept_observation{}};
  BOOST_TEST(taken(file_of({twice})) == -1);
  twice.window[1].at = 2;
  BOOST_TEST(taken(file_of({twice})) == 1);
}

BOOST_AUTO_TEST_CASE(what_was_learnt_against_other_words_or_factors_is_left_out) {
  const auto with = [](auto change) {
    kept_model one;
    change(one);
    return taken(file_of({one, kept_model{.name = "claude-sonnet-5-5"}}));
  };
  BOOST_TEST(with([](kept_model&) {}) == 2);
  BOOST_TEST(with([](kept_model& one) { one.words = "cl100k_base"; }) == 1);
  BOOST_TEST(with([](kept_model& one) { one.factor = 1'501; }) == 1);
  BOOST_TEST(with([](kept_model& one) { one.upper = 1'799; }) == 1);
}

BOOST_AUTO_TEST_CASE(the_shortest_file_is_20_bytes) {
  BOOST_TEST(refusal("STINTCAL" + std::string(11, '\0')).find("cut short") != std::string::npos);
  BOOST_TEST(refusal("STINTCAL" + std::string(12, '\0')).find("version 0") != std::string::npos);
  BOOST_TEST(refusal("STINTCAM" + std::string(30, '\0')).find("cut short") != std::string::npos);
  BOOST_TEST(refusal(file_of({kept_model{}}, 3)).find("version 3") != std::string::npos);
  BOOST_TEST(refusal(file_of({kept_model{}}, 0x101)).find("version 257") != std::string::npos);
}

// Of a model that is known well enough the estimate is fitted anew from what was kept.
BOOST_AUTO_TEST_CASE(an_estimate_is_the_same_after_a_restart) {
  const calibration before = taught(40);
  const auto read = calibration::decode(before.encode());
  const auto old_one = before.snapshot();
  const auto new_one = std::get<calibration>(read).snapshot();
  prompt_features seen;
  seen.class_tokens = {100'000, 20'000, 3'000, 400};
  const token_range was = old_one->find("claude-sonnet-5", api)->of(seen);
  const token_range is = new_one->find("claude-sonnet-5", api)->of(seen);
  BOOST_TEST(is.expected == was.expected);
  BOOST_TEST(is.upper == was.upper);
}

BOOST_AUTO_TEST_CASE(what_was_learnt_is_read_back) {
  for (const int observations : {0, 1, 7, 8, 100, 700}) {
    const calibration before = taught(observations);
    const std::string bytes = before.encode();
    auto read = calibration::decode(bytes);
    BOOST_REQUIRE(std::holds_alternative<calibration>(read));
    const auto& after = std::get<calibration>(read);
    BOOST_TEST(after.encode() == bytes);
    BOOST_TEST(after.observations() == before.observations());
    const auto* const was = before.snapshot()->find("claude-sonnet-5", api);
    const auto* const is = after.snapshot()->find("claude-sonnet-5", api);
    BOOST_TEST((was == nullptr) == (observations < 8));
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
    auto read = calibration::decode(sealed(changed));
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
  auto read = calibration::decode(sealed(renamed));
  BOOST_REQUIRE(std::holds_alternative<calibration>(read));
  BOOST_TEST(std::get<calibration>(read).models() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
