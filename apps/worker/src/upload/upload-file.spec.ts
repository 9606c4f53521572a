import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Upload } from '@fenceline/contracts/api';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Refused, Unreachable } from '../api/api-error.js';
import { localFile } from './local-file.js';
import { uploadFile, type UploadApi } from './upload-file.js';

const ticket = { attemptId: '11111111-1111-4111-8111-111111111111', fencingToken: '7' };
const never = new AbortController().signal;
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

/** A service that keeps uploads, and fails where it is told to: `cut` after it took a part of the bytes. */
class Uploads implements UploadApi {
  readonly files = new Map<string, Buffer>();
  readonly completed = new Set<string>();
  fault: (call: string) => 'fine' | 'away' | 'cut' | 'gone' = () => 'fine';
  private announced: { size: number; sha256: string } = { size: 0, sha256: '' };

  createUpload(upload: Parameters<UploadApi['createUpload']>[0]): Promise<Upload> {
    return this.call('create', () => {
      this.announced = upload;
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
        if (offset !== now.length) throw new Refused('conflict', 'not there');
        if (createHash('sha256').update(taken).digest('hex') !== sha256) {
          throw new Refused('hash-mismatch', 'changed');
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
      const hash = createHash('sha256').update(whole).digest('hex');
      if (hash !== this.announced.sha256) throw new Refused('hash-mismatch', 'other bytes');
      this.completed.add(id);
      return this.show(id);
    });
  }

  private call(name: string, work: () => Upload, beforeCut?: () => unknown): Promise<Upload> {
    return Promise.resolve().then(() => {
      const fault = this.fault(name);
      if (fault === 'away') throw new Unreachable('away');
      if (fault === 'gone') throw new Refused('gone', 'abandoned');
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

async function upload(): Promise<string> {
  const local = await localFile(file, 'evidence', 'evidence.tar.zst');
  return await uploadFile(uploads, ticket, local, never);
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

  it('ends when it is stopped, also while the service is away', async () => {
    uploads.fault = () => 'away';
    const stop = new AbortController();
    const local = await localFile(file, 'evidence', 'evidence.tar.zst');
    const ended = uploadFile(uploads, ticket, local, stop.signal);
    stop.abort(new Error('left'));
    await expect(ended).rejects.toThrow('left');
  });
});
