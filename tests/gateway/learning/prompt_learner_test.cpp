// Goal: what is taught is soon estimated with, outlives the learner, and a file that cannot be used
// costs a warning and nothing else. Method: real files in a scratch directory; conditions are
// waited for with a deadline.
#include "gateway/learning/prompt_learner.hpp"

#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "gateway/learning/calibration_file.hpp"
#include "scratch_directory.hpp"

BOOST_AUTO_TEST_SUITE(prompt_learner_suite)

namespace {

using namespace stint;
using namespace std::chrono_literals;

constexpr auto api = tokenizer::chat_api::anthropic_messages;
constexpr std::string_view model = "claude-sonnet-5";
constexpr auto never = std::chrono::hours(1);

prompt_report report_of(std::int32_t tokens) {
  prompt_report report;
  report.model = model;
  report.api = api;
  report.seen.class_tokens[0] = tokens;
  report.seen.learnable = true;
  report.reported_tokens = tokens * 13 / 10;
  report.source = "acme";
  return report;
}

bool knows_model(const prompt_learner& learner) {
  const auto* const found = learner.current()->find(model, api);
  return found != nullptr && found->is_fitted();
}

template <typename Condition>
bool becomes_true(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

void teach_enough(prompt_learner& learner) {
  std::int32_t tokens = 100;
  BOOST_TEST(becomes_true([&] {
    learner.teach(report_of(tokens += 3));
    return knows_model(learner);
  }));
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What a learner that starts from this file says on standard error.
std::string warning_at_start(const std::string& path) {
  std::ostringstream said;
  auto* const old = std::cerr.rdbuf(said.rdbuf());
  {
    const prompt_learner learner(path, never);
    BOOST_TEST(!knows_model(learner));
  }
  std::cerr.rdbuf(old);
  return said.str();
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_taught_is_kept_across_a_restart) {
  const scratch_directory directory;
  const std::string path = directory.path() + "/calibration";
  {
    prompt_learner learner(path, never);
    BOOST_TEST(!knows_model(learner));
    teach_enough(learner);
  }
  const prompt_learner again(path, never);
  BOOST_REQUIRE(knows_model(again));
  tokenizer::prompt_features seen;
  seen.class_tokens[0] = 1'000;
  const auto estimate = again.current()->find(model, api)->of(seen);
  BOOST_TEST(estimate.expected >= 1'250);
  BOOST_TEST(estimate.expected <= 1'350);
}

BOOST_AUTO_TEST_CASE(it_is_saved_while_it_runs) {
  const scratch_directory directory;
  const std::string path = directory.path() + "/calibration";
  prompt_learner learner(path, 10ms);
  teach_enough(learner);
  BOOST_TEST(becomes_true(
      [&] { return load_calibration(path).learned.snapshot()->find(model, api) != nullptr; }));
  BOOST_TEST(!std::filesystem::exists(path + ".new"));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_used_is_warned_of_and_replaced) {
  const scratch_directory directory;
  const std::string path = directory.path() + "/calibration";
  BOOST_TEST(warning_at_start(path).empty());
  {
    prompt_learner learner(path, never);
    teach_enough(learner);
  }
  std::string bytes = text_of(path);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(path, std::ios::binary) << bytes;
  const std::string warning = warning_at_start(path);
  BOOST_TEST(warning.find(path) != std::string::npos);
  BOOST_TEST(warning.find("checksum") != std::string::npos, warning);
  {
    prompt_learner learner(path, never);
    teach_enough(learner);
  }
  BOOST_TEST(load_calibration(path).warning.empty());
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_gone_costs_a_warning_only) {
  std::ostringstream said;
  auto* const old = std::cerr.rdbuf(said.rdbuf());
  {
    prompt_learner learner("/nowhere/at/all/calibration", never);
    teach_enough(learner);
  }
  std::cerr.rdbuf(old);
  BOOST_TEST(said.str().find("is not kept") != std::string::npos, said.str());
}

// It took 41 to 60 calls, or never happened: one above its bound is none of many.
BOOST_AUTO_TEST_CASE(one_report_above_its_bound_is_learnt_and_kept) {
  const scratch_directory directory;
  const std::string path = directory.path() + "/calibration";
  const auto raised_in = [](const prompt_learner& learner) {
    const auto* const found = learner.current()->find(model, api);
    return found == nullptr ? 0 : found->raised(false);
  };
  {
    prompt_learner learner(path, never);
    prompt_report report = report_of(100);
    report.bound_tokens = 90;
    learner.teach(report);
    BOOST_TEST(becomes_true([&] { return raised_in(learner) == 40 + 10 + 16; }));
    BOOST_TEST(!knows_model(learner));
  }
  BOOST_TEST(raised_in(prompt_learner(path, never)) == 66);
}

// While others teach all the time: none of these is dropped.
BOOST_AUTO_TEST_CASE(reports_above_their_bound_wait_for_the_queue) {
  prompt_learner learner("", never);
  std::atomic<bool> done{false};
  std::thread busy([&] {
    while (!done)
      learner.teach(report_of(100));
  });
  int raised = 0;
  for (int call = 1; call <= 50; ++call) {
    const std::string name = "claude-opus-" + std::to_string(call);
    prompt_report report = report_of(100);
    report.model = name;
    report.bound_tokens = 90;
    learner.teach(report);
    const bool learnt = becomes_true([&] {
      const auto* const found = learner.current()->find(name, api);
      return found != nullptr && found->raised(false) > 0;
    });
    raised += learnt ? 1 : 0;
  }
  done = true;
  busy.join();
  BOOST_TEST(raised == 50);
}

// Nobody waits for anybody: with many teachers some reports are dropped, and counted.
BOOST_AUTO_TEST_CASE(many_threads_may_teach_and_ask_at_once) {
  prompt_learner learner("", never);
  std::vector<std::thread> threads;
  std::atomic<std::int64_t> sum{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (std::int32_t n = 0; n < 20'000; ++n) {
        learner.teach(report_of(100 + n % 900));
        const auto* const found = learner.current()->find(model, api);
        if (found != nullptr && found->is_fitted()) sum += found->of(report_of(100).seen).expected;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  teach_enough(learner);
  BOOST_TEST(learner.dropped() < 80'000u);
}

BOOST_AUTO_TEST_SUITE_END()
