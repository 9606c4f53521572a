import { statSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PcapngReader } from '@fenceline/capture';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CaptureFile, type CaptureFileOptions } from './capture-file.js';
import { captureBacklogBytes, captureFlushBytes, captureFlushMs } from './limits.js';
import { fileHandlePrototype } from './link.testing.js';
import { pageBytes } from './page-memory.js';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'capture-'));
  path = join(folder, 'A.host.pcapng');
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

function openCapture(handlers: Partial<CaptureFileOptions> = {}): Promise<CaptureFile> {
  return CaptureFile.open({
    path,
    name: 'A.host',
    description: "link A at the host's port",
    startedAtWallSeconds: 1_790_000_000,
    onRoom: () => undefined,
    onFailure: (error) => expect.fail(error.message),
    ...handlers,
  });
}

async function times(): Promise<number[]> {
  const found: number[] = [];
  const reader = new PcapngReader(({ t }) => found.push(t));
  reader.push(await readFile(path));
  expect(reader.end().cut).toBeNull();
  return found;
}

describe('CaptureFile', () => {
  it('has its header in the file as soon as it is open, for its owner only', async () => {
    const capture = await openCapture();
    expect(await times()).toEqual([]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await capture.close();
  });

  it('writes on its own, soon after a packet', async () => {
    let onRoom = (): void => undefined;
    const capture = await openCapture({ onRoom: () => onRoom() });
    const room = new Promise<void>((resolve) => {
      onRoom = resolve;
    });
    capture.packets(5, [new Uint8Array(60)], 'outbound', null);
    await room;
    // On a busy machine the timer comes late, so only what it is set to can be bounded.
    expect(captureFlushMs).toBeLessThan(200);
    expect(await times()).toEqual([5]);
    await capture.close();
  });

  it('writes whole pages where packets are many, and the rest of the last one soon after', async () => {
    const sizes: number[] = [];
    let onSizes = (): void => undefined;
    const written = new Promise<void>((resolve) => (onSizes = resolve));
    const onRoom = () => {
      sizes.push(statSync(path).size);
      if (sizes.length === 3) onSizes();
    };
    const capture = await openCapture({ onRoom });
    const frame = new Uint8Array(9_001);
    const count = Math.ceil(captureFlushBytes / frame.length) + 1;
    for (let t = 0; t < count; t++) capture.packets(t, [frame], 'inbound', null);
    await written;
    const [, pages = 0, all = 0] = sizes;
    expect(pages % pageBytes).toBe(0);
    expect(pages).toBeGreaterThan(captureFlushBytes - pageBytes);
    expect(all).toBeGreaterThan(pages);
    expect(all).toBeLessThan(pages + pageBytes);
    expect(await times()).toEqual(Array.from({ length: count }, (_, t) => t));
    await capture.close();
  });

  it('copies what another capture has of the same frames, unless there is something to say', async () => {
    const frames = [new Uint8Array(60).fill(1), new Uint8Array(75).fill(2)];
    const other = await openCapture();
    const encoded = other.packets(1, frames, 'outbound', null);
    expect(encoded).not.toBeNull();
    expect(other.packets(1, frames, 'outbound', 'fault')).toBeNull();
    path = join(folder, 'A.node.pcapng');
    const capture = await openCapture();
    capture.packets(2, frames, 'inbound', null, encoded);
    capture.note('fault ends');
    capture.packets(3, frames, 'inbound', null, encoded);
    await Promise.all([other.close(), capture.close()]);
    const found: unknown[] = [];
    const reader = new PcapngReader(({ source, start, end, t, direction, comments }) => {
      found.push({ t, bytes: source.slice(start, end), direction, comments: [...comments] });
    });
    reader.push(new Uint8Array(await readFile(path)));
    const packet = (t: number, bytes: Uint8Array | undefined, ...comments: string[]) => {
      return { t, bytes, direction: 'inbound', comments };
    };
    const [one, two] = frames;
    expect(found).toEqual([
      packet(2, one),
      packet(2, two),
      packet(3, one, 'fault ends'),
      packet(3, two),
    ]);
  });

  it('keeps the order of packets while it writes, and says when it is full', async () => {
    const capture = await openCapture();
    const frame = new Uint8Array(9_000);
    let t = 0;
    while (!capture.full) capture.packets(t++, [frame], 'inbound', null);
    expect(t * frame.length).toBeGreaterThan(captureBacklogBytes / 2);
    await capture.flush();
    expect(capture.full).toBe(false);
    capture.packets(t++, [frame], 'inbound', null);
    await capture.close();
    expect(await times()).toEqual(Array.from({ length: t }, (_, index) => index));
  });

  it('does not touch a file that exists', async () => {
    await writeFile(path, 'evidence');
    await expect(openCapture()).rejects.toThrow(/cannot create the capture .*EEXIST/);
    expect(await readFile(path, 'utf8')).toBe('evidence');
  });

  it('tells once that the file cannot be written, and closes all the same', async () => {
    const failures: Error[] = [];
    const capture = await openCapture({ onFailure: (error) => failures.push(error) });
    const noSpace = new Error('ENOSPC: no space left on device');
    vi.spyOn(await fileHandlePrototype(), 'write').mockRejectedValue(noSpace);
    capture.packets(1, [new Uint8Array(60)], 'outbound', null);
    await expect(capture.flush()).rejects.toThrow(/cannot write the capture .*ENOSPC/);
    capture.packets(2, [new Uint8Array(60)], 'outbound', null);
    await capture.close();
    expect(failures).toHaveLength(1);
  });
});
