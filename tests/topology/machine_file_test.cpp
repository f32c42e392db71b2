#include "topology/machine_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ringwood/error.hpp"

namespace ringwood {
namespace {

using ::testing::HasSubstr;

class MachineFile : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    name_ = (std::filesystem::temp_directory_path() / (std::string("ringwood_machine_") + info->name())).string();
  }

  void TearDown() override { std::filesystem::remove(name_); }

  std::string complaint(const std::string& text) {
    std::ofstream(name_) << text;
    try {
      (void)make_machine(name_);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      return std::string(error.what()).substr(name_.size());
    }
    return "accepted";
  }

  std::string name_;
};

TEST_F(MachineFile, WhatIsWrittenIsReadBack) {
  for (const char* spec : {"crossbar:hosts=5,per-host=3", "torus:dims=3x4", "hpc:hosts=4", "dragonfly",
                           "fat-tree:leaves=3,hosts-per-leaf=2"}) {
    const Machine written = make_machine(spec);
    write_machine_file(written, name_);
    const Machine machine = make_machine(name_);
    EXPECT_EQ(machine.ranks_per_host, written.ranks_per_host);
    EXPECT_EQ(machine.inside_host, written.inside_host);
    ASSERT_EQ(machine.network->hosts(), written.network->hosts());
    ASSERT_EQ(machine.network->links(), written.network->links());
    for (Host to = 0; to < written.network->hosts(); ++to) {
      EXPECT_EQ(machine.between(0, to), written.between(0, to)) << spec << " to " << to;
    }
  }
}

