#pragma once

/// What users of the shared libraries see: `namespace RINGWOOD_PUBLIC ringwood { ... }` in a public header. Everything
/// else of namespace ringwood stays inside the library that it is in.
#define RINGWOOD_PUBLIC [[gnu::visibility("default")]]
