/** A transfer that every NVMe/TCP host and controller takes. */
export const readBackBytes = 64 * 1024;
