/** The readers of what is in a folder of evidence, without the folder, for tests. */
export { EvidenceError } from './evidence-error.js';
export { readFinalImage } from './final-image.js';
export { isManifestIntact, sealManifest } from './manifest-seal.js';
export { parseDocument } from './parse-document.js';
export { readTimeline } from './timeline.js';
export { encodeHeader, encodePaxRecord, paddingOf } from './transport/tar-format.js';
export { readTar } from './transport/tar-reader.js';
export { writeTar } from './transport/tar-writer.js';
