/** The readers of what is in a folder of evidence, without the folder, for tests. */
export { EvidenceError } from './evidence-error.js';
export { readFinalImage } from './final-image.js';
export { isManifestIntact, sealManifest } from './manifest-seal.js';
export { parseDocument } from './parse-document.js';
export { readTimeline } from './timeline.js';
