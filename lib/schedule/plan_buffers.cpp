#include "schedule/plan_buffers.hpp"

#include "schedule/contract.hpp"

namespace ringwood {

namespace {

class BufferPlacer {
 public:
  BufferPlacer(const Schedule& schedule, const Layout& layout, Rank me)
      : contract_(contract_of(schedule.collective())),
        layout_(layout),
        ranks_(schedule.ranks()),
        me_(me),
        is_root_(me == schedule.root()),
        chunks_per_block_(layout.chunks() / blocks_of(contract_, ranks_)) {}

  BufferMap barrier() const {
    BufferMap map;
    map.input = whole(Memory::kScratch);
    map.scratch_bytes = layout_.total_bytes();
    return map;
  }

  BufferMap separate() const {
    BufferMap map;
    map.input = packed(contract_.before, Memory::kSend);
    map.home = map.target = packed(contract_.after, Memory::kReceive);
    return map;
  }

  BufferMap in_place() const {
    BufferMap map;
    switch (contract_.before) {
      case Holding::kRootWhole:
        if (contract_.after != Holding::kWhole) {  // scatter: the root's block stays where it is
          map.input = whole(Memory::kSend);
          return map;
        }
        map.input = is_root_ ? whole(Memory::kReceive) : RegionMap();
        break;
      case Holding::kWhole:
        map.input = whole(Memory::kReceive);
        break;
      case Holding::kOwnBlock:
        map.input.add(block(me_), {Memory::kReceive, block(me_).begin});
        break;
      case Holding::kRow:
      case Holding::kColumn:
        map.saved = packed(contract_.before, Memory::kReceive);
        map.input = packed(contract_.before, Memory::kScratch);
        map.home = map.target = packed(contract_.after, Memory::kReceive);
        return map;
    }
    map.home = whole(Memory::kReceive);
    map.target = packed(contract_.after, Memory::kReceive);
    return map;
  }

  /// Whether in place means something for this rank.
  bool has_in_place() const {
    const bool rooted = contract_.before == Holding::kRootWhole || contract_.after == Holding::kRootWhole;
    return !rooted || is_root_ || contract_.after == Holding::kWhole;
  }

  /// A broadcast's input and result are the same buffer.
  bool has_one_buffer() const { return contract_.before == Holding::kRootWhole && contract_.after == Holding::kWhole; }

 private:
  ByteInterval block(Chunk index) const {
    return {layout_.offset(index * chunks_per_block_), layout_.offset((index + 1) * chunks_per_block_)};
  }

  RegionMap whole(Memory memory) const {
    RegionMap map;
    map.add({0, layout_.total_bytes()}, {memory, 0});
    return map;
  }

  /// What a rank holds, and no gaps.
  RegionMap packed(Holding holding, Memory memory) const {
    RegionMap map;
    switch (holding) {
      case Holding::kWhole:
        return whole(memory);
      case Holding::kRootWhole:
        return is_root_ ? whole(memory) : map;
      case Holding::kOwnBlock:
        map.add(block(me_), {memory, 0});
        return map;
      case Holding::kRow:
        map.add({block(Chunk{me_} * ranks_).begin, block(Chunk{me_} * ranks_ + ranks_ - 1).end}, {memory, 0});
        return map;
      case Holding::kColumn: {
        Bytes offset = 0;
        for (Rank row = 0; row < ranks_; ++row) {
          const ByteInterval piece = block(Chunk{row} * ranks_ + me_);
          map.add(piece, {memory, offset});
          offset += piece.bytes();
        }
        return map;
      }
    }
    return map;
  }

  const Contract& contract_;
  const Layout& layout_;
  Rank ranks_;
  Rank me_;
  bool is_root_;
  Chunk chunks_per_block_;
};

Bytes extent(const RegionMap& map, Memory memory) {
  Bytes end = 0;
  map.for_each([&](ByteInterval vector, Address address) {
    end = address.memory == memory ? std::max(end, address.offset + vector.bytes()) : end;
  });
  return end;
}

}  // namespace

BufferMap buffers_of(const Schedule& schedule, const Layout& layout, Rank me, BufferUse use) {
  const BufferPlacer placer(schedule, layout, me);
  if (schedule.collective() == Collective::kBarrier) {
    return placer.barrier();
  }
  const bool in_place = placer.has_one_buffer() || (use == BufferUse::kInPlace && placer.has_in_place());
  BufferMap map = in_place ? placer.in_place() : placer.separate();
  map.send_bytes = extent(map.input, Memory::kSend);
  map.scratch_bytes = extent(map.input, Memory::kScratch);
  for (const RegionMap* part : {&map.input, &map.home, &map.target, &map.saved}) {
    map.receive_bytes = std::max(map.receive_bytes, extent(*part, Memory::kReceive));
  }
  return map;
}

}  // namespace ringwood
