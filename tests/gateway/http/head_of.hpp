// A request head made from header lines, for tests that need one.
#pragma once

#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/http/request_head.hpp"

namespace stint {

class parsed_head {
 public:
  explicit parsed_head(const std::string& header_lines,
                       const std::string& request_line = "POST /v1/chat/completions")
      : text_(request_line + " HTTP/1.1\r\nhost: test\r\n" + header_lines + "\r\n") {
    std::size_t scanned = 0;
    const head_check check = check_request_head(text_, head_limits(), scanned, head_);
    BOOST_REQUIRE_MESSAGE(check.state == head_state::complete, check.reason);
  }
  parsed_head(const parsed_head&) = delete;
  parsed_head& operator=(const parsed_head&) = delete;

  [[nodiscard]] const request_head& get() const noexcept { return head_; }

 private:
  std::string text_;
  request_head head_;
};

}  // namespace stint
