import { readFileSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import type { Settings } from '../../settings/settings.js';
import type { OpenArtifactStore } from '../open-artifact-store.js';
import { checkBucket } from './check-bucket.js';
import { S3ArtifactStore } from './s3-artifact-store.js';
import { S3Bucket } from './s3-bucket.js';
import { readS3Address } from './s3-location.js';

/** Downloads hold a connection each; a few slow ones must not keep the others waiting. */
const CONNECTIONS = 512;

/**
 * Opens the bucket of `FENCELINE_ARTIFACTS`, and checks that it can be used.
 *
 * @throws Error that names the setting and the mend where it cannot
 */
export async function openS3ArtifactStore(settings: Settings): Promise<OpenArtifactStore> {
  const location = readS3Address(settings.FENCELINE_ARTIFACTS);
  if (location === null) throw new Error('FENCELINE_ARTIFACTS: is not s3://BUCKET/PREFIX.');
  const bucket = new S3Bucket(clientOf(settings), location);
  try {
    await checkBucket(bucket, settings);
  } catch (error) {
    bucket.close();
    throw error;
  }
  return { store: new S3ArtifactStore(bucket), close: () => bucket.close() };
}

/** A client with the settings alone: no file, variable or service of a cloud gives it credentials. */
function clientOf(settings: Settings): S3Client {
  const { FENCELINE_S3_ENDPOINT: endpoint, FENCELINE_S3_CA: ca } = settings;
  const agent = { keepAlive: true, maxSockets: CONNECTIONS };
  return new S3Client({
    region: settings.FENCELINE_S3_REGION,
    ...(endpoint !== undefined && { endpoint }),
    forcePathStyle: settings.FENCELINE_S3_PATH_STYLE,
    credentials: {
      accessKeyId: settings.FENCELINE_S3_ACCESS_KEY_ID ?? '',
      secretAccessKey: settings.FENCELINE_S3_SECRET_ACCESS_KEY ?? '',
    },
    // Every body is signed with its SHA-256, which the server checks. The newer checksums are not known to every server.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With this header the client takes another agent, which does not know our certificates.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: 10_000,
      // Until the answer begins: a copy of 512 MiB within the server takes its time.
      requestTimeout: 300_000,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: { ...agent, ...(ca !== undefined && { ca: readFileSync(ca) }) },
    },
  });
}
