// The entry point that every unit test executable shares.
#define BOOST_TEST_MODULE stint
#include <boost/test/unit_test.hpp>

#include "tsan_suppressions.hpp"
