import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Upload } from '@fenceline/contracts/api';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uploadFile, type UploadManners, type UploadTarget } from './upload-file.js';

class Unreachable extends Error {}
class Refused extends Error {}

/** Two parts and a bit. */
const content = Buffer.alloc(9 * 1024 * 1024, 'a stale write lands over a newer one');

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-upload-'));
  file = path.join(folder, 'evidence.tar.zst');
  await writeFile(file, content);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A service that keeps uploads, and fails where it is told to: `cut` after it took a part of the bytes. */
class Uploads implements UploadTarget {
  readonly files = new Map<string, Buffer>();
  readonly completed = new Set<string>();
  fault: (call: string) => 'fine' | 'away' | 'cut' | 'gone' = () => 'fine';
  private readonly announced = { size: content.length, sha256: sha256Of(content) };

  createUpload(): Promise<Upload> {
    return this.call('create', () => {
      const id = `upload-${this.files.size}`;
      this.files.set(id, Buffer.alloc(0));
      return this.show(id);
    });
  }

  putPart(id: string, offset: number, sha256: string, bytes: Uint8Array): Promise<Upload> {
    const taken = Buffer.from(bytes);
    return this.call(
      'part',
      () => {
        const now = this.files.get(id)!;
        if (offset !== now.length) throw new Refused('conflict');
        if (sha256Of(taken) !== sha256) {
          throw new Refused('hash-mismatch');
        }
        this.files.set(id, Buffer.concat([now, taken]));
        return this.show(id);
      },
      () => this.files.set(id, Buffer.concat([this.files.get(id)!, taken])),
    );
  }

  showUpload(id: string): Promise<Upload> {
    return this.call('show', () => this.show(id));
  }

  completeUpload(id: string): Promise<Upload> {
    return this.call('complete', () => {
      const whole = this.files.get(id)!;
      if (sha256Of(whole) !== this.announced.sha256) throw new Refused('hash-mismatch');
      this.completed.add(id);
      return this.show(id);
    });
  }

  private call(name: string, work: () => Upload, beforeCut?: () => unknown): Promise<Upload> {
    return Promise.resolve().then(() => {
      const fault = this.fault(name);
      if (fault === 'away') throw new Unreachable('away');
      if (fault === 'gone') throw new Refused('gone');
      if (fault === 'cut') {
        beforeCut?.();
        throw new Unreachable('cut');
      }
      return work();
    });
  }

  private show(id: string): Upload {
    const { size, sha256 } = this.announced;
    return {
      id,
      kind: 'evidence',
      name: 'evidence.tar.zst',
      size,
      sha256,
      received: this.files.get(id)!.length,
      state: this.completed.has(id) ? 'completed' : 'open',
      expiresAt: new Date(0).toISOString(),
    };
  }
}

let uploads: Uploads;
beforeEach(() => {
  uploads = new Uploads();
});

const manners: UploadManners = {
  async persist(ask) {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
      }
    }
  },
  refusal: (error) => (error instanceof Refused ? error.message : null),
};

async function upload(): Promise<string> {
  return (await uploadFile(file, uploads, manners)).id;
}

describe('an upload', () => {
  it('brings every byte', async () => {
    const id = await upload();
    expect(uploads.files.get(id)!.equals(content)).toBe(true);
    expect(uploads.completed).toEqual(new Set([id]));
  });

  it('goes on where it was cut, whatever fails meanwhile', async () => {
    const faults = fc.array(fc.constantFrom('fine', 'away', 'cut'), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(faults, async (coming) => {
        uploads = new Uploads();
        uploads.fault = () => coming.shift() ?? 'fine';
        const id = await upload();
        expect(uploads.files.get(id)!.equals(content)).toBe(true);
        expect(uploads.completed).toEqual(new Set([id]));
      }),
      { numRuns: 5 },
    );
  });

  it('begins anew where the service has given it up', async () => {
    let gone = 1;
    uploads.fault = (call) => (call === 'complete' && gone-- > 0 ? 'gone' : 'fine');
    const id = await upload();
    expect(id).toBe('upload-1');
    expect(uploads.files.get(id)!.equals(content)).toBe(true);
  });

  it('is not tried for ever', async () => {
    uploads.fault = (call) => (call === 'complete' ? 'gone' : 'fine');
    await expect(upload()).rejects.toThrow(Refused);
    expect(uploads.files.size).toBe(3);
  });

  it('tells how far it is', async () => {
    const told: number[] = [];
    await uploadFile(file, uploads, { ...manners, tell: ({ received }) => told.push(received) });
    const part = 4 * 1024 * 1024;
    expect(told).toEqual([0, part, 2 * part, content.length]);
  });

  it('goes on with one that was begun before', async () => {
    const { id } = await uploads.createUpload();
    const offset = 4 * 1024 * 1024 + 7;
    uploads.files.set(id, content.subarray(0, offset));
    uploads.createUpload = () => uploads.showUpload(id);
    const told: number[] = [];
    await uploadFile(file, uploads, { ...manners, tell: ({ received }) => told.push(received) });
    expect(told[0]).toBe(offset);
    expect(uploads.completed).toEqual(new Set([id]));
  });

  it('says so where the file became shorter', async () => {
    const short = path.join(folder, 'short');
    await writeFile(short, content.subarray(0, 100));
    await expect(uploadFile(short, uploads, manners)).rejects.toThrow('became shorter');
  });
});
