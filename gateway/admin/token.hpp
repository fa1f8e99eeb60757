// The bearer token of the admin API: one line in a file that only its owner may read.
#pragma once

#include <string>
#include <string_view>

#include "gateway/config/config.hpp"

namespace stint {

// The token in the file; made, with mode 0600, when there is no file. Throws std::runtime_error
// saying what to do when the file cannot be read or made, is open to others, or holds too little to
// be a secret.
[[nodiscard]] secret load_or_make_admin_token(const std::string& file);

// As above, but never makes one: for the commands that talk to a running gateway.
[[nodiscard]] secret load_admin_token(const std::string& file);

// Takes the same time wherever the two differ.
[[nodiscard]] bool same_secret(std::string_view presented, const secret& expected) noexcept;

}  // namespace stint
