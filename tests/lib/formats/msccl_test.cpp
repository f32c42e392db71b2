// MSCCL XML: what we write is read back and proved; programs as other people write them mean what they should; what is
// wrong is named.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/formats.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {
namespace {

using testing::HasSubstr;

void expect_round_trip(const Schedule& schedule) {
  SCOPED_TRACE(std::string(name_of(schedule.collective())) + " " + schedule.name() + ", " +
               std::to_string(schedule.ranks()) + " ranks");
  const VerifyReport original = verify(schedule);
  ASSERT_TRUE(original.ok) << original.error;
  const RecordedSchedule read = read_msccl_xml(write_msccl_xml(record(schedule)), "x.xml");
  EXPECT_EQ(read.chunks, schedule.chunks());
  const VerifyReport report = verify(schedule_of(read));
  EXPECT_TRUE(report.ok) << report.error;
  EXPECT_EQ(report.sent_total, original.sent_total);
  EXPECT_EQ(report.sent_max, original.sent_max);
  EXPECT_EQ(report.reduced_max, original.reduced_max);
  EXPECT_GE(report.messages, original.messages);  // one a contiguous piece
}

TEST(Msccl, RoundTripsTheCatalogue) {
  for (const Algorithm* algorithm : built_in_catalogue()) {
    const bool has_words =
        algorithm->collective == Collective::kAllreduce || algorithm->collective == Collective::kReduceScatter ||
        algorithm->collective == Collective::kAllgather || algorithm->collective == Collective::kBroadcast;
    for (const Rank ranks : {1, 2, 3, 4, 6, 7, 8}) {
      if (has_words && why_not(*algorithm, {.ranks = ranks}).empty()) {
        expect_round_trip(Schedule(*algorithm, {.ranks = ranks}));
      }
    }
  }
}

TEST(Msccl, RoundTripsLanes) {
  expect_round_trip(
      Schedule(built_in_library(), Collective::kAllreduce, parse_expression("lanes(2, lanes(2, ring))"), {.ranks = 4}));
}

TEST(Msccl, KeepsTheRoundsOfARing) {
  const RecordedSchedule read = read_msccl_xml(write_msccl_xml(record(Schedule(allreduce_ring, {.ranks = 4}))), "x");
  EXPECT_EQ(verify(schedule_of(read)).rounds, 6);
  EXPECT_EQ(verify(schedule_of(read)).messages, 24);
}

TEST(Msccl, RefusesWhatItHasNoWordsFor) {
  EXPECT_THROW(static_cast<void>(write_msccl_xml(record(Schedule(barrier_dissemination, {.ranks = 4})))), Error);
}

std::string step(int number, const std::string& what, const std::string& from, const std::string& to,
                 const std::string& waits = "depid=\"-1\" deps=\"-1\"") {
  const auto buffer = [](const std::string& place, const std::string& side) {
    return " " + side + "buf=\"" + place.substr(0, 1) + "\" " + side + "off=\"" + place.substr(1) + "\"";
  };
  return "<step s=\"" + std::to_string(number) + "\" type=\"" + what + "\"" + buffer(from, "src") + buffer(to, "dst") +
         " cnt=\"1\" " + waits + " hasdep=\"0\"/>\n";
}

std::string program(const std::string& head, const std::vector<std::string>& gpus) {
  std::string text = "<algo name=\"a b\" proto=\"Simple\" nchannels=\"1\" ngpus=\"" + std::to_string(gpus.size()) +
                     "\" " + head + ">\n";
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    text +=
        "<gpu id=\"" + std::to_string(i) + "\" i_chunks=\"1\" o_chunks=\"1\" s_chunks=\"2\">\n" + gpus[i] + "</gpu>\n";
  }
  return text + "</algo>\n";
}

