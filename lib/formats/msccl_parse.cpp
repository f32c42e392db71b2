#include "formats/msccl_parse.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <pugixml.hpp>

namespace ringwood::msccl {

namespace {

constexpr std::int64_t kMostCells = std::int64_t{1} << 22U;  // of all buffers of all GPUs together
constexpr std::int32_t kMostBlocks = 4096;                   // of a GPU

struct Named {
  std::string_view name;
  StepKind kind;
};

constexpr Named kKinds[] = {
    {"s", StepKind::kSend},
    {"r", StepKind::kReceive},
    {"rrc", StepKind::kReceiveReduceCopy},
    {"rrs", StepKind::kReceiveReduceSend},
    {"rrcs", StepKind::kReceiveReduceCopySend},
    {"rcs", StepKind::kReceiveCopySend},
    {"cpy", StepKind::kCopy},
    {"re", StepKind::kReduce},
    {"nop", StepKind::kNothing},
};

constexpr std::pair<std::string_view, Collective> kCollectives[] = {{"allreduce", Collective::kAllreduce},
                                                                    {"allgather", Collective::kAllgather},
                                                                    {"reducescatter", Collective::kReduceScatter},
                                                                    {"broadcast", Collective::kBroadcast},
                                                                    {"reduce", Collective::kReduce},
                                                                    {"alltoall", Collective::kAlltoall}};

/// "AllReduce", "all_reduce" and "allreduce" are one.
[[nodiscard]] std::string letters_of(std::string_view word) {
  std::string letters;
  for (const char letter : word.substr(0, 40)) {
    if (letter >= 'A' && letter <= 'Z') {
      letters += static_cast<char>(letter - 'A' + 'a');
    } else if (letter != '_' && letter != '-') {
      letters += letter;
    }
  }
  return letters;
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& name, const FormatLimits& limits)
      : text_(text), name_(name), limits_(limits) {}

  Program parse() {
    check_text();
    pugi::xml_document document;
    const pugi::xml_parse_result result = document.load_buffer(text_.data(), text_.size());
    if (!result) {
      fail_at(name_, place_of(text_, std::min(static_cast<std::size_t>(result.offset), text_.size())),
              std::string("not XML: ") + result.description());
    }
    for (std::size_t at = text_.find('\n'); at != std::string_view::npos; at = text_.find('\n', at + 1)) {
      line_ends_.push_back(at);
    }
    const pugi::xml_node root = document.document_element();
    if (std::string_view(root.name()) != "algo") {
      fail(root, "expected the element 'algo', found '" + std::string(root.name()).substr(0, 40) + "'");
    }
    head(root);
    for (const pugi::xml_node gpu : root.children("gpu")) {
      read_gpu(gpu);
    }
    check_complete(root);
    return std::move(program_);
  }

 private:
  void check_text() const {
    if (text_.size() > limits_.bytes) {
      fail_at(name_, {},
              std::to_string(text_.size()) + " bytes; accepted: at most " + std::to_string(limits_.bytes) + " bytes");
    }
    for (const std::string_view refused : {"<!DOCTYPE", "<!ENTITY"}) {
      if (const std::size_t at = text_.find(refused); at != std::string_view::npos) {
        fail_at(name_, place_of(text_, at), std::string(refused) + " is not accepted in MSCCL XML");
      }
    }
  }

  [[nodiscard]] TextPlace place(const pugi::xml_node& node) const {
    const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(node.offset_debug(), 0));
    const auto line = std::lower_bound(line_ends_.begin(), line_ends_.end(), offset);
    const std::size_t start = line == line_ends_.begin() ? 0 : *(line - 1) + 1;
    return {.line = static_cast<std::size_t>(line - line_ends_.begin()) + 1, .column = offset - start + 1};
  }

  [[noreturn]] void fail(const pugi::xml_node& node, const std::string& message) const {
    fail_at(name_, place(node), message);
  }

  [[nodiscard]] std::int64_t integer(const pugi::xml_node& node, const char* attribute, std::int64_t minimum,
                                     std::int64_t maximum) const {
    const std::string_view found = node.attribute(attribute).value();
    std::int64_t value = 0;
    const auto [end, status] = std::from_chars(found.data(), found.data() + found.size(), value);
    if (status != std::errc{} || end != found.data() + found.size() || value < minimum || value > maximum) {
      fail(node, std::string("expected ") + attribute + " from " + std::to_string(minimum) + " to " +
                     std::to_string(maximum) + ", found '" + std::string(found.substr(0, 40)) + "'");
    }
    return value;
  }

