// What a Store holds.
#pragma once

#include "database.h"
#include "report/store.h"

namespace report {

struct Store::Database {
  Connection connection;
};

}  // namespace report
