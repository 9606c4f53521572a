/** The two ends of a link: the NVMe host, which opens connections, and the array node. */
export type Side = 'host' | 'node';

/**
 * Where a frame was seen: at the port of the end that sent it (`sent`), or at the other port, as it was
 * handed over there (`delivered`).
 */
export type View = 'sent' | 'delivered';
