#include "budgets/records/scope.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

namespace stint {
BOOST_AUTO_TEST_SUITE(scope_suite)

namespace {

const attribution sample = {.tenant = "acme",
                            .feature = "search/web",
                            .key = "key_1",
                            .user = "",
                            .model = "50%",
                            .provider = "openai"};

}  // namespace

BOOST_AUTO_TEST_CASE(a_scope_is_its_values_joined_and_escaped) {
  BOOST_TEST(scope_of(sample, {}).empty());
  BOOST_TEST(scope_of(sample, {dimension::tenant}) == "acme");
  BOOST_TEST(scope_of(sample, {dimension::feature}) == "search%2Fweb");
  BOOST_TEST(scope_of(sample, {dimension::tenant, dimension::model}) == "acme/50%25");
  BOOST_TEST(scope_of(sample, {dimension::tenant, dimension::user}) == "acme/");
}

// Two calls that differ in any value of `per` must never share a counter.
BOOST_AUTO_TEST_CASE(different_values_never_share_a_scope) {
  const std::vector<std::string> values = {"",   "/",   "%",   "a",   "a/",
                                           "/a", "%2F", "%25", "a/b", "a%2Fb"};
  std::vector<std::string> seen;
  for (const auto& tenant : values) {
    for (const auto& feature : values) {
      attribution charged;
      charged.tenant = tenant;
      charged.feature = feature;
      seen.push_back(scope_of(charged, {dimension::tenant, dimension::feature}));
    }
  }
  const auto all = seen.size();
  std::ranges::sort(seen);
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  BOOST_TEST(seen.size() == all);
}

BOOST_AUTO_TEST_CASE(a_plain_value_is_viewed_and_not_copied) {
  std::string buffer;
  BOOST_TEST(static_cast<const void*>(scope_view(sample, {dimension::tenant}, buffer).data()) ==
             static_cast<const void*>(sample.tenant.data()));
}

BOOST_AUTO_TEST_CASE(every_dimension_reads_as_it_is_written) {
  for (int i = 0; i < dimension_count; ++i) {
    const auto each = static_cast<dimension>(i);
    BOOST_TEST((parse_dimension(to_string(each)) == each));
  }
  BOOST_TEST(!parse_dimension("team"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
