export { ArchiveError } from './archive-error.js';
export { TarError } from './tar-error.js';
export { readTar, type TarEntry, type TarLimits } from './tar-reader.js';
export { tarBytes, writeTar, type TarFile } from './tar-writer.js';
export { compress, decompress, isZstd } from './zstd.js';
