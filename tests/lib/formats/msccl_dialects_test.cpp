// MSCCL XML of the forms in which others write it: many channels, chains of combined steps, local reductions out of
// scratch, dependencies by steps that do nothing, blocks in any order. Each is proved.

#include <gtest/gtest.h>

#include <map>

#include "ringwood/formats.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {
namespace {

/// "i3": chunk 3 of the input buffer.
std::string at(char buffer, int offset) {
  return buffer + std::to_string(offset);
}

struct Place {
  int block = -1;
  int step = -1;
};

/// Writes a program step by step: a thread block for each pair of peers and channel of a GPU.
class Writer {
 public:
  explicit Writer(int gpus) : gpus_(static_cast<std::size_t>(gpus)) {}

  Place step(int gpu, std::tuple<int, int, int> send_receive_channel, const std::string& type, const std::string& from,
             const std::string& to, int count = 1, Place after = {}) {
    auto& blocks = gpus_[static_cast<std::size_t>(gpu)];
    const auto [found, added] = numbers_.try_emplace({gpu, send_receive_channel}, static_cast<int>(blocks.size()));
    if (added) {
      blocks.push_back({send_receive_channel, {}});
    }
    auto& steps = blocks[static_cast<std::size_t>(found->second)].second;
    const auto attribute = [](const char* name, const std::string& value) {
      return std::string(" ") + name + "=\"" + value + "\"";
    };
    const bool nothing = type == "nop";
    steps.push_back(
        "<step" + attribute("s", std::to_string(steps.size())) + attribute("type", type) +
        attribute("srcbuf", nothing ? "i" : from.substr(0, 1)) + attribute("srcoff", nothing ? "-1" : from.substr(1)) +
        attribute("dstbuf", nothing ? "o" : to.substr(0, 1)) + attribute("dstoff", nothing ? "-1" : to.substr(1)) +
        attribute("cnt", std::to_string(count)) + attribute("depid", std::to_string(after.block)) +
        attribute("deps", std::to_string(after.step)) + attribute("hasdep", "0") + "/>\n");
    return {found->second, static_cast<int>(steps.size()) - 1};
  }

  /// With the blocks of each GPU from the last to the first, or the other way round.
  [[nodiscard]] std::string text(const std::string& head, int scratch = 0, bool backwards = false) const {
    std::string text = "<algo name=\"test\" proto=\"LL128\" nchannels=\"8\" " + head + " redop=\"sum\">\n";
    for (std::size_t gpu = 0; gpu < gpus_.size(); ++gpu) {
      text += "  <gpu id=\"" + std::to_string(gpu) + "\" i_chunks=\"0\" o_chunks=\"0\" s_chunks=\"" +
              std::to_string(scratch) + "\">\n";
      const auto count = gpus_[gpu].size();
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t block = backwards ? count - 1 - i : i;
        const auto& [peers, steps] = gpus_[gpu][block];
        const auto [send, receive, channel] = peers;
        text += "    <tb id=\"" + std::to_string(block) + "\" send=\"" + std::to_string(send) + "\" recv=\"" +
                std::to_string(receive) + "\" chan=\"" + std::to_string(channel) + "\">\n";
        for (const std::string& step : steps) {
          text += "      " + step;
        }
        text += "    </tb>\n";
      }
      text += "  </gpu>\n";
    }
    return text + "</algo>\n";
  }

 private:
  using Block = std::pair<std::tuple<int, int, int>, std::vector<std::string>>;

  std::vector<std::vector<Block>> gpus_;
  std::map<std::pair<int, std::tuple<int, int, int>>, int> numbers_;
};

VerifyReport proof_of(const std::string& text) {
  const RecordedSchedule read = read_msccl_xml(text, "x.xml");
  VerifyReport report = verify(schedule_of(read));
  EXPECT_TRUE(report.ok) << report.error;
  return report;
}

