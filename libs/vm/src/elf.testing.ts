/** Parts of an ELF file that tests make. */
export interface ElfParts {
  interpreter?: string;
  needed?: readonly string[];
  runPath?: string;
  sections?: Readonly<Record<string, string>>;
  /** Whether it bears the note of the PVH entry point. */
  pvh?: boolean;
}

const HEADER = 64;
const PROGRAM_HEADER = 56;
const SECTION_HEADER = 64;
/** Where the file is loaded: not 0, so that addresses and offsets cannot be taken for one another. */
const BASE = 0x40_0000;

/** A little ELF file with these parts, as the readers under test expect one. */
export function makeElf(parts: ElfParts): Buffer {
  const strings = Buffer.from(
    ['', ...(parts.needed ?? []), parts.runPath ?? ''].map((text) => `${text}\0`).join(''),
  );
  const at = (text: string): number => strings.indexOf(`\0${text}\0`) + 1;
  const interpreter = Buffer.from(parts.interpreter === undefined ? '' : `${parts.interpreter}\0`);
  const note = Buffer.alloc(parts.pvh === true ? 24 : 0);
  if (parts.pvh === true) {
    note.writeUInt32LE(4, 0);
    note.writeUInt32LE(8, 4);
    note.writeUInt32LE(18, 8);
    note.write('Xen\0', 12);
  }
  const sectionEntries = Object.entries(parts.sections ?? {});
  const sectionNames = Buffer.from(
    `${sectionEntries.map(([name]) => `${name}\0`).join('')}names\0`,
  );

  let end = HEADER + 4 * PROGRAM_HEADER;
  const place = (bytes: Buffer): { offset: number; bytes: Buffer } => {
    const offset = end;
    end += Math.ceil(bytes.length / 8) * 8;
    return { offset, bytes };
  };
  const interpreterAt = place(interpreter);
  const noteAt = place(note);
  const stringsAt = place(strings);
  const tags: [number, number][] = [
    ...(parts.needed ?? []).map((name): [number, number] => [1, at(name)]),
    ...(parts.runPath === undefined ? [] : [[29, at(parts.runPath)] as [number, number]]),
    [5, BASE + stringsAt.offset],
    [0, 0],
  ];
  const dynamic = Buffer.alloc(tags.length * 16);
  for (const [index, [tag, value]] of tags.entries()) {
    dynamic.writeBigUInt64LE(BigInt(tag), index * 16);
    dynamic.writeBigUInt64LE(BigInt(value), index * 16 + 8);
  }
  const dynamicAt = place(dynamic);
  const namesAt = place(sectionNames);
  const contents = sectionEntries.map(([name, text]) => ({ name, ...place(Buffer.from(text)) }));
  const sectionsAt = end;
  const bytes = Buffer.alloc(end + (contents.length + 1) * SECTION_HEADER);

  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(bytes);
  bytes.writeBigUInt64LE(BigInt(HEADER), 32);
  bytes.writeBigUInt64LE(BigInt(sectionsAt), 40);
  bytes.writeUInt16LE(PROGRAM_HEADER, 54);
  bytes.writeUInt16LE(4, 56);
  bytes.writeUInt16LE(SECTION_HEADER, 58);
  bytes.writeUInt16LE(contents.length + 1, 60);
  bytes.writeUInt16LE(contents.length, 62);
  const segments: [number, number, number][] = [
    [1, 0, end],
    [parts.interpreter === undefined ? 0 : 3, interpreterAt.offset, interpreter.length],
    [4, noteAt.offset, note.length],
    [parts.needed === undefined ? 0 : 2, dynamicAt.offset, dynamic.length],
  ];
  for (const [index, [type, offset, size]] of segments.entries()) {
    const header = HEADER + index * PROGRAM_HEADER;
    bytes.writeUInt32LE(type, header);
    bytes.writeBigUInt64LE(BigInt(offset), header + 8);
    bytes.writeBigUInt64LE(BigInt(BASE + offset), header + 16);
    bytes.writeBigUInt64LE(BigInt(size), header + 32);
  }
  for (const part of [interpreterAt, noteAt, stringsAt, dynamicAt, namesAt, ...contents]) {
    part.bytes.copy(bytes, part.offset);
  }
  for (const [index, part] of [...contents, { name: 'names', ...namesAt }].entries()) {
    const header = sectionsAt + index * SECTION_HEADER;
    bytes.writeUInt32LE(sectionNames.indexOf(`${part.name}\0`), header);
    bytes.writeBigUInt64LE(BigInt(part.offset), header + 24);
    bytes.writeBigUInt64LE(BigInt(part.bytes.length), header + 32);
  }
  return bytes;
}

/** A kernel module that says this about itself. */
export function makeModule(info: {
  depends?: readonly string[];
  softdep?: string;
  release?: string;
}): Buffer {
  const pairs = [
    `depends=${(info.depends ?? []).join(',')}`,
    ...(info.softdep === undefined ? [] : [`softdep=${info.softdep}`]),
    `vermagic=${info.release ?? '6.1.0-test'} SMP mod_unload`,
  ];
  return makeElf({ sections: { '.modinfo': pairs.map((pair) => `${pair}\0`).join('') } });
}
