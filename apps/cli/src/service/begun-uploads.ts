import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ServiceProblem } from '@fenceline/client';
import { idSchema, type Upload } from '@fenceline/contracts/api';
import { defaultCacheDir } from '@fenceline/vm';

/** Which upload of a file was begun at a service, so that a later command goes on with it. */
export class BegunUploads {
  private readonly file: string;

  /** @param sha256 of the file */
  constructor(
    service: string,
    private readonly sha256: string,
    cacheDir = defaultCacheDir(),
  ) {
    const name = createHash('sha256').update(`${service}\n${sha256}`).digest('hex');
    this.file = path.join(cacheDir, 'uploads', name);
  }

  /**
   * The one that can go on; null where there is none, or it was given up, published, or somebody else's.
   *
   * @throws what `show` throws, but for refusals
   */
  async find(show: (uploadId: string) => Promise<Upload>): Promise<Upload | null> {
    const { data: id } = idSchema.safeParse(await readFile(this.file, 'utf8').catch(() => null));
    if (id === undefined) return null;
    try {
      const upload = await show(id);
      const goesOn = upload.state === 'open' || upload.state === 'completed';
      return goesOn && upload.sha256 === this.sha256 ? upload : null;
    } catch (error) {
      if (error instanceof ServiceProblem && error.type === 'not-found') return null;
      throw error;
    }
  }

  async remember(uploadId: string): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true });
    await writeFile(this.file, uploadId);
  }

  async forget(): Promise<void> {
    await rm(this.file, { force: true });
  }
}
