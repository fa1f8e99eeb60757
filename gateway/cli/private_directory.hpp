// The data directory holds who asked what for how much, and the hashes of every key: it is its owner's
// alone. Used before a ledger is opened.
#pragma once

#include <iosfwd>
#include <string>

namespace stint {

// What this process makes from now on is its owner's alone.
void make_private_files() noexcept;

// Makes the directory, or closes one that is there, and the files in it, to everybody else, and says so
// on `log`. What belongs to another user cannot be closed: that is said, and borne where no file can be read
// for it. Throws std::runtime_error, saying what to do, when it could be, or when the directory holds
// other things than a ledger, whose owner may want them seen.
void keep_private(const std::string& directory, std::ostream& log);

}  // namespace stint
