// The process itself as Prometheus' own client libraries show it (process_*), read from /proc at
// each scrape. Any thread.
#pragma once

#include <vector>

#include <prometheus/metric_family.h>

namespace stint {

// Memory, CPU, file descriptors, start time, and stint_build_info. What /proc does not tell is left
// out.
[[nodiscard]] std::vector<prometheus::MetricFamily> describe_process();

}  // namespace stint
