// What a store that an older program wrote must have before this one goes on with it: at the start, on the
// thread that opens it, before anything else reads or writes there. Private to opening.cpp.
#pragma once

#include <cstdint>
#include <functional>

#include <rocksdb/status.h>

#include "budgets/store/open_database.hpp"

namespace stint {

// Format 3 had rows of several legs and no sums of what those moved between models. They are made from the
// rows, whatever is there of them already: done twice, it comes to the same. `tell` is given the rows that
// were read so far, now and then; it may be empty.
[[nodiscard]] rocksdb::Status build_moved_sums(const open_database& in,
                                               const std::function<void(std::uint64_t rows)>& tell);

}  // namespace stint
