import type { ImageRole } from '@fenceline/contracts';

/** What a process that makes images is asked, over Node's IPC channel. */
export interface MakeImages {
  /** Name of the kernel, for people. */
  name: string;
  /** File of the packed kernel. */
  packedKernel: string;
  roles: ImageRole[];
  /** An empty folder for all that is made. */
  folder: string;
}

/** What became of one of them. */
export type MadeImage = { role: ImageRole; file: string } | { role: ImageRole; failure: string };

export type FromImageProcess =
  | { type: 'status'; text: string }
  | { type: 'done'; made: MadeImage[] }
  | { type: 'failed'; message: string };