TEST_F(MachineFile, CorrectionsBySizeAreKept) {
  Machine written = make_machine("crossbar:hosts=2");
  written.between_hosts.corrections = std::make_shared<const SizeCorrections>(
      std::vector<SizeCorrections::Point>{{1, 0}, {1000, -5000}, {3000, 7000, 400}}, 20'480);
  write_machine_file(written, name_);
  const Machine machine = make_machine(name_);
  ASSERT_NE(machine.between_hosts.corrections, nullptr);
  EXPECT_EQ(machine.between_hosts.corrections->points(), written.between_hosts.corrections->points());
  EXPECT_EQ(machine.inside_host.corrections, nullptr);
  const SizeCorrections& corrections = *machine.between(0, 1).corrections;
  EXPECT_EQ(corrections.burst(), 20'480);
  EXPECT_EQ(corrections.of(1), 0);
  EXPECT_EQ(corrections.of(2000), 1000);
  EXPECT_EQ(corrections.of(1'000'000), 7000);
  EXPECT_EQ(corrections.cpu_of(1000), 0);
  EXPECT_EQ(corrections.cpu_of(2000), 200);
  EXPECT_EQ(corrections.cpu_of(1'000'000), 400);
}

TEST_F(MachineFile, ReductionsByTypeAndOperatorAreKept) {
  Machine written = make_machine("crossbar:hosts=2");
  const auto ps = [](double time) { return TimePerByte::from_picoseconds(time); };
  written.reductions = std::make_shared<const ReductionCosts>(
      std::vector<ReductionCosts::Entry>{{ElementType::kFloat, ReduceOperator::kSum, ps(25), ps(125)},
                                         {ElementType::kBool, ReduceOperator::kLogicalXor, ps(100), ps(0)}},
      Bytes{1} << 20U);
  write_machine_file(written, name_);
  const Machine machine = make_machine(name_);
  ASSERT_NE(machine.reductions, nullptr);
  EXPECT_EQ(*machine.reductions, *written.reductions);
  EXPECT_EQ(machine.reductions->of(ElementType::kFloat, ReduceOperator::kMaximum), std::nullopt);
  const ReductionTime sum = machine.reductions->of(ElementType::kFloat, ReduceOperator::kSum).value();
  EXPECT_EQ(sum.of(1000), 25'000);
  EXPECT_EQ(sum.of(Bytes{1} << 20U), 25 * (Picoseconds{1} << 20U));
  EXPECT_EQ(sum.of((Bytes{1} << 20U) + 8), 125 * ((Picoseconds{1} << 20U) + 8));
  write_machine_file(make_machine("crossbar:hosts=2"), name_);
  EXPECT_EQ(make_machine(name_).reductions, nullptr);
}

TEST_F(MachineFile, WrongReductionsAreRefusedWithTheirPlace) {
  const auto refused = [&](const std::string& reductions) {
    return complaint(R"({"schema":"ringwood.machine/1","hosts":[{"id":"a"}],"reductions":)" + reductions + "}");
  };
  const auto with = [&](const std::string& times) {
    return refused(R"({"cache_bytes":4096,"times":[)" + times + "]}");
  };
  const std::string sum = R"({"type":"float","op":"sum","cache_s_per_byte":1e-11,"memory_s_per_byte":1e-10})";
  EXPECT_EQ(with(sum), "accepted");
  EXPECT_THAT(with(sum + "," + sum), HasSubstr("reductions/times/1: that type and operator are there twice"));
  EXPECT_THAT(refused("7"), HasSubstr("reductions: expected an object"));
  EXPECT_THAT(refused(R"({"cache_bytes":1,"times":{}})"), HasSubstr("reductions: expected an object"));
  EXPECT_THAT(refused(R"({"cache_bytes":-1,"times":[]})"), HasSubstr("reductions/cache_bytes: expected a number"));
  EXPECT_THAT(refused(R"({"times":[]})"), HasSubstr("reductions/cache_bytes: expected a number"));
  EXPECT_THAT(with("7"), HasSubstr("reductions/times/0/type: expected a string"));
  EXPECT_THAT(with(R"({"type":"flaot","op":"sum"})"), HasSubstr("times/0/type: there is no type 'flaot'"));
  EXPECT_THAT(with(R"({"type":"float","op":"add"})"), HasSubstr("times/0/op: there is no operator 'add'"));
  EXPECT_THAT(with(R"({"type":"float","op":"bxor"})"), HasSubstr("times/0: 'bxor' has no meaning for 'float'"));
  EXPECT_THAT(with(R"({"type":"float","op":"sum","cache_s_per_byte":-1})"), HasSubstr("times/0/cache_s_per_byte"));
  EXPECT_THAT(with(R"({"type":"float","op":"sum","cache_s_per_byte":0})"), HasSubstr("times/0/memory_s_per_byte"));
}

TEST_F(MachineFile, HostsOfOneSwitchAreAGroup) {
  write_machine_file(make_machine("fat-tree:leaves=3,hosts-per-leaf=2"), name_);
  const Machine machine = make_machine(name_);
  EXPECT_EQ(machine.network->group_levels(), std::vector<std::string>{"leaf"});
  EXPECT_EQ(machine.network->group_of(0, 0), machine.network->group_of(0, 1));
  EXPECT_NE(machine.network->group_of(0, 1), machine.network->group_of(0, 2));
  write_machine_file(make_machine("torus:dims=3x4"), name_);
  EXPECT_TRUE(make_machine(name_).network->group_levels().empty());
}

TEST_F(MachineFile, ErrorsNameThePlace) {
  EXPECT_THAT(complaint("{\n  \"schema\": }"), HasSubstr(":2:13: not the JSON of a machine"));
  EXPECT_THAT(complaint("{}"), HasSubstr("ringwood.machine/1"));
  EXPECT_THAT(complaint("{\"schema\": 1e999}"), HasSubstr("number overflow"));
  const std::string head = R"({"schema":"ringwood.machine/1","hosts":[{"id":"a"},{"id":"b"}],"links":[)";
  EXPECT_THAT(complaint(head + "]}"), HasSubstr("no way to host 'a' from 1 hosts: 'b'"));
  EXPECT_THAT(complaint(head + R"({"a":"a","b":"c","bw_Bps":1e9,"lat_s":0}]})"),
              HasSubstr("links/0/b: 'c' is no host"));
  EXPECT_THAT(complaint(head + R"({"a":"a","b":"b","bw_Bps":0,"lat_s":0}]})"), HasSubstr("links/0/bw_Bps"));
  EXPECT_THAT(complaint(head + R"({"a":"a","b":"b","bw_Bps":1e9,"lat_s":-1}]})"), HasSubstr("links/0/lat_s"));
  EXPECT_THAT(complaint(head + R"({"a":"a","b":"a","bw_Bps":1e9,"lat_s":0}]})"), HasSubstr("to itself"));
  EXPECT_THAT(complaint(R"({"schema":"ringwood.machine/1","hosts":[{"id":"a"},{"id":"a"}]})"), HasSubstr("twice"));
  EXPECT_THAT(complaint(R"({"schema":"ringwood.machine/1"})"), HasSubstr("at least one host"));
  const auto corrected = [&](const std::string& corrections) {
    return complaint(R"({"schema":"ringwood.machine/1","hosts":[{"id":"a"}],"inside_host":{"corrections":)" +
                     corrections + "}}");
  };
  EXPECT_EQ(corrected(R"([{"bytes":1,"s":1e-6},{"bytes":8,"s":-1e-6}])"), "accepted");
  EXPECT_THAT(corrected("[]"), HasSubstr("inside_host/corrections: expected a list"));
  EXPECT_THAT(corrected("[7]"), HasSubstr("inside_host/corrections/0: expected an object"));
  EXPECT_THAT(corrected(R"([{"bytes":0,"s":0}])"), HasSubstr("inside_host/corrections/0/bytes"));
  EXPECT_THAT(corrected(R"([{"bytes":1,"s":0,"cpu_s":"much"}])"), HasSubstr("inside_host/corrections/0/cpu_s"));
  EXPECT_THAT(corrected(R"([{"bytes":8,"s":0},{"bytes":8,"s":0}])"), HasSubstr("that ascend"));
}

}  // namespace
}  // namespace ringwood
