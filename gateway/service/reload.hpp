// What SIGHUP does to a running gateway: its configuration file is read again. Blocks while the
// history of new caps is read, so it has a thread of its own. Tested by
// tests/end_to_end/reload_test.py.
#pragma once

#include <iosfwd>

#include "budgets/writer/ledger_thread.hpp"
#include "gateway/config/config.hpp"
#include "gateway/metrics/metrics.hpp"
#include "pricing/current_prices.hpp"

namespace stint {

// Caps and prices change at once; a call that runs keeps the prices by which it was let in. Other settings that differ
// from the running ones are named: they need a restart. A configuration with a mistake changes nothing; neither do prices
// with one, nor prices that differ under the same version, by which the ledger's rows name them. All of it is said on
// `log`, one line each.
void reload_settings(const config& running, current_prices& prices, ledger_thread& ledger,
                     metrics& counts, std::ostream& log);

// New caps of whose open window the ledger has no rows any more: said on `log`, one line each.
void tell_incomplete_caps(ledger_thread& ledger, std::ostream& log);
// That the books are in front of the clock, and what to do.
void tell_clock(const ledger_health& of, std::ostream& log);
// That opening the ledger settled calls which the last process left in flight.
void tell_orphans(std::uint64_t count, std::ostream& log);
// While a ledger of an older version is opened.
void tell_upgrade(std::uint64_t rows_read, std::ostream& log);

}  // namespace stint
