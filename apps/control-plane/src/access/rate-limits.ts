import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../http/problem.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { TokenBuckets } from './token-buckets.js';

/** How many seconds' worth of requests may come at once. */
const burstSeconds = 5;

/**
 * Bounds how often one token or worker calls, and how often an address does without being somebody. Each control
 * plane counts for itself.
 */
@Injectable()
export class RateLimits {
  private readonly principals: TokenBuckets | null;
  private readonly addresses: TokenBuckets | null;

  constructor(
    @Inject(SETTINGS)
    settings: Pick<Settings, 'FENCELINE_TOKEN_RATE' | 'FENCELINE_ADDRESS_RATE'>,
  ) {
    this.principals = bucketsOf(settings.FENCELINE_TOKEN_RATE);
    this.addresses = bucketsOf(settings.FENCELINE_ADDRESS_RATE);
  }

  /** Counts a request of a token or worker. @throws Problem `too-many-requests` */
  ofPrincipal(id: string): void {
    take(this.principals, id);
  }

  /** Counts a request of nobody in particular. @throws Problem `too-many-requests` */
  ofAddress(address: string): void {
    take(this.addresses, address);
  }
}

function bucketsOf(perSecond: number): TokenBuckets | null {
  if (perSecond === 0) return null;
  return new TokenBuckets({ perSecond, burst: Math.max(1, perSecond * burstSeconds) });
}

function take(buckets: TokenBuckets | null, key: string): void {
  const seconds = buckets?.take(key, performance.now() / 1000) ?? 0;
  if (seconds === 0) return;
  const wait = Math.ceil(seconds);
  throw new Problem('too-many-requests', 'Too many requests came from you.', {
    mend: `Ask again in ${wait} s.`,
    headers: { 'Retry-After': String(wait) },
  });
}
