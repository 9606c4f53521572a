/** Why a controller could not be connected. */
export class HandshakeError extends Error {}
