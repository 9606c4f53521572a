import { loopback } from './loopback.js';
import { namespaces } from './namespaces.js';
import type { Places } from './place.js';

/** Places for so many workers: namespaces where they can be made. */
export function openPlaces(count: number): Places {
  if (process.getuid?.() !== 0) return loopback(count, 'they need root');
  try {
    return namespaces(count);
  } catch (error) {
    return loopback(count, (error as Error).message);
  }
}
