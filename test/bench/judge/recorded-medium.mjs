/** The medium that both nodes share, with its journal, as the recording backend would write it. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { hashBlock, JournalEncoder } from '@fenceline/capture';
import { imageEnd, imageLine } from '@fenceline/evidence';

const WRITE_AT_BYTES = 4 * 1024 * 1024;
const STEP = 500;
const IMAGE_RUN = 64;

export class RecordedMedium {
  #file;
  #encoder;
  #spare;
  #clock;
  #blockSize;
  #exports = new Map();
  #requests = 0;
  /** Hash of each block that was written. */
  #hashes = new Map();

  constructor(path, clock, blockSize, nodes) {
    this.#file = openSync(path, 'wx');
    this.#encoder = new JournalEncoder(blockSize);
    this.#clock = clock;
    this.#blockSize = blockSize;
    nodes.forEach((node, number) => {
      this.#encoder.exported(number, node);
      this.#exports.set(node, number);
    });
  }

  /** A node hands over the write of one block; what is returned holds or applies it. */
  receive(node, lba, data) {
    const hash = hashBlock(data);
    const request = ++this.#requests;
    this.#encoder.received(this.#clock.tick(STEP), {
      request,
      export: this.#exports.get(node),
      connection: 1,
      op: 'write',
      fua: false,
      offset: lba * this.#blockSize,
      length: data.length,
      hashes: [hash],
    });
    return {
      hold: () => this.#encoder.held(this.#clock.tick(STEP), request),
      apply: () => {
        this.#encoder.applied(this.#clock.tick(STEP), request);
        this.#encoder.replied(this.#clock.tick(STEP), request);
        this.#hashes.set(lba, hash);
        if (this.#encoder.waiting >= WRITE_AT_BYTES) this.#write();
      },
    };
  }

  /** Ends the journal; returns the text of the final image. */
  close() {
    this.#encoder.ended(this.#clock.tick(STEP));
    this.#write();
    closeSync(this.#file);
    const blocks = [...this.#hashes.keys()].sort((a, b) => a - b);
    let text = '';
    for (let at = 0; at < blocks.length;) {
      const slba = blocks[at];
      const hashes = [];
      while (blocks[at] === slba + hashes.length && hashes.length < IMAGE_RUN) {
        hashes.push(this.#hashes.get(blocks[at++]));
      }
      text += imageLine({ slba, hashes });
    }
    return text + imageEnd(blocks.length);
  }

  #write() {
    const taken = this.#encoder.take(this.#spare);
    this.#spare = taken;
    writeSync(this.#file, taken);
  }
}