// Everyone sends chunk c to its owner's scratch; a block without peers adds up, and waits for each by a nop.
std::string all_pairs(int p, bool backwards = false) {
  Writer writer(p);
  for (int me = 0; me < p; ++me) {
    std::vector<Place> arrived;
    for (int peer = 0; peer < p; ++peer) {
      if (peer != me) {
        const int slot = me < peer ? me : me - 1;
        writer.step(me, {peer, peer, 0}, "s", at('i', peer), at('s', slot));
        arrived.push_back(writer.step(me, {peer, peer, 0}, "r", at('i', me), at('s', peer < me ? peer : peer - 1)));
      }
    }
    for (std::size_t i = 1; i < arrived.size(); ++i) {
      writer.step(me, {-1, -1, 0}, "nop", "", "", 0, arrived[i]);
    }
    Place added = arrived.front();
    for (int slot = 0; slot < p - 1; ++slot) {
      added = writer.step(me, {-1, -1, 0}, "re", at('s', slot), at('i', me), 1, slot == 0 ? added : Place{});
    }
    for (int peer = 0; peer < p; ++peer) {
      if (peer != me) {
        writer.step(me, {peer, peer, 0}, "s", at('i', me), at('i', me), 1, added);
        writer.step(me, {peer, peer, 0}, "r", at('i', peer), at('i', peer));
      }
    }
  }
  return writer.text("nchunksperloop=\"" + std::to_string(p) + "\" ngpus=\"" + std::to_string(p) +
                         "\" coll=\"allreduce\" inplace=\"1\" outofplace=\"0\" minBytes=\"0\" maxBytes=\"0\"",
                     p - 1, backwards);
}

TEST(MscclDialects, AllPairsOutOfScratch) {
  for (const int p : {2, 3, 8}) {
    const VerifyReport report = proof_of(all_pairs(p));
    EXPECT_EQ(report.messages, 2 * p * (p - 1));
    EXPECT_EQ(report.reduced_max, p - 1);
    EXPECT_TRUE(report.same_bits);
  }
}

TEST(MscclDialects, BlocksMayStandInAnyOrder) {
  EXPECT_EQ(proof_of(all_pairs(5, true)).messages, proof_of(all_pairs(5)).messages);
}

TEST(MscclDialects, HeadsVary) {
  const auto with = [](const std::string& from, const std::string& to) {
    std::string text = all_pairs(3);
    return text.replace(text.find(from), from.size(), to);
  };
  for (const char* const name : {"AllReduce", "all_reduce", "ALLREDUCE"}) {
    proof_of(with("coll=\"allreduce\"", std::string("coll=\"") + name + "\""));
  }
  proof_of(with("ngpus=\"3\"", ""));
  proof_of(with("outofplace=\"0\"", ""));
  proof_of(with("outofplace=\"0\"", "outofplace=\"1\""));
}

// Rings, one a channel and instance, with combined steps and a tail that gathers: the form in which rings are written.
TEST(MscclDialects, RingsOnManyChannels) {
  const int p = 8;
  const int rings = 16;
  Writer writer(p);
  for (int me = 0; me < p; ++me) {
    for (int ring = 0; ring < rings; ++ring) {
      const std::tuple<int, int, int> peers{(me + 1) % p, (me + p - 1) % p, ring};
      const auto chunk = [&](int steps_back) { return at('i', ring * p + ((me - steps_back) % p + p) % p); };
      writer.step(me, peers, "s", chunk(0), chunk(0));
      for (int i = 1; i < p - 1; ++i) {
        writer.step(me, peers, "rrs", chunk(i), chunk(i));
      }
      writer.step(me, peers, "rrcs", chunk(p - 1), chunk(p - 1));
      for (int i = 0; i < p - 2; ++i) {
        writer.step(me, peers, "rcs", chunk(i), chunk(i));
      }
      writer.step(me, peers, "r", chunk(p - 2), chunk(p - 2));
    }
  }
  const VerifyReport report =
      proof_of(writer.text("nchunksperloop=\"128\" ngpus=\"8\" coll=\"allreduce\" inplace=\"1\""));
  EXPECT_EQ(report.rounds, 2 * (p - 1));
  EXPECT_EQ(report.messages, 2 * p * (p - 1) * rings);
}