// A ring of two or three written with combined steps, out of place: nothing is stored on the way.
std::string ring_of_combined_steps(int p) {
  std::vector<std::string> gpus;
  for (int g = 0; g < p; ++g) {
    const auto block = [&](int i) { return std::to_string(((g - i) % p + p) % p); };
    std::string steps = step(0, "s", "i" + block(0), "o0");
    for (int s = 1; s < p - 1; ++s) {
      steps += step(s, "rrs", "i" + block(s), "o0");
    }
    steps += step(p - 1, "rrcs", "i" + block(p - 1), "o" + block(p - 1));
    for (int s = 0; s < p - 2; ++s) {
      steps += step(p + s, "rcs", "i0", "o" + block(s));
    }
    steps += step(2 * p - 2, "r", "i0", "o" + block(p - 2));
    gpus.push_back("<tb id=\"0\" send=\"" + std::to_string((g + 1) % p) + "\" recv=\"" +
                   std::to_string((g + p - 1) % p) + "\" chan=\"0\">\n" + steps + "</tb>\n");
  }
  return program("coll=\"allreduce\" nchunksperloop=\"" + std::to_string(p) + "\" inplace=\"0\" outofplace=\"1\"",
                 gpus);
}

TEST(Msccl, UnderstandsCombinedSteps) {
  for (const int p : {2, 3, 5, 8}) {
    const RecordedSchedule read = read_msccl_xml(ring_of_combined_steps(p), "x");
    const VerifyReport report = verify(schedule_of(read));
    EXPECT_TRUE(report.ok) << report.error;
    EXPECT_EQ(report.rounds, 2 * (p - 1));
    EXPECT_EQ(report.messages, 2 * p * (p - 1));
    EXPECT_EQ(report.reduced_max, p - 1);
    EXPECT_EQ(read.algorithm, "a-b");
  }
}

// The pair of the format's description: both send before they receive.
std::string pair(const std::string& extra = "") {
  std::vector<std::string> gpus;
  for (int g = 0; g < 2; ++g) {
    const std::string own = std::to_string(g);
    const std::string other = std::to_string(1 - g);
    gpus.push_back("<tb id=\"0\" send=\"" + other + "\" recv=\"" + other + "\" chan=\"0\">\n" +
                   step(0, "s", "i0", "o" + own) + step(1, "r", "i0", "o" + other) + "</tb>\n" +
                   "<tb id=\"1\" send=\"-1\" recv=\"-1\" chan=\"0\">\n" + step(0, "cpy", "i0", "o" + own) + extra +
                   "</tb>\n");
  }
  return program("coll=\"allgather\" nchunksperloop=\"2\" inplace=\"0\"", gpus);
}

TEST(Msccl, ReadsAnExchangeInWhichBothSendFirst) {
  const VerifyReport report = verify(schedule_of(read_msccl_xml(pair(), "x")));
  EXPECT_TRUE(report.ok) << report.error;
  EXPECT_EQ(report.rounds, 1);
}

TEST(Msccl, MovesDataThroughScratchOfAnyOffset) {
  std::vector<std::string> gpus;
  for (int g = 0; g < 2; ++g) {
    const std::string other = std::to_string(1 - g);
    gpus.push_back("<tb id=\"0\" send=\"" + other + "\" recv=\"" + other + "\" chan=\"0\">\n" +
                   step(0, "s", "i0", "s1") + step(1, "r", "i0", "s1") + step(2, "re", "s1", "i0") + "</tb>\n");
  }
  const VerifyReport report =
      verify(schedule_of(read_msccl_xml(program("coll=\"allreduce\" nchunksperloop=\"1\" inplace=\"1\"", gpus), "x")));
  EXPECT_TRUE(report.ok) << report.error;
  EXPECT_EQ(report.scratch_chunks, 1);
}

TEST(Msccl, VerifierNamesTheLineOfALostContribution) {
  std::string text = ring_of_combined_steps(3);
  text.replace(text.find("rrs"), 3, "rcs");  // gpu 0 forwards without adding its own
  try {
    const VerifyReport report = verify(schedule_of(read_msccl_xml(text, "x")));
    EXPECT_FALSE(report.ok);
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("x:"));
  }
}

struct Wrong {
  const char* name;
  std::string text;
  const char* message;
};

class WrongXml : public testing::TestWithParam<Wrong> {};

