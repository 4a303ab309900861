/** A part of the platform cannot do its work now; the message says why in a few words. */
export class NotReadyError extends Error {}
