// config/prices.yaml as the tests of this folder read it: once, and on the day of its sources.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "pricing/price_file.hpp"
#include "pricing/price_samples.hpp"

namespace stint::samples {

inline const price_book& shipped() {
  static const auto loaded = load_price_file(STINT_SOURCE_DIR "/config/prices.yaml");
  if (const auto* wrong = std::get_if<std::vector<config_mistake>>(&loaded)) {
    for (const auto& [line, message] : *wrong)
      BOOST_TEST_MESSAGE(line << ": " << message);
    BOOST_FAIL("config/prices.yaml has mistakes");
  }
  return std::get<price_book>(loaded);
}

inline wall_time day_of_the_sources() {
  return utc(2026, 11, 21, 12);
}

inline const price& found(std::string_view model, wall_time at = day_of_the_sources()) {
  const auto price = shipped().find(model, at);
  BOOST_REQUIRE_MESSAGE(price.has_value(), "no price for " << model);
  return **price;
}

}  // namespace stint::samples