TEST_P(WrongXml, IsNamedWithItsPlace) {
  try {
    static_cast<void>(read_msccl_xml(GetParam().text, "x.xml", {.ranks = 64, .operations = 1000}));
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_THAT(error.what(), HasSubstr(GetParam().message));
  }
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

INSTANTIATE_TEST_SUITE_P(
    Files, WrongXml,
    testing::Values(
        Wrong{"empty", "", "x.xml:1:1: not XML"}, Wrong{"cut", pair().substr(0, 200), "not XML"},
        Wrong{"entity", "<!DOCTYPE a [<!ENTITY b \"c\">]>" + pair(), "x.xml:1:1: <!DOCTYPE is not accepted"},
        Wrong{"root", "<a/>", "expected the element 'algo'"},
        Wrong{"collective", replaced(pair(), "allgather", "custom"), "expected coll to be allreduce"},
        Wrong{"ranks", replaced(pair(), "ngpus=\"2\"", "ngpus=\"65\""), "expected ngpus from 1 to 64, found '65'"},
        Wrong{"missing", replaced(pair(), "ngpus=\"2\"", "ngpus=\"3\""), "nchunksperloop to be a multiple of ngpus"},
        Wrong{"twice", replaced(pair(), "gpu id=\"1\"", "gpu id=\"0\""), "gpu 0 is there twice"},
        Wrong{"kind", replaced(pair(), "cpy", "copy"), "x.xml:8:2: expected type to be s, r"},
        Wrong{"buffer", replaced(pair(), "srcbuf=\"i\"", "srcbuf=\"x\""), "expected srcbuf to be i, o or s, found 'x'"},
        Wrong{"offset", replaced(pair(), "srcoff=\"0\"", "srcoff=\"1\""), "x.xml:4:2: offset 1 is not in its buffer"},
        Wrong{"waits_for_nothing", replaced(pair(), "depid=\"-1\" deps=\"-1\"", "depid=\"7\" deps=\"0\""),
              "waits for step 0 of thread block 7, which is not there"},
        Wrong{"waits_for_itself", replaced(pair(), "depid=\"-1\" deps=\"-1\"", "depid=\"0\" deps=\"1\""),
              "step 0 of thread block 0 of gpu 0 waits forever for step 1 of thread block 0"},
        Wrong{"unsent", replaced(pair(), "type=\"s\"", "type=\"nop\""), "waits forever for a message from gpu 0"},
        Wrong{"unreceived", replaced(pair(), "type=\"r\"", "type=\"nop\""), "a message that gpu 0 never receives"},
        Wrong{"waits_in_a_circle",
              replaced(replaced(pair(), "depid=\"-1\" deps=\"-1\"", "depid=\"1\" deps=\"0\""),
                       "dstoff=\"0\" cnt=\"1\" depid=\"-1\" deps=\"-1\" hasdep=\"0\"/>\n</tb>\n</gpu>",
                       "dstoff=\"0\" cnt=\"1\" depid=\"0\" deps=\"1\" hasdep=\"0\"/>\n</tb>\n</gpu>"),
              "x.xml:4:2: step 0 of thread block 0 of gpu 0 waits forever for step 0 of thread block 1; line 8: step 0 "
              "of "
              "thread block 1 of gpu 0 waits forever for step 1 of thread block 0"},
        Wrong{"block_twice", replaced(pair(), "tb id=\"1\"", "tb id=\"0\""), "thread block 0 of gpu 0 is there twice"},
        Wrong{"not_stored", replaced(pair(), "type=\"cpy\"", "type=\"nop\""),
              "gpu 0 ends with nothing in its output buffer where chunk 0 belongs; no step writes it"},
        Wrong{"misplaced", replaced(pair(step(1, "cpy", "i0", "o1")), "type=\"cpy\"", "type=\"nop\""),
              "gpu 0 ends with"},
        Wrong{"unwritten", replaced(pair(), "srcbuf=\"i\"", "srcbuf=\"o\""), "reads a chunk that nobody has written"}),
    [](const testing::TestParamInfo<Wrong>& wrong) { return wrong.param.name; });

}  // namespace
}  // namespace ringwood
