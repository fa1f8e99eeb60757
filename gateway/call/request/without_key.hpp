// What is answered to anybody, because it asks for nothing: probes of load balancers and of SDKs, and
// the question of a browser whether a page of another origin may call.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/config/config.hpp"
#include "gateway/http/request_head.hpp"

namespace stint {

struct plain_answer {
  std::string fields;  // whole lines
  std::string_view body;
};

// Nothing: it is a request like others. The status of an answer is 200.
[[nodiscard]] std::optional<plain_answer> answer_without_key(const listener_config& listener,
                                                             const request_head& head);

// The origin of the page that sent it, where listen.cors_origins has it; else "". Lives as long as the head.
[[nodiscard]] std::string_view page_origin_of(const listener_config& listener,
                                              const request_head& head) noexcept;

}  // namespace stint
