// ringwood report: what stands in the page. What a browser makes of it is tested in tests/report.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ringwood/error.hpp"
#include "tests/tools/cli/run_command.hpp"
#include "tools/cli/report_data.hpp"
#include "tools/cli/report_pictures.hpp"
#include "tools/cli/report_trace.hpp"

namespace ringwood::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A column of the report's data as the page's script sees it.
[[nodiscard]] nlohmann::json column(const nlohmann::json& data, const std::string& name) {
  for (const auto& field : data.at("fields")) {
    if (field.at("name") == name) {
      nlohmann::json values = nlohmann::json::array();
      for (const auto& value : field.at("values")) {
        values.push_back(field.contains("words") && !value.is_null() ? field["words"][value.get<std::size_t>()]
                                                                     : value);
      }
      return values;
    }
  }
  return nullptr;
}

TEST(ReportData, HasEachResultOnceTheLastOne) {
  const Record first{{"id", std::string("a")}, {"time_s", 1.0}};
  const Record second{{"id", std::string("b")}, {"time_s", 2.0}, {"mpi", std::string("x")}};
  const Record again{{"id", std::string("a")}, {"time_s", 3.0}};
  const auto data =
      nlohmann::json::parse(report_data({{"one", {first, second}, "", nullptr}, {"two", {again}, "", nullptr}}));
  EXPECT_EQ(data["count"], 2);
  EXPECT_EQ(column(data, "time_s"), (nlohmann::json{3.0, 2.0}));
  EXPECT_EQ(column(data, "mpi"), (nlohmann::json{nullptr, "x"}));
  EXPECT_EQ(data["sources"][0]["what"], "2 results");
}

TEST(ReportData, KeepsNumbersExactly) {
  const Record record{{"time_s", 0.1 + 0.2}, {"bytes", std::int64_t{1} << 52}, {"bound_s", Value()}};
  const auto data = nlohmann::json::parse(report_data({{"one", {record}, "", nullptr}}));
  EXPECT_EQ(column(data, "time_s")[0].get<double>(), 0.1 + 0.2);
  EXPECT_EQ(column(data, "bytes")[0].get<std::int64_t>(), std::int64_t{1} << 52);
  EXPECT_EQ(column(data, "bound_s")[0], nullptr);
}

TEST(ReportPictures, AreReadOrRefusedWithAReason) {
  const std::string figure =
      R"({"format":"ringwood.figure/1","collective":"allreduce","algorithm":"ring","ranks":2,"chunks":1,)"
      R"("before":[{"rank":0,"plane":0,"chunk":0,"contributors":[0]},{"rank":1,"plane":1,"chunk":0,"contributors":[1]}],)"
      R"("rounds":[{"messages":[{"from":0,"to":1,"reduce":true,"chunks":[[0,1],[2,3]]}],"changes":[]}]})";
  const auto read = report_figure(figure, "f.json");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ((*read)["before"].size(), 1U) << "other planes are scratch";
  EXPECT_EQ((*read)["rounds"][0]["messages"][0][3], "0 2-4");
  EXPECT_FALSE(report_figure("{\"id\":1}", "f.json").has_value());
  EXPECT_THROW((void)report_figure(R"({"format":"ringwood.figure/1","ranks":2})", "f.json"), Error);
  EXPECT_THROW((void)report_figure(R"({"format":"ringwood.figure/1","ranks":65,"chunks":1,"rounds":[]})", "f.json"),
               Error);
  EXPECT_THROW((void)report_figure(figure.substr(0, figure.size() - 1), "f.json"), Error);
  const std::string links =
      R"([{"finish_s":[1],"levels":[],"links":[{"bytes":8,"link":"a -> b","use":0.5}],"name":"x","time_s":1}])";
  const auto maps = report_link_maps(links, "l.json");
  ASSERT_TRUE(maps.has_value());
  EXPECT_EQ((*maps)[0]["vertices"], (nlohmann::json{"a", "b"}));
  EXPECT_FALSE(report_link_maps(R"([{"collective":"allreduce"}])", "l.json").has_value());
  EXPECT_THROW((void)report_link_maps(R"([{"finish_s":[1],"levels":[],"links":[{"link":"ab"}]}])", "l.json"), Error);
}

TEST(ReportData, CannotEndItsScript) {
  const std::string hostile = "</script><!--<script>\xff\"'\\";
  const Record record{{"algorithm", hostile}, {hostile, std::string("x")}};
  const std::string text = report_data({{hostile, {record}, hostile, nullptr}});
  EXPECT_THAT(text, Not(HasSubstr("<")));
  EXPECT_EQ(column(nlohmann::json::parse(text), "algorithm")[0].get<std::string>().substr(0, 21),
            hostile.substr(0, 21));
}

