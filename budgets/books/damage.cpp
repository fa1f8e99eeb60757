// Tested by tests/budgets/books/recovery_test.cpp and query_test.cpp.
#include "budgets/books/damage.hpp"

#include <stdexcept>

namespace stint {

void refuse_damaged_record(const std::string& what) {
  throw std::runtime_error("the ledger cannot be read: " + what + " is damaged");
}

void refuse_damaged_start(const std::string& what) {
  throw std::runtime_error("the ledger cannot be used: " + what +
                           " cannot be read. Restore the latest backup, or move the directory "
                           "away to start an empty ledger");
}

}  // namespace stint
