export { writeFileAtomically } from './atomic-file.js';
export { EvidenceError } from './evidence-error.js';
export * from './evidence-reader.js';
export * from './evidence-writer.js';
export { imageEnd, imageLine, type ImageRun } from './final-image.js';
export { layout, type CaptureSide } from './layout.js';
export type { SealCheck } from './seal.js';
export type { Timeline } from './timeline.js';
