/** How much a failed item matters. */
export type CheckLevel = 'INFO' | 'WARNING' | 'BLOCKING';
