;; XXH64 with seed 0 of blocks that lie one after the other in a memory.
;; https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md, "XXH64 Algorithm Description"; the numbers in
;; brackets are its steps.
;;
;; `npm run docs` makes generated/xxh64-blocks.ts of this file.
(module
  (import "payload" "memory" (memory 1))

  (global $prime1 i64 (i64.const 0x9E3779B185EBCA87))
  (global $prime2 i64 (i64.const 0xC2B2AE3D27D4EB4F))
  (global $prime3 i64 (i64.const 0x165667B19E3779F9))
  (global $prime4 i64 (i64.const 0x85EBCA77C2B2AE63))

  ;; Hashes `count` blocks of `size` bytes, a multiple of 32 and at least 32, from `at` on.
  ;; Writes the hashes from `out` on, 8 bytes each, little-endian.
  (func (export "hashBlocks")
    (param $at i32) (param $size i32) (param $count i32) (param $out i32)
    (local $end i32)
    (local $acc1 i64) (local $acc2 i64) (local $acc3 i64) (local $acc4 i64) (local $hash i64)

    (if (i32.eqz (local.get $count)) (then (return)))
    (loop $block
      ;; (1) The accumulators, of the seed.
      (local.set $acc1 (i64.add (global.get $prime1) (global.get $prime2)))
      (local.set $acc2 (global.get $prime2))
      (local.set $acc3 (i64.const 0))
      (local.set $acc4 (i64.sub (i64.const 0) (global.get $prime1)))

      ;; (2) Each stripe of 32 bytes has a lane of 8 bytes for each accumulator.
      (local.set $end (i32.add (local.get $at) (local.get $size)))
      (loop $stripe
        (local.set $acc1 (i64.mul (global.get $prime1) (i64.rotl
          (i64.add (local.get $acc1) (i64.mul (global.get $prime2) (i64.load (local.get $at))))
          (i64.const 31))))
        (local.set $acc2 (i64.mul (global.get $prime1) (i64.rotl
          (i64.add (local.get $acc2) (i64.mul (global.get $prime2) (i64.load offset=8 (local.get $at))))
          (i64.const 31))))
        (local.set $acc3 (i64.mul (global.get $prime1) (i64.rotl
          (i64.add (local.get $acc3) (i64.mul (global.get $prime2) (i64.load offset=16 (local.get $at))))
          (i64.const 31))))
        (local.set $acc4 (i64.mul (global.get $prime1) (i64.rotl
          (i64.add (local.get $acc4) (i64.mul (global.get $prime2) (i64.load offset=24 (local.get $at))))
          (i64.const 31))))
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (br_if $stripe (i32.lt_u (local.get $at) (local.get $end))))

      ;; (3) The accumulators become one.
      (local.set $hash (i64.add
        (i64.add (i64.rotl (local.get $acc1) (i64.const 1)) (i64.rotl (local.get $acc2) (i64.const 7)))
        (i64.add (i64.rotl (local.get $acc3) (i64.const 12)) (i64.rotl (local.get $acc4) (i64.const 18)))))
      (local.set $hash (i64.add (global.get $prime4) (i64.mul (global.get $prime1) (i64.xor (local.get $hash)
        (i64.mul (global.get $prime1) (i64.rotl (i64.mul (global.get $prime2) (local.get $acc1)) (i64.const 31)))))))
      (local.set $hash (i64.add (global.get $prime4) (i64.mul (global.get $prime1) (i64.xor (local.get $hash)
        (i64.mul (global.get $prime1) (i64.rotl (i64.mul (global.get $prime2) (local.get $acc2)) (i64.const 31)))))))
      (local.set $hash (i64.add (global.get $prime4) (i64.mul (global.get $prime1) (i64.xor (local.get $hash)
        (i64.mul (global.get $prime1) (i64.rotl (i64.mul (global.get $prime2) (local.get $acc3)) (i64.const 31)))))))
      (local.set $hash (i64.add (global.get $prime4) (i64.mul (global.get $prime1) (i64.xor (local.get $hash)
        (i64.mul (global.get $prime1) (i64.rotl (i64.mul (global.get $prime2) (local.get $acc4)) (i64.const 31)))))))

      ;; (4) The length. (5) Nothing is left over, as blocks are whole stripes.
      (local.set $hash (i64.add (local.get $hash) (i64.extend_i32_u (local.get $size))))

      ;; (6) The last mix.
      (local.set $hash (i64.mul (global.get $prime2)
        (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 33)))))
      (local.set $hash (i64.mul (global.get $prime3)
        (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 29)))))
      (i64.store (local.get $out) (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 32))))

      (local.set $out (i32.add (local.get $out) (i32.const 8)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $block (local.get $count)))))
