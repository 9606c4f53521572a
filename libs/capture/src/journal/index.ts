export { JournalDecoder, decodeJournal } from './decoder.js';
export type { DecodedJournal, JournalSink } from './decoder.js';
export { JournalEncoder } from './encoder.js';
export type * from './records.js';
