import { connect } from '@fenceline/client';
import { afterEach, describe, expect, it } from 'vitest';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { RateLimits } from './rate-limits.js';

describe('rate limits', () => {
  let service: TestService | undefined;

  afterEach(async () => {
    await service?.close();
    service = undefined;
  });

  async function statuses(send: () => Promise<{ response: Response }>): Promise<number[]> {
    const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(send));
    return [...new Set(answers.map(({ response }) => response.status))].sort();
  }

  it('bound each token by itself, and say when to ask again', async () => {
    service = await openTestService({ FENCELINE_TOKEN_RATE: 0.001 });
    const [one, other] = [await service.client(['read']), await service.client(['read'])];
    expect(await statuses(() => one.GET('/scenarios'))).toEqual([200, 429]);
    const { response, error } = await one.GET('/scenarios');
    expect(error).toMatchObject({ type: '/problems/too-many-requests' });
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await other.GET('/scenarios')).response.status).toBe(200);
  });

  it('bound an address that guesses tokens, and leave those who have one alone', async () => {
    service = await openTestService({ FENCELINE_ADDRESS_RATE: 0.001 });
    const guess = connect({ service: service.url, token: `flt_${'x'.repeat(43)}` });
    expect(await statuses(() => guess.GET('/scenarios'))).toEqual([401, 429]);
    const signIn = () => guess.POST('/session', { body: { token: 'guess' } });
    expect(await statuses(signIn)).toEqual([429]);
    const client = await service.client(['read']);
    expect(await statuses(() => client.GET('/scenarios'))).toEqual([200]);
  });

  it('are none at 0', () => {
    const limits = new RateLimits({ FENCELINE_TOKEN_RATE: 0, FENCELINE_ADDRESS_RATE: 0 });
    for (let i = 0; i < 10_000; i++) {
      limits.ofPrincipal('a');
      limits.ofAddress('b');
    }
  });
});
