// SIGINT and SIGTERM, heeded between two steps of the work.
#pragma once

namespace cli {

// From here on SIGINT and SIGTERM set a flag instead of ending the process; a second one ends it.
void catch_interrupts();
[[nodiscard]] bool interrupted();
// 130 or 143, after an interrupt.
[[nodiscard]] int interrupt_exit_code();

}  // namespace cli
