// Questions about what is committed, answered from one moment of the store on the caller's thread.
// Each throws std::runtime_error when the storage cannot be read or a record is damaged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "budgets/records/row.hpp"
#include "budgets/records/stored_answer.hpp"
#include "budgets/records/stored_key.hpp"
#include "budgets/store/ledger_store.hpp"
#include "budgets/store/rollup.hpp"

namespace stint {

// Whole UTC days come from the day roll-ups, the rest from the hours: a year costs its days, not
// its hours.
[[nodiscard]] std::vector<rollup_line> query_spend(const ledger_store::moment& at,
                                                   const rollup_query& query);

[[nodiscard]] row_page query_page(const ledger_store::moment& at, const row_query& query);
[[nodiscard]] std::vector<ledger_row> query_rows(const ledger_store::moment& at,
                                                 const row_query& query);

[[nodiscard]] std::optional<ledger_row> query_row(const ledger_store::moment& at,
                                                  const call_id& id);

// Newest first, at most `limit`.
[[nodiscard]] std::vector<adjustment> query_adjustments(const ledger_store::moment& at,
                                                        std::size_t limit);

// Newest first, at most `limit`.
[[nodiscard]] std::vector<audit_record> query_audits(const ledger_store::moment& at,
                                                     std::size_t limit);

// Those after this number, the oldest first, at most `limit`.
[[nodiscard]] std::vector<audit_record> query_audits_after(const ledger_store::moment& at,
                                                           std::uint64_t number, std::size_t limit);

// Ascending by id.
[[nodiscard]] std::vector<stored_key> query_keys(const ledger_store::moment& at);
[[nodiscard]] std::vector<stored_answer> query_answers(const ledger_store::moment& at);

}  // namespace stint