  void head(const pugi::xml_node& root) {
    for (const char letter : std::string_view(root.attribute("name").value()).substr(0, 80)) {
      program_.name += letter > ' ' && letter <= '~' && letter != '#' ? letter : '-';
    }
    const std::string_view collective = root.attribute("coll").value();
    const auto* const found = std::find_if(std::begin(kCollectives), std::end(kCollectives),
                                           [&](const auto& known) { return known.first == letters_of(collective); });
    if (found == std::end(kCollectives)) {
      fail(root, "expected coll to be allreduce, allgather, reduce_scatter, broadcast, reduce or alltoall, found '" +
                     std::string(collective.substr(0, 40)) + "'");
    }
    program_.collective = found->second;
    const auto gpus = root.attribute("ngpus") ? integer(root, "ngpus", 1, limits_.ranks) : count_gpus(root);
    program_.gpus.resize(static_cast<std::size_t>(gpus));
    seen_.resize(program_.gpus.size());
    program_.chunks = integer(root, "nchunksperloop", 1, kMostCells / gpus);
    program_.may_be_in_place = root.attribute("inplace").as_bool();
    program_.in_place = program_.may_be_in_place && !root.attribute("outofplace").as_bool();
    program_.root = root.attribute("root") ? static_cast<Rank>(integer(root, "root", 0, gpus - 1)) : 0;
    cells_ = 2 * program_.chunks * gpus;
    const bool blocks = program_.collective == Collective::kAllgather ||
                        program_.collective == Collective::kReduceScatter ||
                        program_.collective == Collective::kAlltoall;
    if (blocks && program_.chunks % gpus != 0) {
      fail(root, "expected nchunksperloop to be a multiple of ngpus, found " + std::to_string(program_.chunks));
    }
  }

  [[nodiscard]] std::int64_t count_gpus(const pugi::xml_node& root) const {
    const auto gpus = root.children("gpu");
    const auto count = static_cast<std::int64_t>(std::distance(gpus.begin(), gpus.end()));
    if (count < 1 || count > limits_.ranks) {
      fail(root, "expected 1 to " + std::to_string(limits_.ranks) + " gpus, found " + std::to_string(count));
    }
    return count;
  }

  void read_gpu(const pugi::xml_node& node) {
    const auto gpus = static_cast<std::int64_t>(program_.gpus.size());
    const auto id = static_cast<std::size_t>(integer(node, "id", 0, gpus - 1));
    if (seen_[id]) {
      fail(node, "gpu " + std::to_string(id) + " is there twice");
    }
    seen_[id] = true;
    Gpu& gpu = program_.gpus[id];
    gpu.place = place(node);
    gpu.scratch = node.attribute("s_chunks") ? static_cast<std::int32_t>(integer(node, "s_chunks", 0, kMostCells)) : 0;
    cells_ += gpu.scratch;
    if (cells_ > kMostCells) {
      fail(node, "more chunks in all buffers than " + std::to_string(kMostCells) + ", which is the most accepted");
    }
    const auto blocks = node.children("tb");
    const std::int64_t count = std::distance(blocks.begin(), blocks.end());
    if (count > kMostBlocks) {
      fail(node, "more thread blocks than " + std::to_string(kMostBlocks) + ", which is the most accepted");
    }
    gpu.blocks.resize(static_cast<std::size_t>(count));
    for (const pugi::xml_node block : blocks) {
      read_block(block, gpu, static_cast<Rank>(id));
    }
    for (const Block& block : gpu.blocks) {
      for (const Step& step : block.steps) {
        check_dependency(gpu, step);
      }
    }
  }

