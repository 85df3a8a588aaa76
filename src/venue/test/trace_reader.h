// Recomputes all accounts from the trace alone, as a check would.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "market/trace.h"
#include "world/trace.h"

namespace venue {

class TraceReader {
 public:
  void read(const world::TraceRecord& record) {
    if (const auto opened = as<market::VenueOpened>(record)) {
      open(*opened);
    } else if (const auto filled = as<market::FilledTrace>(record)) {
      if (is_new(filled->position)) {
        count(filled->event);
      }
    } else if (const auto accepted = as<market::OrderAcceptedTrace>(record)) {
      if (is_new(accepted->position)) {
        EXPECT_TRUE(keys_.insert(accepted->event.request.authority->key()).second)
            << "one order for each key";
      }
    } else if (const auto statement = as<market::BalanceStatement>(record)) {
      compare(*statement);
    } else {
      skip<market::OrderRepeatedTrace>(record);
      skip<market::OrderReplacedTrace>(record);
      skip<market::TasksClosedTrace>(record);
      skip<market::OrderRejectedTrace>(record);
      skip<market::OrderCancelledTrace>(record);
      skip<market::QuotedTrace>(record);
      skip<market::FencedTrace>(record);
      skip<market::MarkedTrace>(record);
    }
  }
  [[nodiscard]] std::size_t fills() const { return fills_; }
  [[nodiscard]] std::size_t orders() const { return keys_.size(); }
  [[nodiscard]] std::size_t statements() const { return statements_; }

 private:
  template <class Record>
  static std::optional<Record> as(const world::TraceRecord& record) {
    return world::as<Record>(world::TraceEntry{{}, {}, {}, record});
  }
  template <class Record>
  void skip(const world::TraceRecord& record) {
    if (const auto found = as<Record>(record)) {
      is_new(found->position);
    }
  }
  bool is_new(const market::JournalPosition& position) {
    if (position.journal == 0 || position <= last_) {
      return false;
    }
    EXPECT_LE(position.journal, last_.journal + 1) << "a journal record left no trace";
    last_ = position;
    return true;
  }
  void open(const market::VenueOpened& opened) {
    if (opened_) {
      return;
    }
    opened_ = true;
    for (const market::AccountConfig& account : opened.configuration.accounts) {
      cash_[account.id] = account.cash.micros;
      for (const auto& [symbol, quantity] : account.positions) {
        shares_[symbol] += quantity.shares;
      }
    }
  }
  void count(const market::Filled& fill) {
    ++fills_;
    EXPECT_EQ(fill.number, fills_) << "every fill once and in order";
    cash_[fill.buyer.account] -= fill.notional.micros + fill.buyer.fee.micros;
    cash_[fill.seller.account] += fill.notional.micros - fill.seller.fee.micros;
    fees_ += fill.buyer.fee.micros + fill.seller.fee.micros;
  }
  void compare(const market::BalanceStatement& statement) {
    ++statements_;
    EXPECT_EQ(statement.journal, last_.journal);
    std::int64_t cash = 0;
    for (const auto& [account, micros] : cash_) {
      cash += micros;
    }
    EXPECT_EQ(statement.totals.cash.micros, cash);
    EXPECT_EQ(statement.totals.fees.micros, fees_);
    for (const auto& [symbol, quantity] : statement.totals.shares) {
      EXPECT_EQ(quantity.shares, shares_[symbol]);
    }
  }

  bool opened_ = false;
  std::map<market::AccountId, std::int64_t> cash_;
  std::map<market::SymbolId, std::int64_t> shares_;
  std::int64_t fees_ = 0;
  std::size_t fills_ = 0;
  std::size_t statements_ = 0;
  std::set<market::IdempotencyKey> keys_;
  market::JournalPosition last_;
};

}  // namespace venue
