// The check that makes a request body mean the same to us and to every upstream. simdjson takes the
// first of two equal keys, many upstreams the last, and Go's decoder takes "Max_Tokens" for
// "max_tokens": each of these would be a way past a cap (reliability.md §2). Pure function;
// iterative; linear up to sorting.
#pragma once

#include <string_view>

#include <simdjson.h>

#include "gateway/problem.hpp"

namespace stint {

// What the walk over the whole body saw in passing.
struct body_facts {
  bool cache_write_5m = false;  // a cache_control that asks for the default life
  bool cache_write_1h = false;  // a cache_control with ttl "1h"
};

// Refuses, at any depth, two equal keys of one object; and, in the objects whose fields are read here
// or counted, keys that differ only in case and case variants of such a field. What belongs to the user
// (JSON schemas, arguments of tools, metadata) is left alone. Also bounds the number of top-level fields.
// `conversation`: the top-level field of the messages where it has a name that elsewhere is the user's ("input").
[[nodiscard]] result<body_facts> check_keys(simdjson::dom::object body,
                                            std::string_view conversation = {});

}  // namespace stint
