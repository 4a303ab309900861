/** A part of the platform is not ready; the message says why in a few words. */
export class NotReadyError extends Error {}
