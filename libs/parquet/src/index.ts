export { whyNotFillable } from './fill-folder.js';
export { ParquetError } from './parquet-error.js';
export { writeParquet } from './write-parquet.js';
