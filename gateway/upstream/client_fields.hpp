// What of a client's head goes on to the provider: its fields, by how far each goes (field_reach.hpp), what
// the provider's entry lists, and what its price has; and its query, which is a list of few keys. Pure
// functions.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "gateway/config/config.hpp"
#include "gateway/http/request_head.hpp"
#include "pricing/price_book.hpp"

namespace stint {

struct passing_on {
  const provider_config* provider = nullptr;
  bool metered = false;
  const price* rates = nullptr;  // of a metered call; null where it has no price
  bool is_another_body = false;  // than went out under the client's idempotency-key before
  std::array<std::string_view, 2>
      private_to_us;  // names that mean something here: the feature's, the tags'
};

// Whether the field does, unless its Connection names it.
[[nodiscard]] bool goes_on(const header_field& field, const passing_on& what) noexcept;

// Whole lines, but for content-type of a metered call.
void append_client_fields(const request_head& from, const passing_on& what, std::string& out);

// The keys that go on, behind `mark` ('?', or '&' where a query has begun). Of a metered call, those that
// its API and its provider's entry list; of others, all but keys that carry a credential or a method.
void append_query(std::string_view query, const dialect* called, const provider_config& provider,
                  char mark, std::string& out);

}  // namespace stint
