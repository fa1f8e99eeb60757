// A provider's report, weighed against what else is known of the call: one that cannot be true is
// dropped before anything is charged or learnt by it, and what only the stated cost can tell is
// added. Pure functions.
#pragma once

#include <cstdint>

#include "gateway/call/hold/call_end.hpp"
#include "gateway/call/request/examine.hpp"
#include "pricing/price_book.hpp"

namespace stint {

// `answer_bytes`: of the body as it came. Changes ended.report, .input_report and .implausible.
void weigh_report(const price_book& prices, const examined_call& call, std::int64_t answer_bytes,
                  call_end& ended);

}  // namespace stint
