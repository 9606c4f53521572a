/** A reader of what we need from 64-bit little-endian ELF files (System V ABI, chapters 4 and 5). */

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const PT_NOTE = 4;
const DT_NEEDED = 1n;
const DT_STRTAB = 5n;
const DT_RPATH = 15n;
const DT_RUNPATH = 29n;
/** Xen's note that names the 32-bit physical entry point (kernel: PVH boot protocol). */
const XEN_ELFNOTE_PHYS32_ENTRY = 18;

interface Segment {
  type: number;
  offset: number;
  address: bigint;
  size: number;
}

/** What a program or library asks of the dynamic linker. */
export interface DynamicNeeds {
  /** Path of the dynamic linker; programs have one, libraries do not. */
  interpreter: string | undefined;
  /** File names of the libraries that it links, in order. */
  needed: string[];
  /** Folders of its run path, in order, as written (`$ORIGIN` may occur). */
  runPath: string[];
}

/** Whether these bytes begin a 64-bit little-endian ELF file. */
export function isElf64(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 64 &&
    bytes[0] === 0x7f &&
    bytes[1] === 0x45 &&
    bytes[2] === 0x4c &&
    bytes[3] === 0x46 &&
    bytes[4] === 2 &&
    bytes[5] === 1
  );
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textAt(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset);
  return Buffer.from(bytes.subarray(offset, end < 0 ? bytes.length : end)).toString('utf8');
}

function segments(bytes: Uint8Array): Segment[] {
  const data = view(bytes);
  const start = Number(data.getBigUint64(32, true));
  const entrySize = data.getUint16(54, true);
  return Array.from({ length: data.getUint16(56, true) }, (_, index) => {
    const at = start + index * entrySize;
    return {
      type: data.getUint32(at, true),
      offset: Number(data.getBigUint64(at + 8, true)),
      address: data.getBigUint64(at + 16, true),
      size: Number(data.getBigUint64(at + 32, true)),
    };
  });
}

/**
 * What an ELF file needs to be run or loaded.
 *
 * @throws RangeError when the file is cut.
 */
export function dynamicNeeds(bytes: Uint8Array): DynamicNeeds {
  const data = view(bytes);
  const all = segments(bytes);
  const interp = all.find((segment) => segment.type === PT_INTERP);
  const dynamic = all.find((segment) => segment.type === PT_DYNAMIC);
  const needs: DynamicNeeds = {
    interpreter: interp === undefined ? undefined : textAt(bytes, interp.offset),
    needed: [],
    runPath: [],
  };
  if (dynamic === undefined) return needs;
  const neededAt: number[] = [];
  const pathAt: number[] = [];
  let strings = 0;
  for (let at = dynamic.offset; at + 16 <= dynamic.offset + dynamic.size; at += 16) {
    const tag = data.getBigInt64(at, true);
    const value = data.getBigUint64(at + 8, true);
    if (tag === DT_NEEDED) neededAt.push(Number(value));
    else if (tag === DT_RUNPATH || tag === DT_RPATH) pathAt.push(Number(value));
    else if (tag === DT_STRTAB) {
      const home = all.find(
        (segment) =>
          segment.type === PT_LOAD &&
          value >= segment.address &&
          value < segment.address + BigInt(segment.size),
      );
      if (home === undefined) throw new RangeError('the string table lies in no segment');
      strings = home.offset + Number(value - home.address);
    }
  }
  needs.needed = neededAt.map((offset) => textAt(bytes, strings + offset));
  needs.runPath = pathAt.flatMap((offset) => textAt(bytes, strings + offset).split(':'));
  return needs;
}

/** The content of a section by its name; undefined when the file has none. */
export function section(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const data = view(bytes);
  const start = Number(data.getBigUint64(40, true));
  const entrySize = data.getUint16(58, true);
  const count = data.getUint16(60, true);
  if (start === 0 || count === 0) return undefined;
  const names = Number(data.getBigUint64(start + data.getUint16(62, true) * entrySize + 24, true));
  for (let index = 0; index < count; index++) {
    const at = start + index * entrySize;
    if (textAt(bytes, names + data.getUint32(at, true)) !== name) continue;
    const offset = Number(data.getBigUint64(at + 24, true));
    return bytes.subarray(offset, offset + Number(data.getBigUint64(at + 32, true)));
  }
  return undefined;
}

/** Whether a kernel can be entered by the PVH protocol, that is: without its own decompressor. */
export function hasPvhEntry(bytes: Uint8Array): boolean {
  const data = view(bytes);
  for (const note of segments(bytes).filter((segment) => segment.type === PT_NOTE)) {
    const end = note.offset + note.size;
    for (let at = note.offset; at + 12 <= end;) {
      const nameSize = data.getUint32(at, true);
      const contentSize = data.getUint32(at + 4, true);
      if (
        data.getUint32(at + 8, true) === XEN_ELFNOTE_PHYS32_ENTRY &&
        textAt(bytes, at + 12) === 'Xen'
      ) {
        return true;
      }
      at += 12 + Math.ceil(nameSize / 4) * 4 + Math.ceil(contentSize / 4) * 4;
    }
  }
  return false;
}
