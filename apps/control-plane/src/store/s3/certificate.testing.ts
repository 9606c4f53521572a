import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate for 127.0.0.1 that is signed by itself. */
export interface TestCertificate {
  /** PEM. */
  key: Buffer;
  cert: Buffer;
  /** File with the certificate, PEM. */
  file: string;
  remove(): Promise<void>;
}

/** Makes one with the `openssl` of this machine. */
export async function makeCertificate(): Promise<TestCertificate> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fenceline-certificate-'));
  const [key, file] = [path.join(folder, 'key'), path.join(folder, 'cert')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', file, ...names]);
  return {
    key: await readFile(key),
    cert: await readFile(file),
    file,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