  void read_block(const pugi::xml_node& node, Gpu& gpu, Rank me) {
    const auto most = static_cast<std::int64_t>(gpu.blocks.size()) - 1;
    const auto last = static_cast<std::int64_t>(program_.gpus.size()) - 1;
    const std::int64_t id = integer(node, "id", 0, most);
    Block& block = gpu.blocks[static_cast<std::size_t>(id)];
    if (block.place.line != 0) {
      fail(node, "thread block " + std::to_string(id) + " of gpu " + std::to_string(me) + " is there twice");
    }
    block.place = place(node);
    block.send_peer = static_cast<Rank>(integer(node, "send", -1, last));
    block.receive_peer = static_cast<Rank>(integer(node, "recv", -1, last));
    if (block.send_peer == me || block.receive_peer == me) {
      fail(node, "a thread block of gpu " + std::to_string(me) + " that sends to its own gpu or receives from it");
    }
    block.channel = node.attribute("chan") ? static_cast<std::int32_t>(integer(node, "chan", 0, INT16_MAX)) : 0;
    for (const pugi::xml_node step : node.children("step")) {
      read_step(step, block);
    }
  }

  void read_step(const pugi::xml_node& node, Block& block) {
    if (++steps_ > limits_.operations) {
      fail(node, "more steps than " + std::to_string(limits_.operations) + ", which is the most accepted");
    }
    const auto next = static_cast<std::int64_t>(block.steps.size());
    static_cast<void>(integer(node, "s", next, next));
    Step step;
    step.place = place(node);
    step.kind = kind(node);
    step.awaited_block =
        static_cast<std::int32_t>(node.attribute("depid") ? integer(node, "depid", -1, INT32_MAX) : -1);
    step.awaited_step = static_cast<std::int32_t>(node.attribute("deps") ? integer(node, "deps", -1, INT32_MAX) : -1);
    if ((step.kind == StepKind::kSend || forwards(step.kind)) && block.send_peer < 0) {
      fail(node, "a step that sends in a thread block that has nobody to send to");
    }
    if (receives(step.kind) && block.receive_peer < 0) {
      fail(node, "a step that receives in a thread block that has nobody to receive from");
    }
    if (step.kind != StepKind::kNothing) {
      step.source = buffer(node, "srcbuf");
      step.target = buffer(node, "dstbuf");
      step.source_offset = static_cast<std::int32_t>(integer(node, "srcoff", -1, kMostCells));
      step.target_offset = static_cast<std::int32_t>(integer(node, "dstoff", -1, kMostCells));
      step.count = static_cast<std::int32_t>(node.attribute("cnt") ? integer(node, "cnt", 1, kMostCells) : 1);
    }
    block.steps.push_back(step);
  }

  [[nodiscard]] StepKind kind(const pugi::xml_node& node) const {
    const std::string_view found = node.attribute("type").value();
    for (const Named& known : kKinds) {
      if (known.name == found) {
        return known.kind;
      }
    }
    fail(node, "expected type to be s, r, rrc, rrs, rrcs, rcs, cpy, re or nop, found '" +
                   std::string(found.substr(0, 40)) + "'");
  }

  [[nodiscard]] Buffer buffer(const pugi::xml_node& node, const char* attribute) const {
    const std::string_view found = node.attribute(attribute).value();
    if (found == "i") {
      return Buffer::kInput;
    }
    if (found == "o") {
      return Buffer::kOutput;
    }
    if (found == "s") {
      return Buffer::kScratch;
    }
    fail(node,
         std::string("expected ") + attribute + " to be i, o or s, found '" + std::string(found.substr(0, 40)) + "'");
  }

  void check_dependency(const Gpu& gpu, const Step& step) const {
    if (step.awaited_block < 0 || step.awaited_step < 0) {
      return;
    }
    const auto block = static_cast<std::size_t>(step.awaited_block);
    if (block >= gpu.blocks.size() || static_cast<std::size_t>(step.awaited_step) >= gpu.blocks[block].steps.size()) {
      fail_at(name_, step.place,
              "a step that waits for step " + std::to_string(step.awaited_step) + " of thread block " +
                  std::to_string(step.awaited_block) + ", which is not there");
    }
  }

  void check_complete(const pugi::xml_node& root) const {
    const auto missing = std::find(seen_.begin(), seen_.end(), false);
    if (missing != seen_.end()) {
      fail(root, "gpu " + std::to_string(missing - seen_.begin()) + " is missing");
    }
  }

  std::string_view text_;
  const std::string& name_;
  const FormatLimits& limits_;
  std::vector<std::size_t> line_ends_;
  Program program_;
  std::vector<bool> seen_;
  std::int64_t cells_ = 0;
  std::size_t steps_ = 0;
};

}  // namespace

Program parse(std::string_view text, const std::string& name, const FormatLimits& limits) {
  return Parser(text, name, limits).parse();
}

}  // namespace ringwood::msccl
