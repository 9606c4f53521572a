/** Features that matter to path failures (NVMe Base Specification, section 5.1.25). */

export const Feature = {
  volatileWriteCache: 0x06,
  numberOfQueues: 0x07,
  asyncEventConfiguration: 0x0b,
  keepAliveTimer: 0x0f,
  hostIdentifier: 0x81,
} as const;

/** A Keep Alive time-out in ms as the controller counts it: rounded up to its granularity (KAS, 100 ms). */
export function roundKato(katoMs: number, kas: number): number {
  const granularity = kas * 100;
  return granularity === 0 ? katoMs : Math.ceil(katoMs / granularity) * granularity;
}
