// What ThreadSanitizer must be told in every program that opens a ledger; included once, by the file with main().
#pragma once

#ifdef __SANITIZE_THREAD__
// Debian's RocksDB is not built for ThreadSanitizer, which therefore cannot see the atomics by which
// it hands its memory tables from the writer to readers and background threads. Races with a frame of
// that library in them are not reported, nor those on the keys and values that a scan lends out of its
// tables; all others are.
extern "C" const char* __tsan_default_suppressions() {
  return "race:librocksdb.so\nrace:stint::ledger_store::moment::scan\n";
}
#endif
