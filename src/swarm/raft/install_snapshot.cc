// Bringing up a member that needs entries which are compacted away (paper, section 7 and figure
// 13).
#include <algorithm>
#include <utility>

#include "raft/step.h"

namespace swarm {

void RaftStep::send_snapshot_piece(world::NodeId node, Raft::Progress& progress) {
  const Snapshot& snapshot = raft_.log_.snapshot();
  if (progress.snapshot_index != snapshot.index) {
    progress.snapshot_index = snapshot.index;
    progress.snapshot_offset = 0;
  }
  const std::uint64_t total = snapshot.state.size();
  const std::uint64_t size =
      std::min<std::uint64_t>(raft_.options_.append_bytes_limit, total - progress.snapshot_offset);
  const auto from = snapshot.state.begin() + static_cast<std::ptrdiff_t>(progress.snapshot_offset);
  send(node, InstallSnapshot{group(), snapshot.index, snapshot.term, snapshot.configuration, total,
                             progress.snapshot_offset,
                             core::Bytes(from, from + static_cast<std::ptrdiff_t>(size))});
}

void RaftStep::handle(const world::Message& header, const SnapshotReply& reply) {
  Raft::Progress* progress = heard_from(header);
  if (progress == nullptr || progress->flow != Raft::Flow::kSnapshot ||
      reply.last_index != raft_.log_.snapshot().index ||
      reply.last_index != progress->snapshot_index ||
      reply.next_offset == progress->snapshot_offset ||
      reply.next_offset > raft_.log_.snapshot().state.size()) {
    return;
  }
  progress->snapshot_offset = reply.next_offset;
  send_snapshot_piece(header.from, *progress);
}

void RaftStep::handle(const world::Message& header, InstallSnapshot& request) {
  const bool well_formed = request.last_index > 0 && request.last_term > 0 &&
                           request.last_term <= header.term && request.configuration.is_valid() &&
                           request.offset <= request.total_bytes &&
                           request.data.size() <= request.total_bytes - request.offset;
  if (!well_formed) {
    return;
  }
  if (!follow(header.from, header.term)) {
    send(header.from, AppendReply{group(), false, 0, 0, 0});
    return;
  }
  if (request.last_index <= raft_.commit_index_) {
    raft_.incoming_.reset();
    send(header.from, AppendReply{group(), true, raft_.commit_index_, 0, 0});
    return;
  }
  const bool continues = raft_.incoming_ && raft_.incoming_->snapshot.index == request.last_index &&
                         raft_.incoming_->snapshot.term == request.last_term &&
                         raft_.incoming_->total_bytes == request.total_bytes;
  if (!continues) {
    raft_.incoming_ = Raft::Incoming{
        {request.last_index, request.last_term, std::move(request.configuration), {}},
        request.total_bytes};
  }
  core::Bytes& state = raft_.incoming_->snapshot.state;
  if (request.offset == state.size()) {
    state.insert(state.end(), request.data.begin(), request.data.end());
  }
  if (state.size() < request.total_bytes) {
    send(header.from, SnapshotReply{group(), request.last_index, state.size()});
    return;
  }
  install(std::move(raft_.incoming_->snapshot));
  send(header.from, AppendReply{group(), true, request.last_index, 0, 0});
}

// Paper, section 7: entries after the snapshot stay if the log holds the snapshot's last entry,
// else the whole log gives way.
void RaftStep::install(Snapshot snapshot) {
  const Index index = snapshot.index;
  const Term snapshot_term = snapshot.term;
  raft_.incoming_.reset();
  if (raft_.log_.term_at(index) != snapshot_term) {
    forget_durable_after(raft_.commit_index_);
  }
  raft_.log_.replace_prefix(std::move(snapshot));
  raft_.commit_index_ = index;
  raft_.snapshot_waits_ = true;
  persist(RaftImage{raft_.ballot_, raft_.log_}, raft_.log_.last_index(), 0);
  effects_.trace(SnapshotDurable{group(), index, snapshot_term, raft_.log_.last_index()});
  refresh_configuration();
}

}  // namespace swarm
