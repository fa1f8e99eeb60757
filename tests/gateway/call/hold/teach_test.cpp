// Goal: a report teaches the model that was asked only if that model answered. The rest is tested
// through the front door (tests/end_to_end/calibration_test.py).
#include "gateway/call/hold/teach.hpp"

#include <boost/test/unit_test.hpp>

using namespace stint;

BOOST_AUTO_TEST_SUITE(teach)

BOOST_AUTO_TEST_CASE(a_dated_name_is_the_same_model) {
  BOOST_TEST(answered_by("claude-sonnet-5", "claude-sonnet-5"));
  BOOST_TEST(answered_by("claude-sonnet-5", ""));
  BOOST_TEST(answered_by("sim/claude-sonnet-5", "sim/claude-sonnet-5"));
  BOOST_TEST(answered_by("claude-sonnet-4", "claude-sonnet-4-20250514"));
  BOOST_TEST(answered_by("gpt-6-2026-03-01", "gpt-6"));
  BOOST_TEST(answered_by("anthropic/claude-opus-5", "claude-opus-5@20260801"));
}

BOOST_AUTO_TEST_CASE(another_model_is_not) {
  BOOST_TEST(!answered_by("claude-opus-5", "claude-sonnet-5"));
  BOOST_TEST(!answered_by("gpt-6", "gpt-6-mini"));
  BOOST_TEST(!answered_by("gpt-6-mini", "gpt-6"));
  BOOST_TEST(!answered_by("claude-opus-5", "claude-opus-50"));
  BOOST_TEST(!answered_by("claude-opus-4", "claude-opus-4-8"));
  BOOST_TEST(answered_by("gpt-4-0613", "gpt-4"));
}

BOOST_AUTO_TEST_SUITE_END()
