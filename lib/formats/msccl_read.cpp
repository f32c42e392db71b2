#include "formats/msccl_machine.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

RecordedSchedule read_msccl_xml(std::string_view text, const std::string& name, const FormatLimits& limits) {
  msccl::Program program = msccl::parse(text, name, limits);
  try {
    return msccl::Machine(program, name, limits).run();
  } catch (const Error&) {
    if (program.in_place || !program.may_be_in_place) {
      throw;
    }
  }
  program.in_place = true;
  return msccl::Machine(program, name, limits).run();
}

}  // namespace ringwood
