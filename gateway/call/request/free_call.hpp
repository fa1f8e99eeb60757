// A call that costs nothing and goes to a provider all the same: which one, by the model that it names. Such
// a call is attributed and counts as a request against caps of requests; its answer is passed on as it is.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "gateway/answers/kept_answers.hpp"
#include "gateway/call/request/read_elsewhere.hpp"
#include "gateway/config/config.hpp"
#include "gateway/keys/key_ring.hpp"
#include "gateway/problem.hpp"
#include "pricing/price_book.hpp"

namespace stint {

// What choosing needs to know. All of it outlives the call.
struct free_terms {
  const config& settings;
  const price_book& prices;
  const virtual_key& key;
  const kept_answers* kept = nullptr;  // null: no answer is known to be anybody's
};

struct free_call {
  std::string model;  // as the client wrote it, or the one that its API takes where none is named
  std::string base_model;  // for the books
  const provider_config* provider = nullptr;
  const price* rates =
      nullptr;  // of the model: what of the request's head may go on; null: it has no price
};

// The models that the key may use are those that it may ask about. May throw std::bad_alloc.
[[nodiscard]] result<free_call> read_free_call(const free_terms& terms, const dialect& speaks,
                                               const call_target& target, std::string_view body,
                                               wall_time now);

// The same; a long body is read on the pool, where its key has room for that.
[[nodiscard]] boost::asio::awaitable<result<free_call>> find_free_call(
    read_elsewhere where, const free_terms& terms, const dialect& speaks, const call_target& target,
    const std::string& body, wall_time now);

}  // namespace stint