TEST(ReportData, LeavesOutWhatIsTooLong) {
  std::vector<Record> records;
  for (int i = 0; i < 300; ++i) {
    records.push_back({{"path", std::to_string(i) + std::string(5000, 'x')}, {"ranks", std::int64_t{i}}});
  }
  const auto data = nlohmann::json::parse(report_data({{"one", records, "", nullptr}}));
  EXPECT_EQ(data["omitted"], nlohmann::json{"path"});
  EXPECT_EQ(column(data, "ranks").size(), 300U);
}

TEST(ReportTrace, BecomesColumns) {
  const auto trace = report_trace(R"({"displayTimeUnit":"ns","traceEvents":[
{"ph":"M","pid":0,"name":"process_name","args":{"name":"ranks"}},
{"ph":"X","pid":0,"tid":1,"ts":2.0,"dur":1.5,"name":"send to 0","args":{"round":3,"lane":0,"bytes":64}},
{"ph":"C","pid":1,"ts":0.0,"name":"a->b","args":{"percent":100}},
{"ph":"C","pid":1,"ts":1.75,"name":"a->b","args":{"percent":0}}
]})",
                                  "t.json");
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->at("ranks"), 2);
  EXPECT_DOUBLE_EQ(trace->at("start")[0].get<double>(), 2e-6);
  EXPECT_EQ(trace->at("labels")[0], "send to 0");
  EXPECT_DOUBLE_EQ(trace->at("links")[0]["mean"].get<double>(), 50);
  EXPECT_FALSE(report_trace(R"({"collective":"allreduce"})", "r.jsonl"));
  EXPECT_THROW((void)report_trace(R"({"traceEvents":[{"ph":"X"}]})", "t.json"), Error);
  EXPECT_THROW((void)report_trace(R"({"traceEvents":[)", "t.json"), Error);
}

TEST(Report, IsOneFileThatAsksForNothing) {
  const TemporaryDirectory directory;
  const std::string in = "cd '" + directory.path() + "' && ringwood ";
  ASSERT_EQ(run_line(in + "sweep allreduce --ranks 2..8 --sizes 8,1KiB --quiet --output r.jsonl").code, 0);
  const Outcome outcome = run_line(in + "report r.jsonl -o page.html");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_EQ(outcome.output, "");
  const std::string page = read_file(directory / "page.html");
  EXPECT_EQ(page.find("<!DOCTYPE html>"), 0U);
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, HasSubstr("The MIT License"));
  for (const char* const what : {"src=", "@import", "url(", "<link", "fetch(", "XMLHttpRequest"}) {
    EXPECT_THAT(page, Not(HasSubstr(what))) << what;
  }
  EXPECT_EQ(run_line(in + "report r.jsonl").output, page) << "the same results make the same page";
}

TEST(Report, TakesWhatOtherCommandsPrint) {
  const TemporaryDirectory directory;
  const std::string in = "cd '" + directory.path() + "' && ringwood ";
  ASSERT_EQ(run_line(in + "simulate allreduce --ranks 8 --algorithm ring --format json > s.json").code, 0);
  EXPECT_EQ(run_line(in + "report s.json -o page.html").code, 0);
}

TEST(Report, RefusesWhatIsNoResults) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "r.jsonl") << R"({"collective":"allreduce","ranks":"<b>","bytes":8,"time_s":1})"
                                       << "\n";
  const std::string in = "cd '" + directory.path() + "' && ringwood report ";
  const Outcome text = run_line(in + "r.jsonl -o page.html");
  EXPECT_EQ(text.code, 2);
  EXPECT_THAT(text.errors, HasSubstr("'r.jsonl': result 1 has no number \"ranks\""));
  EXPECT_FALSE(std::filesystem::exists(directory / "page.html"));
  EXPECT_EQ(run_line(in + "nowhere.jsonl").code, 2);
  EXPECT_EQ(run_line(in + "/").code, 2);
  EXPECT_EQ(run_line(in).code, 2);
  std::ofstream(directory / "good.jsonl") << R"({"collective":"allreduce","ranks":2,"bytes":8,"time_s":1})"
                                          << "\n{\"to";
  const Outcome torn = run_line(in + "good.jsonl -o page.html");
  EXPECT_EQ(torn.code, 0);
  EXPECT_THAT(torn.errors, HasSubstr("'good.jsonl' ends in the middle of a line"));
  EXPECT_EQ(run_line(in + "good.jsonl -o /dev/full").code, 3);
}

}  // namespace
}  // namespace ringwood::cli
