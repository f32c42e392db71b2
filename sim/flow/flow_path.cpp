#include "sim/flow/flow_path.hpp"

#include <algorithm>
#include <string>

namespace ringwood {

namespace {

using Kind = SimulatedOperation::Kind;

/// The step of an operation. `through_cpu`: what comes after it waited for its end, and not for its message.
[[nodiscard]] CriticalStep step_of(const FlowOperation& operation, bool through_cpu, const LinkTable& links) {
  CriticalStep step;
  step.rank = operation.rank;
  step.round = operation.round;
  step.bytes = operation.bytes;
  step.waiting = operation.cause.waiting;
  if (operation.bottleneck != kNoFlowLink) {
    step.link = links.identity(operation.bottleneck).link;
  }
  switch (operation.kind) {
    case Kind::kSend:
      step.kind = LoggedOperation::Kind::kSend;
      step.overhead = through_cpu ? operation.service : operation.injection;
      step.latency = through_cpu ? 0 : operation.latency;
      return step;
    case Kind::kReceive:
    case Kind::kMatch:
      step.kind = LoggedOperation::Kind::kReceive;
      step.overhead = operation.service;
      if (operation.cause.by_message) {
        step.bandwidth = std::min(operation.alone, operation.transfer);
        step.sharing = operation.transfer - step.bandwidth;
      }
      return step;
    case Kind::kReduce:
      step.kind = LoggedOperation::Kind::kReduce;
      step.reduction = operation.service;
      return step;
  }
  return step;
}

[[nodiscard]] std::string text_of(const std::vector<CriticalStep>& steps) {
  constexpr std::size_t kShown = 4;  // places at each end
  std::vector<std::string> places;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i == 0 || steps[i].rank != steps[i - 1].rank || steps[i].round != steps[i - 1].round) {
      places.push_back("rank " + std::to_string(steps[i].rank) + " round " + std::to_string(steps[i].round));
    }
  }
  std::string text;
  for (std::size_t i = 0; i < places.size(); ++i) {
    text += i == 0 ? "" : " -> ";
    if (places.size() > 2 * kShown + 1 && i == kShown) {
      text += "... " + std::to_string(places.size() - 2 * kShown) + " more ...";
      i = places.size() - kShown - 1;
    } else {
      text += places[i];
    }
  }
  return text;
}

}  // namespace

std::vector<CriticalStep> critical_steps(const FlowTrace& trace, OperationId last, const LinkTable& links) {
  std::vector<CriticalStep> steps;
  bool through_cpu = true;
  for (OperationId at = last; at != kNoOperation; at = trace[at].cause.predecessor) {
    steps.push_back(step_of(trace[at], through_cpu, links));
    through_cpu = !trace[at].cause.by_message;
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

CriticalPath critical_path(const std::vector<CriticalStep>& steps) {
  CriticalPath path;
  for (const CriticalStep& step : steps) {
    path.latency += step.latency;
    path.overhead += step.overhead;
    path.bandwidth += step.bandwidth;
    path.sharing += step.sharing;
    path.reduction += step.reduction;
    path.waiting += step.waiting;
    path.messages += step.bandwidth + step.sharing > 0 ? 1 : 0;
  }
  path.text = text_of(steps);
  return path;
}

}  // namespace ringwood
