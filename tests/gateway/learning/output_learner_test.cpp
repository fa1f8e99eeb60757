// Goal: a prediction comes from the finest combination that has been seen often enough, outlives
// the learner, and a file that cannot be used costs a warning and nothing else. Method: real files
// in a scratch directory.
#include "gateway/learning/output_learner.hpp"

#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "scratch_directory.hpp"

BOOST_AUTO_TEST_SUITE(output_learner_suite)

namespace {

using namespace stint;

constexpr auto never = std::chrono::hours(1);
const learning_options usual{.percent = 95, .first_tokens = 512};

void teach(output_learner& learner, const output_key& of, std::int64_t tokens, int times) {
  output_observation seen;
  seen.tokens = tokens;
  for (int n = 0; n < times; ++n)
    learner.observe(of, seen);
}

const output_key search{.tenant = "acme", .feature = "search", .model = "gpt-4o"};
const output_key chat{.tenant = "acme", .feature = "chat", .model = "gpt-4o"};
const output_key stranger{.tenant = "umbra", .feature = "chat", .model = "gpt-4o"};

std::string warning_at_start(const std::string& path) {
  std::ostringstream said;
  auto* const old = std::cerr.rdbuf(said.rdbuf());
  {
    const output_learner learner(path, never, usual);
    BOOST_TEST(learner.predict(search).tokens == 512);
  }
  std::cerr.rdbuf(old);
  return said.str();
}

BOOST_AUTO_TEST_CASE(what_was_seen_too_seldom_is_predicted_as_configured) {
  output_learner learner("", never, usual);
  BOOST_TEST(learner.predict(search).tokens == 512);
  teach(learner, search, 7, output_learner::observations_min - 1);
  BOOST_TEST(learner.predict(search).tokens == 512);
  teach(learner, search, 7, 1);
  BOOST_TEST(learner.predict(search).tokens == 432);  // 512 × 108/128
}

BOOST_AUTO_TEST_CASE(what_is_configured_has_its_share_until_enough_was_seen) {
  output_learner learner("", never, usual);
  teach(learner, search, 7, 64);
  BOOST_TEST(learner.predict(search).tokens == 256);
  BOOST_TEST(learner.predict(search).ample_tokens == 0);
  teach(learner, search, 7, 64);
  BOOST_TEST(learner.predict(search).tokens == 7);
  BOOST_TEST(learner.predict(search).ample_tokens == 7);
}

BOOST_AUTO_TEST_CASE(what_hardly_any_answer_passes_is_told_too) {
  output_learner learner("", never, usual);
  teach(learner, search, 7, 970);
  teach(learner, search, 4'000, 30);
  BOOST_TEST(learner.predict(search).tokens == 7);
  BOOST_TEST(learner.predict(search).ample_tokens >= 4'000);
}

BOOST_AUTO_TEST_CASE(a_new_feature_is_predicted_by_its_tenant_and_a_new_tenant_by_the_model) {
  output_learner learner("", never, usual);
  teach(learner, search, 7, 130);
  BOOST_TEST(learner.predict(chat).tokens == 7);
  BOOST_TEST(learner.predict(stranger).tokens == 7);
  teach(learner, stranger, 3, 130);
  BOOST_TEST(learner.predict(stranger).tokens == 3);
  BOOST_TEST(learner.predict(chat).tokens == 7);
  const output_key other_model{.tenant = "acme", .feature = "search", .model = "gpt-4.1"};
  BOOST_TEST(learner.predict(other_model).tokens == 512);
}

BOOST_AUTO_TEST_CASE(how_a_model_streams_is_asked_of_the_model_where_a_feature_has_not_shown_it) {
  output_learner learner("", never, usual);
  output_observation burst;
  burst.tokens = 3'000;
  burst.burst_tokens = 900;
  learner.observe(stranger, burst);
  teach(learner, search, 7, 60);  // believed, and yet none of them was a stream
  BOOST_TEST(learner.predict(search).burst_tokens == 900);
  BOOST_TEST(learner.predict(search, false).burst_tokens == 0);
  BOOST_TEST(learner.predict(search).tokens == learner.predict(search, false).tokens);
}

BOOST_AUTO_TEST_CASE(names_that_read_alike_when_joined_are_told_apart) {
  output_learner learner("", never, usual);
  teach(learner, {.tenant = "ab", .feature = "c", .model = "m"}, 7, 130);
  teach(learner, {.tenant = "a", .feature = "bc", .model = "m"}, 5, 130);
  BOOST_TEST(learner.predict({.tenant = "ab", .feature = "c", .model = "m"}).tokens == 7);
}

BOOST_AUTO_TEST_CASE(what_was_learnt_outlives_the_learner) {
  const scratch_directory scratch;
  const std::string path = scratch.path() + "/outputs";
  {
    output_learner learner(path, never, usual);
    teach(learner, search, 7, 130);
  }
  const output_learner again(path, never, usual);
  BOOST_TEST(again.predict(search).tokens == 7);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_used_is_warned_of_and_replaced) {
  const scratch_directory scratch;
  const std::string path = scratch.path() + "/outputs";
  std::ofstream(path) << "something else entirely, and long enough";
  const std::string said = warning_at_start(path);
  BOOST_TEST(said.find(path) != std::string::npos, said);
  BOOST_TEST(said.find("learnt anew") != std::string::npos, said);
  BOOST_TEST(warning_at_start(path) == "");
}

BOOST_AUTO_TEST_CASE(many_threads_may_ask_and_teach_at_once) {
  output_learner learner("", never, usual);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&learner] {
      for (int n = 0; n < 2'000; ++n) {
        const std::string feature = "feature-" + std::to_string(n % 50);
        const output_key of{.tenant = "acme", .feature = feature, .model = "gpt-4o"};
        teach(learner, of, 7, 1);
        (void)learner.predict(of);
      }
    });
  }
  for (std::thread& each : threads)
    each.join();
  BOOST_TEST(learner.predict(chat).tokens == 7);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
