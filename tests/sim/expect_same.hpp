#pragma once

#include <gtest/gtest.h>

#include <string>

#include "sim/simulate.hpp"

namespace ringwood {

/// Two engines said the same of a run.
inline void expect_same(const SimulationReport& report, const SimulationReport& expected, const std::string& what) {
  EXPECT_EQ(report.finish, expected.finish) << what;
  EXPECT_EQ(report.time, expected.time) << what;
  EXPECT_EQ(report.rounds, expected.rounds) << what;
  EXPECT_EQ(report.messages, expected.messages) << what;
  EXPECT_EQ(report.bytes_sent_max, expected.bytes_sent_max) << what;
  EXPECT_EQ(report.bytes_sent_total, expected.bytes_sent_total) << what;
  EXPECT_EQ(report.order_sensitive, expected.order_sensitive) << what;
}

}  // namespace ringwood