// Within pairs, then between them, each chunk on a channel of its own; the sender of the second step forwards.
TEST(MscclDialects, HierarchicalAllgatherOutOfPlace) {
  Writer writer(4);
  for (int me = 0; me < 4; ++me) {
    const int near = me ^ 1;
    const int far = me ^ 2;
    for (int channel = 0; channel < 2; ++channel) {
      const auto own = at('i', channel);
      const auto of = [&](int rank) { return at('o', 2 * rank + channel); };
      writer.step(me, {near, far, channel}, "s", own, of(me));
      writer.step(me, {near, far, channel}, "rcs", own, of(far));
      writer.step(me, {far, -1, channel}, "s", own, of(me));
      writer.step(me, {far, -1, channel}, "cpy", own, of(me));
      writer.step(me, {-1, near, channel}, "r", own, of(near));
      writer.step(me, {-1, near, channel}, "r", of(near ^ 2), of(near ^ 2));
    }
  }
  const VerifyReport report = proof_of(writer.text(
      "nchunksperloop=\"8\" ngpus=\"4\" coll=\"allgather\" inplace=\"0\" outofplace=\"1\" minBytes=\"64\""));
  EXPECT_EQ(report.sent_max, 6);
}

TEST(MscclDialects, ReduceScatterInPlace) {
  const int p = 5;
  Writer writer(p);
  for (int me = 0; me < p; ++me) {
    const std::tuple<int, int, int> peers{(me + 1) % p, (me + p - 1) % p, 0};
    const auto chunk = [&](int i) { return at('i', ((me - 1 - i) % p + p) % p); };
    writer.step(me, peers, "s", chunk(0), chunk(0));
    for (int i = 1; i < p - 1; ++i) {
      writer.step(me, peers, "rrs", chunk(i), chunk(i));
    }
    writer.step(me, peers, "rrc", chunk(p - 1), chunk(p - 1));
  }
  for (const char* const name : {"reduce_scatter", "reducescatter"}) {
    proof_of(writer.text("nchunksperloop=\"5\" ngpus=\"5\" coll=\"" + std::string(name) + "\" inplace=\"1\""));
  }
}

// Two nodes of two: blocks for the other node are collected in the scratch of the one that sends there, four at a time.
TEST(MscclDialects, AlltoallInTwoStepsThroughScratch) {
  Writer writer(4);
  for (int me = 0; me < 4; ++me) {
    const int near = me ^ 1;
    const int far = me ^ 2;  // with the same place in the other node
    writer.step(me, {-1, -1, 0}, "cpy", at('i', me), at('o', me));
    writer.step(me, {near, near, 0}, "s", at('i', near), at('o', me));
    writer.step(me, {near, near, 0}, "r", at('i', me), at('o', near));
    const auto own = writer.step(me, {-1, -1, 0}, "cpy", at('i', far), at('s', me % 2));
    writer.step(me, {near, near, 1}, "s", at('i', far ^ 1), at('s', me % 2));
    const auto other = writer.step(me, {near, near, 1}, "r", at('i', far), at('s', near % 2));
    writer.step(me, {far, far, 2}, "nop", "", "", 0, own);
    writer.step(me, {far, far, 2}, "s", at('s', 0), at('o', me / 2 * 2), 2, other);
    writer.step(me, {far, far, 2}, "r", at('s', 0), at('o', far / 2 * 2), 2);
  }
  const VerifyReport report =
      proof_of(writer.text("nchunksperloop=\"4\" ngpus=\"4\" coll=\"alltoall\" inplace=\"0\"", 2));
  EXPECT_EQ(report.sent_max, 4);
}

// The tool writes where the sender had what is reduced, not where the receiver has the other addend.
TEST(MscclDialects, ReductionsThatNameThePlaceAtTheSender) {
  Writer writer(2);
  const auto moved = writer.step(1, {-1, -1, 0}, "cpy", "i0", "s1");
  writer.step(1, {0, 0, 0}, "s", "s1", "i0", 1, moved);
  writer.step(0, {1, 1, 0}, "rrc", "s1", "i0");
  writer.step(0, {1, 1, 0}, "s", "i0", "i0");
  writer.step(1, {0, 0, 0}, "r", "i0", "i0");
  const VerifyReport report =
      proof_of(writer.text("nchunksperloop=\"1\" ngpus=\"2\" coll=\"allreduce\" inplace=\"1\"", 2));
  EXPECT_EQ(report.messages, 2);
}

TEST(MscclDialects, LargeFilesAreReadInSeconds) {
  const VerifyReport report = proof_of(all_pairs(32));
  EXPECT_EQ(report.messages, 2 * 32 * 31);
}

}  // namespace
}  // namespace ringwood
