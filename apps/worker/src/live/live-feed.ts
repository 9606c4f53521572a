import { NS_PER_MS, type LabEvent } from '@fenceline/contracts';
import type { LivePart } from '@fenceline/contracts/api';
import type { Glimpse, LabMessage } from '@fenceline/lab';

/** At most so many messages a second go to the service for one attempt. */
const intervalMs = 250;
/** Of what waits to be sent; the oldest console lines and bars make way. */
const mostWaiting = 200;

/**
 * What those who watch see of a running lab. It is thinned and bounded, and loses what cannot be sent in time: the
 * recording has all of it.
 */
export class LiveFeed {
  private waiting: LivePart[] = [];
  private timer: NodeJS.Timeout | null = null;
  private sending = false;
  private ended = false;

  /** @param send may fail: what it was to send is lost then */
  constructor(private readonly send: (parts: LivePart[]) => Promise<void>) {}

  /** A step of the attempt outside of the lab. */
  step(name: string, detail: string): void {
    this.add({ kind: 'step', step: cut(name, 200), detail: cut(detail, 500), ms: null });
  }

  /** What the lab tells. */
  lab(message: LabMessage): void {
    switch (message.type) {
      case 'phase':
        this.add({
          kind: 'step',
          step: message.phase,
          detail: cut(message.detail, 500),
          ms: message.t / NS_PER_MS,
        });
        return;
      case 'event':
        this.event(message.event);
        return;
      case 'glimpse':
        this.glimpse(message.glimpse);
        return;
      case 'status':
    }
  }

  /** Sends no more; what waits is dropped. */
  end(): void {
    this.ended = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private event(event: LabEvent): void {
    const ms = event.t / NS_PER_MS;
    if (event.kind === 'step') {
      const what = event.fired ? event.describe : `not fired: ${event.describe}`;
      this.add({ kind: 'fault', what: cut(what, 300), ms });
    } else if (event.kind === 'fault-end') {
      this.add({ kind: 'fault', what: cut(`ended: ${event.describe}`, 300), ms });
    }
  }

  private glimpse({ from, to, console, links }: Glimpse): void {
    for (const { vm, t, text } of console) {
      this.add({ kind: 'console', vm: cut(vm, 32), line: cut(text, 1000), ms: t / NS_PER_MS });
    }
    for (const { link, ...counts } of links) {
      const [fromMs, toMs] = [from / NS_PER_MS, to / NS_PER_MS];
      this.add({ kind: 'bar', path: cut(link, 32), fromMs, toMs, ...counts });
    }
  }

  private add(part: LivePart): void {
    if (this.ended) return;
    this.waiting.push(part);
    if (this.waiting.length > mostWaiting) this.dropOne();
    if (this.timer === null && !this.sending)
      this.timer = setTimeout(() => this.flush(), intervalMs);
  }

  /** Steps and faults are few and worth more than lines and bars. */
  private dropOne(): void {
    const at = this.waiting.findIndex(({ kind }) => kind === 'console' || kind === 'bar');
    this.waiting.splice(Math.max(0, at), 1);
  }

  private flush(): void {
    this.timer = null;
    const parts = this.waiting;
    this.waiting = [];
    this.sending = true;
    void this.send(parts)
      .catch(() => undefined)
      .then(() => {
        this.sending = false;
        if (this.waiting.length > 0 && !this.ended) {
          this.timer = setTimeout(() => this.flush(), intervalMs);
        }
      });
  }
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
