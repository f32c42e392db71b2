#pragma once

#include <cstddef>
#include <span>

namespace ringwood {

/// Whether memory can be taken when it is first needed and not only by a signal if there is none left: from Linux 5.14
/// on. Elsewhere all of a segment is taken when it is made.
[[nodiscard]] bool pages_come_on_request();

/// Takes memory for these pages, or throws Error(kSystem): whoever wants to write there is told now. The process sees
/// them from then on: each costs microseconds when it is looked at first, ten times what a call takes that uses a slot.
/// Where pages do not come on request they have to be there.
void take_pages(std::span<std::byte> memory);

/// Has the process see pages that others have taken. Nothing depends on it but time.
void see_pages(std::span<std::byte> memory);

}  // namespace ringwood
